"""Expects that what is unusual now goes on for a while and fades into what is usual."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from drrouter.domain.interval import Interval
from drrouter.router.forecast.history import Expectation, History


@dataclass(frozen=True, slots=True)
class Persistence:
    """Another expectation, moved by how wrong it is about what was measured last.

        expected(t) = usual(t) + (last - usual then) * 0.5 ** (time since / half_life)

    Attributes:
        recent: over how long "last" is measured.
    """

    usual: Expectation
    half_life: timedelta = timedelta(hours=1)
    recent: timedelta = timedelta(minutes=30)

    def expect(self, history: History, slots: Sequence[Interval]) -> tuple[float, ...] | None:
        """The mean power of each slot, never negative; the usual alone where nothing was measured last."""
        lately = Interval(history.end - max(self.recent, history.step), history.end)
        usual = self.usual.expect(history, [lately, *slots])
        if usual is None:
            return None
        last = history.mean(lately)
        gap = 0.0 if last is None else last - usual[0]
        return tuple(
            max(0.0, value + gap * self._left(slot, history))
            for value, slot in zip(usual[1:], slots, strict=True)
        )

    def _left(self, slot: Interval, history: History) -> float:
        """What is left of the gap in the middle of the slot."""
        since = slot.start + slot.duration / 2 - history.end
        return float(0.5 ** (max(since, timedelta(0)) / self.half_life))
