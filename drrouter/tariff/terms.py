"""What a tariff charges beside its prices per kWh, as terms of the planner's Problem, with VAT.

Times become intervals here, and what the meter has counted in the billing period so far becomes the terms'
counters: a plan is charged only for what it adds.

    last month | this month: counted so far |now|  horizon of the plan | next month
    term       |=================== PeakTerm of this month ============|== of the next ==

Interpretation: of a peak that is averaged over 12 months a higher month costs a twelfth in each of the 12
that it counts for, so it is priced in full now.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from drrouter.domain.interval import SLOT, Interval, floor_to, slots
from drrouter.domain.tariff_terms import Block, CapacityTerm, PeakSpan, PeakStep, PeakTerm, TierTerm
from drrouter.tariff.calendar import day_span, holds, month_span, year_span
from drrouter.tariff.charges import Capacity, Peak, Tier
from drrouter.tariff.document import TariffDocument
from drrouter.tariff.metering import Mean, Quarter, means
from drrouter.tariff.parts import When


@dataclass(frozen=True, slots=True)
class Terms:
    """Terms of a Problem, in the document's order."""

    peaks: tuple[PeakTerm, ...] = ()
    tiers: tuple[TierTerm, ...] = ()
    capacities: tuple[CapacityTerm, ...] = ()


def terms_of(tariff: TariffDocument, span: Interval, counted: Sequence[Quarter] = ()) -> Terms:
    """The terms that a plan over the span must know.

    Args:
        tariff: the tariff.
        span: the horizon; what is before its start was counted.
        counted: what the meter has counted before, in order; without it, counters are 0.
    """
    scene = _Scene(tariff, span, counted)
    return Terms(
        tuple(term for part in tariff.peak for term in scene.peaks(part)),
        tuple(term for part in tariff.tier for term in scene.tiers(part)),
        tuple(term for part in tariff.capacity for term in scene.capacities(part)),
    )


class _Scene:
    """The horizon in the tariff's calendar."""

    def __init__(self, tariff: TariffDocument, span: Interval, counted: Sequence[Quarter]) -> None:
        self._tariff, self._span, self._zone = tariff, span, tariff.zone
        self._counted = [quarter for quarter in counted if quarter.interval.start < span.start]
        days = {slot.start.astimezone(self._zone).date() for slot in slots(span.start, span.end)}
        self._days = sorted(days)
        self._holidays = tariff.holidays_in(self._days[0], self._days[-1])

    def peaks(self, part: Peak) -> Iterator[PeakTerm]:
        """One term a month of the horizon, unless none of its windows is in it."""
        factor = self._tariff.vat_factor(part)
        for first, month in self._months():
            inside = month.overlap(self._span)
            windows = self._windows(part.when, inside) if inside else ()
            if (part.months is not None and first.month not in part.months) or (part.when and not windows):
                continue
            before = self._means(part, month)
            spans, done_kw = self._spans(part, month, before)
            yield PeakTerm(
                part.id,
                spans,
                part.price_per_kw * factor,
                tuple(PeakStep(step.above_kw, step.price * factor) for step in part.steps),
                averaging=timedelta(minutes=part.averaging_min),
                highest=part.highest,
                counted_kw=done_kw,
                minimum_kw=part.minimum_kw,
                windows=windows,
                running_kwh=self._running_kwh(part.averaging_min),
            )

    def tiers(self, part: Tier) -> Iterator[TierTerm]:
        """One term for each period that the horizon touches."""
        of_period = {"day": day_span, "month": month_span, "year": year_span}[part.per]
        factor = self._tariff.vat_factor(part)
        blocks = tuple(Block(one.above_kwh, one.price_per_kwh * factor) for one in part.blocks)
        for period in dict.fromkeys(of_period(day, self._zone) for day in self._days):
            month = period.start.astimezone(self._zone).month
            if part.months is None or month in part.months:
                so_far = sum(one.import_kwh for one in self._counted if period.holds(one.interval.start))
                yield TierTerm(part.id, period, blocks, so_far)

    def capacities(self, part: Capacity) -> Iterator[CapacityTerm]:
        """A term for each day of the horizon, so that periods count from midnight."""
        if not part.excess_price_per_kwh:
            return
        price = part.excess_price_per_kwh * self._tariff.vat_factor(part)
        running = self._running_kwh(part.averaging_min)
        for day in (day_span(day, self._zone) for day in self._days):
            inside = day.overlap(self._span)
            windows = self._windows(part.when, inside) if inside else ()
            if inside is None or (part.when and not windows):
                continue
            yield CapacityTerm(
                part.id,
                day,
                part.contracted_kw,
                price,
                averaging=timedelta(minutes=part.averaging_min),
                windows=windows,
                running_kwh=running if day.holds(self._span.start) else 0.0,
            )

    def _months(self) -> Iterator[tuple[date, Interval]]:
        """The months of the horizon, by their first day."""
        for first in dict.fromkeys(day.replace(day=1) for day in self._days):
            yield first, month_span(first, self._zone)

    def _spans(
        self, part: Peak, month: Interval, before: Sequence[Mean]
    ) -> tuple[tuple[PeakSpan, ...], tuple[float, ...]]:
        """The spans that may yet grow, with what they have, and the values of days that are over."""
        if not part.one_a_day:
            return (PeakSpan(month, max((mean.kw for mean in before), default=0.0)),), ()
        highest: dict[date, float] = {}
        for mean in before:
            day = mean.interval.start.astimezone(self._zone).date()
            highest[day] = max(highest.get(day, 0.0), mean.kw)
        days = [day for day in self._days if month.holds(day_span(day, self._zone).start)]
        spans = tuple(PeakSpan(day_span(day, self._zone), highest.pop(day, 0.0)) for day in days)
        return spans, tuple(highest.values())

    def _means(self, part: Peak, month: Interval) -> tuple[Mean, ...]:
        """What the month has had; the period in progress is not over and counts in ``running_kwh``."""
        quarters = [quarter for quarter in self._counted if month.holds(quarter.interval.start)]
        averaging = timedelta(minutes=part.averaging_min)
        done = means(quarters, averaging, self._zone, part.when, self._holidays)
        return tuple(mean for mean in done if mean.interval.end <= self._span.start)

    def _running_kwh(self, averaging_min: int) -> float:
        """What was imported since the period in progress began."""
        midnight = day_span(self._days[0], self._zone).start
        averaging = timedelta(minutes=averaging_min)
        begun = self._span.start - (self._span.start - midnight) % averaging
        return sum(one.import_kwh for one in self._counted if one.interval.start >= begun)

    def _windows(self, when: Sequence[When], inside: Interval) -> tuple[Interval, ...]:
        """When one of these holds, neighbours joined."""
        joined: list[Interval] = []
        for slot in slots(inside.start, inside.end):
            local = floor_to(slot.start, SLOT).astimezone(self._zone)
            if not any(holds(part, local, self._holidays) for part in when):
                continue
            if joined and joined[-1].end == slot.start:
                joined[-1] = Interval(joined[-1].start, slot.end)
            else:
                joined.append(slot)
        return tuple(joined)
