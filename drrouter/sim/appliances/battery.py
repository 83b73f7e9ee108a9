"""A battery that takes and gives as it is told: at home on the wall, or in a car that its driver lends.

    d(level)/dt = level_per_wh * power (what is given costs more than it brings) - loss_per_h * level

The equation is solved exactly until the battery is full or empty. It guards itself: full it takes no more,
empty it gives no more, and a power below what it can be set to is none.
"""

import math
from datetime import datetime, timedelta

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.sim.appliances.appliance import NEVER, SMALLEST, Appliance

CRUMB_WH = 1e-3
AWAKE_AGAIN = 0.01
"""A battery that was full, or empty, takes or gives again from this share of its range away from there."""


class Battery(Appliance):
    """A battery and its inverter.

    Attributes:
        level_wh: what is in it.
        told_w: what it was told last; negative gives. Nothing is told to it in the beginning.
        lowest_wh, highest_wh: so far.
        given_wh: what it has given back, positive.
    """

    def __init__(
        self, start: datetime, storage: StorageFlexibility, level_wh: float, *, supplied: bool = True
    ) -> None:
        """Begin at rest with this much in it."""
        super().__init__(start, supplied=supplied)
        self._storage = storage
        self.level_wh = self.lowest_wh = self.highest_wh = level_wh
        self.told_w = self.given_wh = 0.0
        self._full = self._empty = False
        self._react()

    def set_power(self, power_w: float) -> None:
        """Take so much from now on, or give it where negative; what cannot be set is the nearest that can."""
        self.told_w = power_w

    @property
    def power_w(self) -> float:
        """What it draws now, in W; negative where it gives."""
        if not self.supplied:
            return 0.0
        return self._moved_w or self._storage.idle_power_w

    @property
    def stored_wh(self) -> float:
        """The electricity that its charge is worth, in Wh."""
        return self.level_wh / self._storage.level_per_wh

    @property
    def _moved_w(self) -> float:
        """What goes into the battery, or out of it; 0 at rest."""
        storage, back = self._storage, self._storage.discharge
        if self.told_w > 0 and not self._full and self.supplied:
            return _within(self.told_w, storage.min_power_w, storage.max_power_w)
        if self.told_w < 0 and back and not self._empty and self.supplied:
            return -_within(-self.told_w, back.min_power_w, back.max_power_w)
        return 0.0

    def _until_change(self) -> timedelta:
        """Until it is full or empty."""
        storage, power_w = self._storage, self._moved_w
        if not power_w:
            return NEVER
        bound = storage.level_max if power_w > 0 else storage.level_min
        hours = _hours_to(bound, self.level_wh, self._inflow(power_w), storage.loss_per_h)
        return min(NEVER, timedelta(hours=min(hours, 1e5)) + SMALLEST)

    def _inflow(self, power_w: float) -> float:
        """What comes into the battery, in Wh per hour, its own loss aside."""
        back = self._storage.discharge
        per_wh = back.level_per_wh if power_w < 0 and back else self._storage.level_per_wh
        return power_w * per_wh

    def _pass(self, span: timedelta) -> None:
        power_w = self._moved_w
        self.given_wh += max(-power_w, 0.0) * span / timedelta(hours=1)
        level = self._storage.level_after(self.level_wh, power_w, span)
        self.level_wh = min(max(level, 0.0), self._storage.level_max)
        self.lowest_wh, self.highest_wh = (
            min(self.lowest_wh, self.level_wh),
            max(self.highest_wh, self.level_wh),
        )

    def _react(self) -> None:
        """Notice that it is full or empty, and no longer so."""
        low, high = self._storage.level_min, self._storage.level_max
        some = AWAKE_AGAIN * (high - low)
        self._full = self.level_wh >= high - (some if self._full else CRUMB_WH)
        self._empty = self.level_wh <= low + (some if self._empty else CRUMB_WH)


def _within(asked_w: float, least_w: float, most_w: float) -> float:
    """The nearest power that it can be set to; none, where that is below the least."""
    return 0.0 if asked_w < least_w else min(asked_w, most_w)


def _hours_to(bound: float, level: float, inflow: float, loss_per_h: float) -> float:
    """When the level is at the bound; for ever where it never comes there."""
    if not loss_per_h:
        return max((bound - level) / inflow, 0.0)
    settles = inflow / loss_per_h
    gone, left = level - settles, bound - settles
    if gone * left <= 0 or abs(left) >= abs(gone):
        return math.inf
    return math.log(gone / left) / loss_per_h
