"""Priced options out of a plan, without a solver."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.option import OptionKind
from drrouter.planner import PricedStart, Problem, fits, plan, price_options
from drrouter.planner.bill import bill_of
from tests.unit.planner.homes import (
    CAR,
    CHARGING,
    COTTON,
    DISHWASHER,
    ECO,
    NOW,
    WASHER,
    at,
    car,
    committed,
    demo_home,
    limit,
    machine,
    problem,
    programme,
    running,
)

LATER, NEXT_AFTERNOON = NOW + timedelta(minutes=7), at(15, 30)


def offers(
    home: Problem,
    device_id: DeviceId = WASHER,
    earliest: datetime = NOW,
    ready_by: datetime = NEXT_AFTERNOON,
    now: datetime = LATER,
) -> dict[OptionKind, PricedStart]:
    priced = price_options(plan(home), home, device_id, COTTON, earliest, ready_by, now)
    assert len({offer.kind for offer in priced}) == len(priced)
    return {offer.kind: offer for offer in priced}


def test_now_cheapest_and_latest_are_offered() -> None:
    found = offers(problem(machine()))
    assert list(found) == [OptionKind.NOW, OptionKind.CHEAPEST, OptionKind.LATEST]
    assert found[OptionKind.NOW].start == LATER
    assert found[OptionKind.CHEAPEST].start == at(11, 30)
    assert found[OptionKind.LATEST].end == at(15, 30)


def test_the_cost_is_what_it_adds_to_the_bill() -> None:
    home = problem(machine())
    cheapest = offers(home)[OptionKind.CHEAPEST]
    powers = [2000.0, 0.0, 150, 150, (10 * 150 + 5 * 400) / 15, 4000 / 15]
    first = home.slots.index(Interval(at(11, 30), at(11.25, 30)))
    powers[1] = (5 * 2000 + 10 * 150) / 15
    assert cheapest.cost == pytest.approx(bill_of(home).added((300.0,) * 96, powers, first))
    assert cheapest.end - cheapest.start == COTTON.duration


def test_the_saving_is_against_now() -> None:
    found = offers(problem(machine()))
    assert found[OptionKind.NOW].saving == 0.0
    assert found[OptionKind.CHEAPEST].saving == pytest.approx(
        found[OptionKind.NOW].cost - found[OptionKind.CHEAPEST].cost
    )
    assert found[OptionKind.LATEST].saving < found[OptionKind.CHEAPEST].saving


def test_no_other_start_is_cheaper() -> None:
    home = problem(machine(), car())
    made, cheapest = plan(home), offers(home)[OptionKind.CHEAPEST]
    for slot in home.slots[1:80]:
        (alone, *_) = price_options(
            made, home, WASHER, COTTON, slot.start, slot.start + COTTON.duration, LATER
        )
        assert alone.cost >= cheapest.cost - 1e-9


def test_the_greenest_is_offered_where_co2_is_known() -> None:
    clean_at_night = (500.0,) * 40 + (50.0,) * 8 + (500.0,) * 48
    found = offers(problem(machine(), co2_g_per_kwh=clean_at_night))
    greenest = found[OptionKind.GREENEST]
    assert at(2, 30) <= greenest.start <= at(4, 30)
    assert greenest.co2_g == pytest.approx(COTTON.energy_wh / 1000 * 50)
    assert "g of CO2" in greenest.reason


def test_power_from_the_roof_emits_nothing() -> None:
    sunny = problem(machine(), co2_g_per_kwh=(500.0,) * 96, pv_w=(2300.0,) * 96)
    assert offers(sunny)[OptionKind.NOW].co2_g == 0.0


def test_each_reason_is_a_sentence_with_numbers() -> None:
    for offer in offers(problem(machine(), timezone="Europe/Amsterdam")).values():
        assert offer.reason.endswith(".")
        assert "EUR" in offer.reason
    cheapest = offers(problem(machine(), timezone="Europe/Amsterdam"))[OptionKind.CHEAPEST]
    assert "ready by Sun 17:00 is Sun 13:00" in cheapest.reason
    assert "0.12 EUR less than now" in cheapest.reason


def test_a_dearer_option_says_more() -> None:
    found = offers(problem(machine(), import_price=(0.1,) * 48 + (0.4,) * 48))
    assert "more than now" in found[OptionKind.LATEST].reason
    assert found[OptionKind.LATEST].saving < 0


def test_an_earliest_time_ahead_makes_the_first_start_that_time() -> None:
    found = offers(problem(machine()), earliest=at(20.1))
    assert found[OptionKind.NOW].start == at(20.1)
    assert found[OptionKind.NOW].reason.startswith("Starts at 20:06 UTC")


def test_the_devices_own_planned_cycle_does_not_stand_in_its_way() -> None:
    home = problem(machine(), limits=(limit(2400.0),))
    assert offers(home)[OptionKind.CHEAPEST].start == plan(home).cycles[0].start


def test_a_start_that_would_break_a_limit_is_not_offered() -> None:
    busy = problem(machine(), car(by=at(22)), limits=(limit(3000.0),))
    made = plan(busy)
    found = offers(busy)
    assert made.power_w[CAR][0] == 2300.0, "the car charges now"
    assert OptionKind.NOW not in found
    assert found[OptionKind.CHEAPEST].saving is not None


def test_a_group_limit_counts_for_its_members_only() -> None:
    group = limit(1000.0, NOW, at(18), members=(WASHER,))
    home = problem(machine(), machine(DISHWASHER, ECO), limits=(group,))
    assert OptionKind.NOW not in offers(home)
    assert OptionKind.NOW in offers(home, DISHWASHER)


def test_where_nothing_fits_starting_now_is_answered_with_what_it_would_break() -> None:
    found = offers(problem(machine(), limits=(limit(1000.0),)))
    assert list(found) == [OptionKind.NOW]
    assert "the limit of 1.00 kW leaves 700 W" in found[OptionKind.NOW].reason


def test_where_nothing_is_in_time_starting_now_is_answered_with_its_end() -> None:
    found = offers(problem(machine()), ready_by=at(17))
    assert list(found) == [OptionKind.NOW]
    assert "No start is ready by 17:00 UTC" in found[OptionKind.NOW].reason
    assert "ready at 17:32 UTC" in found[OptionKind.NOW].reason


def test_a_running_machine_starts_after_its_cycle() -> None:
    busy = problem(machine(running=running(WASHER, COTTON, at(15.9))))
    found = offers(busy)
    assert OptionKind.NOW not in found
    made = plan(busy)
    why = fits(made, busy, WASHER, COTTON, at(16.5))
    assert why is not None
    assert "another cycle of Washer runs until 17:19 UTC" in why


def test_a_committed_time_is_taken() -> None:
    home = problem(machine(commitment=committed(WASHER, COTTON, at(20))))
    made = plan(home)
    assert fits(made, home, WASHER, COTTON, at(19)) is not None
    assert fits(made, home, WASHER, COTTON, at(21.5)) is None


def test_a_cap_is_in_the_way() -> None:
    home = problem(machine(caps=((Interval(at(18), at(19)), 0.0),)))
    why = fits(plan(home), home, WASHER, COTTON, at(18))
    assert why is not None
    assert "held to 0 W from 18:00 UTC to 19:00 UTC" in why


def test_what_lies_outside_the_plan_does_not_fit() -> None:
    home = problem(machine())
    for instant in (NOW - timedelta(minutes=1), at(16, 30)):
        assert "outside the plan" in (fits(plan(home), home, WASHER, COTTON, instant) or "")


def test_energy_behind_the_horizon_counts_at_mean_prices() -> None:
    home = problem(machine(earliest=None), hours=2, import_price=(0.2,) * 8, co2_g_per_kwh=(100.0,) * 8)
    latest = offers(home, ready_by=at(19))[OptionKind.LATEST]
    assert latest.end > home.horizon.end
    assert latest.cost == pytest.approx(COTTON.energy_wh / 1000 * 0.2)
    assert latest.co2_g == pytest.approx(COTTON.energy_wh / 1000 * 100)


def test_an_older_plan_answers_a_newer_problem() -> None:
    older = problem(machine(), car())
    newer = problem(machine(), car(), now=NOW + timedelta(minutes=20))
    priced = price_options(plan(older), newer, WASHER, COTTON, newer.now, at(15, 30), newer.now)
    assert OptionKind.CHEAPEST in {offer.kind for offer in priced}


def test_a_device_that_the_problem_does_not_know_has_the_sites_limits_only() -> None:
    home = problem(car(), limits=(limit(2000.0),))
    stranger = DeviceId("dryer")
    assert fits(plan(home), home, stranger, COTTON, NOW) is not None
    assert fits(plan(home), home, stranger, programme((30, 500)), NOW) is None


def test_a_storage_may_ask_for_a_block_as_well() -> None:
    home = problem(car(wished=None, flexibility=replace(CHARGING, min_power_w=0.0)))
    assert fits(plan(home), home, CAR, programme((30, 500)), at(20)) is None


def test_a_planned_programme_of_another_name_is_left_where_it_is() -> None:
    other = machine(runs=ECO, earliest=at(18), ready_by=at(20))
    home = problem(other, limits=(limit(2500.0),))
    made = plan(home)
    renamed = replace(home, devices=(replace(other, flexibility=ProfileFlexibility((COTTON,))),))
    assert fits(made, renamed, WASHER, COTTON, made.cycles[0].start) is not None


def test_options_are_the_same_for_the_same_question() -> None:
    home = demo_home()
    assert offers(home) == offers(home)
