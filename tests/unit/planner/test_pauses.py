"""Programmes that may pause between their phases: each phase is whole, and each pause is an allowed one."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from drrouter.domain.flexibility import Phase, ProfileFlexibility, Programme
from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Plan
from drrouter.domain.wish import CycleWish, Precedence
from drrouter.planner import DeviceInput, Problem, fits, greedy, plan, verify
from drrouter.planner.chain import blocks_of
from drrouter.planner.codec import plan_from_json, plan_to_json
from drrouter.planner.problem import Margin
from drrouter.planner.repair import held
from tests.unit.planner.homes import WASHER, at, committed, limit, machine, programme, running
from tests.unit.planner.test_relations import (
    DRY,
    DRYER,
    HOUR,
    WASH,
    best_of_all,
    checked,
    dryer,
    hourly,
    said,
)

HALF = timedelta(minutes=30)


def pausing(*phases: tuple[int, float, int], name: str = "soak") -> Programme:
    """A programme of phases (minutes, W, minutes of pause allowed after it)."""
    parts = tuple(
        Phase(f"phase {number}", timedelta(minutes=length), power_w, timedelta(minutes=pause))
        for number, (length, power_w, pause) in enumerate(phases)
    )
    return Programme(ProgrammeId(name), name.title(), parts)


SOAK = pausing((60, 1000, 120), (60, 2000, 0))
LONG = pausing((20, 1000, 60), (40, 500, 90), (30, 2000, 30))


def soaking(runs: Programme = SOAK, **changes: Any) -> DeviceInput:
    return machine(WASHER, runs, **{"ready_by": at(22), **changes})


def phases(made: Plan) -> tuple[datetime, ...]:
    return made.cycles[0].phase_starts


class TestPauses:
    prices = (0.1, 0.9, 0.9, 0.2, 0.9, 0.9, 0.9, 0.9)

    def test_it_stands_still_while_power_is_dear(self) -> None:
        made = checked(hourly(soaking(), prices=self.prices))
        assert phases(made) == (at(16), at(19))
        assert made.cycles[0].end == at(20)
        assert made.power_w[WASHER][:5] == (1000.0, 0.0, 0.0, 2000.0, 0.0)
        assert made.cost.money == pytest.approx(0.1 + 2 * 0.2)
        assert "It pauses after phase 0 from 17:00 UTC to 19:00 UTC." in said(made, WASHER)

    def test_no_longer_than_it_may(self) -> None:
        made = checked(hourly(soaking(pausing((60, 1000, 60), (60, 2000, 0))), prices=self.prices))
        first, second = phases(made)
        assert timedelta(0) <= second - first - HOUR <= HOUR

    def test_a_pause_that_saves_nothing_is_not_made(self) -> None:
        made = checked(hourly(soaking(), prices=(0.9, 0.9, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9)))
        assert phases(made) == (at(18), at(19))
        assert "pauses" not in said(made, WASHER)

    def test_a_programme_that_never_pauses_tells_no_phases(self) -> None:
        assert phases(checked(hourly(soaking(WASH), prices=self.prices))) == ()

    def test_parts_follow_each_other_inside_slots(self) -> None:
        made = checked(hourly(soaking(LONG), prices=(0.1, 0.1, *(0.9,) * 6)))
        assert phases(made) == (at(16), at(16) + timedelta(minutes=20), at(17))

    def test_a_cap_is_slept_through(self) -> None:
        capped = soaking(caps=((Interval(at(17), at(18.5)), 0.0),), ready_by=at(20))
        made = checked(hourly(capped, prices=(0.1, *(0.5,) * 7)))
        assert phases(made) == (at(16), at(19))

    def test_a_limit_is_slept_through(self) -> None:
        made = checked(
            hourly(soaking(ready_by=at(20)), prices=self.prices, limits=(limit(500.0, at(17), at(18)),))
        )
        assert phases(made)[1] >= at(18)

    def test_it_ends_late_by_its_last_phase(self) -> None:
        made = checked(hourly(soaking(ready_by=at(17.5)), limits=(limit(1500.0, at(17), at(18)),)))
        assert made.misses[0].amount == pytest.approx(1.5)

    def test_a_running_cycle_is_taken_to_run_through(self) -> None:
        busy = soaking(earliest=None, running=running(WASHER, SOAK, at(15.5)))
        made = checked(hourly(busy, prices=self.prices))
        assert made.cycles[0].end == at(17.5)

    @pytest.mark.parametrize("agreed", [17.5, 18.5])
    def test_no_pause_spans_a_cycle_that_was_agreed(self, agreed: float) -> None:
        promise = committed(WASHER, WASH, at(agreed))
        busy = soaking(flexibility=ProfileFlexibility((SOAK, WASH)), commitment=promise)
        made = checked(hourly(busy, prices=self.prices))
        soak = next(cycle for cycle in made.cycles if not cycle.fixed)
        assert soak.start >= at(agreed + 1) or soak.end <= at(agreed)

    def test_no_pause_spans_a_cycle_of_its_group(self) -> None:
        home = hourly(soaking(), dryer(ready_by=at(18.5), earliest=at(17)), prices=self.prices)
        made = checked(replace(home, exclusive=((WASHER, DRYER),)))
        one, other = made.cycles
        assert one.end <= other.start

    def test_what_follows_waits_for_the_last_phase(self) -> None:
        home = hourly(soaking(), dryer(), prices=self.prices, precedences=(Precedence(WASHER, DRYER),))
        made = checked(home)
        assert made.cycles[1].start >= made.cycles[0].end

    def test_it_waits_for_what_it_follows(self) -> None:
        first = machine(DRYER, DRY, earliest=None, commitment=committed(DRYER, DRY, at(16.5)))
        home = hourly(soaking(), first, prices=self.prices, precedences=(Precedence(DRYER, WASHER),))
        assert phases(replace(checked(home), cycles=checked(home).cycles[1:]))[0] >= at(17.5)

    def test_equal_costs_keep_the_pauses(self) -> None:
        home = hourly(soaking(), prices=(0.2,) * 8)
        made = checked(home)
        (cycle,) = made.cycles
        moved = replace(cycle, start=at(17), end=at(20), phase_starts=(at(17), at(19)))
        again = checked(replace(home, previous=replace(made, cycles=(moved,))))
        assert phases(again) == (at(17), at(19))
        assert again.changes == ()

    def test_what_is_held_keeps_its_pauses(self) -> None:
        home = hourly(soaking(), prices=self.prices)
        made = checked(home)
        again = replace(home, previous=made, import_price=(0.3,) * 8)
        assert held(again).cycles == greedy(again).cycles == made.cycles
        assert verify(held(again), again) == ()
        lazy = replace(again, margin=Margin(money=9.0), import_price=(0.9, 0.9, 0.1, 0.1, *(0.9,) * 4))
        assert plan(lazy).cycles == made.cycles

    def test_other_pauses_are_a_change(self) -> None:
        home = hourly(soaking(), prices=self.prices)
        made = checked(home)
        before = replace(made, cycles=(replace(made.cycles[0], phase_starts=(at(16), at(17)), end=at(18)),))
        (change,) = checked(replace(home, previous=before)).changes
        assert change == "Washer still starts at 16:00 UTC and pauses otherwise: that saves 1.40 EUR."

    def test_pauses_that_are_gone_are_a_change(self) -> None:
        home = hourly(soaking(), prices=self.prices)
        other = hourly(
            soaking(caps=((Interval(at(18), at(20)), 0.0),)), prices=self.prices, previous=plan(home)
        )
        (change,) = checked(other).changes
        assert "its old start is no longer possible" in change

    def test_a_programme_may_be_chosen_for_its_pauses(self) -> None:
        plain = pausing((60, 1000, 0), (60, 2000, 0), name="plain")
        wish = CycleWish(WASHER, plain.id, at(16), at(22), (SOAK.id,))
        device = soaking(flexibility=ProfileFlexibility((plain, SOAK)), wishes=(wish,))
        home = hourly(device, prices=self.prices)
        made = checked(home)
        assert made.cycles[0].programme_id == SOAK.id
        kept = checked(replace(home, previous=made))
        assert kept.cycles == made.cycles
        plainly = replace(
            made, cycles=(replace(made.cycles[0], programme_id=plain.id, phase_starts=(), end=at(18)),)
        )
        assert checked(replace(home, previous=plainly)).cycles == made.cycles

    def test_options_leave_its_own_pauses_out(self) -> None:
        home = hourly(soaking(), prices=self.prices, limits=(limit(2500.0),))
        assert fits(plan(home), home, WASHER, SOAK, at(18)) is None

    def test_pauses_survive_the_journey_through_json(self) -> None:
        made = plan(hourly(soaking(), prices=self.prices))
        assert plan_from_json(plan_to_json(made)) == made

    def test_of_many_pauses_the_longest_count(self) -> None:
        many = pausing(
            (10, 100, 10), (10, 100, 50), (10, 100, 20), (10, 100, 40), (10, 100, 30), (10, 100, 60)
        )
        assert [block.first for block in blocks_of(many)] == [0, 2, 4, 5]

    def test_a_pause_of_less_than_nothing_is_refused(self) -> None:
        with pytest.raises(ValueError, match="cannot pause"):
            Phase("rinse", HOUR, 100.0, -HALF)


@pytest.mark.parametrize("runs", [SOAK, LONG, pausing((30, 800, 20), (45, 900, 200), name="odd")])
@pytest.mark.parametrize("ready_by", [at(18.5), at(20), at(23, 30)])
@pytest.mark.parametrize("prices", [(0.5, 0.2, 0.4, 0.3, 0.1, 0.25), (0.1, 0.6, -0.2, 0.6, 0.3, 0.05)])
@pytest.mark.parametrize("limits", [(), (limit(1200.0, at(17), at(19)),)])
def test_no_other_way_to_pause_is_better(
    runs: Programme, ready_by: datetime, prices: tuple[float, ...], limits: tuple[Any, ...]
) -> None:
    home = hourly(soaking(runs, ready_by=ready_by), prices=prices, limits=limits)
    made = checked(home)
    assert made.objective == pytest.approx(best_of_all(home), abs=1e-6)


def test_no_other_way_to_pause_beside_another_machine_is_better() -> None:
    other = machine(DRYER, programme((45, 1500), name="dry"), ready_by=at(20))
    for rules in (
        {"exclusive": ((WASHER, DRYER),)},
        {"precedences": (Precedence(DRYER, WASHER, HALF, HOUR),)},
    ):
        home = hourly(soaking(ready_by=at(21)), other, prices=(0.5, 0.2, 0.4, 0.3, 0.1, 0.25), **rules)
        assert checked(home).objective == pytest.approx(best_of_all(home), abs=1e-6)


class TestChecker:
    home = hourly(soaking(), prices=TestPauses.prices)

    def broken(self, **changes: Any) -> str:
        made = plan(self.home)
        return "\n".join(verify(replace(made, cycles=(replace(made.cycles[0], **changes),)), self.home))

    def test_a_pause_too_long_is_no_whole_programme(self) -> None:
        assert "not a whole programme" in self.broken(phase_starts=(at(16), at(20)), end=at(21))

    def test_phases_that_overlap_are_no_whole_programme(self) -> None:
        assert "not a whole programme" in self.broken(phase_starts=(at(16), at(16.5)), end=at(17.5))

    def test_a_phase_left_out_is_no_whole_programme(self) -> None:
        assert "not a whole programme" in self.broken(phase_starts=(at(16),), end=at(17))

    def test_another_start_or_end_than_its_phases_is_no_whole_programme(self) -> None:
        assert "not a whole programme" in self.broken(end=at(21))
        assert "not a whole programme" in self.broken(start=at(15.5))

    def test_a_running_cycle_that_pauses_is_refused(self) -> None:
        busy = hourly(soaking(earliest=None, running=running(WASHER, SOAK, at(16))), prices=TestPauses.prices)
        made = plan(busy)
        paused = replace(made.cycles[0], phase_starts=(at(16), at(18)), end=at(19))
        assert "not a whole programme" in "\n".join(verify(replace(made, cycles=(paused,)), busy))

    def test_power_in_a_pause_is_refused(self) -> None:
        made: Problem = self.home
        told = plan(made)
        power = (1000.0, 500.0, *told.power_w[WASHER][2:])
        grid = (told.grid_w[0], 500.0, *told.grid_w[2:])
        wrong = replace(told, power_w={DeviceId("washer"): power}, grid_w=grid)
        assert "and its cycles 0.0 Wh" in "\n".join(verify(wrong, made))
