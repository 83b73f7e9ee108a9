"""One truth per instant: priorities, ties, providers, targets, prices and gaps."""

from dataclasses import replace

import pytest

from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import DeviceId
from drrouter.domain.limit import Scope
from drrouter.domain.rates import Rates, constant
from drrouter.domain.timeline import TariffRates, Timeline, resolve
from tests.builders import (
    CAR,
    DAY,
    FREEZER,
    HOUR,
    NOON,
    OTHER_SP,
    PROGRAM,
    SP,
    at,
    capacity,
    event,
    payload,
    price,
    rates,
    shed,
    span,
)

TARIFF = TariffRates()
DIRECTORY: dict[str, tuple[DeviceId, ...]] = {
    "freezer": (FREEZER,),
    "cold": (FREEZER,),
    "big": (CAR, FREEZER),
    "home": (),
}


def resolved(*events: Event, tariff: TariffRates = TARIFF) -> Timeline:
    return resolve(events, tariff, DIRECTORY)


def values(timeline: Timeline, kind: PayloadType) -> list[tuple[str, str, float]]:
    orders = timeline.in_force.get(kind, ())
    return [(f"{o.interval.start:%H:%M}", f"{o.interval.end:%H:%M}", o.value) for o in orders]


def test_a_short_urgent_event_interrupts_a_long_one() -> None:
    timeline = resolved(
        price("long", 0.30, "10:00", "16:00", priority=2), price("short", 0.80, "12:00", "13:00", priority=1)
    )
    assert values(timeline, PayloadType.PRICE) == [
        ("10:00", "12:00", 0.30),
        ("12:00", "13:00", 0.80),
        ("13:00", "16:00", 0.30),
    ]


def test_an_event_that_is_not_urgent_fills_only_what_others_leave() -> None:
    timeline = resolved(
        price("urgent", 0.30, "12:00", "13:00", priority=0), price("idle", 0.10, "10:00", "16:00", priority=5)
    )
    assert timeline.import_price == rates(
        ("10:00", "12:00", 0.10), ("12:00", "13:00", 0.30), ("13:00", "16:00", 0.10)
    )


def test_no_priority_is_the_lowest() -> None:
    timeline = resolved(
        price("none", 0.1, "10:00", "11:00"), price("last", 0.2, "10:00", "11:00", priority=1000)
    )
    assert timeline.import_price.at(at("10:30")) == 0.2


def test_a_tie_goes_to_the_tighter_limit() -> None:
    timeline = resolved(capacity("loose", 4000, "10:00", "11:00"), capacity("tight", 2000, "10:00", "11:00"))
    assert [limit.max_w for limit in timeline.limits] == [2000]


def test_a_tie_goes_to_the_higher_shed_level() -> None:
    timeline = resolved(shed("light", "10:00", "11:00", level=1), shed("hard", "10:00", "11:00", level=3))
    assert [order.value for order in timeline.sheds] == [3]


def test_a_tie_between_prices_goes_to_the_newest_whatever_they_cost() -> None:
    for newest in (0.1, 0.9):
        timeline = resolved(
            price("old", 0.5, "10:00", "11:00"), price("new", newest, "10:00", "11:00", modified_at=NOON)
        )
        assert timeline.import_price.at(at("10:00")) == newest


def test_a_tie_of_equal_age_goes_to_the_smaller_id() -> None:
    timeline = resolved(price("b", 0.2, "10:00", "11:00"), price("a", 0.1, "10:00", "11:00"))
    assert timeline.import_price.at(at("10:00")) == 0.1


def test_two_payloads_of_one_event_that_overlap_are_told_apart_by_their_start() -> None:
    first = payload(PayloadType.PRICE, 0.1, "10:00", "12:00")
    second = payload(PayloadType.PRICE, 0.2, "11:00", "13:00")
    timeline = resolved(event("e", second, first))
    assert timeline.import_price == rates(("10:00", "12:00", 0.1), ("12:00", "13:00", 0.2))


def test_the_same_value_of_the_same_event_goes_on_as_one_stretch() -> None:
    quarters = [payload(PayloadType.PRICE, 0.1, f"10:{m}", f"10:{m + 15}") for m in (15, 30)]
    assert values(resolved(event("e", *quarters)), PayloadType.PRICE) == [("10:15", "10:45", 0.1)]


