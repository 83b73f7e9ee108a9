"""By what a device is steered, and whether it is seen to do what is wished: read from what it reports.

A device that tells its set-point is compared by power, one that tells its mode by mode, every other one by
its switch. Whoever has told nothing yet is not commanded: a cycle may be running there.
"""

from dataclasses import dataclass
from enum import StrEnum

from drrouter.domain.device import DeviceState

NEAR_W = 50.0
NEAR_SHARE = 0.02
"""Interpretation: a set-point this near to the one wished, the larger of both, is the same."""


class Lever(StrEnum):
    """What an instruction moves."""

    POWER = "power"
    MODE = "mode"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class Setpoint:
    """The power a device shall use now, in W, and why.

    Attributes:
        power_w: negative where it gives; to an inverter, a limit.
        mode: of a device with modes.
        urgent: whether an order, a limit or safety asks for it: it goes before what only saves money.
    """

    power_w: float
    reason: str
    mode: int | None = None
    urgent: bool = False


def lever_of(state: DeviceState) -> Lever | None:
    """By what the device is steered; None where it has told nothing yet."""
    if state.setpoint_w is not None:
        return Lever.POWER
    if state.mode is not None:
        return Lever.MODE
    return None if state.on is None else Lever.SWITCH


def obeys(state: DeviceState, wish: Setpoint) -> bool | None:
    """Whether the device is seen to do what is wished; None where nothing can be told."""
    lever = lever_of(state)
    if lever is Lever.POWER and state.setpoint_w is not None:
        return is_near(state.setpoint_w, wish.power_w)
    if lever is Lever.MODE and wish.mode is not None:
        return state.mode == wish.mode
    return None if state.on is None else state.on is (wish.power_w > 0)


def is_same(lever: Lever | None, one: Setpoint, other: Setpoint) -> bool:
    """Whether both ask the same of a device with this lever."""
    if lever is Lever.POWER:
        return is_near(one.power_w, other.power_w)
    if lever is Lever.MODE:
        return one.mode == other.mode
    return (one.power_w > 0) == (other.power_w > 0)


def is_near(one_w: float, other_w: float) -> bool:
    """Whether two set-points are the same to a device; nothing is near to none but what is tiny."""
    return abs(one_w - other_w) <= max(NEAR_W, NEAR_SHARE * abs(other_w))
