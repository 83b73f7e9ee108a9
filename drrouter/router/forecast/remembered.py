"""Remembers what was expected of each slot while the history is the same: it grows by the quarter only."""

from collections.abc import Sequence

from drrouter.domain.interval import Interval
from drrouter.router.forecast.history import Expectation, History


class Remembered:
    """An expectation that is asked once for each slot and history.

    What is expected of a slot must not depend on the other slots that are asked for.
    """

    def __init__(self, inner: Expectation) -> None:
        """Nothing is remembered."""
        self._inner = inner
        self._history: object = None
        self._known: dict[Interval, float] = {}

    def expect(self, history: History, slots: Sequence[Interval]) -> tuple[float, ...] | None:
        """The mean power of each slot, in W; None where the history is too short."""
        if history is not self._history:
            self._history, self._known = history, {}
        new = [slot for slot in slots if slot not in self._known]
        if new:
            expected = self._inner.expect(history, new)
            if expected is None:
                return None
            self._known |= dict(zip(new, expected, strict=True))
        return tuple(self._known[slot] for slot in slots)
