"""What a local day cost, device by device, and what it would have cost without the router.

    import 2 kWh at 0.30      devices and base take 4 kWh, 2 of them from the roof: half of each kWh is
    export 0 kWh at 0.08      imported at 0.30, half could have been sold at 0.08; a kWh of now costs 0.19

The costs of the devices and of the base load add up to that of the home: the base load takes the rest.

Interpretation: energy that the baseline has at another time is moved there, one use after the other, on top
of what flowed: it takes away import first where it leaves, and takes away export first where it comes. Both
make the saving smaller rather than larger. A saving belongs to the day on which the energy was used.
Where no price of export is known, export earns nothing; where none of import is known, nothing is compared.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drrouter.domain.history import BaselineMethod, DayRecord, SeriesDay
from drrouter.domain.interval import SLOT, Interval
from drrouter.router.history.figures import Sum, plus
from drrouter.router.history.pages import place_of

METER_SHARE = 0.9
"""Interpretation: the meter counts in a quarter of which it measured this share of what any device did."""

BASE = ""
"""Stands for what is drawn beside the devices, among ids of devices, none of which is empty."""

_LEAST_WH = 0.01


@dataclass(slots=True)
class Quarter:
    """One quarter of an hour: what flowed, at which prices.

    Attributes:
        flows: by device, what it took and gave; the base load among them where the meter tells it.
        import_wh, export_wh: of the home.
        moved_import_wh, moved_export_wh: the same as the baseline has it, while it is being reckoned.
    """

    start: datetime
    import_price: float | None
    export_price: float | None
    co2_g_per_kwh: float | None
    flows: dict[str, tuple[float, float]] = field(default_factory=dict)
    measured_s: dict[str, float] = field(default_factory=dict)
    import_wh: float = 0.0
    export_wh: float = 0.0
    site_s: float = 0.0
    moved_import_wh: float = 0.0
    moved_export_wh: float = 0.0

    def change(self, wh: float) -> tuple[float, float]:
        """Let the baseline take so much more here (less where negative): what that adds in money and CO2."""
        if wh >= 0:
            exported = -min(wh, self.moved_export_wh)
            imported = wh + exported
        else:
            imported = -min(-wh, self.moved_import_wh)
            exported = -wh + imported
        self.moved_import_wh += imported
        self.moved_export_wh += exported
        money = (imported * (self.import_price or 0.0) - exported * (self.export_price or 0.0)) / 1000
        return money, imported * (self.co2_g_per_kwh or 0.0) / 1000


@dataclass(frozen=True, slots=True)
class DayCosts:
    """A local day, hour by hour.

    Attributes:
        hours: the hours of the day, of which there may be 23 or 25.
        site: of each hour, the home.
        series: of each hour, each device and the base load.
        methods: of each device, what its baseline is.
    """

    currency: str
    hours: tuple[Interval, ...]
    site: tuple[Sum, ...]
    series: dict[str, tuple[Sum, ...]]
    methods: dict[str, BaselineMethod]


def cost_day(day: Interval, now: datetime, records: Mapping[str, DayRecord], meter: str | None) -> DayCosts:
    """Reckon one local day.

    Args:
        day: from midnight to midnight at home.
        now: what is later has not happened.
        records: the days of UTC that it touches, and two before, as far as there are any.
        meter: the device that measures the whole home.
    """
    hours = tuple(_hours(day))
    quarters = {one.start: one for one in _quarters(day, records, meter)}
    names = sorted({name for one in quarters.values() for name in one.flows})
    site = tuple(Sum() for _ in hours)
    series = {name: tuple(Sum() for _ in hours) for name in names}
    for one in quarters.values():
        if day.holds(one.start) and one.start < now:
            hour = int((one.start - day.start) / timedelta(hours=1))
            _count(one, site[hour], {name: rows[hour] for name, rows in series.items()})
    for hour, span in enumerate(hours):
        for row in (site[hour], *(rows[hour] for rows in series.values())):
            row.whole_s = max((min(span.end, now) - span.start).total_seconds(), 0.0)
    _compare(day, quarters, records, site, series)
    methods = {
        name: kept.baseline
        for _, record in sorted(records.items())
        for name, kept in record.series.items()
        if name in series
    }
    currency = next((record.currency for _, record in sorted(records.items(), reverse=True)), "EUR")
    return DayCosts(currency, hours, site, series, methods)


def _hours(day: Interval) -> Iterator[Interval]:
    start = day.start
    while start < day.end:
        end = min(start + timedelta(hours=1), day.end)
        yield Interval(start, end)
        start = end


def _quarters(day: Interval, records: Mapping[str, DayRecord], meter: str | None) -> Iterator[Quarter]:
    """Every quarter that was written down, two days before the day too."""
    start = day.start - timedelta(days=2)
    while start < day.end:
        key, at = place_of(start)
        if (record := records.get(key)) is not None:
            yield _quarter(start, at, record, meter)
        start += SLOT


def _quarter(start: datetime, at: int, record: DayRecord, meter: str | None) -> Quarter:
    bought, sold, co2 = (
        row[at] if row else None for row in (record.import_price, record.export_price, record.co2_g_per_kwh)
    )
    one = Quarter(start, bought, sold, co2)
    for name, kept in record.series.items():
        measured_s = kept.measured_s[at] if kept.measured_s else 0
        if measured_s and name != meter:
            one.flows[name] = _flow(kept, at)
            one.measured_s[name] = measured_s
    taken = sum(flow[0] for flow in one.flows.values())
    given = sum(flow[1] for flow in one.flows.values())
    most_s = max(one.measured_s.values(), default=0.0)
    counted = record.series.get(meter) if meter else None
    counted_s = counted.measured_s[at] if counted and counted.measured_s else 0
    if counted and counted_s and counted_s >= METER_SHARE * most_s:
        one.import_wh, one.export_wh = _flow(counted, at)
        base = one.import_wh - one.export_wh - taken + given
        one.flows[BASE] = (max(base, 0.0), max(-base, 0.0))
        one.measured_s[BASE] = one.site_s = counted_s
    else:
        one.import_wh, one.export_wh = max(taken - given, 0.0), max(given - taken, 0.0)
        one.site_s = 0.0 if meter else most_s
    one.moved_import_wh, one.moved_export_wh = one.import_wh, one.export_wh
    return one


def _flow(kept: SeriesDay, at: int) -> tuple[float, float]:
    return (kept.taken_wh[at] if kept.taken_wh else 0.0, kept.given_wh[at] if kept.given_wh else 0.0)


def _count(one: Quarter, site: Sum, series: Mapping[str, Sum]) -> None:
    """Count a quarter in: the home by its flow, the devices at the blended price, the base at the rest."""
    taken = sum(flow[0] for flow in one.flows.values())
    share = min(max(one.import_wh / taken, 0.0), 1.0) if taken > _LEAST_WH else 1.0
    sold = one.export_price or 0.0
    for name, row in series.items():
        row.measured_s += one.measured_s.get(name, 0.0)
        took, gave = one.flows.get(name, (0.0, 0.0))
        row.taken_wh += took
        row.given_wh += gave
    site.measured_s += one.site_s
    site.taken_wh += one.import_wh
    site.given_wh += one.export_wh
    if not one.flows:
        return
    if one.co2_g_per_kwh is not None:
        grams = one.import_wh * one.co2_g_per_kwh / 1000
        site.co2_g = plus(site.co2_g, grams)
        for name, (took, _) in one.flows.items():
            if name != BASE:
                part = took * share * one.co2_g_per_kwh / 1000
                series[name].co2_g, grams = plus(series[name].co2_g, part), grams - part
        if BASE in one.flows:
            series[BASE].co2_g = plus(series[BASE].co2_g, grams)
    if one.import_price is None:
        site.unpriced_wh += one.import_wh
        for name, (took, _) in one.flows.items():
            series[name].unpriced_wh += took
        return
    money = (one.import_wh * one.import_price - one.export_wh * sold) / 1000
    site.cost = plus(site.cost, money)
    blended = share * one.import_price + (1 - share) * sold
    for name, (took, gave) in one.flows.items():
        if name != BASE:
            part = (took * blended - gave * sold) / 1000
            series[name].cost, money = plus(series[name].cost, part), money - part
    if BASE in one.flows:
        series[BASE].cost = plus(series[BASE].cost, money)


def _compare(
    day: Interval,
    quarters: Mapping[datetime, Quarter],
    records: Mapping[str, DayRecord],
    site: tuple[Sum, ...],
    series: Mapping[str, tuple[Sum, ...]],
) -> None:
    """Move each use to where the baseline has it, and count what that would have cost more."""
    own = [one for start, one in quarters.items() if day.holds(start)]
    moves = (*_begun_sooner(own, quarters, records), *_spread_evenly(own, records))
    for name, used, (money, grams) in moves:
        hour = int((used.start - day.start) / timedelta(hours=1))
        for row in (series[name][hour], site[hour]):
            row.saving = plus(row.saving, money)
            if used.co2_g_per_kwh is not None:
                row.saved_co2_g = plus(row.saved_co2_g, grams)


Saved = tuple[str, Quarter, tuple[float, float]]


def _begun_sooner(
    own: list[Quarter], quarters: Mapping[datetime, Quarter], records: Mapping[str, DayRecord]
) -> Iterator[Saved]:
    """Cycles when they were asked for, cars from their arrival on; what began at once saves nothing."""
    for used in own:
        key, at = place_of(used.start)
        for name, kept in records[key].series.items():
            took = used.flows.get(name, (0.0, 0.0))[0]
            if kept.baseline not in _STARTED or took <= _LEAST_WH or used.import_price is None:
                continue
            stayed = True
            for _, back, wh in (one for one in kept.moved if one[0] == at):
                spot = quarters.get(used.start - back * SLOT)
                stayed = False
                if spot and spot.import_price is not None:
                    yield name, used, _together(used.change(-wh), spot.change(wh))
            if stayed:
                yield name, used, (0.0, 0.0)


def _spread_evenly(own: list[Quarter], records: Mapping[str, DayRecord]) -> Iterator[Saved]:
    """What keeps a temperature, or may be held off: as much in each quarter in which it was seen."""
    names = {
        name
        for key in {place_of(one.start)[0] for one in own}
        for name, kept in records[key].series.items()
        if kept.baseline is BaselineMethod.SPREAD
    }
    for name in sorted(names):
        seen = [one for one in own if name in one.flows and one.import_price is not None]
        total = sum(one.flows[name][0] for one in seen)
        if total <= _LEAST_WH:
            yield from ((name, one, (0.0, 0.0)) for one in seen[-1:])
            continue
        left = [one.change(-one.flows[name][0]) for one in seen]
        came, seen_s = (0.0, 0.0), sum(one.measured_s[name] for one in seen)
        for one in seen:
            came = _together(came, one.change(total * one.measured_s[name] / seen_s))
        for one, gone in zip(seen, left, strict=True):
            share = one.flows[name][0] / total
            yield name, one, _together(gone, (came[0] * share, came[1] * share))


def _together(one: tuple[float, float], two: tuple[float, float]) -> tuple[float, float]:
    return one[0] + two[0], one[1] + two[1]


_STARTED = frozenset({BaselineMethod.AS_ASKED, BaselineMethod.AT_ARRIVAL})
