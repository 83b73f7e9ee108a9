"""The group addresses of a device: what each says, and how its bytes become our units and back.

Source: KNX Standard 3/7/2, Datapoint Types.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from xknx.dpt import DPTArray, DPTBase, DPTBinary
from xknx.exceptions import XKNXException

from drrouter.adapters.devices.knx.settings import KnxDevicePart
from drrouter.domain.measurement import Quantity

SWITCH = "1.001"
FACTORS = {"14.056": 1.0, "9.024": 1000.0, "13.010": 1.0, "13.013": 1000.0, "9.001": 1.0}
"""From the unit of a data point to ours."""

Payload = DPTArray | DPTBinary


@dataclass(frozen=True, slots=True)
class Point:
    """One group address of a device.

    Attributes:
        dpt: the type of its values.
        quantity: what they are to us.
    """

    address: str
    dpt: str
    quantity: Quantity

    def decoded(self, payload: Payload) -> float:
        """A value in our unit; NaN where the bytes are none of this type."""
        if self.dpt == SWITCH:
            return (
                float(payload.value)
                if isinstance(payload, DPTBinary) and payload.value in (0, 1)
                else math.nan
            )
        try:
            value = DPTBase.parse_transcoder(self.dpt).from_knx(payload)  # type: ignore[union-attr]
        except XKNXException:
            return math.nan
        return float(value) * FACTORS[self.dpt]

    def encoded(self, value: float) -> Payload:
        """A value in our unit as bytes.

        Raises:
            XKNXException: the type does not reach so far.
        """
        if self.dpt == SWITCH:
            return DPTBinary(int(value))
        made: Payload = DPTBase.parse_transcoder(self.dpt).to_knx(value / FACTORS[self.dpt])  # type: ignore[union-attr]
        return made


def readable(part: KnxDevicePart) -> tuple[Point, ...]:
    """What a device says of itself."""
    return tuple(_readable(part))


def _readable(part: KnxDevicePart) -> Iterator[Point]:
    if state := part.state or part.switch:
        yield Point(state, SWITCH, Quantity.SWITCH)
    if part.power:
        yield Point(part.power, part.power_dpt, Quantity.POWER_W)
    if part.energy:
        yield Point(part.energy, part.energy_dpt, Quantity.ENERGY_WH)
    if setpoint := part.setpoint_state or part.setpoint:
        yield Point(setpoint, part.setpoint_dpt, Quantity.SETPOINT_W)
    if part.temperature:
        yield Point(part.temperature, "9.001", Quantity.TEMPERATURE_C)


def main_address(part: KnxDevicePart) -> str:
    """The group address by which a device is known for good."""
    return part.switch or part.setpoint or readable(part)[0].address
