"""The watch over the links: what is in force, what is said about it, and what a restart must not forget."""

from collections.abc import Mapping
from datetime import datetime

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.event import Event
from drrouter.domain.ids import ProviderId
from drrouter.domain.signal import LinkChanged
from drrouter.ports import Collection
from drrouter.router.failsafe import Failsafe
from drrouter.router.offline import Mode
from drrouter.router.scribe import Scribe
from drrouter.router.shelf import Rules, Shelf
from drrouter.router.uplinks import Uplinks, key_of
from tests.builders import HOUR, MINUTE, NOON, OTHER_SP, SP, at, price, span
from tests.fakes import MemoryStore
from tests.homes import AMSTERDAM
from tests.profiles import EVENING, profile_text

LIMIT = '[[limit]]\nid = "all_day"\nmax_w = 4000\n'


class Watch:
    """Uplinks with what they need; ``up`` and ``down`` report a link."""

    def __init__(
        self,
        *providers: ProviderId,
        follows: bool = False,
        kept: Mapping[str, object] | None = None,
        start: datetime = NOON,
        failsafes: Mapping[ProviderId, Failsafe] | None = None,
    ) -> None:
        self.clock, self.store = SimulatedClock(start), MemoryStore()
        self.scribe = Scribe(self.store, self.clock, lambda _: None)
        self.providers = providers or (SP,)
        self.shelf = Shelf(Rules(), {}, self.providers)
        self.links: dict[ProviderId, LinkChanged] = {}
        self.events: list[Event] = []
        own = self.shelf, self.scribe, self.clock, AMSTERDAM, follows, kept
        self.uplinks = Uplinks(self.providers, *own, failsafes)

    def put(self, data: bytes, provider: ProviderId = SP) -> None:
        self.shelf.take(provider, data, "acme.toml", self.clock.now())

    async def link(self, *, up: bool, provider: ProviderId = SP) -> tuple[ProviderId, ...]:
        self.links[provider] = LinkChanged(provider, up, "as it is", self.clock.now())
        returned = self.uplinks.heard(self.links, self.events)
        self.uplinks.step()
        await self.scribe.drain()
        return returned

    async def hear(self, *events: Event) -> None:
        self.events = list(events)
        self.uplinks.heard(self.links, self.events)
        self.uplinks.step()
        await self.scribe.drain()

    async def pass_to(self, instant: datetime) -> tuple[str, ...]:
        await self.clock.advance_to(instant)
        reasons = self.uplinks.step()
        await self.scribe.drain()
        return reasons

    @property
    def mode(self) -> Mode:
        return self.uplinks.standings[SP].mode


async def test_a_profile_comes_into_force_and_leaves_each_with_one_entry_in_the_journal() -> None:
    watch = Watch()
    assert not watch.uplinks.has_profile(SP)
    watch.put(profile_text(link_s=900))
    assert watch.uplinks.has_profile(SP)
    await watch.link(up=True)
    await watch.pass_to(at("13:00"))
    await watch.link(up=False)
    assert (watch.mode, watch.uplinks.next_change()) == (Mode.WAITING, at("13:15"))
    reasons = await watch.pass_to(at("13:15"))
    assert (watch.mode, watch.uplinks.in_force, len(reasons)) == (Mode.IN_FORCE, (SP,), 1)
    assert await watch.pass_to(at("14:00")) == ()
    await watch.pass_to(at("15:35"))
    assert await watch.link(up=True) == (SP,)
    assert (watch.mode, watch.uplinks.in_force, watch.uplinks.all_up) == (Mode.LIVE, (), True)
    assert watch.store.sentences() == [
        "The offline profile of grid (Evenings) is in force: the link to grid is lost since "
        "Mon 01 Jun 15:00.",
        "The offline profile of grid is no longer in force after 2 h 20 min: the link is back.",
    ]


async def test_the_time_out_runs_from_the_last_word_of_the_provider() -> None:
    watch = Watch()
    watch.put(profile_text(link_s=900))
    await watch.link(up=True)
    await watch.pass_to(at("13:00"))
    watch.links[SP] = LinkChanged(SP, False, "No answer.", at("13:00"), heard_at=at("12:58"))
    await watch.hear()
    assert watch.uplinks.next_change() == at("13:13")


async def test_prices_that_run_out_bring_it_into_force_and_new_ones_end_it() -> None:
    watch = Watch()
    watch.put(profile_text(data_s=3600))
    await watch.link(up=True)
    await watch.hear(price("p", 0.2, "06:00", "13:00"))
    assert watch.uplinks.next_change() == at("13:00")
    await watch.pass_to(at("14:00"))
    assert len(watch.uplinks.in_force) == 1
    await watch.hear(price("p", 0.2, "06:00", "24:00"))
    assert len(watch.uplinks.in_force) == 0
    assert watch.store.sentences() == [
        "The offline profile of grid (Evenings) is in force: the newest price of grid ran out at "
        "Mon 01 Jun 15:00.",
        "The offline profile of grid is no longer in force after 0 s: new prices have come.",
    ]


