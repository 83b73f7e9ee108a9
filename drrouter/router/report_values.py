"""What a report says of devices and intervals: from samples of the past, the state now, and the plan.

    USAGE, DEMAND                                 the past from ``samples``, the future from the plan
    OPERATING_STATE, SIMPLE_LEVEL, SETPOINT       as it is now
    STORAGE_*, *_AVAILABLE                        what the model and the state tell
    BASELINE, DELTA_USAGE                         the mean of like days (baseline.py), and how far from it
    IMPORT/EXPORT_RESERVATION_*                   nothing: the router asks for no more capacity

What cannot be told is reported as missing.
Source: OpenADR 3.1, Definition, "Report Enumerations", Tables 4 and 6.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from drrouter.domain.device import Presence
from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.measurement import Quality
from drrouter.domain.plan import Plan
from drrouter.domain.report import ReportAsk, Value
from drrouter.domain.timeline import Timeline
from drrouter.router.baseline import Baselines
from drrouter.router.guard import sheds_at
from drrouter.router.kinds import gives_back
from drrouter.router.levers import Setpoint
from drrouter.router.registry import Registry, Seat
from drrouter.router.safety import nominal_w
from drrouter.router.samples import Samples

RUNS_W = 5.0
"""Interpretation: who draws this much runs, in the sense of Table 4."""

_ENERGY = {"WH": 1.0, "KWH": 1000.0, "MWH": 1_000_000.0}
_POWER = {"W": 1.0, "KW": 1000.0, "MW": 1_000_000.0}
_RESERVATIONS = {f"{way}_RESERVATION_{what}" for way in ("IMPORT", "EXPORT") for what in ("CAPACITY", "FEE")}
Found = tuple[Value, Quality]
MISSING: Found = (0.0, Quality.MISSING)


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything that reports are made of, as it is at one instant.

    Attributes:
        asker: the provider that the report is for: of orders it is told its own alone; None: all.
    """

    now: datetime
    registry: Registry
    samples: Samples
    timeline: Timeline
    plan: Plan | None
    setpoints: Mapping[DeviceId, Setpoint]
    kept_on: frozenset[DeviceId] = frozenset()
    baselines: Baselines | None = None
    asker: ProviderId | None = None


def unit_of(ask: ReportAsk) -> str:
    """The unit that a report is in: the one asked for where we know it, else kWh, kW or percent."""
    asked = ask.units.strip().upper()
    if ask.payload_type == "BASELINE" and asked in _POWER:
        return asked
    if ask.payload_type in _ENERGIES or ask.payload_type == "READING":
        return asked if asked in _ENERGY else "KWH"
    if ask.payload_type in _POWERS or ask.payload_type in _RESERVATIONS:
        return asked if asked in _POWER else "KW"
    return "PERCENT" if ask.payload_type == "STORAGE_CHARGE_LEVEL" else ""


def value_of(ask: ReportAsk, device_id: DeviceId, interval: Interval, sight: Sight) -> Found:
    """The value of one payload, in ``unit_of`` the ask, with its quality."""
    unit, seat = unit_of(ask), sight.registry.seat(device_id)
    if ask.payload_type in _RESERVATIONS:
        return 0.0, Quality.OK
    if unit in _POWER and ask.payload_type == "BASELINE":
        watts = _baseline_w(seat, interval, sight)
        return MISSING if watts is None else (watts / _POWER[unit], Quality.ESTIMATED)
    if energy := _ENERGIES.get(ask.payload_type):
        found = energy(ask, seat, interval, sight)
        return found if isinstance(found[0], str) else (found[0] / _ENERGY[unit], found[1])
    if power := _POWERS.get(ask.payload_type):
        found = power(ask, seat, interval, sight)
        return found if isinstance(found[0], str) else (found[0] / _POWER[unit], found[1])
    if other := _OTHERS.get(ask.payload_type):
        return other(ask, seat, interval, sight)
    return MISSING


def _demand_w(ask: ReportAsk, seat: Seat, interval: Interval, sight: Sight) -> Found:
    """Mean or peak of the interval, in W; a forecast is the plan's."""
    if ask.is_forecast:
        return _planned_w(seat, interval, sight)
    measured = sight.samples.over(seat.profile.id, interval)
    watts = measured.peak_w if ask.reading_type == "PEAK" else measured.mean_w
    return max(watts, 0.0), measured.quality


