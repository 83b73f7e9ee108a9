"""Out of which parts a price is made, and whose word each part is.

    energy    of whoever sells it      provider a, written first   |--0.20--|--0.22--|
                                       provider b                  |------0.25------------|
                                       the tariff                  |------------0.30------------|
                                       energy                      |--0.20--|--0.22--|0.25|0.30-|
    network   of whoever runs the grid, in the same way; else what the tariff says
    fees      taxes and margins of the tariff

The parts add up, over the time for which all of them are known. Two providers of the same part are rivals:
where both are known, the one that the home file names first holds, and the other fills what it leaves. A role
is what declares a part: role network adds to the price of energy, any other role is one of energy.

Interpretation: OpenADR 3.1 leaves open what prices of several VTNs mean for one home; the order of the home
file is the owner's own, always the same, and a second source of the same price can stand in for the first.
The network's own price takes the place of the tariff's network component.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

from drrouter.domain.ids import ProviderId
from drrouter.domain.mandate import Mandates, Role
from drrouter.domain.rates import Rates

DIGITS = 10
"""Of a price per kWh; what is left of decimals that do not add up exactly lies beyond."""

Series = Mapping[ProviderId, Rates]
"""What each provider says of the whole site."""


@dataclass(frozen=True, slots=True)
class PricePart:
    """One part of a price per kWh, by name: energy, network or fees."""

    name: str
    rates: Rates


@dataclass(frozen=True, slots=True)
class TariffParts:
    """What the tariff has to say of the same price.

    Attributes:
        adder: all that comes on top of energy, ``network`` among it.
        network: the part that a network's own price takes the place of.
        energy_factor, network_factor: what the providers' prices are multiplied by (VAT).
    """

    energy: Rates
    adder: Rates
    network: Rates = Rates()  # noqa: RUF009 -- it is frozen
    energy_factor: float = 1.0
    network_factor: float = 1.0


def price_of(series: Series, tariff: TariffParts, mandates: Mandates) -> tuple[Rates, tuple[PricePart, ...]]:
    """The price and its parts.

    Args:
        series: what each provider says.
        tariff: what stands in for them, and comes on top.
        mandates: by provider, the first in the home file first. Of whoever is missing nothing is known: its
            price is a part of energy of its own.
    """
    energy = tariff.energy.overlay(published_energy(series, mandates).times(tariff.energy_factor))
    network = first_of(series, ranked(series, mandates, network=True)).times(tariff.network_factor)
    promised = any(one.promises_network_price for one in mandates.values())
    if not network.steps and not promised:
        total = energy.plus(tariff.adder) if tariff.adder.steps else energy
        network = tariff.network
    else:
        network = tariff.network.overlay(network)
        fees = _without(tariff.adder, tariff.network)
        total = energy.plus(network).plus(fees) if fees.steps else energy.plus(network)
    parts = (
        PricePart("energy", energy),
        PricePart("network", network),
        PricePart("fees", _without(tariff.adder, tariff.network)),
    )
    return total, tuple(part for part in parts if part.rates.steps)


def published_energy(series: Series, mandates: Mandates) -> Rates:
    """What those publish who sell energy, before VAT."""
    strangers = [series[name] for name in sorted(series) if name not in mandates]
    known = first_of(series, ranked(series, mandates, network=False))
    parts = [*([known] if known.steps else []), *strangers]
    return reduce(Rates.plus, parts) if parts else Rates()


def first_of(series: Series, names: Iterable[ProviderId]) -> Rates:
    """Of each instant the first that is known."""
    return reduce(lambda low, high: low.overlay(high), [series[name] for name in names][::-1], Rates())


def ranked(series: Iterable[ProviderId], mandates: Mandates, *, network: bool) -> tuple[ProviderId, ...]:
    """The rivals for one part, the first in the home file first."""
    known = set(series)
    return tuple(
        name for name, one in mandates.items() if name in known and (one.role is Role.NETWORK) is network
    )


def in_order(series: Iterable[ProviderId], mandates: Mandates) -> tuple[ProviderId, ...]:
    """All of them, the first in the home file first, and strangers after that."""
    known = set(series)
    mine = [name for name in mandates if name in known]
    return (*mine, *sorted(known - set(mine)))


def _without(total: Rates, part: Rates) -> Rates:
    """The rest of a sum, without the dust of decimals."""
    if not part.steps:
        return total
    rest = total.plus(part.times(-1.0))
    return Rates(tuple((interval, round(value, DIGITS)) for interval, value in rest.steps))
