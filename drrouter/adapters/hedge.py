"""Asks again, on another connection, where an answer is late: a lost packet then costs little.

    attempt 1   |------------------ lost, or stuck behind something lost ----------
    attempt 2              |-------- answer                   begun after ``patience_s``
    result                          |                         the others are dropped

Only for requests that may arrive twice without harm. All spans are real time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

FIRST_PAUSE_S = 0.2
"""Between an attempt that failed and the next one; it doubles."""


async def first_answer(
    ask: Callable[[], Awaitable[T]], patience_s: float, most: int, again: Callable[[Exception], bool]
) -> T:
    """The first answer of at most ``most`` attempts.

    An attempt that has no answer after ``patience_s`` goes on beside the next one; one that fails, and for
    which ``again`` says that another may go better, is followed by the next one after a short pause.

    Raises:
        Exception: that of the last attempt, where all failed, or the first for which ``again`` says no.
    """
    underway: set[asyncio.Future[T]] = set()
    left, pause_s, wait_s = most, FIRST_PAUSE_S, 0.0
    try:
        while True:
            done, _ = await _any_of(underway, wait_s)
            for attempt in done:
                underway.discard(attempt)
                error = attempt.exception()
                if error is None:
                    return attempt.result()
                if not isinstance(error, Exception) or not again(error) or not (left or underway):
                    raise error
            if done and left:
                wait_s, pause_s = pause_s, 2 * pause_s
            elif left:
                underway.add(asyncio.ensure_future(ask()))
                left, wait_s = left - 1, patience_s
    finally:
        for attempt in underway:
            attempt.cancel()
        await asyncio.gather(*underway, return_exceptions=True)


async def _any_of(
    underway: set["asyncio.Future[T]"], wait_s: float
) -> tuple[set["asyncio.Future[T]"], set["asyncio.Future[T]"]]:
    """Those that are done by then; nothing to wait for means waiting all the same."""
    if underway:
        return await asyncio.wait(underway, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(wait_s)
    return set(), set()
