"""When a failsafe limit is in force: the edges to the instant, and the laws of what was heard."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.router.failsafe import Failsafe, Guarding, guarding_of
from tests.builders import HOUR, MINUTE, at

TICK = timedelta(microseconds=1)
BOX = Failsafe(heartbeat=2 * MINUTE, duration=2 * HOUR, limit_w=4200)
TWO_HOURS = Failsafe(heartbeat=2 * MINUTE, duration=2 * HOUR, limit_w=4200, until_heard=False)
HEARD = at("12:00")
DUE = at("12:02")


def stands(
    now: datetime,
    heard: datetime = HEARD,
    limit: datetime | None = None,
    since: datetime | None = None,
    failsafe: Failsafe = BOX,
) -> Guarding:
    return guarding_of(failsafe, heard, limit, since, now)


def test_it_comes_into_force_at_the_instant_at_which_the_heartbeat_ends() -> None:
    assert stands(DUE - TICK) == Guarding(changes_at=DUE)
    assert stands(DUE) == Guarding(DUE)
    assert stands(DUE + 5 * HOUR) == Guarding(DUE)


def test_it_lasts_its_time_even_where_the_provider_returns_sooner() -> None:
    back = at("13:00")
    assert stands(back, heard=back, since=DUE) == Guarding(DUE, DUE + 2 * HOUR, back + 2 * MINUTE)
    last = DUE + 2 * HOUR
    assert stands(last - TICK, heard=last - MINUTE, since=DUE) == Guarding(DUE, last, last)
    assert stands(last, heard=last - MINUTE, since=DUE) == Guarding(changes_at=last + MINUTE)


def test_a_fresh_limit_after_the_return_ends_it_and_an_older_one_does_not() -> None:
    back = at("13:00")
    assert stands(back, heard=back, limit=HEARD, since=DUE).since == DUE
    assert stands(back, heard=back, limit=back, since=DUE) == Guarding(changes_at=back + 2 * MINUTE)


def test_after_its_time_it_stays_while_the_provider_is_silent() -> None:
    assert stands(DUE + 20 * HOUR, since=DUE) == Guarding(DUE)


def test_where_it_need_not_wait_it_ends_with_its_time_and_comes_again_only_after_a_word() -> None:
    last = DUE + 2 * HOUR
    assert stands(last - TICK, since=DUE, failsafe=TWO_HOURS) == Guarding(DUE, last, last)
    for since in (DUE, None):
        assert stands(last, since=since, failsafe=TWO_HOURS) == Guarding()
    word = last + HOUR
    assert stands(word, heard=word, failsafe=TWO_HOURS) == Guarding(changes_at=word + 2 * MINUTE)
    assert stands(word + 2 * MINUTE, heard=word, failsafe=TWO_HOURS).since == word + 2 * MINUTE


def test_a_provider_that_falls_silent_again_begins_the_least_time_anew() -> None:
    word = at("13:00")
    again = stands(word + 2 * MINUTE, heard=word, limit=None, since=DUE)
    assert again == Guarding(word + 2 * MINUTE)


words = st.lists(st.integers(1, 600), max_size=12)
"""Minutes between two words of the provider; 600 is a long silence."""


@given(words, st.integers(1, 30), st.integers(0, 240), st.booleans())
def test_it_is_in_force_exactly_where_silence_or_its_least_time_says_so(
    gaps: list[int], heartbeat: int, duration: int, until_heard: bool
) -> None:
    """Stepped through minute by minute, against the law written out in one line per minute."""
    failsafe = Failsafe(
        heartbeat * MINUTE, duration * MINUTE, limit_w=0, until_heard=until_heard or not duration
    )
    heard = [0]
    for gap in gaps:
        heard.append(heard[-1] + gap)
    since: datetime | None = None
    for minute in range(min(heard[-1] + 2 * heartbeat + duration + 2, 2500)):
        last = max(word for word in heard if word <= minute)
        now = HEARD + minute * MINUTE
        found = guarding_of(failsafe, HEARD + last * MINUTE, None, since, now)
        assert found.changes_at is None or found.changes_at > now
        nexts = zip(heard, [*heard[1:], float("inf")], strict=True)
        begun = [word + heartbeat for word, after in nexts if word + heartbeat < after]
        silent = minute >= last + heartbeat and failsafe.until_heard
        held = any(entry <= minute < entry + duration for entry in begun if entry <= minute)
        assert (found.since is not None) == (silent or held), minute
        since = found.since


def test_a_failsafe_of_no_time_at_all_ends_with_the_return() -> None:
    brief = Failsafe(MINUTE, timedelta(0), limit_w=0)
    back = at("13:00")
    assert stands(back, heard=back, since=at("12:01"), failsafe=brief).since is None


@pytest.mark.parametrize("minute", range(0, 300, 7))
def test_what_stands_now_stands_until_the_instant_that_it_names(minute: int) -> None:
    now = HEARD + minute * MINUTE
    one = stands(now, since=None)
    if one.changes_at:
        assert stands(one.changes_at - TICK).since == one.since
        assert stands(one.changes_at) != one
