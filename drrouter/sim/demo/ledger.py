"""What the demo's day came to: the bill beside the same day without a router, and whether orders were obeyed.

All of it is judged from the simulated home's own meters, never from the router's word; only what nobody
else can know (rungs, minutes without live data, errors) is taken from the router's account.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from drrouter.domain.event import PayloadType
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.sim.demo.scenario import (
    AIRCO,
    END,
    FREEZER,
    OUTAGE,
    SHIFTABLE,
    HomeAct,
    LoadMachine,
    Order,
    Outage,
)
from drrouter.sim.ledger import GRACE, Comparison, Ledger
from drrouter.sim.record import MINUTE, HouseRecord

STANDBY_W = 5.0
"""What a device that is off may still draw, with its plug."""

CRUMB_WH = 1.0
"""Less energy than this above a limit is rounding."""

GROUPS: dict[str, tuple[DeviceId, ...]] = {"hvac": (AIRCO,)}


@dataclass(frozen=True, slots=True)
class RouterAccount:
    """What only the router can know of its day, and how many errors were logged in all."""

    offline_minutes: float
    errors_logged: int
    rungs: dict[str, int]


@dataclass(frozen=True, slots=True)
class DemoLedger:
    """The day in numbers; its fields are the keys of ``--json``.

    Attributes:
        cost, baseline_cost: the bills of both days, in ``currency``.
        saving: what the router saved, cold, warmth and charge left at the end valued alike.
        limit_breaches: limits that were exceeded by what could have been switched off.
        safety_breaches: cut cycles, a freezer outside its bounds, compressors started again too soon.
        deadline_misses: machines not done and cars not charged in time.
        comfort_misses: rooms that left their comfort range.
        same_service: whether both days finished the same cycles and the car lacked no more with the router.
        peak_window_wh: what shiftable devices drew in peak windows of the offline profile while the line was
            dead, standby left out.
        events_total, events_obeyed: orders that were not taken back, and those that the home obeyed.
        rungs: plans by solve rung.
        finished: whether the day came to its end.
    """

    cost: float
    baseline_cost: float
    saving: float
    currency: str
    import_kwh: float
    baseline_import_kwh: float
    peak_import_w: float
    baseline_peak_import_w: float
    limit_breaches: int
    baseline_limit_breaches: int
    safety_breaches: int
    deadline_misses: int
    comfort_misses: int
    same_service: bool
    events_total: int
    events_obeyed: int
    offline_minutes: float
    peak_window_wh: float
    errors_logged: int
    rungs: dict[str, int]
    until: str
    finished: bool

    def as_json(self) -> dict[str, Any]:
        """The ledger as what JSON is made of."""
        return asdict(self)


def draw_up(
    comparison: Comparison, acts: Iterable[HomeAct], orders: Iterable[Order], account: RouterAccount
) -> DemoLedger:
    """Put the ledger together from both houses' records and the router's account."""
    routed, baseline, record = comparison.routed, comparison.baseline, comparison.routed.record
    obeyed = {order.key: is_obeyed(routed, order) for order in orders}
    return DemoLedger(
        cost=round(routed.cost, 4),
        baseline_cost=round(baseline.cost, 4),
        saving=round(comparison.saving, 4),
        currency="EUR",
        import_kwh=round(routed.import_kwh, 3),
        baseline_import_kwh=round(baseline.import_kwh, 3),
        peak_import_w=round(routed.peak_import_w),
        baseline_peak_import_w=round(baseline.peak_import_w),
        limit_breaches=_breaches(routed),
        baseline_limit_breaches=_breaches(baseline),
        safety_breaches=safety_breaches(record),
        deadline_misses=deadline_misses(record, acts),
        comfort_misses=int(_was_outside(record, AIRCO)),
        same_service=comparison.same_service,
        events_total=len(obeyed),
        events_obeyed=sum(obeyed.values()),
        offline_minutes=account.offline_minutes,
        peak_window_wh=round(peak_window_wh(record), 3),
        errors_logged=account.errors_logged,
        rungs=account.rungs,
        until=record.until.isoformat(),
        finished=record.until >= END,
    )


def limits_of(orders: Iterable[Order]) -> tuple[Limit, ...]:
    """The orders that limit the home's import."""
    return tuple(Limit(order.interval, order.value) for order in orders if _is_limit(order))


