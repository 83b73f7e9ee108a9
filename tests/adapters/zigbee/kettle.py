"""A load for tests: a constant power while its plug is on."""

from collections.abc import Callable
from datetime import datetime


class Kettle:
    def __init__(self, now: Callable[[], datetime], rated_w: float) -> None:
        self._now, self.rated_w = now, rated_w
        self._on, self._since, self._energy_wh = False, now(), 0.0

    def set_supply(self, on: bool) -> None:
        self._energy_wh = self.energy_wh()
        self._on, self._since = on, self._now()

    def power_w(self) -> float:
        return self.rated_w if self._on else 0.0

    def energy_wh(self) -> float:
        hours = (self._now() - self._since).total_seconds() / 3600
        return self._energy_wh + self.power_w() * hours
