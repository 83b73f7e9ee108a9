"""Turns a tariff's local calendar into rates over a span of UTC time.

Local time is looked up for each quarter of an hour, so the days when the clocks change need no rule of their
own: 02:30 of a spring night never comes, and 02:30 of an autumn night comes twice.

    local    |22:00      |23:00      |00:00      |01:00
    zone      07:00-23:00|23:00-07:00, of the day before midnight
    rates    |---0.30----|---0.22-------------------

Source: requirement P6 (days of 23 and 25 hours).
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import reduce
from zoneinfo import ZoneInfo

from drrouter.domain.interval import SLOT, Interval, floor_to, slots
from drrouter.domain.rates import Rates, constant
from drrouter.domain.timeline import TariffRates
from drrouter.tariff.calendar import days_of, names_of
from drrouter.tariff.document import Component, TariffDocument, Zone


def expand(tariff: TariffDocument, span: Interval) -> TariffRates:
    """What the tariff says over the span, per kWh; also what counts where a provider is silent.

    Network, taxes and margins are added to the provider's price and to the tariff's own alike.
    """
    return TariffRates(
        currency=tariff.currency,
        import_energy=_sum(tariff, ("energy",), span),
        export_energy=_sum(tariff, ("feed_in",), span),
        import_adder=_sum(tariff, ("network", "tax"), span),
        co2_g_per_kwh=constant(tariff.co2.g_per_kwh, span) if tariff.co2 else Rates(),
    )


def component_rates(tariff: TariffDocument, component: Component, span: Interval) -> Rates:
    """The price of one component over the span."""
    zone, holidays = ZoneInfo(tariff.time_zone), frozenset(tariff.holidays)
    if not component.zones:
        return constant(component.price_per_kwh, span)
    steps: list[tuple[Interval, float]] = []
    for slot in slots(span.start, span.end):
        price = _price(component, floor_to(slot.start, SLOT).astimezone(zone), holidays)
        if steps and steps[-1][1] == price:
            steps[-1] = (Interval(steps[-1][0].start, slot.end), price)
        else:
            steps.append((slot, price))
    return Rates(tuple(steps))


def _sum(tariff: TariffDocument, kinds: Iterable[str], span: Interval) -> Rates:
    """The sum of the components of these kinds; nothing where there is none."""
    parts = [component_rates(tariff, part, span) for part in tariff.component if part.kind in kinds]
    return reduce(Rates.plus, parts) if parts else Rates()


def _price(component: Component, local: datetime, holidays: frozenset[date]) -> float:
    """The price of the first zone that holds, else the component's own."""
    for zone in component.zones:
        if _holds(zone, local, holidays):
            return zone.price_per_kwh
    return component.price_per_kwh


def _holds(zone: Zone, local: datetime, holidays: frozenset[date]) -> bool:
    """Whether the zone holds at a local time."""
    return any(_is_day(zone, day, holidays) for day in days_of(zone.hours, local))


def _is_day(zone: Zone, day: date, holidays: frozenset[date]) -> bool:
    """Whether the zone holds on a day."""
    if zone.months is not None and day.month not in zone.months:
        return False
    return zone.days is None or not names_of(day, holidays).isdisjoint(zone.days)