async def test_a_profile_that_ends_while_in_force_says_so() -> None:
    watch = Watch()
    watch.put(profile_text(valid=("2026-01-01", "2026-06-01")))
    await watch.pass_to(at("12:15"))
    await watch.pass_to(at("22:00"))
    assert watch.store.sentences()[-1].endswith("is no longer in force after 9 h 45 min: it has ended.")


async def test_events_that_are_forgotten_do_not_make_the_newest_price_forgotten() -> None:
    watch = Watch(follows=True)
    await watch.link(up=True)
    await watch.hear(price("p", 0.2, "06:00", "13:00"))
    await watch.hear()
    await watch.pass_to(at("13:00"))
    assert watch.uplinks.sentences() == (
        "The newest price of grid ran out at Mon 01 Jun 15:00; no offline profile of it holds, so prices and "
        "events that are known hold to their end.",
    )


async def test_prices_that_no_tariff_waits_for_may_run_out() -> None:
    watch = Watch(follows=False)
    await watch.link(up=True)
    await watch.hear(price("p", 0.2, "06:00", "13:00"))
    await watch.pass_to(at("20:00"))
    assert watch.mode is Mode.LIVE


# Orders


async def test_nothing_is_ordered_before_it_is_in_force() -> None:
    watch = Watch()
    watch.put(profile_text(EVENING + LIMIT))
    await watch.link(up=False)
    whole_day = span("00:00", "22:00")
    assert watch.uplinks.orders(whole_day).peaks == ()
    await watch.pass_to(at("12:15"))
    orders = watch.uplinks.orders(whole_day)
    assert [peak.interval for peak in orders.peaks] == [span("15:00", "18:00")]
    assert [limit.max_w for limit in orders.limits] == [4000]


async def test_two_providers_may_both_be_silent() -> None:
    watch = Watch(SP, OTHER_SP)
    watch.put(profile_text(EVENING), SP)
    watch.put(profile_text(LIMIT, link_s=0), OTHER_SP)
    await watch.link(up=False)
    await watch.link(up=False, provider=OTHER_SP)
    assert watch.uplinks.in_force == (OTHER_SP,)
    await watch.pass_to(at("12:15"))
    orders = watch.uplinks.orders(span("00:00", "22:00"))
    assert (len(orders.peaks), len(orders.limits)) == (1, 1)
    assert len(watch.uplinks.sentences()) == 2


# What is said


async def test_the_owner_is_told_when_the_profile_comes_into_force_and_that_it_is() -> None:
    watch = Watch()
    watch.put(profile_text())
    await watch.link(up=True)
    assert (watch.uplinks.sentences(), watch.uplinks.offline_since()) == ((), None)
    await watch.link(up=False)
    assert watch.uplinks.sentences() == (
        "The link to grid is lost since Mon 01 Jun 14:00; its offline profile comes into force at "
        "Mon 01 Jun 14:15.",
    )
    await watch.pass_to(at("12:15"))
    assert watch.uplinks.sentences() == (
        "Offline: the profile of grid is in force since Mon 01 Jun 14:15, because the link to grid is lost "
        "since Mon 01 Jun 14:00.",
    )
    assert watch.uplinks.offline_since() == NOON


async def test_a_link_of_which_nobody_spoke_yet_is_no_trouble_at_once() -> None:
    watch = Watch()
    watch.uplinks.step()
    assert (watch.mode, watch.uplinks.sentences()) == (Mode.WAITING, ())
    await watch.pass_to(NOON + MINUTE)
    assert len(watch.uplinks.sentences()) == 1


# Restarts


async def test_a_link_that_was_lost_before_a_restart_is_not_taken_for_freshly_lost() -> None:
    watch = Watch()
    await watch.link(up=True)
    await watch.hear(price("p", 0.2, "06:00", "13:00"))
    await watch.pass_to(NOON + MINUTE)
    await watch.link(up=False)
    again = Watch(kept=await watch.store.load(Collection.SETTINGS), start=at("12:10"))
    again.put(profile_text())
    again.uplinks.heard({SP: LinkChanged(SP, False, "still lost", at("12:10"))}, ())
    assert await again.pass_to(at("12:16")) != ()
    assert again.uplinks.standings[SP].since == at("12:16")
    assert again.uplinks.offline_since() == at("12:01")


async def test_a_link_that_worked_before_a_restart_is_lost_from_now_on_until_it_is_heard_of() -> None:
    watch = Watch()
    await watch.link(up=True)
    again = Watch(kept=await watch.store.load(Collection.SETTINGS))
    again.uplinks.step()
    assert (again.mode, again.uplinks.standings[SP].since) == (Mode.WAITING, NOON)
    await again.link(up=True)
    assert again.mode is Mode.LIVE


@pytest.mark.parametrize(
    "kept",
    [None, [], {"up": False}, {"up": False, "since": "soon"}, {"up": False, "since": "2099-01-01T00:00Z"}],
)
async def test_a_link_that_cannot_be_read_back_counts_as_lost_since_now(kept: object) -> None:
    watch = Watch(kept={key_of(SP): kept})
    watch.uplinks.step()
    assert watch.uplinks.standings[SP].since == NOON
    assert not watch.uplinks.all_up
    assert await watch.pass_to(NOON + HOUR) == ()
