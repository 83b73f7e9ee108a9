"""Builders of homes for the planner's tests: each makes its input in one line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from drrouter.domain.flexibility import (
    DemandFlexibility,
    Discharge,
    EnvelopeFlexibility,
    Mode,
    ModesFlexibility,
    Phase,
    ProfileFlexibility,
    Programme,
    StorageFlexibility,
)
from drrouter.domain.ids import DeviceId, HoldToken, ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.wish import Commitment, CycleWish, LevelWish, RunningCycle
from drrouter.planner import DeviceInput, Problem, grid_slots

NOW = datetime(2023, 7, 29, 16, 0, tzinfo=UTC)
"""The evening before a Sunday with negative prices around noon."""

WASHER, DISHWASHER, FREEZER = DeviceId("washer"), DeviceId("dishwasher"), DeviceId("freezer")
CAR, HVAC, BATTERY = DeviceId("car"), DeviceId("hvac"), DeviceId("battery")
ROOF, HEATER = DeviceId("roof"), DeviceId("heater")


def at(hour: float, day: int = 29) -> datetime:
    """An instant of July 2023, UTC."""
    return datetime(2023, 7, day, tzinfo=UTC) + timedelta(hours=hour)


def programme(*phases: tuple[float, float], name: str = "cotton") -> Programme:
    """A programme of phases (minutes, W)."""
    parts = tuple(
        Phase(f"phase {number}", timedelta(minutes=minutes), power_w)
        for number, (minutes, power_w) in enumerate(phases)
    )
    return Programme(ProgrammeId(name), name.title(), parts)


NEXT_AFTERNOON, NEXT_MORNING, NEXT_EVENING = at(15, 30), at(6, 30), at(16, 30)

COTTON = programme((20, 2000), (50, 150), (15, 400))
ECO = programme((15, 1900), (40, 60), (15, 1900), (40, 30), name="eco")


def machine(
    device_id: DeviceId = WASHER,
    runs: Programme = COTTON,
    earliest: datetime | None = NOW,
    ready_by: datetime = NEXT_AFTERNOON,
    **changes: Any,
) -> DeviceInput:
    """A machine with a wished cycle; without a wish when ``earliest`` is None."""
    wishes = () if earliest is None else (CycleWish(device_id, runs.id, earliest, ready_by),)
    device = DeviceInput(device_id, device_id.title(), ProfileFlexibility((runs,)), wishes=wishes)
    return replace(device, **changes)


def running(device_id: DeviceId, runs: Programme, started_at: datetime) -> RunningCycle:
    """A cycle in progress."""
    return RunningCycle(device_id, runs.id, started_at)


def committed(device_id: DeviceId, runs: Programme, start: datetime) -> Commitment:
    """An accepted option."""
    return Commitment(device_id, runs.id, start, runs.duration, HoldToken("token"), NOW)


FREEZING = StorageFlexibility(
    unit="°C",
    level_min=-24.0,
    level_max=-15.0,
    level_target=-18.0,
    level_per_wh=-0.02,
    drift_per_h=0.6,
    max_power_w=90.0,
    duty=True,
)

CHARGING = StorageFlexibility(
    unit="Wh",
    level_min=0.0,
    level_max=40_000.0,
    level_target=40_000.0,
    level_per_wh=0.9,
    drift_per_h=0.0,
    max_power_w=2300.0,
    min_power_w=2300.0,
)


def freezer(
    level: float | None = -18.0, flexibility: StorageFlexibility = FREEZING, **changes: Any
) -> DeviceInput:
    """A freezer on its thermostat."""
    return replace(DeviceInput(FREEZER, "Freezer", flexibility, level=level), **changes)


def car(
    level: float | None = 20_000.0,
    wished: float | None = 30_000.0,
    by: datetime = NEXT_MORNING,
    flexibility: StorageFlexibility = CHARGING,
    **changes: Any,
) -> DeviceInput:
    """A car on a plug that is on or off."""
    wishes = () if wished is None else (LevelWish(CAR, wished, by),)
    return replace(DeviceInput(CAR, "Car", flexibility, level=level, wishes=wishes), **changes)


STORING = StorageFlexibility(
    unit="Wh",
    level_min=500.0,
    level_max=10_000.0,
    level_target=10_000.0,
    level_per_wh=0.9,
    drift_per_h=0.0,
    max_power_w=3000.0,
    discharge=Discharge(max_power_w=3000.0, level_per_wh=1.25),
)


def battery(
    level: float | None = 5000.0, flexibility: StorageFlexibility = STORING, **changes: Any
) -> DeviceInput:
    """A home battery whose owner lets it give: 0.9 of what it takes is stored, 0.8 of that comes back."""
    device = DeviceInput(BATTERY, "Battery", flexibility, level=level, may_discharge=True)
    return replace(device, **changes)


def hvac(power_w: float = 600.0, max_power_w: float = 1200.0, **changes: Any) -> DeviceInput:
    """Air conditioning on a relay."""
    return replace(DeviceInput(HVAC, "Air conditioning", DemandFlexibility(power_w, max_power_w)), **changes)


SG_READY = ModesFlexibility(
    (
        Mode("blocked", 0.0, longest=timedelta(hours=2), most_per_day=timedelta(hours=6)),
        Mode("normal", 1000.0),
        Mode("recommended", 1500.0, cost_per_h=0.01),
        Mode("forced", 3000.0, cost_per_h=0.2),
    ),
    min_dwell=timedelta(minutes=30),
    most_switches=6,
)
"""A heat pump with four modes."""


def heater(flexibility: ModesFlexibility = SG_READY, **changes: Any) -> DeviceInput:
    """A heat pump that is SG-Ready."""
    return replace(DeviceInput(HEATER, "Heat pump", flexibility), **changes)


def roof(sun_w: tuple[float, ...], least_power_w: float = 0.0, **changes: Any) -> DeviceInput:
    """An inverter of 6 kW that can be held back."""
    flexibility = EnvelopeFlexibility(6000.0, least_power_w)
    return replace(DeviceInput(ROOF, "Roof", flexibility, sun_w=sun_w), **changes)


def limit(
    max_w: float,
    start: datetime = NOW,
    end: datetime = NEXT_EVENING,
    members: tuple[DeviceId, ...] = (),
    scope: Scope | None = None,
    guaranteed_w: float = 0.0,
) -> Limit:
    """A limit on the site, or on its members."""
    scope = scope or (Scope.GROUP if members else Scope.SITE)
    return Limit(Interval(start, end), max_w, scope, members, guaranteed_w)


_NIGHT_AND_MORNING = (0.09, 0.08, 0.08, 0.07, 0.08, 0.08, 0.06, 0.04, 0.01, -0.02, -0.05, -0.06)
_NOON_AND_EVENING = (-0.05, -0.02, 0.00, 0.02, 0.07, 0.12, 0.16, 0.17, 0.15, 0.13, 0.11, 0.10)
_BY_HOUR: tuple[float, ...] = _NIGHT_AND_MORNING + _NOON_AND_EVENING


def summer_price(instant: datetime) -> float:
    """Dear in the evening, cheap at night, negative around noon (UTC), in EUR/kWh."""
    return _BY_HOUR[instant.hour] + 0.03


def problem(*devices: DeviceInput, hours: float = 24.0, now: datetime = NOW, **changes: Any) -> Problem:
    """A home with these devices, dynamic prices and 300 W of base load."""
    slots = changes.pop("slots", None) or grid_slots(now, timedelta(hours=hours))
    prices = changes.pop("import_price", tuple(summer_price(slot.start) for slot in slots))
    asked = Problem(
        now=now,
        slots=slots,
        import_price=prices,
        export_price=tuple(price - 0.02 for price in prices),
        base_load_w=(300.0,) * len(slots),
        devices=devices,
    )
    return replace(asked, **changes)


def hourly(*devices: DeviceInput, prices: tuple[float, ...], **changes: Any) -> Problem:
    """An hour at each price, nothing else in the home, and nothing sold."""
    count = 4 * len(prices)
    settings: dict[str, Any] = {
        "hours": float(len(prices)),
        "import_price": tuple(price for price in prices for _ in range(4)),
        "export_price": (0.0,) * count,
        "base_load_w": (0.0,) * count,
    }
    return problem(*devices, **{**settings, **changes})


def demo_home(**changes: Any) -> Problem:
    """The home of the demonstration: freezer, washer, dishwasher, car and air conditioning, 24 h."""
    devices = (
        freezer(),
        machine(),
        machine(DISHWASHER, ECO, ready_by=at(5, 30)),
        car(),
        hvac(),
    )
    return problem(*devices, **{"limits": (limit(5000.0),), **changes})
