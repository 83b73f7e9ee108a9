"""Gathers measured powers into means of a quarter of an hour, the history that forecasters learn from."""

from collections import deque
from datetime import UTC, datetime, timedelta
from math import isfinite

from drrouter.domain.interval import SLOT
from drrouter.router.forecast.history import History

DAYS = 28
"""How many days are remembered."""

_MOST = DAYS * int(timedelta(days=1) / SLOT)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Means:
    """Adds up what is measured; a quarter in which nothing was measured stays empty."""

    def __init__(self, kept: object = None) -> None:
        """Go on from what ``keep`` said before a restart; anything else begins anew."""
        self._values: deque[float | None] = deque(maxlen=_MOST)
        self._index: int | None = None
        self._history: History | None = None
        self._sum, self._count = 0.0, 0
        if isinstance(kept, dict):
            self._restore(kept.get("next"), kept.get("values"))

    def _restore(self, index: object, values: object) -> None:
        """What was kept, leaving out what is no number."""
        if not isinstance(index, int) or not isinstance(values, list):
            return
        known = [float(value) if isinstance(value, int | float) else None for value in values]
        self._index = index
        self._values.extend(value if value is not None and isfinite(value) else None for value in known)

    def add(self, at: datetime, watts: float) -> None:
        """Let one measurement in; one of a quarter that is over is left out."""
        index = (at - _EPOCH) // SLOT
        if self._index is None or index - self._index > _MOST:
            self._values.clear()
            self._history = None
            self._index = index
        if index < self._index:
            return
        while self._index < index:
            self._values.append(self._sum / self._count if self._count else None)
            self._history = None
            self._sum, self._count = 0.0, 0
            self._index += 1
        self._sum, self._count = self._sum + watts, self._count + 1

    def history(self) -> History | None:
        """All quarters that are over, the same object until there is one more; None before the first."""
        if self._history is None and self._index is not None and self._values:
            first = _EPOCH + (self._index - len(self._values)) * SLOT
            self._history = History(first, SLOT, tuple(self._values))
        return self._history

    def keep(self) -> dict[str, object]:
        """What a restart goes on from, as JSON; the quarter that runs is lost."""
        values = [None if value is None else round(value, 1) for value in self._values]
        return {"next": self._index, "values": values}
