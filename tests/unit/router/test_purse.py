"""Call budgets: pauses bind everybody, and a share of the day is kept for orders."""

from datetime import timedelta

import pytest

from drrouter.ports import CallBudget
from drrouter.router.purse import Purse
from tests.builders import MINUTE, NOON


def test_a_purse_without_a_day_lets_pass_what_keeps_the_pause() -> None:
    purse = Purse(CallBudget(least_pause=MINUTE))
    assert purse.may_spend(NOON, urgent=False)
    purse.spend(NOON)
    assert not purse.may_spend(NOON + MINUTE / 2, urgent=True)
    assert purse.may_spend(NOON + MINUTE, urgent=False)


def test_the_last_calls_of_a_day_are_kept_for_orders() -> None:
    purse = Purse(CallBudget(per_day=4))
    for minutes in range(3):
        assert purse.may_spend(NOON + minutes * MINUTE, urgent=False)
        purse.spend(NOON + minutes * MINUTE)
    assert not purse.may_spend(NOON + 3 * MINUTE, urgent=False)
    assert purse.may_spend(NOON + 3 * MINUTE, urgent=True)
    purse.spend(NOON + 3 * MINUTE)
    assert not purse.may_spend(NOON + 4 * MINUTE, urgent=True)
    assert purse.may_spend(NOON + timedelta(days=1), urgent=True)


@pytest.mark.parametrize(("pause", "per_day"), [(timedelta(seconds=-1), 5), (timedelta(0), 0)])
def test_a_budget_that_allows_no_call_is_refused(pause: timedelta, per_day: int) -> None:
    with pytest.raises(ValueError, match="call budget"):
        CallBudget(pause, per_day)


def test_a_clock_that_is_set_back_keeps_nobody_waiting_for_its_return() -> None:
    purse = Purse(CallBudget(MINUTE, per_day=2))
    purse.spend(NOON)
    purse.spend(NOON + MINUTE)
    assert not purse.may_spend(NOON - timedelta(hours=1), urgent=True)
    assert purse.may_spend(NOON - timedelta(days=2), urgent=True)
