"""What a load profile costs under a tariff, month by month and part by part, as a bill says it.

    for bill in monthly_bills(tariff, profile):
        for line in bill.lines:
            print(line.id, line.quantity, line.unit, line.money)

Months are those of the tariff's calendar. A month that the profile covers in part is charged in part: fees by
the month, and prices of peaks, by the share of its days. Money is not rounded; whoever shows it rounds.

Interpretation: utilities cut billing periods where they read the meter; here each ends with its month.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby

from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates
from drrouter.domain.tariff_terms import EDGE_KW
from drrouter.tariff.calendar import day_span, month_span
from drrouter.tariff.charges import Capacity, Charged, Peak, Standing, Step, Tier, TierBlock
from drrouter.tariff.document import Component, TariffDocument
from drrouter.tariff.expand import component_rates
from drrouter.tariff.metering import Mean, Profile, Quarter, by_day, means, metered

MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Published:
    """What a provider has published, per kWh without VAT; in gaps the tariff's own prices count."""

    import_price: Rates = field(default_factory=Rates)
    export_price: Rates = field(default_factory=Rates)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill.

    Attributes:
        id: of the component or charge.
        kind: ``energy``, ``network``, ``tax`` or ``feed_in``.
        quantity, unit: what was charged for: kWh, kW, days or months.
        net: money without VAT; below zero it is paid to the home.
        vat: the VAT on it.
    """

    id: str
    kind: str
    quantity: float
    unit: str
    net: float
    vat: float

    @property
    def money(self) -> float:
        """With VAT."""
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class Bill:
    """A month's bill.

    Attributes:
        interval: the part of the month that the profile covers.
        import_kwh, export_kwh: what the meter counted.
        unpublished_kwh: import for which the tariff's own price stood in for a provider's.
    """

    interval: Interval
    currency: str
    lines: tuple[Line, ...]
    import_kwh: float
    export_kwh: float
    unpublished_kwh: float = 0.0

    @property
    def money(self) -> float:
        """The sum, with VAT."""
        return sum(line.money for line in self.lines)


def monthly_bills(
    tariff: TariffDocument, profile: Profile, published: Published | None = None
) -> tuple[Bill, ...]:
    """The bills of the months that a profile touches, in order.

    Args:
        tariff: the tariff.
        profile: energy in Wh over intervals; below zero it is fed in.
        published: the provider's prices, for components with ``base = "provider"``.
    """
    zone, meter = tariff.zone, _Meter(tariff, published or Published())
    months = groupby(
        metered(profile), lambda quarter: quarter.interval.start.astimezone(zone).date().replace(day=1)
    )
    return tuple(meter.bill(tuple(quarters)) for _, quarters in months)


class _Meter:
    """Goes through the months in order, and remembers what reaches from one to the next."""

    def __init__(self, tariff: TariffDocument, published: Published) -> None:
        self._tariff, self._published = tariff, published
        self._monthly_kw: dict[str, list[float]] = {}
        self._year_kwh: dict[int, float] = {}

    def bill(self, quarters: Sequence[Quarter]) -> Bill:
        tariff, month = self._tariff, _Month(self._tariff, quarters)
        lines: list[Line] = [self._component(part, month) for part in tariff.component]
        lines += [self._peak(part, month) for part in tariff.peak if month.has(part.months)]
        lines += [self._tier(part, month) for part in tariff.tier if month.has(part.months)]
        for part in tariff.capacity:
            lines += self._capacity(part, month)
        lines += [self._standing(part, month) for part in tariff.standing if month.has(part.months)]
        self._year_kwh[month.year] = self._year_kwh.get(month.year, 0.0) + month.import_kwh
        export_kwh = sum(quarter.export_kwh for quarter in quarters)
        silent_kwh = self._silent_kwh(month) if tariff.follows_provider else 0.0
        return Bill(month.span, tariff.currency, tuple(lines), month.import_kwh, export_kwh, silent_kwh)

    def _component(self, part: Component, month: "_Month") -> Line:
        """Each quarter's energy at its price."""
        rates, fed_in = component_rates(self._tariff, part, month.span), part.kind == "feed_in"
        if part.base == "provider":
            published = self._published
            rates = rates.overlay(published.export_price if fed_in else published.import_price)
        quantity = net = 0.0
        for quarter in month.quarters:
            kwh = quarter.export_kwh if fed_in else quarter.import_kwh
            quantity += kwh
            net += kwh * (rates.mean(quarter.interval) or 0.0)
        return self._line(part, part.kind, quantity, "kWh", -net if fed_in else net)

    def _peak(self, part: Peak, month: "_Month") -> Line:
        """The price of the billed peak."""
        monthly = self._monthly_kw.setdefault(part.id, [])
        monthly.append(max(part.minimum_kw, _highest_kw(part, month)))
        last = monthly[-part.mean_of_months :]
        billed_kw = sum(last) / len(last)
        fee = part.price_per_kw * billed_kw + _step_price(part.steps, billed_kw)
        return self._line(part, part.kind, billed_kw, "kW", fee * month.share)

    def _tier(self, part: Tier, month: "_Month") -> Line:
        """The blocks that the period's energy lies in."""
        if part.per == "day":
            zone = self._tariff.zone
            daily = (sum(one.import_kwh for one in group) for _, group in by_day(month.quarters, zone))
            net = sum(_blocks_price(part.blocks, 0.0, kwh) for kwh in daily)
        else:
            before = self._year_kwh.get(month.year, 0.0) if part.per == "year" else 0.0
            net = _blocks_price(part.blocks, before, before + month.import_kwh)
        return self._line(part, part.kind, month.import_kwh, "kWh", net)

    def _capacity(self, part: Capacity, month: "_Month") -> Iterator[Line]:
        """The fee of the contract, and what was imported above it."""
        if part.price_per_kw_year:
            fee = part.contracted_kw * part.price_per_kw_year / MONTHS_A_YEAR * month.share
            yield self._line(part, part.kind, part.contracted_kw, "kW", fee)
        if part.excess_price_per_kwh:
            periods = month.means(part)
            kwh = sum(max(0.0, mean.kwh - part.contracted_kw * mean.interval.hours) for mean in periods)
            yield self._line(part, part.kind, kwh, "kWh", kwh * part.excess_price_per_kwh)

    def _standing(self, part: Standing, month: "_Month") -> Line:
        """By the day, or a month's share."""
        if part.per == "day":
            return self._line(part, part.kind, month.days, "days", part.price * month.days)
        monthly = part.price if part.per == "month" else part.price / MONTHS_A_YEAR
        return self._line(part, part.kind, month.share, "months", monthly * month.share)

    def _silent_kwh(self, month: "_Month") -> float:
        """What was imported where the provider has published nothing."""
        known = self._published.import_price
        return sum(one.import_kwh for one in month.quarters if known.mean(one.interval) is None)

    def _line(self, part: Charged, kind: str, quantity: float, unit: str, net: float) -> Line:
        return Line(part.id, kind, quantity, unit, net, net * (self._tariff.vat_factor(part) - 1))


