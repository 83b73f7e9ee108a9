"""A device of the home: what it is, and what is known of its present state."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drrouter.domain.flexibility import Flexibility, Line
from drrouter.domain.ids import DeviceId, ModelId
from drrouter.domain.wish import RunningCycle


class DeviceClass(StrEnum):
    """Classes of white ware, red ware and fixed gear (TR 102 935, 5.3.1)."""

    FREEZER = "freezer"
    WASHING_MACHINE = "washing_machine"
    DISHWASHER = "dishwasher"
    EV_CHARGER = "ev_charger"
    HVAC = "hvac"


class Presence(StrEnum):
    """Whether the device answers."""

    EXPECTED = "expected"
    PRESENT = "present"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """What does not change while the router runs: identity, model, place.

    Attributes:
        groups: names by which a provider may target it.
        shed_from_level: the SIMPLE level from which it is shed, None for never.
    """

    id: DeviceId
    name: str
    device_class: DeviceClass
    model_id: ModelId
    flexibility: Flexibility
    line: Line = Line.L1
    groups: tuple[str, ...] = ()
    shed_from_level: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceState:
    """What is known now.

    Attributes:
        level: of a storage, in its unit; measured or estimated.
        armed: whether a person has loaded the machine and asked for a cycle.
        changed_at: when the device was last switched, for shortest run and rest times.
    """

    presence: Presence = Presence.EXPECTED
    on: bool | None = None
    power_w: float | None = None
    energy_wh: float | None = None
    level: float | None = None
    plugged: bool = True
    running: RunningCycle | None = None
    seen_at: datetime | None = None
    changed_at: datetime | None = None
