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

from drrouter.domain.interval import SLOT, Interval, floor_to, slots
from drrouter.domain.rates import Rates, constant
from drrouter.domain.timeline import TariffRates
from drrouter.tariff.calendar import holds
from drrouter.tariff.document import Component, TariffDocument


def expand(tariff: TariffDocument, span: Interval) -> TariffRates:
    """What the tariff says over the span, per kWh with VAT; also what counts where a provider is silent.

    Network, taxes and margins are added to the provider's price and to the tariff's own alike; a price that
    the network itself sends takes the place of the network's components.
    """
    return TariffRates(
        currency=tariff.currency,
        import_energy=_sum(tariff, ("energy",), span),
        export_energy=_sum(tariff, ("feed_in",), span),
        import_adder=_sum(tariff, ("network", "tax"), span),
        co2_g_per_kwh=constant(tariff.co2.g_per_kwh, span) if tariff.co2 else Rates(),
        import_factor=_factor(tariff),
        import_network=_sum(tariff, ("network",), span),
        network_factor=_network_factor(tariff),
    )


def component_rates(tariff: TariffDocument, component: Component, span: Interval) -> Rates:
    """The price of one component over the span, as it is written: VAT is not added."""
    if not component.zones:
        return constant(component.price_per_kwh, span)
    zone = tariff.zone
    holidays = tariff.holidays_in(span.start.astimezone(zone).date(), span.end.astimezone(zone).date())
    steps: list[tuple[Interval, float]] = []
    for slot in slots(span.start, span.end):
        price = _price(component, floor_to(slot.start, SLOT).astimezone(zone), holidays)
        if steps and steps[-1][1] == price:
            steps[-1] = (Interval(steps[-1][0].start, slot.end), price)
        else:
            steps.append((slot, price))
    return Rates(tuple(steps))


def _sum(tariff: TariffDocument, kinds: Iterable[str], span: Interval) -> Rates:
    """The sum of the components of these kinds with VAT; nothing where there is none."""
    parts = [
        component_rates(tariff, part, span).times(tariff.vat_factor(part))
        for part in tariff.component
        if part.kind in kinds
    ]
    return reduce(Rates.plus, parts) if parts else Rates()


def _factor(tariff: TariffDocument) -> float:
    """The VAT on what a provider publishes."""
    published = (part for part in tariff.component if part.kind == "energy" and part.base == "provider")
    part = next(published, None)
    return tariff.vat_factor(part) if part else 1.0


def _network_factor(tariff: TariffDocument) -> float:
    """The VAT on what the network publishes: that of its own component, else the tariff's."""
    part = next((part for part in tariff.component if part.kind == "network"), None)
    return tariff.vat_factor(part) if part else 1 + tariff.vat_percent / 100


def _price(component: Component, local: datetime, holidays: frozenset[date]) -> float:
    """The price of the first zone that holds, else the component's own."""
    for zone in component.zones:
        if holds(zone, local, holidays):
            return zone.price_per_kwh
    return component.price_per_kwh
