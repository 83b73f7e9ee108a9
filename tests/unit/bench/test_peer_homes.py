"""The homes that both planners are asked about, and our answers through the formula that is neither's."""

import pytest

from drrouter.planner import plan, verify
from tests.bench.peer_homes import peer_home, powers_of, problem_of
from tests.bench.peer_replay import replay


def test_the_length_of_a_step_changes_nothing_about_a_home() -> None:
    fine, coarse = peer_home(1, 5), peer_home(1, 30)
    assert sum(fine.base_w) / 6 == pytest.approx(sum(coarse.base_w))
    assert sum(fine.pv_w) / 6 == pytest.approx(sum(coarse.pv_w))
    assert fine.buy[::6] == coarse.buy
    assert fine.battery == coarse.battery
    assert [cycle.minutes for cycle in fine.cycles] == [cycle.minutes for cycle in coarse.cycles]
    assert fine.pump.steps / fine.pump.least == coarse.pump.steps / coarse.pump.least


@pytest.mark.parametrize("seed", range(10))
def test_a_kilowatt_hour_costs_more_than_it_earns(seed: int) -> None:
    home = peer_home(seed, 30)
    assert all(buy > sell > 0 for buy, sell in zip(home.buy, home.sell, strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_our_plan_costs_what_the_formula_says_and_can_be_carried_out(seed: int) -> None:
    home = peer_home(seed, 30)
    made = plan(problem_of(home, gap=0.001))
    outcome = replay(home, powers_of(made))
    assert outcome.faults == ()
    assert outcome.money == pytest.approx(made.cost.money, abs=1e-6)


def test_a_shorter_cycle_that_fits_no_step_is_planned_by_the_minute() -> None:
    problem = problem_of(peer_home(0, 30, shorter_min=20), gap=0.001)
    made = plan(problem)
    assert verify(made, problem) == ()
    (dishwasher,) = (cycle for cycle in made.cycles if cycle.device_id == "dishwasher")
    assert (dishwasher.end - dishwasher.start).total_seconds() == 100 * 60
