"""Waits for news, but not for ever."""

import asyncio
from datetime import datetime

from drrouter.ports import Clock


async def news_or(clock: Clock, instant: datetime, news: asyncio.Event) -> None:
    """Return when there is news, at the latest at the instant; the news stay set."""
    if news.is_set():
        return
    any_done = asyncio.get_running_loop().create_future()
    waits = (asyncio.ensure_future(clock.sleep_until(instant)), asyncio.ensure_future(news.wait()))

    def end(_: object) -> None:
        if not any_done.done():
            any_done.set_result(None)

    for wait in waits:
        wait.add_done_callback(end)
    try:
        await any_done
        for wait in waits:
            if wait.done():
                wait.result()
    finally:
        for wait in waits:
            wait.cancel()


async def nothing_runs(_task: str) -> None:
    """There is nothing to stop where nobody keeps tasks running."""
