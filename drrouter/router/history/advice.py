"""Computes what would save the home most: each tip with its saving a month and the numbers behind it.

Interpretation: a month has 30 days and goes on as the last four weeks went. No tip comes before a week was
measured, and none that saves less than a tenth of a unit of money a month.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import fmean, median
from zoneinfo import ZoneInfo

from drrouter.domain.history import QUARTERS, DayRecord
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import SLOT
from drrouter.domain.plan import Explanation, Reason
from drrouter.router.history.costing import BASE, DayCosts
from drrouter.router.history.pages import place_of

LEAST_DAYS, MOST_DAYS, MOST_TIPS = 7, 28, 3
MONTH_DAYS = 30
LEAST_SAVING = 0.10
LEAST_ALWAYS_ON_W = 40.0
SHARE_OF_ALWAYS_ON = 0.25
"""Interpretation: a quarter of what is always on can mostly be found and switched off."""

NIGHT_ENDS = 6
LATER_QUARTERS = 48
"""A machine could mostly wait for twelve hours."""

Values = dict[str, float | str]

_RUNS_WH, _CYCLE_WH = 15.0, 100.0
_MEASURED = 0.9


@dataclass(frozen=True, slots=True)
class Tip:
    """One suggestion.

    Attributes:
        reason: which one it is, as a code with its numbers; names are the home's own.
        text: the same in English.
        device_id: of the device that it is about; None where it is the whole home.
        saving_per_month: in the site's currency.
    """

    reason: Reason
    text: str
    saving_per_month: float
    device_id: DeviceId | None = None


@dataclass(frozen=True, slots=True)
class AdviceView:
    """At most three tips, the best first.

    Attributes:
        days: of the last four weeks that were measured; tips come once there are ``days_needed``.
        sentence: what there is to say where there is no tip.
    """

    days: int
    currency: str
    tips: tuple[Tip, ...] = ()
    sentence: str = ""
    days_needed: int = LEAST_DAYS


@dataclass(frozen=True, slots=True)
class PeakCount:
    """What the month's peaks cost: the two highest days, by the mean that the tariff bills."""

    highest_kw: float
    second_kw: float
    price_per_kw: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What tips are computed from.

    Attributes:
        costs: the last local days.
        records: the same by days of UTC.
        names: of the devices.
        explanations: of the plan in force.
        watched: devices that could be handed over.
    """

    zone: ZoneInfo
    currency: str
    costs: Sequence[DayCosts]
    records: Mapping[str, DayRecord]
    names: Mapping[str, str]
    explanations: Sequence[Explanation] = ()
    watched: frozenset[str] = frozenset()
    machines: frozenset[str] = frozenset()
    peak: PeakCount | None = None
    price: float | None = field(init=False)

    def __post_init__(self) -> None:
        """Work out the mean price once."""
        known = [price for one in self.records.values() for price in one.import_price if price is not None]
        object.__setattr__(self, "price", fmean(known) if known else None)

    @property
    def days(self) -> int:
        """How many days were measured for the most part."""
        return sum(any(_is_measured(one, name) for name in one.series) for one in self.costs)

    def monthly(self, amount: float) -> float:
        """What came together in the measured days, a month."""
        return amount / max(self.days, 1) * MONTH_DAYS


def advise(facts: Facts) -> AdviceView:
    """The best tips."""
    if facts.days < LEAST_DAYS:
        sentence = f"Watch for a week first: {facts.days} of {LEAST_DAYS} days are measured."
        return AdviceView(facts.days, facts.currency, sentence=sentence)
    found = [*_always_on(facts), *_by_hand(facts), *_later(facts), *_hand_over(facts), *_peak(facts)]
    worth = [tip for tip in found if tip.saving_per_month >= LEAST_SAVING]
    best = sorted(worth, key=lambda tip: (-tip.saving_per_month, tip.reason.code, tip.device_id or ""))
    sentence = "" if best else "Nothing that was measured could be had for noticeably less."
    return AdviceView(facts.days, facts.currency, tuple(best[:MOST_TIPS]), sentence)


def _is_measured(day: DayCosts, name: str) -> bool:
    rows = day.series[name]
    return sum(row.measured_s for row in rows) >= 0.5 * sum(row.whole_s for row in rows) > 0


def _always_on(facts: Facts) -> Iterator[Tip]:
    """What draws power all the time: the lowest hour of each night beside the devices, the middle of them."""
    lows = [low for day in facts.costs if (low := _lowest_w(day, facts.zone)) is not None]
    if len(lows) < LEAST_DAYS or facts.price is None or (watts := median(lows)) < LEAST_ALWAYS_ON_W:
        return
    kwh = watts * 24 * MONTH_DAYS / 1000
    cost = kwh * facts.price
    saving = cost * SHARE_OF_ALWAYS_ON
    values: Values = {
        "watts": round(watts),
        "kwh": round(kwh, 1),
        "cost": _money(cost),
        "saving": _money(saving),
    }
    text = (
        f"{watts:.0f} W are drawn even in the quietest hour of the night, which is {kwh:.0f} kWh and "
        f"{cost:.2f} {facts.currency} a month; finding a quarter of it would save {saving:.2f}."
    )
    yield Tip(Reason("advice.always_on", values), text, _money(saving))


def _lowest_w(day: DayCosts, zone: ZoneInfo) -> float | None:
    """Of the base load in the hours after midnight; None where no whole hour was measured."""
    rows = day.series.get(BASE, ())
    night = [
        row.taken_wh * 3600 / row.measured_s
        for hour, row in zip(day.hours, rows, strict=False)
        if hour.start.astimezone(zone).hour < NIGHT_ENDS and row.measured_s >= _MEASURED * 3600
    ]
    return min(night, default=None)


@dataclass(frozen=True, slots=True)
class _Cycle:
    """One run of a machine, by quarters from its start on."""

    start: datetime
    wh: tuple[float, ...]
    is_moved: bool


def _by_hand(facts: Facts) -> Iterator[Tip]:
    """Machines that were started at their own buttons, against the cheapest start within twelve hours."""
    for name in sorted(facts.machines - facts.watched):
        started = [one for one in _cycles(facts, name) if not one.is_moved]
        if tip := _cheaper_starts(facts, name, started, "advice.by_hand"):
            yield tip


def _hand_over(facts: Facts) -> Iterator[Tip]:
    """Devices that are only watched, and could be steered."""
    for name in sorted(facts.watched):
        if name in facts.machines:
            tip = _cheaper_starts(facts, name, list(_cycles(facts, name)), "advice.hand_over")
        else:
            tip = _cheaper_hours(facts, name)
        if tip:
            yield tip


def _cheaper_starts(facts: Facts, name: str, cycles: Sequence[_Cycle], code: str) -> Tip | None:
    """What the same cycles would have cost at the cheapest time within twelve hours after their start."""
    priced = [pair for one in cycles if (pair := _paid_and_least(facts, one)) is not None]
    saving = facts.monthly(sum(paid - least for paid, least in priced))
    if not priced:
        return None
    paid, label = facts.monthly(sum(paid for paid, _ in priced)), facts.names.get(name, name)
    values: Values = {
        "name": label,
        "runs": len(priced),
        "days": facts.days,
        "paid": _money(paid),
        "saving": _money(saving),
    }
    hint = "ask for a time by which it must be ready" if code == "advice.by_hand" else "hand it over"
    text = (
        f"{label} ran {len(priced)} times in {facts.days} days as it was started, for {paid:.2f} "
        f"{facts.currency} a month; the cheapest start within 12 hours would save {saving:.2f}: {hint}."
    )
    return Tip(Reason(code, values), text, _money(saving), DeviceId(name))


def _paid_and_least(facts: Facts, cycle: _Cycle) -> tuple[float, float] | None:
    costs = [
        cost
        for later in range(LATER_QUARTERS + 1)
        if (cost := _cost(facts, cycle.start + later * SLOT, cycle.wh)) is not None
    ]
    paid = _cost(facts, cycle.start, cycle.wh)
    return None if paid is None else (paid, min(costs))


def _cost(facts: Facts, start: datetime, quarters_wh: Iterable[float]) -> float | None:
    """What so much would cost at the prices of import; None where one is unknown."""
    total = 0.0
    for number, wh in enumerate(quarters_wh):
        price = _price(facts, start + number * SLOT)
        if price is None:
            return None
        total += wh * price / 1000
    return total


def _price(facts: Facts, instant: datetime) -> float | None:
    key, at = place_of(instant)
    record = facts.records.get(key)
    return record.import_price[at] if record and record.import_price else None


def _cycles(facts: Facts, name: str) -> Iterator[_Cycle]:
    """The runs of a machine: quarters in a row in which it drew power."""
    start, wh, moved = None, list[float](), False
    for key, record in sorted(facts.records.items()):
        series = record.series.get(name)
        rows = series.taken_wh if series and series.taken_wh else (0.0,) * QUARTERS
        backs = {at for at, _, _ in series.moved} if series else set()
        midnight = datetime.fromisoformat(f"{key}T00:00:00+00:00")
        for at, taken in enumerate(rows):
            if taken >= _RUNS_WH:
                start = start or midnight + at * SLOT
                wh.append(taken)
                moved = moved or at in backs
            elif start:
                if sum(wh) >= _CYCLE_WH:
                    yield _Cycle(start, tuple(wh), moved)
                start, wh, moved = None, [], False


def _cheaper_hours(facts: Facts, name: str) -> Tip | None:
    """What the same energy would have cost in the cheaper half of each day."""
    paid = least = 0.0
    for record in facts.records.values():
        series = record.series.get(name)
        known = sorted(price for price in record.import_price if price is not None)
        if series is None or not series.taken_wh or len(known) < 2:
            continue
        pairs = [
            (wh, price)
            for wh, price in zip(series.taken_wh, record.import_price, strict=True)
            if price is not None
        ]
        cost = sum(wh * price for wh, price in pairs) / 1000
        cheap = sum(wh for wh, _ in pairs) * fmean(known[: len(known) // 2]) / 1000
        paid, least = paid + cost, least + min(cheap, cost)
    label, saving = facts.names.get(name, name), facts.monthly(paid - least)
    values: Values = {
        "name": label,
        "days": facts.days,
        "paid": _money(facts.monthly(paid)),
        "saving": _money(saving),
    }
    text = (
        f"{label} is only watched and costs {facts.monthly(paid):.2f} {facts.currency} a month; in the "
        f"cheaper half of each day it would cost {saving:.2f} less: hand it over."
    )
    return Tip(Reason("advice.hand_over_load", values), text, _money(saving), DeviceId(name))


def _later(facts: Facts) -> Iterator[Tip]:
    """What the plan in force says would change: a later ready-by, an earlier start."""
    for one in facts.explanations:
        if one.saving_if_changed is None or one.saving_if_changed <= 0 or not one.would_change:
            continue
        uses = sum(one.device_id in day.series and _used(day, one.device_id) for day in facts.costs)
        saving = one.saving_if_changed * max(facts.monthly(uses), 1.0)
        label = facts.names.get(one.device_id, str(one.device_id))
        values: Values = {
            "name": label,
            "change": one.would_change,
            "once": _money(one.saving_if_changed),
            "uses": uses,
            "days": facts.days,
            "saving": _money(saving),
        }
        parts = (one.would_change_reason,) if one.would_change_reason else ()
        text = (
            f"{label}: {one.would_change}; used on {uses} of {facts.days} days, that is about {saving:.2f} "
            f"{facts.currency} a month."
        )
        yield Tip(Reason("advice.later", values, parts), text, _money(saving), one.device_id)


def _used(day: DayCosts, name: str) -> bool:
    return sum(row.taken_wh for row in day.series[name]) >= _CYCLE_WH


def _peak(facts: Facts) -> Iterator[Tip]:
    """The highest day of the month, where the tariff has a price for it."""
    if (peak := facts.peak) is None:
        return
    saving = (peak.highest_kw - peak.second_kw) * peak.price_per_kw
    values: Values = {
        "highest_kw": round(peak.highest_kw, 2),
        "second_kw": round(peak.second_kw, 2),
        "price": _money(peak.price_per_kw),
        "saving": _money(saving),
    }
    text = (
        f"The month's highest import was {peak.highest_kw:.2f} kW, that of every other day at most "
        f"{peak.second_kw:.2f} kW; each kW costs {peak.price_per_kw:.2f} {facts.currency}, so that spreading "
        f"that one day's use would save {saving:.2f}."
    )
    yield Tip(Reason("advice.peak", values), text, _money(saving))


def _money(amount: float) -> float:
    return round(amount, 2)
