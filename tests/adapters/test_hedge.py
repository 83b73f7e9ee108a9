"""Asking again where an answer is late or lost."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from drrouter.adapters.hedge import first_answer

Attempt = Callable[[], Awaitable[str]]

SOON_S = 0.01


class Peer:
    """Answers each attempt as it is told; the last word holds for all that follow."""

    def __init__(self, *words: str | Exception | None) -> None:
        self._words, self.asked, self.dropped = list(words), 0, 0

    async def ask(self) -> str:
        self.asked += 1
        word = self._words.pop(0) if len(self._words) > 1 else self._words[0]
        try:
            if word is None:
                await asyncio.Event().wait()
            if isinstance(word, Exception):
                raise word
            return str(word)
        except asyncio.CancelledError:
            self.dropped += 1
            raise


async def answer_of(peer: Peer, most: int = 4, *, patience_s: float = SOON_S, again: bool = True) -> str:
    return await first_answer(peer.ask, patience_s, most, lambda _: again)


async def test_an_answer_in_time_is_asked_for_once() -> None:
    peer = Peer("yes")
    assert await answer_of(peer, patience_s=60) == "yes"
    assert peer.asked == 1


async def test_a_late_answer_is_asked_for_again_and_the_first_attempt_is_dropped() -> None:
    peer = Peer(None, None, "yes")
    assert await answer_of(peer) == "yes"
    assert (peer.asked, peer.dropped) == (3, 2)


async def test_the_first_attempt_may_still_win() -> None:
    go, asked = asyncio.Event(), list[int]()

    async def ask() -> str:
        asked.append(len(asked))
        if len(asked) == 1:
            await go.wait()
            return "first"
        go.set()
        await asyncio.Event().wait()
        raise AssertionError("never")

    assert await first_answer(ask, SOON_S, 2, lambda _: True) == "first"
    assert len(asked) == 2


async def test_a_lost_connection_is_followed_by_another() -> None:
    peer = Peer(ConnectionResetError(), "yes")
    assert await answer_of(peer, patience_s=60) == "yes"
    assert peer.asked == 2


async def test_what_cannot_go_better_is_not_tried_again() -> None:
    peer = Peer(ValueError("no"), "yes")
    with pytest.raises(ValueError, match="no"):
        await answer_of(peer, again=False)
    assert peer.asked == 1


async def test_after_the_last_attempt_its_error_is_told() -> None:
    peer = Peer(ConnectionResetError("one"), ConnectionResetError("two"))
    with pytest.raises(ConnectionResetError, match="two"):
        await answer_of(peer, most=2)
    assert peer.asked == 2


async def test_an_attempt_that_fails_beside_one_that_is_late_leaves_it_its_chance() -> None:
    go = asyncio.Event()
    words: list[str] = []

    async def ask() -> str:
        words.append("asked")
        if len(words) == 1:
            await go.wait()
            return "late"
        asyncio.get_running_loop().call_soon(go.set)
        raise ConnectionResetError

    assert await first_answer(ask, SOON_S, 2, lambda _: True) == "late"


async def test_who_gives_up_drops_everything() -> None:
    peer = Peer(None)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(10 * SOON_S):
            await answer_of(peer, most=3)
    assert peer.asked == peer.dropped == 3
