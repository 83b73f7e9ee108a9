"""What device classes and units of Home Assistant mean here; it and MQTT discovery describe sensors by them.

    device class   unit            quantity        times
    energy         kWh             ENERGY_WH       1000
    energy, sent   kWh             EXPORTED_WH     1000     (its name says that it is what was given)

Source: Home Assistant, "Sensor entity": available device classes, their units, and state classes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from drrouter.domain.measurement import Quantity


@dataclass(frozen=True, slots=True)
class Scale:
    """How a value becomes one of ours: times ``factor``, plus ``offset``."""

    quantity: Quantity
    factor: float = 1.0
    offset: float = 0.0

    def of(self, value: float) -> float:
        """The value in the unit of the quantity.

        >>> round(Scale(Quantity.TEMPERATURE_C, 5 / 9, -160 / 9).of(68.0), 3)
        20.0
        """
        return value * self.factor + self.offset


_SCALES: Mapping[tuple[str, str], Scale] = {
    ("power", "mW"): Scale(Quantity.POWER_W, 0.001),
    ("power", "W"): Scale(Quantity.POWER_W),
    ("power", "kW"): Scale(Quantity.POWER_W, 1000.0),
    ("energy", "Wh"): Scale(Quantity.ENERGY_WH),
    ("energy", "kWh"): Scale(Quantity.ENERGY_WH, 1000.0),
    ("energy", "MWh"): Scale(Quantity.ENERGY_WH, 1e6),
    ("voltage", "V"): Scale(Quantity.VOLTAGE_V),
    ("temperature", "°C"): Scale(Quantity.TEMPERATURE_C),
    ("temperature", "°F"): Scale(Quantity.TEMPERATURE_C, 5 / 9, -160 / 9),
    ("battery", "%"): Scale(Quantity.LEVEL_PERCENT),
    ("energy_storage", "Wh"): Scale(Quantity.LEVEL_WH),
    ("energy_storage", "kWh"): Scale(Quantity.LEVEL_WH, 1000.0),
}
_GIVEN = re.compile(r"export|produc|return|feed.?in|injected|deliver", re.IGNORECASE)
_OF_A_PERIOD = re.compile(r"today|yesterday|daily|hour|week|month|year|last|session", re.IGNORECASE)
_OWN_AFFAIRS = ("config", "diagnostic")
_NEVER_DIAGNOSTIC = (Quantity.TEMPERATURE_C, Quantity.LEVEL_PERCENT)


def scale_of(device_class: str, unit: str, words: str = "", category: str = "") -> Scale | None:
    """What a sensor measures; None where it is nothing that the router uses.

    Args:
        device_class: such as ``power``.
        unit: such as ``kW``.
        words: its names; they tell a counter of what was given, and one that starts anew each day.
        category: its entity category. The temperature of a chip and the coin cell of a sensor are
            ``diagnostic`` and no levels of anything that is steered.
    """
    scale = _SCALES.get((device_class, unit))
    if scale is None or (category and scale.quantity in _NEVER_DIAGNOSTIC):
        return None
    if scale.quantity is not Quantity.ENERGY_WH:
        return scale
    if _OF_A_PERIOD.search(words):
        return None
    return replace(scale, quantity=Quantity.EXPORTED_WH) if _GIVEN.search(words) else scale


def is_own_affair(category: str) -> bool:
    """Whether an entity only configures the device, such as a child lock or a lamp on a plug."""
    return category in _OWN_AFFAIRS
