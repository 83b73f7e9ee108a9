"""Cycles that depend on each other: in order, one at a time, one of several programmes, many of a kind."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from drrouter.domain.flexibility import ProfileFlexibility, RemoteStart
from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import MissKind, Plan, SolveRung
from drrouter.domain.wish import CycleWish, Precedence
from drrouter.planner import DeviceInput, Effort, Prices, Problem, fits, greedy, grid_slots, plan, verify
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.ledger import enter, plan_of
from drrouter.planner.schedule import Schedule
from drrouter.planner.start import Start
from drrouter.planner.tasks import tasks_of
from tests.unit.planner.homes import (
    COTTON,
    ECO,
    NOW,
    WASHER,
    at,
    committed,
    limit,
    machine,
    problem,
    programme,
    running,
)

DRYER, HEATER = DeviceId("dryer"), DeviceId("heater")
HOUR, QUARTER = timedelta(hours=1), timedelta(minutes=15)
WASH, DRY = programme((60, 1000), name="wash"), programme((60, 2000), name="dry")
FALLING = (0.5, 0.4, 0.3, 0.2, 0.1, 0.14, 0.2, 0.25)
"""A price per hour, from 16:00 UTC on."""


def hourly(*devices: DeviceInput, prices: tuple[float, ...] = FALLING, **changes: Any) -> Problem:
    """A home planned by the hour, exactly."""
    slots = grid_slots(NOW, HOUR * len(prices), HOUR)
    changes = {"effort": Effort(gap=0.0), "base_load_w": (0.0,) * len(prices), **changes}
    return problem(*devices, slots=slots, import_price=prices, **changes)


def washer(**changes: Any) -> DeviceInput:
    return machine(WASHER, WASH, **{"ready_by": at(22), **changes})


def dryer(**changes: Any) -> DeviceInput:
    return machine(DRYER, DRY, **{"ready_by": at(22), **changes})


def checked(home: Problem) -> Plan:
    made = plan(home)
    assert verify(made, home) == ()
    assert verify(greedy(home), home) == ()
    assert made.solve_rung is not SolveRung.GREEDY
    return made


def starts(made: Plan) -> dict[DeviceId, datetime]:
    return {cycle.device_id: cycle.start for cycle in made.cycles}


def said(made: Plan, device_id: DeviceId) -> str:
    explanation = made.explanation_of(device_id)
    assert explanation is not None
    return explanation.text


def late_after(hour: float, device: DeviceInput) -> DeviceInput:
    """The device held off from then on until the horizon is over."""
    return replace(device, caps=((Interval(at(hour), at(24)), 0.0),))


def every_place(task: CycleTask) -> list[Start | None]:
    """Nowhere, every start without a pause, and every way to pause."""
    possible = [
        chain.whole(parts)
        for chain in task.chains
        for parts in product(*chain.places)
        if all(
            timedelta(0) <= later.start - part.end <= block.max_pause
            for block, part, later in zip(chain.blocks, parts, parts[1:], strict=False)
        )
    ]
    return [None, *task.starts, *possible]


def best_of_all(home: Problem) -> float:
    """The objective of the best of all plans that keep every rule, found by trying each."""
    tasks = tasks_of(home)

    def candidates() -> Iterator[float]:
        for chosen in product(*(every_place(task) for task in tasks.cycles)):
            schedule = Schedule(
                {task.device.id: start for task, start in zip(tasks.cycles, chosen, strict=True)}, {}
            )
            entry = enter(home, tasks, schedule)
            if not verify(plan_of(home, tasks, entry, SolveRung.GREEDY), home):
                yield entry.objective

    return min(candidates())


class TestPrecedence:
    after = (Precedence(WASHER, DRYER, QUARTER),)

    def test_the_dryer_starts_after_the_washer_with_its_gap(self) -> None:
        made = checked(hourly(washer(), dryer(), precedences=self.after))
        assert starts(made) == {WASHER: at(19), DRYER: at(21)}
        assert made.misses == ()
        assert (
            "Moreover, it must start at least 15 minutes after Washer, which is ready at 20:00 UTC."
            in said(made, DRYER)
        )

    def test_without_it_both_run_when_it_is_cheapest(self) -> None:
        assert starts(checked(hourly(washer(), dryer()))) == {WASHER: at(20), DRYER: at(20)}

    def test_a_gap_counts_in_minutes_and_not_in_slots(self) -> None:
        exact = (Precedence(WASHER, DRYER, timedelta(0), timedelta(0)),)
        made = checked(hourly(washer(), dryer(), precedences=exact))
        assert starts(made)[DRYER] - starts(made)[WASHER] == HOUR

    def test_a_longest_gap_keeps_them_together(self) -> None:
        prices = (0.1, 0.9, 0.95, 0.9, 0.1, 0.2, 0.2, 0.2)
        early = washer(ready_by=at(17.5))
        near = (Precedence(WASHER, DRYER, timedelta(0), HOUR),)
        made = checked(hourly(early, dryer(), prices=prices, precedences=near))
        assert starts(made) == {WASHER: at(16), DRYER: at(17)}
        assert "at most 60 minutes after Washer" in said(made, DRYER)
        far = checked(hourly(early, dryer(), prices=prices, precedences=(Precedence(WASHER, DRYER),)))
        assert starts(far)[DRYER] == at(20)

    def test_a_running_cycle_is_followed_where_it_ends(self) -> None:
        busy = washer(earliest=None, running=running(WASHER, WASH, at(15.5)))
        flat = (0.2,) * 8
        home = hourly(busy, dryer(earliest=at(16)), prices=flat, precedences=self.after)
        made = checked(replace(home, import_price=(0.1, *flat[1:])))
        assert starts(made)[DRYER] >= at(16.75)

    def test_a_committed_cycle_is_followed_where_it_was_agreed(self) -> None:
        agreed = washer(commitment=committed(WASHER, WASH, at(19)))
        made = checked(hourly(agreed, dryer(), precedences=self.after))
        assert starts(made)[DRYER] >= at(20.25)

    def test_the_washer_is_ready_before_a_dryer_that_was_agreed(self) -> None:
        agreed = dryer(commitment=committed(DRYER, DRY, at(19)))
        made = checked(hourly(washer(), agreed, precedences=self.after))
        assert starts(made)[WASHER] == at(17.75), "as late as the gap leaves it, for prices fall"

    def test_an_agreed_dryer_too_early_for_this_wash_was_for_another(self) -> None:
        agreed = dryer(commitment=committed(DRYER, DRY, at(16.5)))
        made = checked(hourly(washer(), agreed, precedences=self.after))
        assert starts(made)[WASHER] == at(20)

    def test_a_running_dryer_binds_no_washer(self) -> None:
        busy = dryer(earliest=None, running=running(DRYER, DRY, at(15.5)))
        assert starts(checked(hourly(washer(), busy, precedences=self.after)))[WASHER] == at(20)

    def test_what_has_nothing_before_it_is_free(self) -> None:
        idle = washer(earliest=None)
        assert starts(checked(hourly(idle, dryer(), precedences=self.after)))[DRYER] == at(20)
        assert starts(checked(hourly(dryer(), precedences=self.after)))[DRYER] == at(20)

    def test_what_follows_a_cycle_that_cannot_run_is_missed_and_says_so(self) -> None:
        manual = washer(flexibility=ProfileFlexibility((WASH,), RemoteStart.NONE))
        made = checked(hourly(manual, dryer(), precedences=self.after))
        assert [miss.kind for miss in made.misses] == [MissKind.CYCLE, MissKind.CYCLE]
        assert made.misses[1].cause == "Washer, which must run before it, is not planned"

    def test_cycles_that_wait_for_each_other_are_missed_and_nothing_else_is(self) -> None:
        circle = (Precedence(WASHER, DRYER), Precedence(DRYER, WASHER))
        made = checked(hourly(washer(), dryer(), machine(HEATER, WASH), precedences=circle))
        assert starts(made).keys() == {HEATER}
        assert {miss.device_id for miss in made.misses} == {WASHER, DRYER}

    def test_a_cycle_cannot_follow_itself(self) -> None:
        made = checked(hourly(washer(), precedences=(Precedence(WASHER, WASHER),)))
        assert "Washer, which must run before it, is not planned" in made.misses[0].cause

    def test_too_little_time_for_both_makes_the_second_late_and_says_why(self) -> None:
        made = checked(hourly(washer(ready_by=at(18)), dryer(ready_by=at(17.5)), precedences=self.after))
        assert starts(made) == {WASHER: at(16), DRYER: at(18)}
        assert made.misses[0].kind is MissKind.DEADLINE
        assert "after Washer, which is ready at 17:00 UTC" in made.misses[0].cause

    def test_who_may_wait_until_after_the_horizon_waits_only_within_its_gap(self) -> None:
        late, dear = dryer(ready_by=at(20, 30)), (0.1, *(0.9,) * 5, 0.0, 0.05)
        loose = hourly(washer(ready_by=at(17)), late, prices=dear, precedences=(Precedence(WASHER, DRYER),))
        assert starts(checked(loose))[DRYER] == at(22)
        capped = late_after(18, late)
        assert starts(checked(replace(loose, devices=(washer(ready_by=at(17)), capped)))) == {WASHER: at(16)}
        near = (Precedence(WASHER, DRYER, timedelta(0), HOUR),)
        made = checked(replace(loose, devices=(washer(ready_by=at(17)), capped), precedences=near))
        assert starts(made) == {WASHER: at(16), DRYER: at(17)}

    def test_where_it_could_only_follow_too_late_it_is_missed_with_the_reason(self) -> None:
        capped = dryer(earliest=at(22.5), ready_by=at(20, 30))
        near = (Precedence(WASHER, DRYER, timedelta(0), HOUR),)
        strict = Prices(lateness_per_hour=3.0)
        home = hourly(washer(ready_by=at(18)), capped, precedences=near)
        made = checked(replace(home, prices=strict))
        assert [miss.device_id for miss in made.misses] == [DRYER]
        assert made.misses[0].cause == (
            "it must start at most 60 minutes after Washer, which is ready at 18:00 UTC"
        )
        busy = washer(earliest=None, running=running(WASHER, WASH, at(15.5)))
        missed = checked(hourly(busy, capped, precedences=near)).misses
        assert [miss.device_id for miss in missed] == [DRYER]

    def test_gaps_that_no_clock_shows_are_refused(self) -> None:
        with pytest.raises(ValueError, match="min_gap"):
            Precedence(WASHER, DRYER, -HOUR)
        with pytest.raises(ValueError, match="min_gap"):
            Precedence(WASHER, DRYER, HOUR, QUARTER)

    def test_an_option_keeps_its_distance(self) -> None:
        agreed = washer(commitment=committed(WASHER, WASH, at(19)))
        home = hourly(agreed, dryer(earliest=None), precedences=self.after)
        made = plan(home)
        assert "15 minutes after Washer" in (fits(made, home, DRYER, DRY, at(18)) or "")
        assert fits(made, home, DRYER, DRY, at(21)) is None


class TestOneAtATime:
    together = ((WASHER, DRYER, HEATER),)

    def test_cycles_of_a_group_do_not_overlap(self) -> None:
        made = checked(
            hourly(washer(), dryer(), machine(HEATER, WASH, ready_by=at(22)), exclusive=self.together)
        )
        assert sorted(starts(made).values()) == [at(19), at(20), at(21)]
        assert made.misses == ()

    def test_time_counts_and_not_slots(self) -> None:
        short = programme((30, 1000), name="short")
        one = machine(WASHER, short, earliest=at(16), ready_by=at(16.5))
        other = machine(DRYER, short, earliest=at(16.5), ready_by=at(17))
        made = checked(hourly(one, other, exclusive=((WASHER, DRYER),)))
        assert starts(made) == {WASHER: at(16), DRYER: at(16.5)}

    def test_a_running_cycle_holds_its_group(self) -> None:
        busy = washer(earliest=None, running=running(WASHER, WASH, at(15.75)))
        home = hourly(busy, dryer(ready_by=at(19)), prices=(0.1, *(0.2,) * 7), exclusive=self.together)
        assert starts(checked(home))[DRYER] >= at(16.75)

    def test_two_that_run_already_are_left_alone(self) -> None:
        both = (
            washer(earliest=None, running=running(WASHER, WASH, at(15.75))),
            dryer(earliest=None, running=running(DRYER, DRY, at(15.5))),
        )
        assert len(checked(hourly(*both, exclusive=self.together)).cycles) == 2

    def test_who_finds_no_room_is_missed_and_says_so(self) -> None:
        agreed = washer(commitment=committed(WASHER, programme((360, 1000), name="wash"), at(16)))
        long = replace(agreed, flexibility=ProfileFlexibility((programme((470, 1000), name="wash"),)))
        made = checked(hourly(long, dryer(), exclusive=self.together))
        assert [miss.device_id for miss in made.misses] == [DRYER]

    def test_an_option_waits_for_its_group(self) -> None:
        agreed = washer(commitment=committed(WASHER, WASH, at(19)))
        home = hourly(agreed, dryer(earliest=None), exclusive=self.together)
        why = fits(plan(home), home, DRYER, DRY, at(19.5))
        assert why == "Washer runs until 20:00 UTC, and only one of the two runs at a time"


class TestAlternatives:
    both = ProfileFlexibility((COTTON, ECO))

    def choosing(self, **changes: Any) -> DeviceInput:
        wish = CycleWish(WASHER, COTTON.id, NOW, at(22), (ECO.id,))
        return replace(machine(flexibility=self.both), wishes=(wish,), **changes)

    def test_the_cheaper_programme_is_chosen_and_named(self) -> None:
        made = checked(problem(self.choosing(), import_price=(0.3,) * 96))
        cheaper = min((COTTON, ECO), key=lambda item: item.energy_wh)
        assert made.cycles[0].programme_id == cheaper.id == COTTON.id
        dear = replace(self.choosing(), wishes=(CycleWish(WASHER, ECO.id, NOW, at(22), (COTTON.id,)),))
        again = checked(problem(dear, import_price=(0.3,) * 96))
        assert again.cycles[0].programme_id == COTTON.id
        assert "Cotton is chosen, for Eco would cost at least 0.3" in said(again, WASHER)

    def test_a_programme_liked_less_must_save_its_price(self) -> None:
        wish = CycleWish(WASHER, ECO.id, NOW, at(22), (COTTON.id,))
        home = problem(replace(self.choosing(), wishes=(wish,)), import_price=(0.3,) * 96)
        saving = (ECO.energy_wh - COTTON.energy_wh) / 1000 * 0.3
        for price, chosen in ((saving - 0.01, COTTON.id), (saving + 0.01, ECO.id)):
            made = checked(replace(home, prices=Prices(less_liked=price)))
            assert made.cycles[0].programme_id == chosen

    def test_the_shorter_one_is_chosen_where_the_longer_would_be_late(self) -> None:
        wish = CycleWish(WASHER, ECO.id, NOW, NOW + timedelta(minutes=90), (COTTON.id,))
        made = checked(problem(replace(self.choosing(), wishes=(wish,)), import_price=(0.01,) * 96))
        assert made.cycles[0].programme_id == COTTON.id
        assert made.misses == ()
        assert "Eco fits nowhere in its window" in said(made, WASHER)

    def test_either_serves_the_wish(self) -> None:
        made = checked(problem(self.choosing(running=running(WASHER, ECO, at(15.9)))))
        assert len(made.cycles) == 1
        assert made.misses == ()

    def test_an_unknown_wish_is_served_by_a_known_alternative(self) -> None:
        wish = CycleWish(WASHER, ProgrammeId("wool"), NOW, at(22), (ECO.id,))
        made = checked(problem(replace(self.choosing(), wishes=(wish,))))
        assert made.cycles[0].programme_id == ECO.id

    def test_the_shorter_may_wait_where_the_longer_may_not(self) -> None:
        end = problem().horizon.end
        wish = CycleWish(WASHER, ECO.id, NOW, end + timedelta(minutes=90), (COTTON.id,))
        home = problem(replace(self.choosing(), wishes=(wish,)), import_price=(0.3,) * 48 + (0.5,) * 48)
        assert checked(home).misses == ()

    def test_equal_costs_keep_the_programme(self) -> None:
        twin = replace(COTTON, id=ProgrammeId("twin"))
        wish = CycleWish(WASHER, COTTON.id, NOW, at(22), (twin.id,))
        device = machine(flexibility=ProfileFlexibility((COTTON, twin)), wishes=(wish,))
        home = problem(device, import_price=(0.2,) * 96)
        made = checked(home)
        other = replace(made, cycles=(replace(made.cycles[0], programme_id=twin.id),))
        assert checked(replace(home, previous=other)).cycles[0].programme_id == twin.id

    def test_another_programme_at_the_same_time_is_a_change(self) -> None:
        rising = tuple(0.3 + 0.01 * index for index in range(96))
        home = problem(self.choosing(), import_price=rising)
        before = checked(home)
        other = replace(before, cycles=(replace(before.cycles[0], programme_id=ECO.id),))
        (change,) = checked(replace(home, previous=other)).changes
        assert change.startswith("Washer runs cotton instead of eco at 16:00 UTC: that saves")


RELATED = [
    {"precedences": (Precedence(WASHER, DRYER, QUARTER),)},
    {"precedences": (Precedence(WASHER, DRYER, timedelta(0), HOUR), Precedence(DRYER, HEATER))},
    {"precedences": (Precedence(WASHER, DRYER), Precedence(DRYER, WASHER))},
    {"exclusive": ((WASHER, DRYER), (DRYER, HEATER))},
    {"exclusive": ((WASHER, DRYER, HEATER),), "precedences": (Precedence(HEATER, WASHER),)},
    {"exclusive": ((WASHER, DRYER, HEATER),), "limits": (limit(1500.0, NOW, at(18)),)},
    {"precedences": (Precedence(WASHER, DRYER, HOUR),), "limits": (limit(500.0, at(19), at(21)),)},
    {"precedences": (Precedence(WASHER, DRYER, timedelta(0), QUARTER),), "prices_of": 0.02},
]


@pytest.mark.parametrize("rules", RELATED)
@pytest.mark.parametrize("ready_by", [at(18), at(20), at(23, 30)])
def test_no_other_plan_that_keeps_the_rules_is_better(rules: dict[str, Any], ready_by: datetime) -> None:
    changes = dict(rules)
    less_liked = changes.pop("prices_of", 0.0)
    quick = programme((30, 1800), name="quick")
    choice = CycleWish(HEATER, WASH.id, at(16), ready_by, (quick.id,))
    home = hourly(
        washer(ready_by=ready_by),
        dryer(ready_by=ready_by),
        machine(HEATER, WASH, flexibility=ProfileFlexibility((WASH, quick)), wishes=(choice,)),
        prices=(0.5, 0.2, 0.4, 0.3, 0.1, 0.25),
        **changes,
    )
    home = replace(home, prices=Prices(less_liked=less_liked))
    made = checked(home)
    assert made.objective == pytest.approx(best_of_all(home), abs=1e-6)
