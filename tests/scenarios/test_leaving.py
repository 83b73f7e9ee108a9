"""A provider is left while the router runs: it hears the rest and forgets us, and all else goes on (A13)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.domain.ids import ProviderId
from drrouter.domain.mandate import Mandate, Role, mandate
from drrouter.domain.resource import Party, Rights, Who
from drrouter.domain.signal import EventReceived, LinkChanged
from drrouter.domain.wish import OverrideMode
from drrouter.errors import MessageError, ProviderUnreachableError, StoreError
from drrouter.ports import Change, Collection
from drrouter.router import leaving
from drrouter.router.core import Router
from drrouter.router.facade import WishRequest
from drrouter.router.parting import key_of
from drrouter.router.resources.keeper import Resources, read_back
from drrouter.supervise import TaskState
from tests.builders import CAR, HVAC, MINUTE, NOON, SP, WASHER, at, price, shed
from tests.fakes import FakeProvider
from tests.homes import Home, running

SECOND = timedelta(seconds=1)


class Keeper(FakeProvider):
    """A provider that keeps something of the home, and may be deaf."""

    def __init__(self) -> None:
        super().__init__()
        self.asked_to_forget = 0
        self.deaf = False

    async def leave(self) -> None:
        self.asked_to_forget += 1
        if self.deaf:
            await asyncio.Event().wait()
        if self.error(None):  # type: ignore[arg-type]
            raise ProviderUnreachableError("down")


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    made = Home(tick=15 * SECOND)
    made.provider = Keeper()
    async with running(made):
        made.provider.says(
            LinkChanged(SP, True, "The link is up.", NOON),
            EventReceived(price("price", 0.2, "12:00", "24:00")),
            EventReceived(shed("shed", "12:00", "18:00", targets=("hvac",))),
        )
        await made.clock.advance(MINUTE)
        await made.front.wish(WASHER, WishRequest(at("22:00"), earliest=at("16:00")))
        await made.front.override(CAR, OverrideMode.OFF, at("15:00"))
        await made.clock.advance(MINUTE)
        yield made


async def test_a_provider_hears_what_is_left_to_say_and_nothing_is_kept_of_it(home: Home) -> None:
    assert home.is_on(HVAC) == [False]
    keeper = home.provider
    parting = await home.front.leave_provider(SP)
    assert isinstance(keeper, Keeper)
    assert keeper.asked_to_forget == 1
    assert keeper.heard[-1] == "opted_out shed hvac"
    assert (parting.events, parting.let_go, parting.forgotten) == (2, 0, True)
    kept = {key for _, key in home.store.documents}
    assert {key for key in kept if SP in key} == {key_of(SP)}
    assert home.store.documents[Collection.SETTINGS, key_of(SP)] == {"address": "", "left": True}
    assert home.store.items == {}
    assert home.store.sentences()[-1].startswith("grid is left: 2 of its events ended")


async def test_its_orders_end_at_once_and_all_that_is_the_owners_goes_on(home: Home) -> None:
    plan, journal = home.front.plan(), len(home.store.entries)
    wish, override = home.router.book.wishes[WASHER], home.router.book.overrides[CAR]
    assert plan is not None
    home.router.site = replace(home.router.site, mandates={SP: Mandate()})
    await home.front.leave_provider(SP)
    assert (home.front.events(), home.front.providers()) == ((), ())
    assert home.front.plan() == plan
    await home.clock.advance(MINUTE)
    assert home.is_on(HVAC, CAR) == [True, False]
    assert (home.router.book.wishes[WASHER], home.router.book.overrides[CAR]) == (wish, override)
    assert len(home.store.entries) > journal
    made = home.front.plan()
    assert made is not None
    assert made.made_at > plan.made_at


async def test_it_is_asked_no_more_and_is_no_trouble(home: Home) -> None:
    await home.front.leave_provider(SP)
    heard = list(home.provider.heard)
    home.provider.says(EventReceived(shed("late", "12:00", "18:00")))
    await home.clock.advance(2 * MINUTE)
    assert (home.front.events(), home.provider.heard) == ((), heard)
    status = home.front.status()
    assert (status.links, status.degraded, status.offline) == ((), False, "")
    health = home.supervisor.health()
    assert {name: health[name].state for name in ("uplink grid", "outbox grid")} == {
        "uplink grid": TaskState.STOPPED,
        "outbox grid": TaskState.STOPPED,
    }
    with pytest.raises(MessageError, match="no provider of this home"):
        await home.front.leave_provider(SP)


async def test_what_it_does_not_take_is_let_go_and_counted(home: Home) -> None:
    home.provider.error = lambda _: ProviderUnreachableError("down")
    parting = await home.front.leave_provider(SP)
    assert (parting.delivered, parting.let_go, parting.forgotten) == (0, 1, False)
    assert "1 were let go" in home.store.sentences()[-1]
    assert "It may still know this home" in parting.sentence


async def test_a_provider_that_never_answers_is_left_in_time(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "PATIENCE_S", 0.0)
    assert isinstance(home.provider, Keeper)
    home.provider.deaf = True
    parting = await home.front.leave_provider(SP)
    assert not parting.forgotten


async def test_a_disk_that_fails_is_said(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "DISK_S", 0.0)
    home.store.fail()
    with pytest.raises(StoreError, match="Try again"):
        await home.front.leave_provider(SP)
    home.store.mend()


@pytest.mark.parametrize("last", [False, True])
async def test_a_provider_that_could_not_be_left_for_want_of_the_disk_is_left_the_next_time(
    home: Home, monkeypatch: pytest.MonkeyPatch, last: bool
) -> None:
    kept, left = leaving._kept, list[str]()

    async def failing(router: Router, *changes: Change) -> None:
        left.append("step")
        if len(left) == (3 if last else 1):
            raise StoreError("Try again.")
        await kept(router, *changes)

    monkeypatch.setattr(leaving, "_kept", failing)
    with pytest.raises(StoreError, match="Try again"):
        await home.front.leave_provider(SP)
    parting = await home.front.leave_provider(SP)
    assert parting.provider == SP
    assert home.store.documents[Collection.SETTINGS, key_of(SP)] == {"address": "", "left": True}
    assert [item for item in home.store.items.values() if item.provider == SP] == []


async def test_no_part_of_the_price_is_waited_for_of_a_provider_that_was_left() -> None:
    made = Home(tick=15 * SECOND)
    made.mandates = {SP: mandate(Role.NETWORK, ["prices"])}
    async with running(made) as home:
        assert home.front.timeline().import_price.at(NOON) is None
        await home.front.leave_provider(SP)
        await home.clock.advance(MINUTE)
        assert home.front.timeline().import_price.at(NOON) is not None


async def test_what_was_written_to_a_provider_that_is_left_is_gone_at_once(home: Home) -> None:
    rights, path = Rights({SP: frozenset()}), "providers/grid/up/home/note"
    home.front.resources = Resources(rights, home.router.scribe, home.clock)
    owner = Who(Party.OWNER, "owner")
    await home.front.resources.put(owner, path, "text/plain", b"1")
    told = await home.front.resources.put(owner, path, "text/plain", b"2")
    await home.front.leave_provider(SP)
    assert home.front.resources.leaves(owner).leaves == ()
    again = Resources(rights, home.router.scribe, home.clock, await read_back(home.store))
    assert again.leaves(owner).leaves == ()
    assert again.leaves(owner).sequence > told.sequence


async def test_nobody_else_can_be_left(home: Home) -> None:
    with pytest.raises(MessageError, match="There is: grid"):
        await home.front.leave_provider(ProviderId("nobody"))
