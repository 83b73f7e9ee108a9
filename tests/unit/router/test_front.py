"""What clients may see and ask: options, promises, overrides, wishes, and answers that are durable."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from drrouter.domain.flexibility import RemoteStart
from drrouter.domain.ids import DeviceId, HoldToken, ProgrammeId
from drrouter.domain.option import Option, OptionKind
from drrouter.domain.signal import EventReceived
from drrouter.domain.wish import CycleWish, LevelWish, Override, OverrideMode, RunningCycle
from drrouter.errors import (
    DeviceUnknownError,
    HoldConflictError,
    HoldUnknownError,
    MessageError,
    OptionError,
    StoreError,
    WishImpossibleError,
)
from drrouter.ports import Collection
from drrouter.router import front as front_room
from drrouter.router.facade import OptionsRequest, WishRequest
from drrouter.router.front import Front
from drrouter.router.viewed import EventPhase
from tests.builders import (
    CAR,
    ECO,
    FREEZER,
    HOUR,
    HVAC,
    MINUTE,
    NOON,
    WASHER,
    at,
    event,
    hvac,
    price,
    programme,
    shed,
    washer,
)
from tests.homes import ALL, Home, running

BOIL = ProgrammeId("boil")
ON, OFF = OverrideMode.ON, OverrideMode.OFF
NOTHING_SAID = OptionsRequest()


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    async with running(Home()) as made:
        yield made


@pytest.fixture
async def front(home: Home) -> Front:
    return home.front


async def later(front: Front) -> Option:
    """An option that does not begin at once."""
    options = await front.options(WASHER, OptionsRequest(earliest=at("14:00")))
    return next(option for option in options if option.kind is OptionKind.LATEST)


# Options and promises


async def test_a_washer_is_answered_with_priced_options(front: Front) -> None:
    options = await front.options(WASHER, NOTHING_SAID)
    assert {option.kind for option in options} >= {OptionKind.NOW, OptionKind.CHEAPEST, OptionKind.LATEST}
    assert all(option.end <= NOON + 24 * HOUR for option in options)


async def test_what_is_said_in_the_question_is_kept(front: Front) -> None:
    asked = OptionsRequest(ECO, at("14:00"), at("17:00"))
    options = await front.options(WASHER, asked)
    assert all(at("14:00") <= option.start and option.end <= at("17:00") for option in options)


async def test_a_wish_answers_what_the_question_leaves_open(front: Front) -> None:
    await front.wish(WASHER, WishRequest(at("16:00"), ECO, at("13:00")))
    options = await front.options(WASHER, NOTHING_SAID)
    assert {option.programme_id for option in options} == {ECO}
    assert all(option.end <= at("16:00") for option in options)


async def test_a_time_that_has_passed_is_now(front: Front) -> None:
    options = await front.options(WASHER, OptionsRequest(earliest=at("06:00")))
    assert min(option.start for option in options) == NOON


async def test_a_device_without_programmes_has_no_options(front: Front) -> None:
    with pytest.raises(OptionError, match="Freezer has no programmes to choose a start for"):
        await front.options(FREEZER, NOTHING_SAID)


async def test_a_machine_that_runs_has_no_options(home: Home, front: Front) -> None:
    home.router.registry.began(RunningCycle(WASHER, ECO, NOON))
    with pytest.raises(OptionError, match="Washer is running; ask again when it is done"):
        await front.options(WASHER, NOTHING_SAID)


async def test_an_unknown_programme_is_answered_with_those_that_are_known(front: Front) -> None:
    with pytest.raises(MessageError, match=r"washer: programme: no such programme\. Known: eco\."):
        await front.options(WASHER, OptionsRequest(BOIL))
    with pytest.raises(MessageError, match="no such programme"):
        await front.wish(WASHER, WishRequest(at("18:00"), BOIL))


async def test_options_that_nothing_can_keep_are_refused(front: Front) -> None:
    with pytest.raises(WishImpossibleError, match="Allow a later time"):
        await front.options(WASHER, OptionsRequest(ready_by=at("13:00")))


async def test_a_machine_that_only_its_buttons_start_is_offered_and_promised_nothing() -> None:
    async with running(Home(washer(remote_start=RemoteStart.NONE))) as home:
        with pytest.raises(OptionError, match="starts at its own buttons only; start it there"):
            await home.front.options(WASHER, NOTHING_SAID)
        with pytest.raises(MessageError, match="starts at its own buttons only"):
            await home.front.wish(WASHER, WishRequest(at("18:00")))


async def test_an_accepted_option_is_kept_noted_and_carried_out(home: Home, front: Front) -> None:
    home.plug(WASHER).appliance.armed = True
    await front.wish(WASHER, WishRequest(at("18:00"), earliest=at("14:00")))
    option = await later(front)
    made = await front.accept(option.token)
    assert (made.start, made.token) == (option.start, option.token)
    assert await home.store.load(Collection.COMMITMENTS) == {WASHER: made}
    assert await home.store.load(Collection.WISHES) == {}
    assert any("Washer: eco is promised for Mon 01 Jun" in said for said in home.store.sentences())
    await home.clock.advance_to(made.start + MINUTE)
    assert home.plug(WASHER).appliance.started_at == made.start


async def test_accepting_twice_is_accepting_once(home: Home, front: Front) -> None:
    option = await later(front)
    assert front.held_for(option.token) == WASHER
    made = await front.accept(option.token)
    assert await front.accept(option.token) == made
    assert len([said for said in home.store.sentences() if said.startswith("Washer: eco is promised")]) == 1


async def test_a_token_of_nobody_is_unknown(front: Front) -> None:
    assert front.held_for(HoldToken("guess")) is None
    with pytest.raises(HoldUnknownError):
        await front.accept(HoldToken("guess"))


async def test_nothing_is_promised_for_a_machine_that_has_been_started_meanwhile(
    home: Home, front: Front
) -> None:
    option = await later(front)
    home.router.registry.began(RunningCycle(WASHER, ECO, NOON))
    with pytest.raises(HoldConflictError, match="running by now"):
        await front.accept(option.token)


# Overrides


async def test_an_override_acts_at_once_is_kept_and_noted(home: Home, front: Front) -> None:
    made = await front.override(HVAC, OFF, at("13:00"), "resident")
    assert made == Override(HVAC, OFF, at("13:00"), "resident")
    await home.clock.settle()
    assert home.is_on(HVAC) == [False]
    assert home.clock.now() == NOON
    assert await home.store.load(Collection.OVERRIDES) == {HVAC: made}
    assert "Hvac is switched off by the resident until Mon 01 Jun 15:00." in home.store.sentences()


async def test_a_person_who_decides_is_called_by_the_name_alone(home: Home, front: Front) -> None:
    await front.override(HVAC, OFF, at("13:00"), "Anna")
    await home.clock.settle()
    assert "Hvac is switched off by Anna until Mon 01 Jun 15:00." in home.store.sentences()
    assert "switched off by Anna" in [view.because for view in front.devices()]
    await front.take_hands_off(None, "Anna")
    await front.steer("owner kitchen")
    assert "The router steers again, says the owner kitchen." in home.store.sentences()
    assert not any("the Anna" in sentence for sentence in home.store.sentences())


async def test_an_override_ends_by_itself(home: Home, front: Front) -> None:
    await front.override(HVAC, OFF, at("12:30"))
    await home.clock.advance_to(at("12:29:59"))
    assert home.is_on(HVAC) == [False]
    await home.clock.advance_to(at("12:30"))
    assert home.is_on(HVAC) == [True]
    assert await home.store.load(Collection.OVERRIDES) == {}


async def test_an_override_can_be_taken_back(home: Home, front: Front) -> None:
    await front.override(HVAC, OFF, at("18:00"))
    await front.clear_override(HVAC, "resident")
    await home.clock.settle()
    assert home.is_on(HVAC) == [True]
    assert await home.store.load(Collection.OVERRIDES) == {}
    assert "Hvac is given back to the plan by the resident." in home.store.sentences()


async def test_taking_back_an_override_that_is_none_does_nothing(home: Home, front: Front) -> None:
    before = len(home.store.commits)
    await front.clear_override(HVAC)
    assert len(home.store.commits) == before


async def test_an_override_that_is_over_before_it_begins_is_refused(front: Front) -> None:
    with pytest.raises(
        MessageError, match=r"override: until: Mon 01 Jun 14:00 is past\. Name a later time\."
    ):
        await front.override(HVAC, OFF, NOON)


# Wishes


async def test_a_wish_for_a_cycle_is_kept_and_planned(home: Home, front: Front) -> None:
    made = await front.wish(WASHER, WishRequest(at("18:00"), ECO, at("06:00")), "resident")
    assert made == CycleWish(WASHER, ECO, NOON, at("18:00"))
    assert await home.store.load(Collection.WISHES) == {WASHER: made}
    assert "Washer: the resident asks for eco, ready by Mon 01 Jun 20:00." in home.store.sentences()
    await home.clock.settle()
    plan = front.plan()
    assert plan is not None
    assert plan.cycle_of(WASHER) is not None


async def test_a_newer_wish_replaces(front: Front, home: Home) -> None:
    await front.wish(WASHER, WishRequest(at("18:00")))
    newer = await front.wish(WASHER, WishRequest(at("20:00")))
    assert home.router.book.wishes == {WASHER: newer}


async def test_a_cycle_that_no_start_can_have_ready_is_refused(front: Front) -> None:
    with pytest.raises(
        WishImpossibleError, match="Eco takes 90 minutes and cannot be done by Mon 01 Jun 15:29"
    ):
        await front.wish(WASHER, WishRequest(at("13:29")))
    await front.wish(WASHER, WishRequest(at("13:30")))


async def test_a_wish_for_a_level_is_within_the_battery(front: Front) -> None:
    made = await front.wish(CAR, WishRequest(at("18:00"), level=5000.0))
    assert made == LevelWish(CAR, 5000.0, at("18:00"))
    with pytest.raises(MessageError, match="wish: level: 10001 is not within 0 to 10000 Wh"):
        await front.wish(CAR, WishRequest(at("18:00"), level=10_001.0))
    with pytest.raises(WishImpossibleError, match="is past"):
        await front.wish(CAR, WishRequest(NOON, level=5000.0))


@pytest.mark.parametrize(("device", "level"), [(CAR, 10_000.0), (FREEZER, -24.0)])
async def test_a_wish_without_a_level_asks_for_all(front: Front, device: DeviceId, level: float) -> None:
    assert await front.wish(device, WishRequest(at("18:00"))) == LevelWish(device, level, at("18:00"))


async def test_nothing_can_be_asked_of_what_runs_as_it_likes(front: Front) -> None:
    with pytest.raises(MessageError, match="Hvac runs as it likes; nothing can be asked of it"):
        await front.wish(HVAC, WishRequest(at("18:00")))


async def test_a_wish_that_is_taken_back_takes_its_promise_along(home: Home, front: Front) -> None:
    await front.accept((await later(front)).token)
    await front.wish(WASHER, WishRequest(at("20:00")))
    await front.clear_wish(WASHER)
    assert (home.router.book.wishes, home.router.book.commitments) == ({}, {})
    await front.clear_wish(WASHER)
    assert home.store.sentences().count("Washer: the owner asks for nothing.") == 2


# Durable answers


async def test_yes_is_said_once_it_is_durable_although_it_holds_at_once(home: Home, front: Front) -> None:
    home.store.hang()
    asked = asyncio.create_task(front.override(HVAC, OFF, at("18:00")))
    await home.clock.settle()
    assert home.is_on(HVAC) == [False]
    assert not asked.done()
    home.store.mend()
    assert (await asked).mode is OFF


async def test_a_disk_that_takes_too_long_is_confessed(
    home: Home, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_room, "PATIENCE_S", 0.01)
    home.store.hang()
    with pytest.raises(
        StoreError, match="This holds now, but the disk does not take it; a restart may forget"
    ):
        await front.override(HVAC, OFF, at("18:00"))
    assert home.is_on(HVAC) == [False]
    home.store.mend()
    await home.clock.settle()
    assert HVAC in await home.store.load(Collection.OVERRIDES)


async def test_accepting_again_after_a_slow_disk_says_yes_once_it_is_durable(
    home: Home, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_room, "PATIENCE_S", 0.01)
    option = await later(front)
    home.store.hang()
    for _ in range(2):
        with pytest.raises(StoreError):
            await front.accept(option.token)
    home.store.mend()
    assert (await front.accept(option.token)).token == option.token
    assert WASHER in await home.store.load(Collection.COMMITMENTS)


# Seeing


async def test_every_device_is_shown_with_what_it_does_and_why(home: Home, front: Front) -> None:
    await front.override(HVAC, OFF, at("18:00"))
    await front.wish(WASHER, WishRequest(at("18:00"), earliest=at("14:00")))
    await home.clock.settle()
    shown = {view.profile.id: view for view in front.devices()}
    assert tuple(shown) == tuple(ALL)
    assert (shown[HVAC].wished_w, shown[HVAC].because) == (0.0, "switched off by the owner")
    assert shown[HVAC].override is not None
    assert shown[HVAC].next_cycle is None
    cycle = shown[WASHER].next_cycle
    assert cycle is not None
    assert not cycle.fixed
    option = await front.accept((await front.options(WASHER, NOTHING_SAID))[-1].token)
    (washer_view,) = [view for view in front.devices() if view.profile.id == WASHER]
    assert washer_view.next_cycle is not None
    assert (washer_view.next_cycle.start, washer_view.next_cycle.fixed) == (option.start, True)


async def test_events_are_shown_in_the_order_of_their_starts_with_where_they_stand(
    home: Home, front: Front
) -> None:
    for one in (
        price("later", 0.1, "14:00", "15:00"),
        shed("now", "11:00", "13:00"),
        price("over", 0.1, "09:00", "12:00"),
        event("strange"),
    ):
        home.provider.says(EventReceived(one))
    await home.clock.settle()
    shown = front.events()
    assert [view.event.id for view in shown] == ["strange", "over", "now", "later"]
    phases = [EventPhase.OVER, EventPhase.OVER, EventPhase.IN_FORCE, EventPhase.COMING]
    assert [view.phase for view in shown] == phases
    assert all(view.acknowledged for view in shown)
    await front.override(HVAC, ON, at("18:00"))
    assert [view.opted_out for view in front.events()] == [(), (), (HVAC,), ()]
    assert front.timeline().sheds[0].event_id == "now"


async def test_the_journal_is_read_newest_first(home: Home, front: Front) -> None:
    await front.override(HVAC, OFF, at("18:00"))
    await front.override(CAR, OFF, at("18:00"))
    whole = [entry.sentence for entry in await front.journal()]
    assert whole == home.store.sentences()[::-1]
    assert {entry.device_id for entry in await front.journal(device_id=CAR)} == {CAR}
    assert len(await front.journal(most=1)) == 1


async def test_what_was_found_is_shown_with_ours_first(home: Home, front: Front) -> None:
    home.kasa.put("10.0.0.9", home.plug(HVAC), alias="neighbour")
    await home.clock.advance(timedelta(seconds=10))
    assert [view.device_id for view in front.discovered()] == [*ALL, None]
    assert front.discovered()[0].model_id == "generic/freezer"


async def test_the_account_counts_plans_and_energy(home: Home, front: Front) -> None:
    await home.clock.advance(HOUR)
    ledger = front.ledger()
    assert sum(ledger.solve_rungs.values()) >= 5
    assert ledger.energy_wh[HVAC] == pytest.approx(1000.0, rel=0.01)
    assert ledger.offline_minutes == pytest.approx(60.0)


@pytest.mark.parametrize("ask", ["options", "wish", "clear_wish", "override", "clear_override"])
async def test_who_asks_for_an_unknown_device_is_told_which_are_known(front: Front, ask: str) -> None:
    oven, late = DeviceId("oven"), datetime(2026, 6, 2, tzinfo=NOON.tzinfo)
    asked = {
        "options": lambda: front.options(oven, NOTHING_SAID),
        "wish": lambda: front.wish(oven, WishRequest(late)),
        "clear_wish": lambda: front.clear_wish(oven),
        "override": lambda: front.override(oven, ON, late),
        "clear_override": lambda: front.clear_override(oven),
    }
    with pytest.raises(DeviceUnknownError, match="No device is called 'oven' here"):
        await asked[ask]()  # type: ignore[no-untyped-call]


async def test_a_machine_of_several_programmes_runs_the_first_where_none_is_named() -> None:
    async with running(Home(washer(WASHER, programme(), programme(BOIL, (20, 2000.0))), hvac())) as home:
        assert {option.programme_id for option in await home.front.options(WASHER, NOTHING_SAID)} == {ECO}
        boiling = await home.front.options(WASHER, OptionsRequest(BOIL))
        assert {option.programme_id for option in boiling} == {BOIL}
