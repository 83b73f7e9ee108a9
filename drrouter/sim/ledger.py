"""What a recorded day cost, how high it peaked, whether it kept its limits, and what a router saved.

Prices and limits are given afterwards: the house never knew them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.rates import Rates
from drrouter.sim.record import MINUTE, HouseRecord

GRACE = timedelta(minutes=1)
"""Time that commands may take to reach the plugs, and in which a minute's mean cannot tell."""


@dataclass(frozen=True, slots=True)
class LimitLedger:
    """How one limit was kept.

    Attributes:
        over_wh: energy above the limit, in Wh, whatever it came from.
        controllable_over_wh: the part of it that could have been avoided: base load and cycles that ran
            before the limit began are not controllable (DESIGN, "Precedence").
        worst_w: the highest controllable power above the limit, mean of a minute.
    """

    limit: Limit
    over_wh: float
    controllable_over_wh: float
    worst_w: float


@dataclass(frozen=True, slots=True)
class Ledger:
    """The bill of a recorded day.

    Attributes:
        import_kwh: all that was drawn; ``devices_kwh`` by device, base load not among them.
        cost: in the currency of the prices; ``devices_cost`` by device.
        unpriced_kwh: drawn while no price was known, and not in the cost.
        peak_import_w: the highest mean of a minute; ``peak_quarter_w`` of a quarter of an hour.
        limits: one entry for each limit given.
    """

    record: HouseRecord
    import_kwh: float
    cost: float
    unpriced_kwh: float
    peak_import_w: float
    peak_quarter_w: float
    devices_kwh: dict[DeviceId, float]
    devices_cost: dict[DeviceId, float]
    limits: tuple[LimitLedger, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A day with a router beside the same day without.

    Attributes:
        stored_wh: electricity that the routed house holds more at the end, in cold, warmth and charge.
        mean_price_per_kwh: what that is valued at.
        saving: what the router saved, the end states valued alike.
        same_service: whether as many cycles were finished and no car lacked more.
    """

    routed: Ledger
    baseline: Ledger
    stored_wh: float
    mean_price_per_kwh: float
    saving: float
    same_service: bool


def settle(record: HouseRecord, prices: Rates, limits: Sequence[Limit] = ()) -> Ledger:
    """The bill under prices per kWh of import, and how the limits were kept."""
    per_wh = [_price_per_wh(record, prices, index) for index in range(len(record.base_wh))]
    total = record.total_wh
    return Ledger(
        record=record,
        import_kwh=sum(total) / 1000,
        cost=_cost(total, per_wh),
        unpriced_kwh=sum(wh for wh, price in zip(total, per_wh, strict=True) if price is None) / 1000,
        peak_import_w=60 * max(total, default=0.0),
        peak_quarter_w=_peak_quarter_w(record, total),
        devices_kwh={key: sum(wh) / 1000 for key, wh in record.devices_wh.items()},
        devices_cost={key: _cost(wh, per_wh) for key, wh in record.devices_wh.items()},
        limits=tuple(_kept(record, limit) for limit in limits),
    )


def compare(routed: Ledger, baseline: Ledger, prices: Rates) -> Comparison:
    """What the router saved against the baseline, over the same time and prices.

    A house that ends colder, warmer or better charged has paid for it already; the difference is valued at
    the mean price of the time.
    """
    mean = prices.mean(Interval(routed.record.start, routed.record.until)) or 0.0
    stored_wh = sum(routed.record.stored_wh.values()) - sum(baseline.record.stored_wh.values())
    return Comparison(
        routed=routed,
        baseline=baseline,
        stored_wh=stored_wh,
        mean_price_per_kwh=mean,
        saving=baseline.cost - (routed.cost - mean * stored_wh / 1000),
        same_service=_finished(routed.record) == _finished(baseline.record)
        and routed.record.missing_wh <= baseline.record.missing_wh,
    )


def _instant(record: HouseRecord, index: int) -> datetime:
    """When a minute of the record begins."""
    return record.start.replace(second=0, microsecond=0) + index * MINUTE


def _price_per_wh(record: HouseRecord, prices: Rates, index: int) -> float | None:
    begin = _instant(record, index)
    price = prices.mean(Interval(begin, begin + MINUTE))
    return None if price is None else price / 1000


def _cost(wh: Sequence[float], per_wh: Sequence[float | None]) -> float:
    return sum(energy * price for energy, price in zip(wh, per_wh, strict=True) if price is not None)


def _peak_quarter_w(record: HouseRecord, total: Sequence[float]) -> float:
    """The highest mean of a quarter of the clock, in W."""
    quarters: dict[tuple[datetime, int], float] = {}
    for index, energy in enumerate(total):
        begin = _instant(record, index)
        quarter = begin.replace(minute=0), begin.minute // 15
        quarters[quarter] = quarters.get(quarter, 0.0) + energy
    return 4 * max(quarters.values(), default=0.0)


def _finished(record: HouseRecord) -> dict[DeviceId, int]:
    """How many cycles each machine finished."""
    return {key: sum(one.finished_at is not None for one in cycles) for key, cycles in record.cycles.items()}


def _kept(record: HouseRecord, limit: Limit) -> LimitLedger:
    """How a limit was kept, minute by minute, a minute of grace at its beginning aside."""
    over_wh = controllable_over_wh = worst_w = 0.0
    origin = _instant(record, 0)
    first = max(0, -((origin - limit.interval.start - GRACE) // MINUTE))
    last = min(len(record.base_wh), (limit.interval.end - origin) // MINUTE)
    for index in range(first, last):
        bound_w = 60 * sum(record.devices_wh[key][index] for key in _bound(record, limit))
        if limit.scope is Scope.SITE:
            bound_w += 60 * record.base_wh[index]
        over_w = max(0.0, bound_w - limit.effective_w)
        avoidable_w = min(over_w, _controllable_w(record, limit, index))
        over_wh += over_w / 60
        controllable_over_wh += avoidable_w / 60
        worst_w = max(worst_w, avoidable_w)
    return LimitLedger(limit, over_wh, controllable_over_wh, worst_w)


def _bound(record: HouseRecord, limit: Limit) -> list[DeviceId]:
    """The devices that a limit binds."""
    return [key for key in record.devices_wh if not limit.members or key in limit.members]


def _controllable_w(record: HouseRecord, limit: Limit, index: int) -> float:
    """The power in a minute of bound devices that could have been off, in W."""
    free = (
        key for key in _bound(record, limit) if not _ran_before(record, key, limit, _instant(record, index))
    )
    return 60 * sum(record.devices_wh[key][index] for key in free)


def _ran_before(record: HouseRecord, device_id: DeviceId, limit: Limit, instant: datetime) -> bool:
    """Whether the device runs a cycle at the instant that began before the limit."""
    return any(
        one.started_at is not None
        and one.started_at < limit.interval.start
        and (one.finished_at is None or instant < one.finished_at)
        for one in record.cycles.get(device_id, ())
    )