def test_the_same_value_with_other_words_stays_apart() -> None:
    alerts = (
        payload(PayloadType.ALERT_GRID_EMERGENCY, 1, "10:00", "11:00", "first"),
        payload(PayloadType.ALERT_GRID_EMERGENCY, 1, "11:00", "12:00", "second"),
    )
    assert [order.text for order in resolved(event("e", *alerts)).alerts] == ["first", "second"]


def test_what_is_not_ordered_is_a_gap() -> None:
    timeline = resolved(price("a", 0.1, "10:00", "11:00"), price("b", 0.1, "12:00", "13:00"))
    assert timeline.import_price.at(at("11:30")) is None
    assert values(timeline, PayloadType.PRICE) == [("10:00", "11:00", 0.1), ("12:00", "13:00", 0.1)]


# Providers


def test_limits_of_several_providers_all_stand_so_the_tighter_holds() -> None:
    timeline = resolved(
        capacity("a", 4000, "10:00", "11:00", priority=0),
        capacity("b", 2000, "10:00", "11:00", provider=OTHER_SP, priority=9),
    )
    assert sorted(limit.max_w for limit in timeline.limits_at(at("10:00"))) == [2000, 4000]
    assert {limit.provider for limit in timeline.limits} == {SP, OTHER_SP}


def test_a_priority_of_one_provider_says_nothing_about_another() -> None:
    timeline = resolved(
        price("a", 0.1, "10:00", "11:00", priority=9),
        price("b", 0.02, "10:00", "11:00", provider=OTHER_SP, priority=0),
    )
    assert timeline.import_price.at(at("10:00")) == pytest.approx(0.12)


def test_a_sum_of_providers_is_unknown_where_one_is_silent() -> None:
    timeline = resolved(
        price("a", 0.1, "10:00", "12:00"), price("b", 0.02, "11:00", "13:00", provider=OTHER_SP)
    )
    assert timeline.import_price == rates(("11:00", "12:00", 0.1 + 0.02))


# Targets


def test_an_event_without_targets_is_for_the_whole_site() -> None:
    (limit,) = resolved(capacity("e", 2000, "10:00", "11:00")).limits
    assert (limit.scope, limit.members) == (Scope.SITE, ())


def test_an_event_for_the_home_by_its_name_is_for_the_whole_site() -> None:
    (limit,) = resolved(capacity("e", 2000, "10:00", "11:00", targets=("freezer", "home"))).limits
    assert (limit.scope, limit.members) == (Scope.SITE, ())


def test_a_limit_for_a_group_binds_its_members_and_names_its_programme() -> None:
    (limit,) = resolved(capacity("e", 2000, "10:00", "11:00", targets=("big",))).limits
    assert (limit.scope, limit.members, limit.program) == (Scope.GROUP, (CAR, FREEZER), PROGRAM)
    assert (limit.event_id, limit.provider, limit.interval) == ("e", SP, span("10:00", "11:00"))


def test_an_event_for_several_names_means_each_device_once() -> None:
    (order,) = resolved(shed("e", "10:00", "11:00", targets=("big", "freezer", "neighbour"))).sheds
    assert order.members == (CAR, FREEZER)


def test_an_event_for_somebody_else_is_left_out() -> None:
    timeline = resolved(shed("e", "10:00", "11:00", targets=("neighbour",)))
    assert timeline.sheds == ()
    assert timeline.in_force == {}


def test_orders_for_different_devices_do_not_compete() -> None:
    timeline = resolved(
        shed("all", "10:00", "11:00", level=1, priority=0),
        shed("one", "10:00", "11:00", level=3, targets=("freezer",)),
    )
    assert {(order.members, order.value) for order in timeline.sheds} == {((), 1), ((FREEZER,), 3)}


def test_two_names_of_the_same_devices_compete() -> None:
    timeline = resolved(
        shed("a", "10:00", "11:00", level=1, priority=0, targets=("cold",)),
        shed("b", "10:00", "11:00", level=3, priority=1, targets=("freezer",)),
    )
    assert [order.value for order in timeline.sheds] == [1]


def test_a_price_for_some_devices_only_is_not_the_price_of_the_site() -> None:
    site, car_only = (
        price("site", 0.3, "10:00", "12:00"),
        price("car", 0.1, "11:00", "13:00", targets=("big",)),
    )
    timeline = resolved(site, car_only)
    assert timeline.import_price == rates(("10:00", "12:00", 0.3))
    assert len(timeline.in_force[PayloadType.PRICE]) == 2


# What stands in the timeline