def _usage_wh(ask: ReportAsk, seat: Seat, interval: Interval, sight: Sight) -> Found:
    """Energy of the interval, in Wh."""
    watts, quality = _planned_w(seat, interval, sight) if ask.is_forecast else _mean_w(seat, interval, sight)
    return float(watts) * interval.hours, quality


def _baseline_w(seat: Seat, interval: Interval, sight: Sight) -> float | None:
    return sight.baselines.mean_w(seat.profile.id, interval) if sight.baselines else None


def _baseline_wh(_ask: ReportAsk, seat: Seat, interval: Interval, sight: Sight) -> Found:
    """What it would have used without an order, in Wh; never more than an estimate."""
    watts = _baseline_w(seat, interval, sight)
    return MISSING if watts is None else (watts * interval.hours, Quality.ESTIMATED)


def _delta_wh(ask: ReportAsk, seat: Seat, interval: Interval, sight: Sight) -> Found:
    """Interpretation: used less baseline, so that what was saved is negative."""
    used, quality = _usage_wh(ask, seat, interval, sight)
    watts = _baseline_w(seat, interval, sight)
    if watts is None or quality is Quality.MISSING:
        return MISSING
    return float(used) - watts * interval.hours, Quality.ESTIMATED


def _mean_w(seat: Seat, interval: Interval, sight: Sight) -> Found:
    measured = sight.samples.over(seat.profile.id, interval)
    return max(measured.mean_w, 0.0), measured.quality


def _planned_w(seat: Seat, interval: Interval, sight: Sight) -> Found:
    """The plan's mean over the interval, as far as the plan reaches."""
    plan = sight.plan
    watts = plan.power_w.get(seat.profile.id) if plan else None
    if plan is None or watts is None:
        return MISSING
    parts = [(slot.overlap_hours(interval), power) for slot, power in zip(plan.slots, watts, strict=True)]
    hours = sum(part for part, _ in parts)
    if hours <= 0:
        return MISSING
    mean_w = sum(part * power for part, power in parts) / hours
    return max(mean_w, 0.0), Quality.OK if hours >= interval.hours * 0.999 else Quality.ESTIMATED


def _counted_wh(_ask: ReportAsk, seat: Seat, _interval: Interval, _sight: Sight) -> Found:
    """What the device's own meter stands at, in Wh."""
    counted = seat.state.energy_wh
    return MISSING if counted is None else (counted, Quality.OK)


def _capacity_wh(_ask: ReportAsk, seat: Seat, _interval: Interval, _sight: Sight) -> Found:
    store = seat.profile.flexibility
    if not isinstance(store, StorageFlexibility):
        return MISSING
    return (store.level_max - store.level_min) / store.level_per_wh, Quality.OK


def _dispatchable_wh(_ask: ReportAsk, seat: Seat, _interval: Interval, _sight: Sight) -> Found:
    """What a store could give back, in Wh."""
    store, gives, level = seat.profile.flexibility, gives_back(seat.profile), seat.state.level
    if not isinstance(store, StorageFlexibility) or gives is None or level is None:
        return MISSING
    return max(level - store.level_min, 0.0) / gives.level_per_wh, Quality.OK


def _charge_w(_ask: ReportAsk, seat: Seat, _interval: Interval, _sight: Sight) -> Found:
    is_store = isinstance(seat.profile.flexibility, StorageFlexibility)
    return (nominal_w(seat.profile), Quality.OK) if is_store else MISSING


def _discharge_w(_ask: ReportAsk, seat: Seat, _interval: Interval, _sight: Sight) -> Found:
    gives = gives_back(seat.profile)
    if not isinstance(seat.profile.flexibility, StorageFlexibility):
        return MISSING
    return (gives.max_power_w if gives else 0.0), Quality.OK


def _sheddable_w(_ask: ReportAsk, seat: Seat, interval: Interval, sight: Sight) -> Found:
    """What an order could save: what a device draws, or is planned to, that is shed at some level."""
    if seat.profile.shed_from_level is None:
        return 0.0, Quality.OK
    watts, quality = _planned_w(seat, interval, sight)
    return (seat.state.power_w or 0.0, Quality.ESTIMATED) if quality is Quality.MISSING else (watts, quality)


