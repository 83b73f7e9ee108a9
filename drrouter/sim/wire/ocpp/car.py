"""A car at a charge point: takes what it is allowed, gives back where it is told to, and has a battery."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

LEAST_W = 1380.0


class ChargingCar(Protocol):
    """What a charge point may power."""

    def allow(self, power_w: float) -> None:
        """It may take this from now on, in W; below 0 it shall give."""
        ...

    def power_w(self) -> float:
        """What it takes now, in W; below 0 it gives."""
        ...

    def energy_wh(self) -> float:
        """What it took since it was made, in Wh."""
        ...

    def level_percent(self) -> float:
        """What its battery holds now."""
        ...


class BatteryCar:
    """A battery that takes what it is allowed and what its own charger can; implements ChargingCar."""

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        full_wh: float = 40_000.0,
        level_wh: float = 20_000.0,
        most_w: float = 11_000.0,
    ) -> None:
        """Begin with a level in Wh and nothing allowed."""
        self._now, self._full_wh, self._most_w = now, full_wh, most_w
        self._level_wh, self._taken_wh, self._allowed_w = level_wh, 0.0, 0.0
        self._at = now()

    def allow(self, power_w: float) -> None:
        """It may take this from now on, in W; below 0 it shall give."""
        self._live()
        self._allowed_w = power_w

    def power_w(self) -> float:
        """What it takes now, in W; below what any car can charge with, nothing."""
        self._live()
        return self._drawn_w()

    def _drawn_w(self) -> float:
        """What it takes at this level and allowance, in W."""
        if self._allowed_w < 0:
            return max(self._allowed_w, -self._most_w) if self._level_wh > 0 else 0.0
        enough = self._allowed_w >= LEAST_W and self._level_wh < self._full_wh
        return min(self._allowed_w, self._most_w) if enough else 0.0

    def energy_wh(self) -> float:
        """What it took since it was made, in Wh."""
        self._live()
        return self._taken_wh

    def level_percent(self) -> float:
        """What its battery holds now."""
        self._live()
        return 100.0 * self._level_wh / self._full_wh

    def _live(self) -> None:
        """Let the time pass that passed."""
        now = self._now()
        hours, self._at = (now - self._at).total_seconds() / 3600, now
        room_wh = self._full_wh - self._level_wh
        moved_wh = max(-self._level_wh, min(room_wh, self._drawn_w() * hours))
        self._level_wh += moved_wh
        self._taken_wh += max(0.0, moved_wh)
