"""What the router says is said in the person's language, after it has come over the wire as it would."""

from dataclasses import replace
from typing import TypeVar

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.strict_json import decode, encode
from drrouter.domain.ack import Ack, AckState, Step
from drrouter.domain.ids import EventId
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.owner import called
from drrouter.domain.said import Worded, ended, said
from drrouter.router.doctor import Finding
from drrouter.router.evidence import EvidenceEntry
from drrouter.router.plug_test import PlugTest, Stage
from drrouter.router.provider_views import ProviderView
from drrouter.router.viewed import DeviceView, EventPhase, EventView
from drrouter_ui.draw import providers
from drrouter_ui.draw.events import details
from drrouter_ui.draw.facts import facts
from drrouter_ui.screens.help import help_rows
from drrouter_ui.seen import Seen
from drrouter_ui.words import speak
from tests.builders import NOON, at, shed
from tests.ui.home import FullHome

T = TypeVar("T")


@pytest.fixture
def home() -> FullHome:
    return FullHome(SimulatedClock(NOON))


def seen(home: FullHome) -> Seen:
    return Seen(home.status(), home.plan(), home.devices(), home.timeline())


def sent(kind: type[T], value: T) -> T:
    """The value as a client reads it."""
    read: T = decode(kind, encode(kind, value), "the router")
    return read


def test_the_journal_is_said_in_the_language(home: FullHome) -> None:
    sentence = ended(said("order.off", called("owner"), name="Car", until=Worded("Mon 14:00", at("14:00"))))
    entry = sent(JournalEntry, JournalEntry(NOON, JournalKind.OVERRIDE, sentence))
    assert seen(home).say(entry.sentence) == "Car is switched off by the owner until Mon 14:00."
    speak("de")
    assert seen(home).say(entry.sentence) == "Car ist aus bis 16:00 (der Eigentümer)."
    assert seen(home).say(JournalEntry(NOON, JournalKind.LINK, "of old").sentence) == "of old"


def test_the_outcome_of_an_event_is_said_in_the_language(home: FullHome) -> None:
    order = shed("e", "12:00", "13:00")
    step = Step(AckState.IMPOSSIBLE, NOON, said("outcome.excess", excess_w=300.0))
    view = EventView(order, EventPhase.OVER, acknowledged=True, acks=(Ack(None, (step,)),))
    speak("nl")
    assert "300,0 W te veel" in str(details(sent(EventView, view), seen(home)))


def test_the_record_of_a_provider_and_the_test_of_a_plug_are_said_in_the_language(home: FullHome) -> None:
    provider, _ = home.providers()
    entry = EvidenceEntry(1, NOON, EventId("e"), "", said("evidence.back"))
    speak("fr")
    rows = providers.details(sent(ProviderView, replace(provider, evidence=(entry,))), seen(home))
    assert "Il a retiré l’événement." in str(rows)
    plug_test = PlugTest(Stage.CUT, NOON, said("plug.cut", name="Hvac", seconds=30))
    view = sent(DeviceView, replace(home.devices()[0], plug_test=plug_test))
    assert "sans courant pendant 30 secondes" in str(facts(view, seen(home)))


def test_what_the_doctor_finds_is_said_in_the_language(home: FullHome) -> None:
    found = [sent(Finding, one) for one in home.doctor()]
    assert "answers and obeys" in " ".join(text for _, text in help_rows(found, seen(home)))
    speak("de")
    told = " ".join(text for _, text in help_rows(found, seen(home)))
    assert "antwortet und gehorcht" in told
    assert "answers" not in told
