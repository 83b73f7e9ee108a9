"""Questions to a provider that are under way side by side, each with the instant from which its answer tells.

    poll    #1 asked ------------------------------- answered     event e as it was at #1 or later
    look-up #2        asked ---- answered                         event e as it was at #2 or later

An answer that was asked for earlier than one already taken in says nothing new of that event, and may say
something old: ``Freshness`` tells. Shared domain time stands from the start of an errand until its signals
have been handed over.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from drrouter.domain.ids import EventId
from drrouter.domain.signal import Signal


@dataclass(slots=True)
class _Errand:
    """One question."""

    task: asyncio.Task[list[Signal]]
    hold: ExitStack


class Errands:
    """What is under way, and what has ended and was not collected yet."""

    def __init__(
        self, working: Callable[[], AbstractContextManager[None]], ended: Callable[[], None]
    ) -> None:
        """``working`` holds domain time, ``ended`` is told that an errand can be collected."""
        self._working, self._told = working, ended
        self._underway: list[_Errand] = []
        self._ended: list[_Errand] = []

    def __len__(self) -> int:
        """How many are under way."""
        return len(self._underway)

    def send(self, question: Coroutine[None, None, list[Signal]]) -> None:
        """Ask, beside what is asked already."""
        hold = ExitStack()
        hold.enter_context(self._working())
        errand = _Errand(asyncio.create_task(question), hold)
        errand.task.add_done_callback(lambda _: self._end(errand))
        self._underway.append(errand)

    @contextmanager
    def collected(self) -> Iterator[list[Signal]]:
        """The signals of those that have ended, in the order in which they did; time stands until left.

        Raises:
            Exception: what an errand raised.
        """
        ended, self._ended = self._ended, []
        with ExitStack() as holds:
            for errand in ended:
                holds.push(errand.hold)
            yield [signal for errand in ended for signal in errand.task.result()]

    async def close(self) -> None:
        """Call everything back."""
        for errand in self._underway:
            errand.task.cancel()
        await asyncio.gather(*(errand.task for errand in self._underway), return_exceptions=True)
        for errand in (*self._underway, *self._ended):
            errand.hold.close()
        self._underway, self._ended = [], []

    def _end(self, errand: _Errand) -> None:
        if errand in self._underway:
            self._underway.remove(errand)
            self._ended.append(errand)
            self._told()


class Freshness:
    """Numbers questions in the order in which they are asked, and remembers whose answer was taken in."""

    def __init__(self) -> None:
        """Nothing was asked."""
        self._asked = 0
        self._open: set[int] = set()
        self._taken: dict[EventId, int] = {}

    @contextmanager
    def question(self) -> Iterator[int]:
        """The number of a question that is asked now, and answered or given up when this is left."""
        self._asked += 1
        number = self._asked
        self._open.add(number)
        try:
            yield number
        finally:
            self._open.discard(number)
            oldest = min(self._open, default=self._asked + 1)
            self._taken = {event_id: taken for event_id, taken in self._taken.items() if taken > oldest}

    def takes(self, event_id: EventId, number: int) -> bool:
        """Whether an answer says something newer of the event than what was taken in; it is then taken in."""
        if self._taken.get(event_id, 0) > number:
            return False
        self._taken[event_id] = number
        return True

    def fresher(self, number: int) -> frozenset[EventId]:
        """The events of which answers to later questions were taken in."""
        return frozenset(event_id for event_id, taken in self._taken.items() if taken > number)