def test_a_shed_level_of_zero_is_no_order() -> None:
    timeline = resolved(shed("e", "10:00", "11:00", level=0))
    assert timeline.sheds == ()
    assert timeline.in_force[PayloadType.SIMPLE][0].value == 0


def test_a_shed_level_of_zero_that_wins_ends_the_shed() -> None:
    timeline = resolved(
        shed("shed", "10:00", "13:00", level=2, priority=2),
        shed("pause", "11:00", "12:00", level=0, priority=1),
    )
    assert [order.interval for order in timeline.sheds] == [span("10:00", "11:00"), span("12:00", "13:00")]


def test_an_alert_carries_the_words_of_the_provider() -> None:
    alert = event("e", payload(PayloadType.ALERT_GRID_EMERGENCY, 1, "10:00", "11:00", "Save power"))
    (order,) = resolved(alert).alerts
    assert order.text == "Save power"


def test_edges_of_orders_come_in_order_and_prices_have_none() -> None:
    timeline = resolved(
        capacity("l", 2000, "10:00", "11:00"),
        shed("s", "10:30", "11:00"),
        price("p", 0.1, "09:00", "15:00"),
        event("a", payload(PayloadType.ALERT_GRID_EMERGENCY, 1, "08:00", "12:00")),
    )
    assert timeline.edges_after(at("10:00")) == (at("10:30"), at("11:00"), at("12:00"))
    assert timeline.edges_after(at("12:00")) == ()


def test_limits_hold_until_their_end() -> None:
    timeline = resolved(capacity("l", 2000, "10:00", "11:00"))
    assert len(timeline.limits_at(at("10:00"))) == 1
    assert timeline.limits_at(at("11:00")) == ()


# Tariff


def test_a_provider_replaces_the_energy_price_of_the_tariff_and_its_adders_stay() -> None:
    day = span("00:00", "24:00")
    tariff = TariffRates(currency="SEK", import_energy=constant(0.20, day), import_adder=constant(0.05, day))
    timeline = resolved(price("e", 0.10, "10:00", "11:00"), tariff=tariff)
    assert timeline.import_price.at(at("10:00")) == pytest.approx(0.15)
    assert timeline.import_price.at(at("11:00")) == pytest.approx(0.25)
    assert timeline.currency == "SEK"


def test_a_price_with_an_adder_missing_is_no_price() -> None:
    tariff = TariffRates(import_adder=rates(("10:00", "11:00", 0.05)))
    timeline = resolved(price("e", 0.10, "10:00", "12:00"), tariff=tariff)
    assert timeline.import_price.at(at("11:30")) is None


def test_without_adders_the_energy_price_is_the_price() -> None:
    assert resolved(price("e", 0.10, "10:00", "12:00")).import_price == rates(("10:00", "12:00", 0.10))


def test_export_has_prices_and_adders_of_its_own() -> None:
    day = span("00:00", "24:00")
    tariff = TariffRates(export_energy=constant(0.08, day), export_adder=constant(-0.01, day))
    sold = event("e", payload(PayloadType.EXPORT_PRICE, -0.02, "10:00", "11:00"))
    timeline = resolved(sold, tariff=tariff)
    assert timeline.export_price.at(at("10:00")) == pytest.approx(-0.03)
    assert timeline.export_price.at(at("12:00")) == pytest.approx(0.07)
    assert timeline.import_price == Rates()


def test_carbon_dioxide_comes_from_the_provider_where_it_says_so() -> None:
    tariff = TariffRates(co2_g_per_kwh=constant(300.0, span("00:00", "24:00")))
    green = event("e", payload(PayloadType.GHG, 50.0, "10:00", "11:00"))
    timeline = resolved(green, tariff=tariff)
    assert [timeline.co2_g_per_kwh.at(at(time)) for time in ("09:00", "10:00")] == [300.0, 50.0]


def test_the_hour_that_clocks_repeat_is_two_hours_of_the_timeline() -> None:
    autumn = replace(price("e", 0.1, "10:00", "11:00"), payloads=())
    first = payload(PayloadType.PRICE, 0.1, "00:00", "01:00")
    second = payload(
        PayloadType.PRICE, 0.2, "01:00", "02:00"
    )  # both are 02:00 to 03:00 in Amsterdam in October
    timeline = resolved(replace(autumn, payloads=(first, second)))
    assert [timeline.import_price.at(DAY + n * HOUR) for n in (0, 1, 2)] == [0.1, 0.2, None]
