"""Plans around announced power cuts: no cycle runs into one, stores are full before, and verify knows it."""

from dataclasses import replace
from typing import Any

import pytest

from drrouter.domain.ids import ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.outage import Outage
from drrouter.domain.wish import ComfortBand
from drrouter.planner import Planner, greedy, plan, price_options, verify
from drrouter.planner.codec import problem_from_json, problem_to_json
from drrouter.planner.repair import held, repair
from tests.unit.planner.homes import (
    BATTERY,
    COTTON,
    FREEZER,
    NOW,
    WASHER,
    at,
    battery,
    committed,
    freezer,
    hourly,
    machine,
    programme,
    running,
)
from tests.unit.planner.test_pauses import pausing, soaking

CUT = Interval(at(18), at(20))
CUTS = (Outage(CUT, ProviderId("grid")),)
DEAR, CHEAP = 0.40, 0.10
INTO_IT = (0.60, CHEAP, CHEAP, CHEAP, 0.20, 0.20, 0.20, 0.20)
"""From 16:00 on; the cheapest hours are 17:00 to 20:00."""

LONG = programme((180, 1000))


@pytest.mark.parametrize("make", [plan, greedy])
def test_a_cycle_that_would_be_cut_is_planned_before_or_after(make: Any) -> None:
    free = hourly(machine(runs=LONG, ready_by=at(23)), prices=INTO_IT)
    assert make(free).cycle_of(WASHER).start == at(17)
    asked = replace(free, outages=CUTS)
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.cycle_of(WASHER).start == at(20)
    told = made.explanation_of(WASHER)
    assert told.binding == "grid announced a power cut from 18:00 UTC to 20:00 UTC"


def test_a_cycle_that_is_over_by_then_or_begins_with_its_end_stands() -> None:
    before = hourly(machine(runs=programme((60, 1000))), prices=INTO_IT, outages=CUTS)
    assert plan(before).cycle_of(WASHER).end == at(18)  # type: ignore[union-attr]
    late = machine(runs=programme((60, 1000)), earliest=at(17.25), ready_by=at(21))
    after = hourly(late, prices=INTO_IT, outages=CUTS)
    assert plan(after).cycle_of(WASHER).start == at(20)  # type: ignore[union-attr]


def test_nothing_left_of_the_window_is_missed_with_its_reason() -> None:
    asked = hourly(machine(runs=programme((180, 1000)), ready_by=at(20.5)), prices=INTO_IT[:5], outages=CUTS)
    made = plan(asked)
    assert verify(made, asked) == ()
    assert not made.cycles
    assert made.misses


def test_a_pause_does_not_bridge_a_cut() -> None:
    asked = hourly(soaking(pausing((60, 1000, 240), (60, 1000, 0))), prices=INTO_IT, outages=CUTS)
    made = plan(asked)
    assert verify(made, asked) == ()
    cycle = made.cycle_of(made.cycles[0].device_id)
    assert cycle is not None
    assert cycle.end <= CUT.start or cycle.start >= CUT.end


def test_what_runs_or_was_promised_stays_though_it_will_be_cut() -> None:
    runs = machine(runs=programme((240, 1000)), earliest=None)
    going = replace(runs, running=running(WASHER, programme((240, 1000)), at(15.5)))
    promised = machine(earliest=None, commitment=committed(WASHER, COTTON, at(19)))
    for device in (going, promised):
        asked = hourly(device, prices=INTO_IT, outages=CUTS)
        made = plan(asked)
        assert verify(made, asked) == ()
        assert made.cycle_of(WASHER).fixed  # type: ignore[union-attr]


def test_options_keep_clear_of_it() -> None:
    asked = hourly(machine(runs=LONG, ready_by=at(23)), prices=INTO_IT, outages=CUTS)
    offered = price_options(plan(asked), asked, WASHER, LONG, NOW, at(24), NOW)
    assert {option.start for option in offered} == {at(20), at(21)}


@pytest.mark.parametrize("make", [repair, held])
def test_a_cut_that_is_announced_later_moves_what_was_planned_into_it(make: Any) -> None:
    free = hourly(machine(runs=LONG, ready_by=at(23)), prices=INTO_IT)
    asked = replace(free, outages=CUTS, previous=plan(free))
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.cycle_of(WASHER).start == at(20)


def test_a_planner_that_keeps_its_model_learns_of_a_cut() -> None:
    keeper = Planner()
    free = hourly(machine(runs=LONG, ready_by=at(23)), prices=INTO_IT)
    assert keeper.plan(free).cycle_of(WASHER).start == at(17)  # type: ignore[union-attr]
    assert keeper.plan(replace(free, outages=CUTS)).cycle_of(WASHER).start == at(20)  # type: ignore[union-attr]


@pytest.mark.parametrize("make", [plan, greedy])
def test_stores_are_full_before_the_cut_and_off_meanwhile(make: Any) -> None:
    caps, hour = ((CUT, 0.0),), Interval(at(17), at(18))
    cold = freezer(caps=caps, comfort=(ComfortBand(hour, high=-23.0),))
    store = battery(caps=caps, comfort=(ComfortBand(hour, low=9000.0),))
    asked = hourly(cold, store, prices=(DEAR, DEAR, CHEAP, CHEAP, DEAR, DEAR), outages=CUTS)
    made = make(asked)
    assert verify(made, asked) == ()
    assert made.level[BATTERY][7] >= 8999.0
    assert made.level[FREEZER][7] < -20.0
    assert not any(made.power_w[BATTERY][8:16] + made.power_w[FREEZER][8:16])
    for device in (BATTERY, FREEZER):
        said = "It shall be full before the power cut that grid announced from 18:00 UTC to 20:00 UTC."
        assert said in made.explanation_of(device).text


def test_verify_finds_a_cycle_that_would_be_cut() -> None:
    free = hourly(machine(runs=LONG, ready_by=at(23)), prices=INTO_IT)
    broken = verify(plan(free), replace(free, outages=CUTS))
    assert any("washer would be cut off at 2023-07-29 18:00" in sentence for sentence in broken)


def test_a_problem_with_a_cut_survives_json() -> None:
    asked = hourly(machine(), prices=INTO_IT, outages=CUTS)
    assert problem_from_json(problem_to_json(asked)) == asked
