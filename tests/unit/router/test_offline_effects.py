"""What an offline profile does to guard, planner, options and the account of time."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from drrouter.domain.device import DeviceState
from drrouter.domain.limit import Band
from drrouter.domain.offline import Peak
from drrouter.domain.plan import DataRung
from drrouter.domain.timeline import TariffRates, Timeline, resolve
from drrouter.domain.wish import Override, OverrideMode, RunningCycle
from drrouter.errors import WishImpossibleError
from drrouter.planner.problem import DeviceInput
from drrouter.router.account import Account, ErrorCount
from drrouter.router.book import Book
from drrouter.router.desk import OptionsDesk
from drrouter.router.forecast import BaseLoad
from drrouter.router.guard import Claim, Orders, judge
from drrouter.router.local import lasting
from drrouter.router.registry import Registry
from drrouter.router.situation import describe
from drrouter.router.steering import Site
from tests.builders import (
    CAR,
    DAY,
    ECO,
    FREEZER,
    HOUR,
    HVAC,
    NOON,
    SP,
    WASHER,
    at,
    capacity,
    car,
    freezer,
    hvac,
    span,
    washer,
)
from tests.unit.router.test_desk import Counter, question

HELD = "offline profile of grid: peak window evening until 20:00"
UTC_ZONE = ZoneInfo("UTC")


# The guard


def test_what_is_held_back_gets_no_power_and_hears_why() -> None:
    verdict = judge([Claim(car(), DeviceState(), 2300.0, held_back=HELD)], Orders(), 0.0)
    assert verdict.bands[CAR] == Band(0.0, 0.0, HELD)
    assert (verdict.unable, verdict.opted_out) == ({}, {})


def test_safety_stands_above_a_peak_window() -> None:
    warm = DeviceState(level=-16.1)
    running = DeviceState(running=RunningCycle(WASHER, ECO, DAY))
    claims = [
        Claim(freezer(), warm, 0.0, held_back=HELD),
        Claim(washer(), running, 0.0, running_w=200.0, held_back=HELD),
    ]
    bands = judge(claims, Orders(), 0.0).bands
    assert bands[FREEZER].min_w > 0
    assert bands[WASHER].min_w > 0


def test_the_owners_on_stands_above_a_peak_window() -> None:
    word = Override(CAR, OverrideMode.ON, at("23:00"))
    verdict = judge([Claim(car(), DeviceState(), 0.0, word, held_back=HELD)], Orders(), 0.0)
    assert verdict.bands[CAR].min_w > 0


# The planner


def timeline(*windows: str) -> Timeline:
    made = resolve([capacity("c", 4000.0, "12:30", "13:30")], TariffRates(), {})
    return replace(made, peaks=tuple(Peak(span(*one.split("-")), SP, "evening") for one in windows))


def devices(known: Timeline, book: Book) -> dict[str, DeviceInput]:
    registry = Registry((freezer(), washer(), car(), hvac()))
    site = Site(BaseLoad((200.0,) * 24, UTC_ZONE), lambda _: TariffRates())
    rung = DataRung.OFFLINE_PROFILE
    problem = describe(NOON, "test", site, registry, book, known, 4 * HOUR, rung)
    assert problem.data_rung is rung
    assert len(problem.limits) == 1
    return {device.id: device for device in problem.devices}


def test_the_planner_knows_the_windows_of_what_can_be_shifted() -> None:
    known = devices(timeline("13:00-14:00", "15:30-18:00"), Book())
    windows = ((span("13:00", "14:00"), 0.0), (span("15:30", "16:00"), 0.0))
    assert known[FREEZER].caps == windows
    assert known[WASHER].caps == windows
    assert known[HVAC].caps == ()


def test_the_owners_on_lifts_the_window_for_the_planner_as_long_as_it_holds() -> None:
    book = Book()
    book.overrides[FREEZER] = Override(FREEZER, OverrideMode.ON, at("13:30"))
    known = devices(timeline("13:00-14:00"), book)
    assert known[FREEZER].caps == ((span("13:30", "14:00"), 0.0),)


def test_the_edges_of_windows_are_edges_of_the_timeline() -> None:
    assert timeline("13:00-14:00").edges_after(at("12:45")) == (at("13:00"), at("13:30"), at("14:00"))


# Options


def test_starts_that_a_window_bars_are_not_offered() -> None:
    counter = Counter()
    free = counter.quote()
    barred = OptionsDesk(
        counter.live, UTC_ZONE, lambda _, start, __: "the peak window" if start < at("15:00") else ""
    )
    offered = barred.quote(question(washer()), NOON)
    assert min(option.start for option in free) < at("15:00")
    assert {option.start for option in offered} == {
        option.start for option in free if option.start >= at("15:00")
    }


def test_where_a_window_bars_every_start_the_answer_says_so() -> None:
    desk = OptionsDesk(Counter().live, UTC_ZONE, lambda *_: "the peak window")
    with pytest.raises(WishImpossibleError, match=r"cannot be done by Mon 01 Jun 18:00: the peak window\. "):
        desk.quote(question(washer()), NOON)


# The account, and words


def test_time_counts_by_the_rung_that_held_then() -> None:
    account = Account(ErrorCount())
    steps = (
        ("12:00", DataRung.LIVE),
        ("12:10", DataRung.LAST_PUBLISHED),
        ("12:40", DataRung.OFFLINE_PROFILE),
    )
    for when, rung in steps:
        account.passed(at(when), rung)
    account.passed(at("13:00"), DataRung.LIVE)
    account.passed(at("14:00"), DataRung.LIVE)
    assert account.view({}).offline_minutes == 50.0


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (40, "40 s"),
        (900, "15 min"),
        (930, "15 min 30 s"),
        (4800, "1 h 20 min"),
        (90_061, "1 d 1 h"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(seconds: int, said: str) -> None:
    assert lasting(timedelta(seconds=seconds)) == said