class _Month:
    """The metered part of a local month."""

    def __init__(self, tariff: TariffDocument, quarters: Sequence[Quarter]) -> None:
        self._tariff, self.quarters = tariff, quarters
        self.span = Interval(quarters[0].interval.start, quarters[-1].interval.end)
        first = self.span.start.astimezone(tariff.zone).date()
        self.year, self._number = first.year, first.month
        whole = month_span(first, tariff.zone)
        self.days = self._days_in(self.span)
        self.share = self.days / self._days_in(whole)
        self.import_kwh = sum(quarter.import_kwh for quarter in quarters)
        self._holidays = tariff.holidays_in(first, first)

    def has(self, months: Sequence[int] | None) -> bool:
        """Whether this is one of the months."""
        return months is None or self._number in months

    def means(self, part: Peak | Capacity) -> tuple[Mean, ...]:
        """The mean imports that the charge looks at."""
        averaging = timedelta(minutes=part.averaging_min)
        return means(self.quarters, averaging, self._tariff.zone, part.when, self._holidays)

    def daily_kw(self, part: Peak) -> list[float]:
        """The highest mean import of each day that has one."""
        zone = self._tariff.zone
        days = groupby(self.means(part), lambda mean: mean.interval.start.astimezone(zone).date())
        return [max(mean.kw for mean in group) for _, group in days]

    def _days_in(self, span: Interval) -> float:
        """Local days, begun ones in part."""
        days, cursor, zone = 0.0, span.start, self._tariff.zone
        while cursor < span.end:
            day = day_span(cursor.astimezone(zone).date(), zone)
            days += day.overlap_hours(span) / day.hours
            cursor = day.end
        return days


def _highest_kw(part: Peak, month: _Month) -> float:
    """The mean of the highest values of the month; those that are missing count as 0."""
    values = month.daily_kw(part) if part.one_a_day else [mean.kw for mean in month.means(part)]
    return sum(sorted(values, reverse=True)[: part.highest]) / part.highest


def _step_price(steps: Sequence[Step], billed_kw: float) -> float:
    """The price of the highest step whose edge is below; a step from 0 kW on is paid by everybody."""
    taken = [step for step in steps if step.above_kw == 0 or billed_kw > step.above_kw + EDGE_KW]
    return taken[-1].price if taken else 0.0


def _blocks_price(blocks: Sequence[TierBlock], start_kwh: float, end_kwh: float) -> float:
    """What the energy from one count to another costs."""
    edges = [block.above_kwh for block in blocks[1:]] + [float("inf")]
    return sum(
        max(0.0, min(end_kwh, above) - max(start_kwh, block.above_kwh)) * block.price_per_kwh
        for block, above in zip(blocks, edges, strict=True)
    )
