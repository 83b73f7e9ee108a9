"""A number of a device that sets its power: unit, limits and steps, as MQTT and Home Assistant state them."""

import math
from dataclasses import dataclass

from drrouter.errors import DeviceError

WATTS = {"W": 1.0, "kW": 1000.0}

CLOSE_W = 1.0
"""A setpoint that is stated so near to what was told is the same."""


@dataclass(frozen=True, slots=True)
class Dial:
    """What may be set, in W; ``watts`` for each unit of the number."""

    watts: float
    low_w: float
    high_w: float
    step_w: float

    def nearest_w(self, power_w: float) -> float:
        """What it is set to for this power: never more of it, in whole steps, and no more than it takes.

        >>> dial("kW", 0, 11, 0.1).nearest_w(4271.0)
        4200.0

        Raises:
            DeviceError: it cannot be set so low.
        """
        if power_w < self.low_w - max(self.step_w, CLOSE_W):
            raise DeviceError(f"it cannot be set below {self.low_w:g} W")
        within_w = min(max(power_w, self.low_w), self.high_w)
        steps = (within_w - self.low_w) / self.step_w
        whole = math.floor(steps + 1e-6) if within_w >= 0 else math.ceil(steps - 1e-6)
        return self.low_w + whole * self.step_w

    def in_units(self, power_w: float) -> float:
        """A power as the number is told it.

        >>> dial("kW", 0, 11, 0.1).in_units(4200.0)
        4.2
        """
        return round(power_w / self.watts, 6)

    def is_same(self, told_w: float, power_w: float) -> bool:
        """Whether what it states is what it was told, as far as it can be set."""
        return abs(told_w - power_w) <= max(self.step_w / 2, CLOSE_W)


def dial(unit: str, low: float, high: float, step: float) -> Dial | None:
    """A dial as it is described in its own unit; None where it sets no power, or its limits are none."""
    watts = WATTS.get(unit)
    if watts is None or not low < high or not 0 < step <= high - low:  # NaN is no limit either
        return None
    return Dial(watts, low * watts, high * watts, step * watts)
