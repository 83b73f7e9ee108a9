"""What the home used, and what it would have used without the router, as it is written down."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from drrouter.domain.history import QUARTERS, BaselineMethod, DayRecord, SeriesDay
from drrouter.domain.ids import HoldToken
from drrouter.domain.owner import HandsOff
from drrouter.domain.wish import Commitment, CycleWish, RunningCycle
from drrouter.ports import Collection, Put
from drrouter.router.book import Book
from drrouter.router.history.diary import KEY, Diary
from drrouter.router.registry import Registry
from tests.builders import (
    CAR,
    DAY,
    ECO,
    FREEZER,
    METER,
    WASHER,
    at,
    car,
    freezer,
    inverter,
    meter,
    washer,
)
from tests.written_home import Written, a_washer_asked_at, kept, timeline

# What is written down


def test_power_is_integrated_into_its_quarters() -> None:
    home = Written(freezer())
    home.hold(FREEZER, "10:10", "10:20", 60.0)
    day = kept(home).series[FREEZER]
    assert day.taken_wh[40:42] == pytest.approx((5.0, 5.0))
    assert day.measured_s[40:42] == (300, 300)
    assert sum(day.taken_wh) == pytest.approx(10.0)
    assert day.given_wh == ()


def test_a_counter_tells_what_flowed_where_there_is_one() -> None:
    home = Written(freezer())
    home.tell(FREEZER, at("10:00"), 0.0, energy_wh=500.0)
    home.tell(FREEZER, at("10:30"), 0.0, energy_wh=560.0)
    assert kept(home).series[FREEZER].taken_wh[40:42] == (30.0, 30.0)


def test_a_counter_that_runs_backwards_began_anew_and_power_stands_in() -> None:
    home = Written(freezer())
    home.tell(FREEZER, at("10:00"), 60.0, energy_wh=500.0)
    home.tell(FREEZER, at("10:01"), 60.0, energy_wh=2.0)
    home.tell(FREEZER, at("10:31"), 60.0, energy_wh=1.0)  # too long a gap for a power to hold
    assert sum(kept(home).series[FREEZER].taken_wh) == 1.0


def test_a_counter_that_jumps_is_not_believed() -> None:
    home = Written(freezer())
    home.tell(FREEZER, at("10:00"), 60.0, energy_wh=500.0)
    home.tell(FREEZER, at("10:01"), 60.0, energy_wh=5e9)
    assert sum(kept(home).series[FREEZER].taken_wh) == 1.0


def test_over_a_long_gap_nobody_knows_what_flowed() -> None:
    home = Written(freezer())
    home.tell(FREEZER, at("10:00"), 60.0)
    home.tell(FREEZER, at("10:06"), 60.0)
    home.tell(FREEZER, at("10:06"), 60.0)
    assert home.diary.records() == {}


def test_what_is_given_is_counted_apart() -> None:
    home = Written(inverter(), meter())
    home.hold("inverter", "10:00", "10:15", -1000.0)
    home.tell(METER, at("10:00"), None, energy_wh=100.0, exported_wh=900.0)
    home.tell(METER, at("10:15"), None, energy_wh=110.0, exported_wh=1100.0)
    assert kept(home).series["inverter"].given_wh[40] == 250.0
    assert (kept(home).series[METER].taken_wh[40], kept(home).series[METER].given_wh[40]) == (10.0, 200.0)


def test_a_device_that_never_tells_power_or_energy_is_not_written_down() -> None:
    home = Written(freezer())
    home.tell(FREEZER, at("10:00"), None)
    home.tell(FREEZER, at("10:01"), None)
    home.registry.seat(FREEZER).state = replace(home.registry.seat(FREEZER).state, seen_at=None)
    home.diary.read(FREEZER, home.timeline)
    assert home.diary.records() == {}


def test_a_restart_in_mid_quarter_loses_nothing_that_a_counter_tells() -> None:
    before = Written(freezer())
    before.tell(FREEZER, at("10:00"), 60.0, energy_wh=500.0)
    before.tell(FREEZER, at("10:05"), 60.0, energy_wh=505.0)
    after = Written(freezer(), kept=before.diary.keep())
    after.tell(FREEZER, at("10:12"), 60.0, energy_wh=512.0)
    day = kept(after).series[FREEZER]
    assert (day.taken_wh[40], day.measured_s[40]) == (12.0, 720)
    assert after.diary.records()["2026-06-01"].import_price[40] == 0.40


@pytest.mark.parametrize(
    "state", [None, 3, [], {"moving": 4, "counters": {"freezer": {"at": "never"}}}, {"counters": {"x": 1}}]
)
def test_what_was_kept_and_is_no_state_is_left_out(state: object) -> None:
    registry = Registry([freezer()])
    diary = Diary(registry, Book(), state)
    assert diary.records() == {}
    assert [put.collection for put in diary.keep() if isinstance(put, Put)] == [Collection.SETTINGS]


def test_only_what_is_new_is_kept_and_old_days_leave_the_memory() -> None:
    home = Written(freezer())
    for day in range(9):
        for minute in range(3):
            home.tell(FREEZER, DAY + timedelta(days=day, minutes=minute), 60.0)
        put = [one for one in home.diary.keep() if isinstance(one, Put)]
        assert [one.key for one in put] == [f"2026-06-{day + 1:02}", KEY]
    assert len(home.diary.records()) == 5


def test_a_page_comes_back_from_its_record_unchanged() -> None:
    home = a_washer_asked_at("08:00", begun="12:00")
    record = kept(home)
    assert kept(Written(washer(), kept=home.diary.keep())) == record


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: SeriesDay((1.0,)),
        lambda: DayRecord("EUR", (0.1,)),
        lambda: SeriesDay(moved=((0, 0, 1.0),)),
        lambda: SeriesDay(moved=((QUARTERS, 1, 1.0),)),
    ],
)
def test_a_day_of_another_length_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="day"):
        wrong()


# The baseline


def test_a_cycle_saves_what_it_would_have_cost_when_it_was_asked_for() -> None:
    home = a_washer_asked_at("09:00", begun="13:00")
    total = home.total(WASHER)
    assert [total.cost, total.saving] == pytest.approx([0.2, 0.2])
    assert total.saved_co2_g == pytest.approx(0.0)
    assert home.home().saving == total.saving


def test_a_cycle_is_not_asked_for_before_its_earliest_start() -> None:
    assert a_washer_asked_at("09:00", begun="14:00", earliest="13:00").total(WASHER).saving == pytest.approx(
        0
    )


def test_a_dearer_cycle_than_at_once_is_told_as_a_loss() -> None:
    home = a_washer_asked_at("08:00", begun="09:00")
    home.timeline = timeline()
    for page in home.diary.pages.values():
        page.import_price[32:36] = [0.10] * 4
    assert home.total(WASHER).saving == pytest.approx(-0.3, abs=0.01)


def test_a_cycle_begun_by_hand_is_as_it_was() -> None:
    home = Written(washer())
    home.hold(WASHER, "09:00", "10:00", 1000.0, running=RunningCycle(WASHER, ECO, at("09:00")))
    assert home.total(WASHER).saving == 0.0


def test_an_accepted_option_counts_from_the_moment_it_was_accepted() -> None:
    home = Written(washer())
    made = Commitment(WASHER, ECO, at("13:00"), timedelta(hours=1), HoldToken("x"), at("09:00"))
    home.book.commitments[WASHER] = made
    home.hold(WASHER, "12:50", "13:00", 0.0)
    del home.book.commitments[WASHER]
    home.hold(WASHER, "13:01", "14:01", 1000.0, running=RunningCycle(WASHER, ECO, at("13:00")))
    assert home.total(WASHER).saving is None  # of 09:00 no price is written down
    assert {back for _, back, _ in kept(home).series[WASHER].moved} == {16}


def test_what_was_taken_back_is_asked_for_no_more() -> None:
    home = Written(washer())
    home.book.wishes[WASHER] = CycleWish(WASHER, ECO, at("09:00"), at("20:00"))
    home.hold(WASHER, "09:00", "09:30", 0.0)
    del home.book.wishes[WASHER]
    home.hold(WASHER, "09:31", "12:30", 0.0)
    home.hold(WASHER, "12:31", "13:00", 1000.0, running=RunningCycle(WASHER, ECO, at("12:31")))
    assert kept(home).series[WASHER].moved == ()


def test_a_machine_cannot_begin_before_somebody_pressed_remote_start() -> None:
    home = Written(washer())
    home.book.wishes[WASHER] = CycleWish(WASHER, ECO, at("09:00"), at("20:00"))
    home.hold(WASHER, "09:00", "11:59", 0.0, armed=False)
    home.hold(WASHER, "12:00", "13:00", 0.0, armed=True)
    home.hold(WASHER, "13:01", "14:00", 1000.0, running=RunningCycle(WASHER, ECO, at("13:00")))
    assert {back for _, back, _ in kept(home).series[WASHER].moved} == {4}


def test_a_restart_does_not_forget_what_was_asked_for() -> None:
    before = Written(washer())
    before.book.wishes[WASHER] = CycleWish(WASHER, ECO, at("09:00"), at("20:00"))
    before.hold(WASHER, "09:00", "09:05", 0.0)
    after = Written(washer(), kept=before.diary.keep())
    after.book.wishes = before.book.wishes
    after.hold(WASHER, "13:00", "13:01", 0.0)
    after.hold(WASHER, "13:01", "13:20", 1000.0, running=RunningCycle(WASHER, ECO, at("13:00")))
    assert {back for _, back, _ in kept(after).series[WASHER].moved} == {16}


def test_a_car_would_have_charged_at_full_power_from_its_arrival_on() -> None:
    home = Written(car())
    home.hold(CAR, "09:00", "09:10", 0.0, plugged=False)
    home.hold(CAR, "09:11", "13:00", 0.0, plugged=True)
    home.hold(CAR, "13:01", "14:00", 1150.0, plugged=True)
    total = home.total(CAR)
    assert total.saving == pytest.approx(1.15 * 0.2, rel=0.05)
    backs = [back for _, back, _ in kept(home).series[CAR].moved]
    assert (min(backs), max(backs)) == (15, 17)  # it would have taken half the time


def test_a_freezer_would_have_used_as_much_evenly_over_the_day() -> None:
    home = Written(freezer())
    home.hold(FREEZER, "10:00", "12:00", 0.0)
    home.hold(FREEZER, "12:01", "14:01", 100.0)
    total = home.total(FREEZER)
    assert total.cost == pytest.approx(0.2 * 0.2, rel=0.02)
    assert total.saving == pytest.approx(0.2 * 0.1, rel=0.03)


def test_no_saving_is_claimed_for_what_is_only_watched_or_while_the_router_keeps_its_hands_off() -> None:
    watched, off, sun = Written(freezer()), Written(freezer()), Written(inverter())
    watched.registry.watch(FREEZER, True)
    off.book.words["hands off"] = HandsOff(at("09:00"), None, "owner")
    for home in (watched, off):
        home.hold(FREEZER, "10:00", "14:00", 100.0)
        assert home.day().methods == {FREEZER: BaselineMethod.AS_IT_WAS}
        assert (home.total(FREEZER).saving, home.home().saving) == (None, None)
    sun.hold("inverter", "10:00", "11:00", -100.0)
    assert sun.home().saving is None
