"""A device of the home: what it is, and what is known of its present state."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from drrouter.domain.flexibility import Line, PlannedFlexibility
from drrouter.domain.ids import DeviceId, ModelId
from drrouter.domain.instruction import FailSafe
from drrouter.domain.wish import RunningCycle


class DeviceClass(StrEnum):
    """White ware, red ware and fixed gear (TR 102 935, 5.3.1), and what a home makes, stores and meters."""

    FREEZER = "freezer"
    REFRIGERATOR = "refrigerator"
    WASHING_MACHINE = "washing_machine"
    TUMBLE_DRYER = "tumble_dryer"
    DISHWASHER = "dishwasher"
    HEATER = "heater"
    COOLER = "cooler"
    HOT_WATER = "hot_water"
    HVAC = "hvac"
    HEAT_PUMP = "heat_pump"
    POOL_PUMP = "pool_pump"
    SAUNA = "sauna"
    EV_CHARGER = "ev_charger"
    BATTERY = "battery"
    PV = "pv"
    METER = "meter"
    SWITCH = "switch"


class Presence(StrEnum):
    """Whether the device answers."""

    EXPECTED = "expected"
    PRESENT = "present"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Binding:
    """How a bare plug shows what the device behind it does, and what is safe when we fall silent.

    Attributes:
        start_above_w, start_for: drawing more than this for this long means a cycle or charge began.
        end_below_w, end_for: drawing less than this for this long means it ended.
        thermostat: level at which the device's own thermostat stops and starts it, None where it has none.
    """

    start_above_w: float = 15.0
    start_for: timedelta = timedelta(seconds=30)
    end_below_w: float = 5.0
    end_for: timedelta = timedelta(minutes=5)
    thermostat: tuple[float, float] | None = None
    fail_safe: FailSafe = FailSafe.RESTORE_POWER


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """What does not change while the router runs: identity, model, place.

    Attributes:
        flexibility: what it can do differently; None where it can do nothing, such as a meter.
        line: the line that feeds it.
        lines: those over which it spreads (three-phase), one named twice carrying twice as much; empty where
            ``line`` alone feeds it.
        groups: names by which a provider may target it.
        shed_from_level: the SIMPLE level from which it is shed, None for never.
        watch_only: whether it is only watched until its owner hands it over.
        may_discharge: whether its owner agreed that it gives back what it holds: a car that is lent.
    """

    id: DeviceId
    name: str
    device_class: DeviceClass
    model_id: ModelId
    flexibility: PlannedFlexibility | None
    line: Line = Line.L1
    groups: tuple[str, ...] = ()
    shed_from_level: int | None = None
    binding: Binding = Binding()
    watch_only: bool = False
    lines: tuple[Line, ...] = ()
    may_discharge: bool = False


@dataclass(frozen=True, slots=True)
class DeviceState:
    """What is known now.

    Attributes:
        level: of a storage, in its unit; measured or estimated.
        energy_wh, exported_wh: what its meter counted in all, taken and given.
        setpoint_w: the power that it says it was told last; None where it knows none.
        mode: the number of the mode in which it says it runs; None where it knows none.
        mode_since: since when it runs in it.
        armed: whether a person has allowed the router to start it; None where it does not tell.
        line_w: what flows on each conductor, where that is measured.
        plugged: whether there is something to power, such as a car.
        changed_at: when the device was last switched, for shortest run and rest times.
    """

    presence: Presence = Presence.EXPECTED
    on: bool | None = None
    power_w: float | None = None
    energy_wh: float | None = None
    exported_wh: float | None = None
    line_w: tuple[tuple[Line, float], ...] = ()
    setpoint_w: float | None = None
    mode: int | None = None
    mode_since: datetime | None = None
    armed: bool | None = None
    level: float | None = None
    plugged: bool = True
    running: RunningCycle | None = None
    seen_at: datetime | None = None
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownLevel:
    """What is kept of a storage over a restart: its level, when it was known, and the meter's count then."""

    level: float
    at: datetime
    energy_wh: float | None = None