def _more_w(_ask: ReportAsk, seat: Seat, _interval: Interval, _sight: Sight) -> Found:
    """How much more the device could draw."""
    return max(nominal_w(seat.profile) - (seat.state.power_w or 0.0), 0.0), Quality.ESTIMATED


def _state(_ask: ReportAsk, seat: Seat, _interval: Interval, sight: Sight) -> Found:
    """Table 4: whether it runs, and whether the asker's order holds it back or its owner keeps it out."""
    if seat.state.presence is Presence.GONE:
        return "ERROR", Quality.OK
    runs = "RUNNING" if (seat.state.power_w or 0.0) >= RUNS_W else "IDLE"
    if seat.profile.id in sight.kept_on:
        return f"{runs}_OPTED_OUT", Quality.OK
    told = sight.setpoints.get(seat.profile.id)
    held = told is not None and told.urgent and _is_ordered(seat, sight)
    return f"{runs}_{'CURTAILED' if held else 'NORMAL'}", Quality.OK


def _is_ordered(seat: Seat, sight: Sight) -> bool:
    """Whether an order of the asker is for the device now: of others it learns nothing."""
    timeline = sight.timeline
    limits = (*timeline.limits, *timeline.export_limits)
    orders = (*timeline.sheds, *timeline.alerts, *timeline.setpoints, *timeline.messages)
    mine = [(one.interval, one.members) for one in limits if sight.asker in (None, one.provider)]
    mine += [(one.interval, one.members) for one in orders if sight.asker in (None, one.provider)]
    return any(
        interval.holds(sight.now) and (not members or seat.profile.id in members)
        for interval, members in mine
    )


def _level(_ask: ReportAsk, seat: Seat, _interval: Interval, sight: Sight) -> Found:
    """The highest of the asker's levels of shedding that holds for it now, and that it follows."""
    levels = [
        shed.value
        for shed in sight.timeline.sheds
        if shed.interval.holds(sight.now)
        and sight.asker in (None, shed.provider)
        and (not shed.members or seat.profile.id in shed.members)
        and sheds_at(seat.profile, shed.value)
    ]
    return max(levels, default=0.0), Quality.OK


def _charge_level(_ask: ReportAsk, seat: Seat, _interval: Interval, _sight: Sight) -> Found:
    """How full it is. Interpretation: from 0 to 1, as the enumeration has it."""
    store, level = seat.profile.flexibility, seat.state.level
    if not isinstance(store, StorageFlexibility) or level is None or store.level_max <= 0:
        return MISSING
    return min(max(level / store.level_max, 0.0), 1.0), Quality.OK


_Reader = Callable[[ReportAsk, Seat, Interval, Sight], Found]
_ENERGIES: dict[str, _Reader] = {
    "USAGE": _usage_wh,
    "USAGE_FORECAST": _usage_wh,
    "BASELINE": _baseline_wh,
    "DELTA_USAGE": _delta_wh,
    "READING": _counted_wh,
    "STORAGE_USABLE_CAPACITY": _capacity_wh,
    "STORAGE_DISPATCH_FORECAST": _dispatchable_wh,
}
_POWERS: dict[str, _Reader] = {
    "DEMAND": _demand_w,
    "SETPOINT": lambda _ask, seat, _interval, sight: (
        (found.power_w, Quality.OK) if (found := sight.setpoints.get(seat.profile.id)) else MISSING
    ),
    "STORAGE_MAX_CHARGE_POWER": _charge_w,
    "STORAGE_MAX_DISCHARGE_POWER": _discharge_w,
    "LOAD_SHED_DELTA_AVAILABLE": _sheddable_w,
    "UP_REGULATION_AVAILABLE": _sheddable_w,
    "DOWN_REGULATION_AVAILABLE": _more_w,
    "GENERATION_DELTA_AVAILABLE": _discharge_w,
}
_OTHERS: dict[str, _Reader] = {
    "OPERATING_STATE": _state,
    "SIMPLE_LEVEL": _level,
    "STORAGE_CHARGE_LEVEL": _charge_level,
}
