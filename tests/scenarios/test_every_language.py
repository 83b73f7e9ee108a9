"""A home that is ordered about for a day says nothing of its own that it could not say in every language.

What the API's views carry is looked at after each step, as it comes over the wire. A sentence without a code
fails here, and so does one that a language cannot say, whoever adds it.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

import pytest

import drrouter_ui.words
from drrouter.adapters.strict_json import decode, encode
from drrouter.domain.event import PayloadType
from drrouter.domain.ids import EventId, ProviderId
from drrouter.domain.journal import JournalEntry
from drrouter.domain.mandate import Role, mandate
from drrouter.domain.option import Option
from drrouter.domain.owner import OptOut, Vacation
from drrouter.domain.plan import Plan
from drrouter.domain.reason import Reason
from drrouter.domain.signal import EventReceived, LinkChanged
from drrouter.domain.wish import OverrideMode
from drrouter.router.doctor import Finding
from drrouter.router.facade import OptionsRequest, WishRequest
from drrouter.router.failsafe import Failsafe
from drrouter.router.provider_views import ProviderView
from drrouter.router.viewed import DeviceView, EventView, StatusView
from drrouter_ui.words import SiteTime, language, say, speak
from tests.builders import (
    BATTERY,
    CAR,
    FREEZER,
    HOUR,
    HVAC,
    MINUTE,
    PROGRAM,
    SP,
    WASHER,
    at,
    battery,
    capacity,
    car,
    event,
    freezer,
    heat_pump,
    hvac,
    inverter,
    meter,
    payload,
    shed,
    washer,
)
from tests.fakes import FakeProvider
from tests.homes import AMSTERDAM, Home, running

OTHERS = ["de", "fr", "nl"]
SECOND_SP = ProviderId("agg")
UP, LOST = "The link is up.", "No route to the provider."
STRANGERS = {LOST, UP, "Stay inside.", "Anna", "hvac does not answer", PROGRAM, *PayloadType}
"""Texts that nobody here has written."""

WORDS = Path(drrouter_ui.words.__file__).parent / "reasons"


@dataclass(frozen=True)
class Found:
    """A text of a view, with its reason."""

    place: str
    text: str
    reason: Reason | None


def texts(value: object, place: str = "") -> Iterator[Found]:
    """Every text that has a reason beside it, or should have, wherever it stands."""
    if isinstance(value, tuple | list):
        for one in value:
            yield from texts(one, place)
    if not is_dataclass(value) or isinstance(value, Reason | type):
        return
    names = {field.name for field in fields(value)}
    for name in names:
        here, one = f"{type(value).__name__}.{name}", getattr(value, name)
        if f"{name}_said" not in names:
            yield from texts(one, here)
            continue
        reasons = getattr(value, f"{name}_said")
        several = zip(one, reasons, strict=True) if isinstance(one, tuple) else [(one, reasons)]
        yield from (Found(here, text, reason) for text, reason in several if text)


def codes(reason: Reason) -> Iterator[str]:
    yield reason.code
    for part in reason.parts:
        yield from codes(part)


def plain_parts(reason: Reason) -> Iterator[str]:
    """What is said as it stands, in any language."""
    if reason.code == "said.text":
        yield str(reason.values["text"])
    for part in reason.parts:
        yield from plain_parts(part)


class Watched:
    """Looks at everything that is shown, and remembers what it has seen and what was wrong with it."""

    def __init__(self, home: Home) -> None:
        self.home, self.wrong = home, dict[str, None]()
        self.seen: dict[str, Found] = {}
        self.panel = {name: templates(f"{name}.json") for name in OTHERS}
        own = {name: templates(f"terminal/{name}.json") for name in OTHERS}
        self.terminal = {name: self.panel[name] | own[name] for name in OTHERS}

    async def look(self, offered: tuple[Option, ...] = ()) -> None:
        """Everything, as a client reads it; the journal is shown by the terminal alone."""
        front = self.home.front
        await self.home.clock.advance(MINUTE)
        for kind, value in (
            (StatusView, front.status()),
            (tuple[DeviceView, ...], front.devices()),
            (tuple[ProviderView, ...], front.providers()),
            (tuple[EventView, ...], front.events()),
            (tuple[Finding, ...], front.doctor()),
            (Plan, front.plan()),
            (tuple[Option, ...], offered),
        ):
            self._judge(decode(kind, encode(kind, value), "the router"), self.panel)
        journal = tuple[JournalEntry, ...]
        self._judge(decode(journal, encode(journal, await front.journal(1000)), "it"), self.terminal)

    def _judge(self, value: object, known: dict[str, set[str]]) -> None:
        ours = STRANGERS | self._names()
        for found in texts(value):
            if found.reason is None:
                self.wrong |= {} if found.text in ours else {f"{found.place} has no code: {found.text}": None}
                continue
            said = set(codes(found.reason))
            self.seen |= dict.fromkeys(said, found)
            plain = [text for text in plain_parts(found.reason) if text not in ours]
            mute = [name for name in OTHERS if said - known[name]]
            if plain or mute:
                self.wrong[f"{found.place} is English: {found.text!r} {plain} {mute}"] = None

    def _names(self) -> set[str]:
        """What devices, events, modes and programmes are called."""
        devices = {name for one in self.home.profiles for name in (one.id, one.name)}
        return devices | {
            name for one in self.home.router.book.events.values() for name in (one.id, one.name)
        }


def templates(name: str) -> set[str]:
    return set(json.loads((WORDS / name).read_text(encoding="utf-8")))


@asynccontextmanager
async def ordered_about() -> AsyncIterator[Watched]:
    """A home of many devices with two providers, of which one has a failsafe."""
    failsafe = Failsafe(heartbeat=20 * MINUTE, duration=HOUR, limit_w=4000, export_limit_w=2000)
    devices = (freezer(), washer(), car(), hvac(), battery(), inverter(), heat_pump(), meter())
    home = Home(*devices, failsafe=failsafe, tick=MINUTE, fuse_w=8000.0, sun_w=lambda _: 2000.0)
    home.others = [FakeProvider(SECOND_SP)]
    home.mandates = {SP: mandate(Role.NETWORK), SECOND_SP: mandate(Role.AGGREGATOR)}
    async with running(home):
        home.provider.says(LinkChanged(SP, True, UP, home.clock.now()))
        home.plug(WASHER).appliance.armed = True
        home.plug(CAR).appliance.plugged_in = True
        yield Watched(home)


async def day(watched: Watched) -> None:
    """People and providers order it about."""
    home, front = watched.home, watched.home.front
    await watched.look()
    await front.wish(WASHER, WishRequest(at("20:00")), "Anna")
    await front.wish(CAR, WishRequest(at("22:00"), level=8000.0))
    await watched.look(await front.options(WASHER, OptionsRequest(ready_by=at("20:00"))))
    await front.override(HVAC, OverrideMode.OFF, at("13:00"))
    await front.override(FREEZER, OverrideMode.ON, at("13:00"), "Anna")
    await watched.look()
    await front.clear_override(HVAC)
    for one in (
        shed("less", "12:05", "12:40", level=2),
        capacity("cap", 1500.0, "12:10", "13:00"),
        event("feed", payload(PayloadType.EXPORT_CAPACITY_LIMIT, 500.0, "12:00", "14:00")),
        event("wind", payload(PayloadType.ALERT_WIND, 1.0, "12:00", "14:00")),
        event("cut", payload(PayloadType.ALERT_POSSIBLE_OUTAGE, 1.0, "16:00", "17:00")),
        event("home", payload(PayloadType.ALERT_OTHER, 1.0, "12:00", "14:00", "Stay inside.")),
    ):
        home.router.signal(EventReceived(one))
    setpoint = payload(PayloadType.DISPATCH_SETPOINT, 2500.0, "12:00", "15:00")
    home.router.signal(EventReceived(event("charge", setpoint, provider=SECOND_SP, targets=(BATTERY,))))
    for _ in range(4):
        await watched.look()
        await home.clock.advance(5 * MINUTE)
    await front.opt_out(OptOut(at("15:00"), SP, EventId("less")))
    await front.opt_out(OptOut(at("15:00"), device_id=HVAC))
    await watched.look()
    home.router.signal(
        EventReceived(event("now", payload(PayloadType.ALERT_GRID_EMERGENCY, 1.0, "12:00", "15:00")))
    )
    await watched.look()


async def night(watched: Watched) -> None:
    """The owner takes its hands off and leaves, the network falls silent, and a device answers no more."""
    home, front = watched.home, watched.home.front
    await front.take_hands_off(at("14:00"))
    await watched.look()
    await front.steer()
    await front.go_away(Vacation(at("12:00"), at("20:00")))
    await watched.look()
    home.provider.says(LinkChanged(SP, False, LOST, home.clock.now()))
    await watched.look()
    await home.clock.advance(30 * MINUTE)
    await watched.look()
    await front.come_back()
    home.plug(HVAC).unreachable = True
    await home.clock.advance(HOUR)
    await watched.look()


async def test_all_that_a_home_says_has_a_code_and_can_be_said_in_every_language() -> None:
    async with ordered_about() as watched:
        await day(watched)
        await night(watched)
    assert not watched.wrong, "\n".join(watched.wrong)
    assert {
        "held.feed_in_of",
        "held.shed",
        "held.off_by",
        "word.away",
        "failsafe.silent",
    } <= watched.seen.keys()


@pytest.fixture
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    """The language that the terminal speaks for the time of a test."""
    speak(request.param)
    yield request.param
    speak("en")


@pytest.mark.parametrize("spoken", OTHERS, indirect=True)
async def test_no_sentence_stays_english_and_none_lacks_a_value(spoken: str) -> None:
    async with ordered_about() as watched:
        await day(watched)
    assert language() == spoken
    local = SiteTime(AMSTERDAM, watched.home.clock.now())
    for found in watched.seen.values():
        told = say([found.reason], found.text, "EUR", local)
        assert told.count("?") == found.text.count("?")
        assert told != found.text
