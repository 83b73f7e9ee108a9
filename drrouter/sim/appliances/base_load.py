"""All that nobody shifts: a profile by the hour of the day, with seeded noise by the quarter."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from drrouter.domain.interval import SLOT, floor_to
from drrouter.sim.appliances.appliance import Appliance


class BaseLoad(Appliance):
    """The unshiftable part of a home; it has no plug and is always on."""

    def __init__(
        self,
        start: datetime,
        hours_w: Sequence[float],
        zone: tzinfo,
        *,
        noise: float = 0.0,
        seed: int = 0,
    ) -> None:
        """Build it.

        Args:
            start: the first instant.
            hours_w: mean power of each of the 24 hours of a local day, in W.
            zone: where the local day is.
            noise: each quarter of an hour differs from the mean by up to this fraction.
            seed: the same seed gives the same noise at the same instants.

        Raises:
            ValueError: there are not 24 hours.
        """
        super().__init__(start, supplied=True)
        if len(hours_w) != 24:
            raise ValueError(f"a day has 24 hours, not {len(hours_w)}")
        self._hours_w, self._zone, self._noise, self._seed = tuple(hours_w), zone, noise, seed

    @property
    def power_w(self) -> float:
        """What it draws in this quarter of an hour, in W."""
        mean = self._hours_w[self.now.astimezone(self._zone).hour]
        quarter = int(floor_to(self.now, SLOT).timestamp()) // int(SLOT.total_seconds())
        draw = random.Random(f"{self._seed}/{quarter}")  # noqa: S311 - repeatable, not secret
        return mean * (1.0 + self._noise * draw.uniform(-1.0, 1.0))

    def _until_change(self) -> timedelta:
        return floor_to(self.now, SLOT) + SLOT - self.now
