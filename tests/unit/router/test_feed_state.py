"""How fresh a feed is: the edges to the instant, and that it only gets worse while nothing comes."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.domain.ids import ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.signal import EventsComplete, LinkChanged
from drrouter.router.failsafe import Failsafe
from drrouter.router.feed_state import FeedState, Freshness, freshness_at, sentence_of
from drrouter.router.uplinks import key_of
from tests.builders import HOUR, MINUTE, NOON, SP, at, price
from tests.homes import AMSTERDAM
from tests.profiles import profile_text
from tests.unit.router.test_uplinks import Watch

TICK = timedelta(microseconds=1)
ORDER = list(FeedState)
FRESH, AGEING, STALE, FAILSAFE = ORDER


def fresh(
    now: datetime, heard: datetime | None = NOON, poll: timedelta = 5 * MINUTE, **more: object
) -> Freshness:
    return freshness_at(now, heard or NOON, heard, poll, **more)  # type: ignore[arg-type]


def test_it_ages_after_two_polls_and_is_stale_after_ten() -> None:
    for when, state, since in (
        ("12:00", FRESH, "12:00"),
        ("12:10", AGEING, "12:10"),
        ("12:50", STALE, "12:50"),
    ):
        assert (fresh(at(when)).state, fresh(at(when)).since) == (state, at(since))
    assert fresh(at("12:10") - TICK).state is FRESH
    assert fresh(at("12:50") - TICK).state is AGEING


def test_a_lost_link_ages_it_at_once_and_so_does_a_provider_that_was_never_heard() -> None:
    assert fresh(NOON, lost=True).state is AGEING
    assert fresh(NOON, heard=None).state is AGEING
    assert fresh(at("12:50"), heard=None).state is STALE


def test_prices_that_ran_out_make_it_stale_though_it_answers() -> None:
    over = fresh(at("12:05"), heard=at("12:05"), data_until=at("11:00"))
    assert (over.state, over.since) == (STALE, at("12:05"))
    coming = fresh(NOON, data_until=at("12:07"))
    assert (coming.state, coming.ageing_at, coming.stale_at) == (FRESH, at("12:07"), at("12:07"))


def test_the_failsafe_stands_above_everything_from_its_instant_on() -> None:
    assert fresh(at("12:03"), failsafe_at=at("12:03")).state is FAILSAFE
    assert fresh(at("12:03") - TICK, failsafe_at=at("12:03")).state is FRESH
    assert fresh(at("15:00"), failsafe_at=at("12:03")).since == at("12:03")


def test_a_poll_of_seconds_counts_as_a_minute() -> None:
    assert fresh(NOON, poll=timedelta(seconds=1)).ageing_at == NOON + 2 * MINUTE


minutes = st.integers(-300, 3000).map(lambda count: NOON + count * MINUTE)
maybe = st.none() | minutes


@given(
    st.booleans(), st.integers(1, 120), st.booleans(), maybe, maybe, st.lists(minutes, min_size=2, max_size=6)
)
def test_while_nothing_comes_it_only_gets_worse_and_each_edge_is_exact(
    heard: bool,
    poll: int,
    lost: bool,
    data_until: datetime | None,
    failsafe_at: datetime | None,
    instants: list[datetime],
) -> None:
    def seen(now: datetime) -> Freshness:
        facts = {"lost": lost, "data_until": data_until, "failsafe_at": failsafe_at}
        return fresh(now, NOON if heard else None, poll * MINUTE, **facts)

    found = [seen(now) for now in sorted(instants)]
    ranks = [ORDER.index(one.state) for one in found]
    assert ranks == sorted(ranks)
    for now, one in zip(sorted(instants), found, strict=True):
        assert one.ageing_at <= one.stale_at
        assert one.since <= max(now, NOON)
        if one.state is not FRESH:
            assert seen(one.since).state is one.state
            assert ORDER.index(seen(one.since - TICK).state) < ORDER.index(one.state)


@pytest.mark.parametrize(
    ("now", "more", "said"),
    [
        ("12:00", {}, "acme is fresh: heard at Mon 01 Jun 14:00."),
        (
            "12:20",
            {},
            "acme ages since Mon 01 Jun 14:10: heard at Mon 01 Jun 14:00; it is stale at Mon 01 Jun 14:50.",
        ),
        ("13:00", {}, "acme is stale since Mon 01 Jun 14:50: heard at Mon 01 Jun 14:00."),
        ("12:01", {"heard": None}, "acme ages since Mon 01 Jun 14:00: not heard since the start; it is"),
        (
            "12:30",
            {"data_until": at("12:15")},
            "acme is stale since Mon 01 Jun 14:15: its newest price ran out, it was heard at Mon",
        ),
        ("12:30", {"failsafe_at": at("12:15")}, "What acme set for its silence is in force since Mon 01 Jun"),
    ],
)
def test_each_state_is_said_in_a_sentence(now: str, more: dict[str, object], said: str) -> None:
    assert sentence_of(fresh(at(now), **more), "acme", AMSTERDAM).startswith(said)  # type: ignore[arg-type]


def state_of(watch: Watch, provider: ProviderId = SP) -> FeedState:
    return watch.uplinks.freshness_of(provider).state


async def test_the_watch_over_the_links_knows_each_feed_by_itself() -> None:
    other = ProviderId("other")
    watch = Watch(SP, other)
    watch.put(profile_text(link_s=900))
    await watch.link(up=True)
    watch.uplinks.hearing.take(EventsComplete(SP, frozenset(), NOON), watch.clock.now())
    assert (state_of(watch), state_of(watch, other)) == (FRESH, AGEING)
    await watch.pass_to(at("12:02"))
    assert state_of(watch) is AGEING
    watch.uplinks.hearing.take(LinkChanged(SP, False, "gone", at("12:03")), watch.clock.now())
    await watch.link(up=False)
    assert watch.uplinks.freshness_of(SP).failsafe_at == at("12:17")
    await watch.pass_to(at("12:17"))
    assert (state_of(watch), state_of(watch, other)) == (FAILSAFE, STALE)


async def test_prices_count_where_the_tariff_follows_them() -> None:
    for follows, state in ((True, STALE), (False, FRESH)):
        watch = Watch(follows=follows)
        await watch.link(up=True)
        await watch.hear(price("p", 0.2, "06:00", "13:00"))
        await watch.pass_to(at("13:30"))
        watch.uplinks.hearing.take(EventsComplete(SP, frozenset(), NOON), watch.clock.now())
        assert state_of(watch) is state


async def test_a_failsafe_limit_is_foreseen_and_in_force() -> None:
    box = Failsafe(heartbeat=3 * MINUTE, duration=HOUR, limit_w=100.0)
    watch = Watch(failsafes={SP: box})
    watch.uplinks.hearing.take(EventsComplete(SP, frozenset(), NOON), NOON)
    assert watch.uplinks.freshness_of(SP).failsafe_at == at("12:03")
    await watch.pass_to(at("12:03"))
    assert watch.uplinks.freshness_of(SP).state is FAILSAFE


async def test_a_provider_that_is_heard_again_in_its_failsafe_is_a_reason_to_plan_with_its_end() -> None:
    box = Failsafe(heartbeat=3 * MINUTE, duration=HOUR, limit_w=100.0)
    watch = Watch(failsafes={SP: box})
    await watch.pass_to(at("12:03"))
    watch.uplinks.hearing.take(EventsComplete(SP, frozenset(), NOON), at("12:05"))
    assert await watch.pass_to(at("12:05")) == (f"failsafe of {SP} ends at another time",)
    (limit,) = watch.uplinks.orders(Interval(NOON, at("18:00"))).limits
    assert limit.interval == Interval(at("12:03"), at("13:03"))
    assert watch.uplinks.freshness_of(SP).state is FAILSAFE


async def test_a_failsafe_counts_a_link_that_was_lost_before_a_restart_from_then_on() -> None:
    box = Failsafe(heartbeat=10 * MINUTE, duration=HOUR, limit_w=100.0)
    kept = {key_of(SP): {"up": False, "since": at("11:55").isoformat()}}
    watch = Watch(failsafes={SP: box}, kept=kept)
    assert watch.uplinks.next_change() == at("12:05")