def is_obeyed(routed: Ledger, order: Order) -> bool:
    """Whether the meters show that the order was obeyed in every whole minute after its grace.

    A cycle that ran before the order began is never cut (DESIGN, "Precedence") and does not count.
    """
    if _is_limit(order):
        return not any(
            kept.controllable_over_wh > CRUMB_WH for kept in routed.limits if _same(kept.limit, order)
        )
    record = routed.record
    members = [device for name in order.targets for device in GROUPS.get(name, ())] or list(record.devices_wh)
    return all(_is_off(record, device, order.interval) for device in members)


def safety_breaches(record: HouseRecord) -> int:
    """Cycles that lost their power, a freezer outside its bounds, compressors started again too soon."""
    rests = sum(thermal.short_rests for thermal in record.temperatures.values())
    return record.cycle_cuts + int(_was_outside(record, FREEZER)) + rests


def deadline_misses(record: HouseRecord, acts: Iterable[HomeAct]) -> int:
    """Machines that were not done when they were wished for, and cars that left with too little."""
    machines = [act for act in acts if isinstance(act, LoadMachine) and act.ready_by <= record.until]
    cars = sum(left.missing_wh > CRUMB_WH for group in record.departures.values() for left in group)
    return cars + sum(not _was_done(record, act) for act in machines)


def peak_window_wh(record: HouseRecord, outage: Outage = OUTAGE) -> float:
    """What shiftable devices drew in the peak windows of the outage, in Wh, after the grace of each.

    A cycle that ran before is never cut and does not count (DESIGN, "Precedence").
    """
    return sum(
        energy_wh
        for peak in outage.peaks
        for device in SHIFTABLE
        for begin, energy_wh in _minutes(record, device, peak)
        if 60 * energy_wh > STANDBY_W and not _runs_on(record, device, peak, begin)
    )


def _is_limit(order: Order) -> bool:
    return order.kind is PayloadType.IMPORT_CAPACITY_LIMIT


def _same(limit: Limit, order: Order) -> bool:
    return limit.interval == order.interval and limit.max_w == order.value


def _breaches(ledger: Ledger) -> int:
    return sum(kept.controllable_over_wh > CRUMB_WH for kept in ledger.limits)


def _was_outside(record: HouseRecord, device: DeviceId) -> bool:
    """Whether a temperature left its range for longer than a meter can tell."""
    thermal = record.temperatures.get(device)
    return thermal is not None and thermal.outside_s > 1.0


def _is_off(record: HouseRecord, device: DeviceId, interval: Interval) -> bool:
    """Whether the device draws no more than standby, or runs a cycle that began before."""
    return not any(
        60 * energy_wh > STANDBY_W and not _runs_on(record, device, interval, begin)
        for begin, energy_wh in _minutes(record, device, interval)
    )


def _minutes(record: HouseRecord, device: DeviceId, interval: Interval) -> Iterator[tuple[datetime, float]]:
    """What the device drew in every whole minute of the interval, in Wh, after its grace."""
    first = record.start.replace(second=0, microsecond=0)
    for index, energy_wh in enumerate(record.devices_wh.get(device, ())):
        begin = first + index * MINUTE
        if interval.start + GRACE <= begin and begin + MINUTE <= interval.end:
            yield begin, energy_wh


def _runs_on(record: HouseRecord, device: DeviceId, interval: Interval, instant: datetime) -> bool:
    """Whether the device runs a cycle at the instant that began before the interval."""
    return any(
        cycle.started_at is not None
        and cycle.started_at < interval.start
        and (cycle.finished_at is None or instant < cycle.finished_at)
        for cycle in record.cycles.get(device, ())
    )


def _was_done(record: HouseRecord, act: LoadMachine) -> bool:
    return any(
        cycle.loaded_at >= act.at and cycle.finished_at is not None and cycle.finished_at <= act.ready_by
        for cycle in record.cycles.get(act.device_id, ())
    )
