"""Small laws of the domain's values: where they hold, how they move, and what they refuse."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.flexibility import Phase, StorageFlexibility
from drrouter.domain.offline import OfflineOrders
from drrouter.domain.owner import Vacation, called
from drrouter.domain.rates import Rates
from drrouter.domain.report import NO_GRID, Grid, ReportAsk
from drrouter.domain.said import clause
from drrouter.domain.tariff_terms import CapacityTerm
from drrouter.domain.wish import ComfortBand, Precedence
from tests.builders import HOUR, MINUTE, WASHER, at, capacity, span

NOON, ONE = span("12:00", "13:00"), span("13:00", "14:00")


def test_an_event_that_is_moved_takes_payloads_and_slots_along() -> None:
    event = replace(capacity("e", 5000.0, "12:00", "13:00"), grid=Grid(((4, NOON),), until=at("13:00")))
    assert event.moved(timedelta(0)) is event
    later = event.moved(HOUR)
    assert [payload.interval for payload in later.payloads] == [ONE]
    assert later.grid == Grid(((4, ONE),), until=at("14:00"))


@pytest.mark.parametrize(
    ("grid", "over"),
    [(Grid(((4, NOON), (5, ONE))), True), (Grid(((4, NOON),), repeats=True), False), (NO_GRID, False)],
)
def test_an_event_that_only_asks_for_reports_is_over_with_its_last_slot(grid: Grid, over: bool) -> None:
    asking = replace(capacity("e", 1.0, "12:00", "13:00"), payloads=(), asks=(ReportAsk("USAGE"),), grid=grid)
    assert asking.ends_before(at("14:00")) is over
    assert not asking.ends_before(at("13:59"))


def test_of_two_orders_for_the_same_time_the_first_ones_price_counts() -> None:
    mine, theirs = OfflineOrders(prices=Rates(((NOON, 0.1),))), OfflineOrders(prices=Rates(((NOON, 0.9),)))
    assert mine.plus(theirs).prices.at(at("12:30")) == 0.1


def test_a_vacation_holds_from_its_start_to_before_its_end() -> None:
    away = Vacation(at("12:00"), at("13:00"))
    assert [away.holds(at(when)) for when in ("11:59", "12:00", "12:59", "13:00")] == [
        False,
        True,
        True,
        False,
    ]


def test_whoever_has_no_role_is_called_by_the_name() -> None:
    assert (called("owner"), called("Anna")) == ("the owner", "Anna")


def test_a_clause_has_no_full_stop() -> None:
    assert (clause("It is so."), clause("It is so")) == ("It is so", "It is so")


def test_a_capacity_term_may_average_over_a_minute_and_no_less() -> None:
    assert CapacityTerm("night", NOON, 5.0, 0.1, averaging=MINUTE).averaging == MINUTE


REFUSED: dict[str, Callable[[], object]] = {
    "a vacation ends": lambda: Vacation(at("12:00"), at("12:00")),
    "comfort band is crossed": lambda: ComfortBand(NOON, 22.0, 20.0),
    "a precedence needs": lambda: Precedence(WASHER, WASHER, 2 * HOUR, HOUR),
    "cannot pause for less than no time": lambda: Phase("rinse", HOUR, 100.0, max_pause=-MINUTE),
    "needs power to change its level": lambda: StorageFlexibility(
        "degC", -24.0, -16.0, -18.0, 0.0, 1.0, 100.0
    ),
    "averages over at least a minute": lambda: CapacityTerm(
        "night", NOON, 5.0, 0.1, averaging=timedelta(seconds=59)
    ),
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_what_cannot_be_is_refused(sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        REFUSED[sentence]()
