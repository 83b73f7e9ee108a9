"""Prices of several providers: parts that add up, rivals of which one holds, and the tariff."""

import pytest

from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import ProviderId
from drrouter.domain.mandate import Mandates, Role, mandate
from drrouter.domain.price_parts import PricePart
from drrouter.domain.rates import Rates
from drrouter.domain.timeline import TariffRates, Timeline, resolve
from tests.builders import at, event, payload, price, rates

ENERGY, NETWORK, OTHER = ProviderId("sells"), ProviderId("runs"), ProviderId("rival")
MANDATES: Mandates = {
    ENERGY: mandate(Role.ENERGY),
    NETWORK: mandate(Role.NETWORK),
    OTHER: mandate(Role.ENERGY),
}


def resolved(*events: Event, tariff: TariffRates | None = None, mandates: Mandates = MANDATES) -> Timeline:
    return resolve(events, tariff or TariffRates(), {}, mandates)


def parts(timeline: Timeline, time: str) -> dict[str, float | None]:
    return {part.name: part.rates.at(at(time)) for part in timeline.import_parts}


def test_energy_and_network_add_up_where_both_are_known() -> None:
    timeline = resolved(
        price("e", 0.20, "10:00", "13:00", provider=ENERGY),
        price("n", 0.05, "11:00", "14:00", provider=NETWORK),
    )
    assert timeline.import_price == rates(("11:00", "13:00", 0.25))
    assert timeline.import_parts == (
        PricePart("energy", rates(("10:00", "13:00", 0.20))),
        PricePart("network", rates(("11:00", "14:00", 0.05))),
    )


def test_of_two_that_sell_energy_the_first_of_the_home_file_holds_and_the_other_fills_its_gaps() -> None:
    timeline = resolved(
        price("a", 0.20, "10:00", "12:00", provider=ENERGY),
        price("b", 0.10, "11:00", "13:00", provider=OTHER),
    )
    assert timeline.import_price == rates(("10:00", "12:00", 0.20), ("12:00", "13:00", 0.10))
    turned = {name: MANDATES[name] for name in (OTHER, ENERGY)}
    timeline = resolved(
        price("a", 0.20, "10:00", "12:00", provider=ENERGY),
        price("b", 0.10, "11:00", "13:00", provider=OTHER),
        mandates=turned,
    )
    assert timeline.import_price == rates(("10:00", "11:00", 0.20), ("11:00", "13:00", 0.10))


def test_the_tariff_stands_in_for_energy_and_for_the_network_where_they_are_silent() -> None:
    tariff = TariffRates(
        import_energy=rates(("10:00", "14:00", 0.30)),
        import_adder=rates(("10:00", "14:00", 0.15)),
        import_network=rates(("10:00", "14:00", 0.05)),
        import_factor=1.2,
        network_factor=1.1,
    )
    silent = resolved(tariff=tariff)
    assert silent.import_price.at(at("10:30")) == pytest.approx(0.45)
    assert parts(silent, "10:30") == pytest.approx({"energy": 0.30, "network": 0.05, "fees": 0.10})
    timeline = resolved(
        price("e", 0.10, "11:00", "13:00", provider=ENERGY),
        price("n", 0.20, "12:00", "14:00", provider=NETWORK),
        tariff=tariff,
    )
    assert parts(timeline, "10:30") == pytest.approx({"energy": 0.30, "network": 0.05, "fees": 0.10})
    assert parts(timeline, "11:30") == pytest.approx({"energy": 0.12, "network": 0.05, "fees": 0.10})
    assert parts(timeline, "12:30") == pytest.approx({"energy": 0.12, "network": 0.22, "fees": 0.10})
    assert parts(timeline, "13:30") == pytest.approx({"energy": 0.30, "network": 0.22, "fees": 0.10})
    for time in ("10:30", "11:30", "12:30", "13:30"):
        assert timeline.import_price.at(at(time)) == pytest.approx(
            sum(value or 0.0 for value in parts(timeline, time).values())
        )


def test_a_price_whose_promised_network_part_is_missing_is_not_known() -> None:
    promised = {ENERGY: mandate(Role.ENERGY), NETWORK: mandate(Role.NETWORK, ["prices", "limits"])}
    assert (
        resolved(price("e", 0.2, "10:00", "13:00", provider=ENERGY), mandates=promised).import_price
        == Rates()
    )


def test_prices_of_export_add_up_too_and_co2_does_not() -> None:
    def ghg(name: str, grams: float, start: str, end: str, provider: ProviderId) -> Event:
        return event(name, payload(PayloadType.GHG, grams, start, end), provider=provider)

    def sold(name: str, value: float, provider: ProviderId) -> Event:
        return event(name, payload(PayloadType.EXPORT_PRICE, value, "10:00", "11:00"), provider=provider)

    timeline = resolved(
        sold("e", 0.10, ENERGY),
        sold("n", -0.02, NETWORK),
        ghg("g", 200.0, "10:00", "12:00", NETWORK),
        ghg("h", 300.0, "11:00", "13:00", OTHER),
    )
    assert timeline.export_price.at(at("10:30")) == pytest.approx(0.08)
    assert timeline.co2_g_per_kwh == rates(("10:00", "12:00", 200.0), ("12:00", "13:00", 300.0))
