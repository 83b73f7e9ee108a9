"""The inverter of a roof: gives what the sun offers, or less where it is held back."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

from drrouter.domain.flexibility import EnvelopeFlexibility
from drrouter.domain.interval import floor_to
from drrouter.sim.appliances.appliance import Appliance

STEP = timedelta(minutes=5)
"""The sun is taken to stand still so long."""

RISES, SETS = 5.0, 19.0
BRIGHTEST = 0.85

Sun = Callable[[datetime], float]
"""The share of its rating that the sun offers an inverter at an instant."""


def clear_day(at: datetime) -> float:
    """A clear day between spring and summer, by the hour in UTC: half a wave from dawn to dusk."""
    hour = at.hour + at.minute / 60
    return BRIGHTEST * max(math.sin(math.pi * (hour - RISES) / (SETS - RISES)), 0.0)


class Inverter(Appliance):
    """A generator; what it gives counts as negative consumption.

    Attributes:
        limit_w: the most that it may give; None where nobody holds it back.
        withheld_wh: what the sun offered and nobody got.
    """

    def __init__(
        self,
        start: datetime,
        envelope: EnvelopeFlexibility,
        *,
        sun: Sun = clear_day,
        supplied: bool = True,
    ) -> None:
        """Begin unlimited."""
        super().__init__(start, supplied=supplied)
        self._envelope, self._sun = envelope, sun
        self.limit_w: float | None = None
        self.withheld_wh = 0.0

    def set_limit(self, limit_w: float | None) -> None:
        """Give no more than this from now on; None is unlimited."""
        self.limit_w = limit_w

    @property
    def offered_w(self) -> float:
        """What the sun offers now, in W."""
        return self._envelope.rated_power_w * min(self._sun(floor_to(self.now, STEP)), 1.0)

    @property
    def power_w(self) -> float:
        """What it draws, in W: negative, since it gives."""
        if not self.supplied:
            return 0.0
        limit_w = math.inf if self.limit_w is None else max(self.limit_w, self._envelope.least_power_w)
        return -min(self.offered_w, limit_w)

    def _until_change(self) -> timedelta:
        return floor_to(self.now, STEP) + STEP - self.now

    def _pass(self, span: timedelta) -> None:
        self.withheld_wh += (self.offered_w + self.power_w) * (span / timedelta(hours=1))
