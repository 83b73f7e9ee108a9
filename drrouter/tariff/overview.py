"""A day of a tariff at a glance: what a kWh costs when, and in words what is charged beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from drrouter.domain.interval import SLOT, Interval, slots
from drrouter.domain.rates import Rates
from drrouter.tariff.calendar import day_span
from drrouter.tariff.charges import Peak, Standing
from drrouter.tariff.document import TariffDocument
from drrouter.tariff.expand import expand


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time of one price, per kWh with VAT; None where no price is known."""

    interval: Interval
    import_price: float | None
    export_price: float | None


@dataclass(frozen=True, slots=True)
class Overview:
    """A day.

    Attributes:
        charges: a sentence for each charge beside the prices.
        published: whether prices of a provider are among them.
    """

    day: date
    stretches: tuple[Stretch, ...]
    charges: tuple[str, ...]
    published: bool


def overview(tariff: TariffDocument, day: date, published: Rates) -> Overview:
    """What the tariff says of a local day.

    Args:
        tariff: the tariff.
        day: of its calendar.
        published: a provider's prices per kWh; they count where the tariff follows a provider.
    """
    span = day_span(day, tariff.zone)
    rates = expand(tariff, span)
    follows = tariff.follows_provider and any(step.overlap(span) for step, _ in published.steps)
    energy = rates.import_energy
    if follows:
        energy = energy.overlay(published.times(rates.import_factor))
    paid = energy.plus(rates.import_adder) if rates.import_adder.steps else energy
    given = rates.export_energy
    if follows and any(part.kind == "feed_in" and part.base == "provider" for part in tariff.component):
        given = given.overlay(published)
    return Overview(day, tuple(_stretches(span, paid, given)), tuple(_charges(tariff)), follows)


def _stretches(span: Interval, paid: Rates, given: Rates) -> Iterator[Stretch]:
    """Neighbouring quarters of equal prices together."""
    open_: Stretch | None = None
    for slot in slots(span.start, span.end, SLOT):
        here = Stretch(slot, paid.at(slot.start), given.at(slot.start))
        if open_ and (open_.import_price, open_.export_price) == (here.import_price, here.export_price):
            open_ = Stretch(Interval(open_.interval.start, slot.end), here.import_price, here.export_price)
            continue
        if open_:
            yield open_
        open_ = here
    if open_:
        yield open_


def _charges(tariff: TariffDocument) -> Iterator[str]:
    """Each charge in words, with VAT."""
    money = tariff.currency
    for peak in tariff.peak:
        yield f"{peak.id}: {_peak(peak, tariff.vat_factor(peak), money)}"
    for tier in tariff.tier:
        factor = tariff.vat_factor(tier)
        blocks = ", ".join(
            f"{one.price_per_kwh * factor:.4f} above {one.above_kwh:g} kWh" for one in tier.blocks
        )
        yield f"{tier.id}: {money} per kWh by the {tier.per}: {blocks}{_months(tier.months)}"
    for part in tariff.capacity:
        factor = tariff.vat_factor(part)
        fee = f"{part.price_per_kw_year * factor:.2f} {money} per kW and year for {part.contracted_kw:g} kW"
        excess = (
            f", {part.excess_price_per_kwh * factor:.4f} {money} per kWh above"
            if part.excess_price_per_kwh
            else ""
        )
        yield f"{part.id}: {fee}{excess}"
    for standing in tariff.standing:
        yield f"{standing.id}: {_standing(standing, tariff.vat_factor(standing), money)}"


def _peak(peak: Peak, factor: float, money: str) -> str:
    highest = f"the {peak.highest} highest" if peak.highest > 1 else "the highest"
    of_days = " of different days" if peak.one_a_day and peak.highest > 1 else ""
    of = f"by {highest} {peak.averaging_min} min of the month{of_days}"
    if peak.when:
        of += ", in its hours"
    if peak.mean_of_months > 1:
        of += f", averaged over {peak.mean_of_months} months"
    if peak.minimum_kw:
        of += f", at least {peak.minimum_kw:g} kW"
    prices = [f"{peak.price_per_kw * factor:.2f} {money} per kW"] if peak.price_per_kw else []
    if peak.steps:
        prices.append(
            ", ".join(f"{step.price * factor:.2f} above {step.above_kw:g} kW" for step in peak.steps)
            + f" {money}"
        )
    return f"{' and '.join(prices)}, {of}{_months(peak.months)}"


def _standing(standing: Standing, factor: float, money: str) -> str:
    return f"{standing.price * factor:.2f} {money} per {standing.per}{_months(standing.months)}"


def _months(months: tuple[int, ...] | None) -> str:
    return f" (months {', '.join(map(str, months))})" if months else ""
