"""Remembers minute by minute what each device drew, so that what was can be reported."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.measurement import Quality

MINUTE = timedelta(minutes=1)
KEPT = 2 * 24 * 60
"""Minutes that are remembered of each device."""

ENOUGH = 0.9
"""Interpretation: measured over this share of an interval, a mean counts as measured."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The power of a device over an interval, in W, and how far it can be trusted."""

    mean_w: float
    peak_w: float
    quality: Quality


@dataclass(slots=True)
class Samples:
    """One power for each device and minute; what was not measured leaves a gap."""

    _powers: dict[DeviceId, deque[tuple[datetime, float]]] = field(default_factory=dict)

    def add(self, device_id: DeviceId, at: datetime, power_w: float) -> None:
        """What it drew in the minute that ends now."""
        self._powers.setdefault(device_id, deque(maxlen=KEPT)).append((at - MINUTE, power_w))

    def over(self, device_id: DeviceId, interval: Interval) -> Measured:
        """What it drew over the interval; missing where nothing of it was measured."""
        found = [watts for at, watts in self._powers.get(device_id, ()) if interval.holds(at)]
        if not found:
            return Measured(0.0, 0.0, Quality.MISSING)
        share = len(found) * MINUTE / interval.duration
        quality = Quality.OK if share >= ENOUGH else Quality.ESTIMATED
        return Measured(sum(found) / len(found), max(found), quality)
