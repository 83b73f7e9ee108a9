"""Limits as the plan shall keep them, so that the guard need not cut what was planned."""

from dataclasses import replace

from drrouter.domain.ids import HoldToken
from drrouter.domain.limit import Limit
from drrouter.domain.wish import Commitment, RunningCycle
from drrouter.ports import Collection
from drrouter.router.book import Book
from drrouter.router.peaks import narrowed
from drrouter.router.registry import Registry
from tests.builders import ECO, MINUTE, NOON, WASHER, hvac, limit, programme, span, washer

SLOTS = (span("12:00", "12:15"), span("12:15", "12:30"))
BASE_W = (200.0, 200.0)

HEATS = washer(WASHER, programme(ECO, (5, 2000.0), (10, 200.0), (15, 0.0)))
"""2 kW for five minutes: 800 W in the mean of its first quarter of an hour."""


def running(registry: Registry) -> Registry:
    """The washer has just begun."""
    seat = registry.seat(WASHER)
    seat.state = replace(seat.state, running=RunningCycle(WASHER, ECO, NOON))
    return registry


def kept(registry: Registry, limit_w: float, book: Book | None = None) -> list[tuple[int, float]]:
    """From which minute on the plan shall keep how many W."""
    found = narrowed((Limit(span("12:00", "12:30"), limit_w),), SLOTS, BASE_W, registry, book or Book())
    return [((one.interval.start - NOON) // MINUTE, round(one.max_w)) for one in found]


def test_a_home_without_peaks_keeps_its_limits_as_they_are() -> None:
    whole = (Limit(span("12:00", "12:30"), 3000.0),)
    assert narrowed(whole, SLOTS, BASE_W, Registry((HEATS,)), Book()) == whole


def test_a_running_cycle_takes_its_peak_beyond_the_mean_where_it_heats() -> None:
    assert kept(running(Registry((HEATS,))), 5000.0) == [(0, 3800), (15, 5000)]


def test_a_promised_cycle_counts_like_a_running_one() -> None:
    book = Book()
    promise = Commitment(WASHER, ECO, NOON + 15 * MINUTE, 30 * MINUTE, HoldToken("t"), NOON)
    book.put(Collection.COMMITMENTS, WASHER, promise)
    assert kept(Registry((HEATS,)), 5000.0, book) == [(0, 5000), (15, 3800)]


def test_what_cannot_be_moved_is_not_missed_for_a_peak() -> None:
    assert kept(running(Registry((HEATS,))), 1500.0) == [(0, 1000), (15, 1500)]
    assert kept(running(Registry((HEATS,))), 900.0) == [(0, 900)]


def test_a_load_that_cycles_by_itself_counts_with_its_highest_power_all_the_time() -> None:
    device = hvac()
    more_w = device.flexibility.max_power_w - device.flexibility.power_w  # type: ignore[union-attr]
    assert kept(Registry((device,)), 5000.0) == [(0, round(5000 - more_w))]


def test_a_limit_on_a_group_stays_as_it_is() -> None:
    group = limit(4200.0, WASHER)
    assert narrowed((group,), SLOTS, BASE_W, running(Registry((HEATS,))), Book()) == (group,)
