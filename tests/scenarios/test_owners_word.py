"""The owner's word over the whole home: opt-outs, hands off and days away, acted on, told, and remembered."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time

import pytest

from drrouter.domain.event import PayloadType
from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.ids import DeviceId, EventId, ProviderId
from drrouter.domain.owner import OptOut, Vacation
from drrouter.domain.signal import EventReceived, MessageKind
from drrouter.domain.wish import LevelWish, OverrideMode
from drrouter.errors import DeviceUnknownError, MessageError
from drrouter.router.household import StandingWish
from drrouter.router.observe import Happening
from tests.builders import (
    CAR,
    FREEZER,
    HOUR,
    HVAC,
    MINUTE,
    SP,
    at,
    event,
    freezer,
    hvac,
    payload,
    profile,
    shed,
)
from tests.homes import Home, running

OUT = MessageKind.OPTED_OUT
TANK = profile("tank", StorageFlexibility("degC", 45.0, 65.0, 55.0, 0.01, -0.5, 2000.0))


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    async with running(Home(freezer(), hvac())) as made:
        yield made


def told(home: Home, kind: MessageKind = OUT) -> list[tuple[str, DeviceId | None]]:
    return [(item.event_id, item.member) for item in home.provider.received if item.kind is kind]


async def shed_now(home: Home, name: str = "a") -> None:
    home.router.signal(EventReceived(shed(name, "12:00", "15:00", level=3)))
    await home.clock.advance(MINUTE)


async def test_the_home_takes_no_part_in_an_event_and_its_provider_is_told_once(home: Home) -> None:
    await shed_now(home)
    assert not home.plug(HVAC).on
    await home.front.opt_out(OptOut(at("15:00"), SP, EventId("a")))
    await home.clock.advance(MINUTE)
    assert home.plug(HVAC).on
    await home.clock.advance(10 * MINUTE)
    assert told(home) == [("a", None)]
    assert [(view.home_opted_out, view.opted_out) for view in home.front.events()] == [(True, ())]
    assert any("The home takes no part in A" in one for one in home.store.sentences())


async def test_one_device_is_out_of_an_event_and_the_others_obey(home: Home) -> None:
    await home.front.opt_out(OptOut(at("15:00"), device_id=HVAC))
    await shed_now(home)
    assert home.plug(HVAC).on
    assert [view.opted_out for view in home.front.events()] == [(HVAC,)]
    assert told(home) == [("a", HVAC)]


async def test_who_takes_part_again_obeys_at_once(home: Home) -> None:
    await shed_now(home)
    word = await home.front.opt_out(OptOut(at("15:00"), SP, EventId("a")))
    await home.clock.advance(MINUTE)
    await home.front.opt_in(word.id)
    await home.clock.advance(MINUTE)
    assert not home.plug(HVAC).on
    assert home.front.status().opt_outs == ()
    await home.front.opt_in(word.id)


async def test_an_opt_out_ends_by_itself(home: Home) -> None:
    await home.front.opt_out(OptOut(at("13:00"), SP))
    await shed_now(home)
    assert home.plug(HVAC).on
    await home.clock.advance(HOUR)
    assert not home.plug(HVAC).on
    assert any("takes part in the orders of" in one and "clock" in one for one in home.store.sentences())


async def test_an_opt_out_changes_no_price_and_no_main_fuse(home: Home) -> None:
    priced = event(
        "p",
        payload(PayloadType.PRICE, 0.7, "12:00", "20:00"),
        payload(PayloadType.IMPORT_CAPACITY_LIMIT, 100.0, "12:00", "20:00"),
    )
    home.router.signal(EventReceived(priced))
    await home.front.opt_out(OptOut(at("20:00")))
    timeline = home.front.timeline()
    assert timeline.import_price.at(home.clock.now()) == pytest.approx(0.7)
    assert timeline.limits == ()


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        (OptOut(at("20:00"), SP, EventId("none")), "has no event 'none' here"),
        (OptOut(at("11:00")), "is past, or more than a year ahead"),
        (OptOut(at("20:00").replace(year=2099)), "is past, or more than a year ahead"),
    ],
)
async def test_a_word_that_means_nothing_is_refused_with_its_remedy(
    home: Home, word: OptOut, sentence: str
) -> None:
    with pytest.raises(MessageError, match=sentence):
        await home.front.opt_out(word)
    with pytest.raises(DeviceUnknownError):
        await home.front.opt_out(OptOut(at("20:00"), device_id=DeviceId("toaster")))


async def test_no_more_than_a_hundred_opt_outs_stand(home: Home) -> None:
    for number in range(100):
        home.router.word.opt_out(OptOut(at("20:00"), ProviderId(f"sp{number}")))
    with pytest.raises(MessageError, match="100 opt-outs stand already"):
        home.router.word.opt_out(OptOut(at("20:00"), ProviderId("another")))
    home.router.word.opt_out(OptOut(at("21:00"), ProviderId("sp0")))


async def test_the_router_takes_its_hands_off_everything_and_gives_back_what_it_switched_off(
    home: Home,
) -> None:
    await shed_now(home)
    await home.front.take_hands_off(None)
    await home.clock.advance(MINUTE)
    assert home.plug(HVAC).on
    home.plug(HVAC).on = False
    before = len(home.plugs[HVAC].received)
    await home.clock.advance(10 * MINUTE)
    assert len(home.plugs[HVAC].received) == before
    status = home.front.status()
    assert status.hands_off is not None
    assert status.sentence.startswith("The router steers nothing until it is told to.")
    await home.front.steer()
    await home.front.steer()
    home.plug(HVAC).on = True
    await home.clock.advance(MINUTE)
    assert not home.plug(HVAC).on


async def test_hands_off_ends_by_itself(home: Home) -> None:
    await home.front.take_hands_off(at("13:00"))
    await shed_now(home)
    assert home.plug(HVAC).on
    assert "until" in home.front.status().sentence
    await home.clock.advance(HOUR)
    assert home.front.status().hands_off is None
    assert not home.plug(HVAC).on
    with pytest.raises(MessageError, match="is past"):
        await home.front.take_hands_off(at("12:00"))


async def test_a_device_that_is_handed_over_while_hands_are_off_is_steered_afterwards(home: Home) -> None:
    await home.front.hand_over(HVAC, steered=False)
    await home.front.take_hands_off(None)
    await home.front.hand_over(HVAC, steered=True)
    await shed_now(home)
    assert home.plug(HVAC).on
    await home.front.steer()
    await home.clock.advance(MINUTE)
    assert not home.plug(HVAC).on


async def test_what_was_said_outlives_a_restart(home: Home) -> None:
    await home.front.opt_out(OptOut(at("20:00"), SP))
    await home.front.take_hands_off(None)
    await home.front.go_away(Vacation(at("13:00"), at("20:00")))
    async with running(Home(*home.profiles, store=home.store)) as again:
        status = again.front.status()
        assert (status.hands_off, len(status.opt_outs)) != (None, 0)
        assert status.vacation == Vacation(at("13:00"), at("20:00"))
        assert all(seat.watched for seat in again.router.registry.seats.values())
        await again.front.steer()
        assert not any(seat.watched for seat in again.router.registry.seats.values())


async def test_nobody_at_home_means_no_standing_wish_for_the_car() -> None:
    async with running(Home(standing={CAR: StandingWish(5000.0, time(7, 30))})) as home:
        await home.front.go_away(Vacation(at("12:00"), at("20:00")))
        await home.front.clear_wish(CAR)
        home.router.household.happened(CAR, Happening.CAR_ARRIVED)
        assert home.router.book.wishes.get(CAR) is None
        assert "Nobody is at home until" in home.front.status().sentence
        await home.front.come_back()
        await home.front.come_back()
        home.router.household.happened(CAR, Happening.CAR_ARRIVED)
        assert isinstance(home.router.book.wishes.get(CAR), LevelWish)
        with pytest.raises(MessageError, match="is past"):
            await home.front.go_away(Vacation(at("10:00"), at("11:00")))


async def test_food_stays_cold_and_only_warmth_is_let_go_while_nobody_is_at_home(home: Home) -> None:
    await home.front.go_away(Vacation(at("13:00"), at("23:00")))
    await home.clock.advance(2 * HOUR)
    assert FREEZER not in home.router.book.overrides
    vacation = home.front.status().vacation
    assert vacation is not None
    assert vacation.begun
    await home.clock.advance(10 * HOUR)
    assert home.front.status().vacation is None


async def test_warm_water_may_cool_until_shortly_before_the_return() -> None:
    async with running(Home(freezer(), TANK)) as home:
        tank = TANK.id
        home.router.registry.seat(tank).state = replace(home.router.registry.state(tank), level=50.0)
        await home.front.go_away(Vacation(at("13:00"), at("23:00"), "resident"))
        await home.clock.advance(HOUR + MINUTE)
        held = home.router.book.overrides[tank]
        assert (held.mode, held.until, held.by) == (OverrideMode.OFF, at("19:00"), "vacation")
        assert any("may sink to the lower bound until" in one for one in home.store.sentences())
        await home.front.come_back()
        assert tank not in home.router.book.overrides


async def test_what_was_said_of_a_device_that_is_gone_ends_by_itself_and_stops_nothing(home: Home) -> None:
    await home.front.opt_out(OptOut(at("12:30"), device_id=HVAC))
    again = Home(freezer(), store=home.store, start=at("12:10"))
    async with running(again):
        await again.clock.advance(HOUR)
        assert again.front.status().opt_outs == ()
        assert not any(key.startswith("opt out/") for _, key in home.store.documents)
        assert "hvac takes part in every provider's orders again, says the clock." in home.store.sentences()


async def test_nobody_is_opted_out_of_who_is_no_provider(home: Home) -> None:
    with pytest.raises(MessageError, match="There is: grid"):
        await home.front.opt_out(OptOut(at("13:00"), ProviderId("gird")))
    assert home.front.status().opt_outs == ()


async def test_many_events_are_looked_through_with_one_look_at_who_is_meant(home: Home) -> None:
    for number in range(50):
        home.router.book.keep_event(shed(f"e{number}", "13:00", "14:00", targets=("hvac",)))
    home.router.word.opt_out(OptOut(at("15:00"), device_id=HVAC))
    looks = list[int]()
    directory = home.router.steering.directory

    def counted() -> dict[str, tuple[DeviceId, ...]]:
        looks.append(1)
        return directory()

    home.router.word._directory = counted
    assert len(home.router.word.refused()) == 50
    assert len(looks) == 1
