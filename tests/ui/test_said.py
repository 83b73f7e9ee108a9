"""What the router says is said in the person's language, after it has come over the wire as it would."""

from dataclasses import replace
from typing import TypeVar

import pytest

from drrouter.adapters.client import Tip
from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.strict_json import decode, encode
from drrouter.domain.ack import Ack, AckState, Step
from drrouter.domain.event import PayloadType
from drrouter.domain.ids import EventId, HoldToken
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.option import Option, OptionKind
from drrouter.domain.owner import called
from drrouter.domain.plan import Plan
from drrouter.domain.reason import Reason
from drrouter.domain.said import Worded, ended, resaid, said
from drrouter.router.doctor import Finding
from drrouter.router.evidence import EvidenceEntry
from drrouter.router.plug_test import PlugTest, Stage
from drrouter.router.provider_views import ProviderView
from drrouter.router.viewed import DeviceView, EventPhase, EventView
from drrouter_ui.draw import offers, providers
from drrouter_ui.draw.events import details, line
from drrouter_ui.draw.facts import facts
from drrouter_ui.draw.tips import tip_text
from drrouter_ui.draw.why import why
from drrouter_ui.screens.help import help_rows
from drrouter_ui.seen import Seen
from drrouter_ui.words import speak, t
from tests.builders import ECO, NOON, WASHER, a_plan, at, shed
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


def test_what_an_event_asks_for_is_named_in_the_language_and_its_unit(home: FullHome) -> None:
    price = next(view for view in home.events() if view.event.payloads[0].type is PayloadType.PRICE)
    co2 = replace(price.event.payloads[0], type=PayloadType.GHG, value=250.0)
    view = replace(price, event=replace(price.event, payloads=(price.event.payloads[0], co2)))
    speak("de")
    told = str(details(sent(EventView, view), seen(home))) + line(view, seen(home))
    assert "Preis, CO₂" in told
    assert "250 g/kWh" in told
    assert "price" not in told.replace(view.event.name, "")


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


def test_a_suggestion_is_said_in_the_language(home: FullHome) -> None:
    change = Reason("cycle.allow_until", {"until": "2026-06-01T20:00:00Z", "saving": 0.2})
    values: dict[str, float | str] = {"name": "Car", "change": "", "uses": 9.0, "days": 28.0, "saving": 1.4}
    later = Tip(Reason("advice.later", values, (change,)), "its own words", 1.4)
    always = Tip(Reason("advice.always_on", {"watts": 210.0, "kwh": 151.2, "cost": 40.0}), "own words", 10.0)
    assert tip_text(later, "EUR", seen(home).local) == "its own words"
    speak("de")
    assert tip_text(later, "EUR", seen(home).local).startswith("Car: bis 22:00 erlauben und 0,20 EUR sparen.")
    assert "28 Tagen" in tip_text(later, "EUR", seen(home).local)
    assert "151,2 kWh und 40,00 EUR" in tip_text(always, "EUR", seen(home).local)
    assert tip_text(Tip(Reason("advice.new"), "own words", 1.0), "EUR", seen(home).local) == "own words"


def test_what_an_option_rests_on_and_why_it_is_offered_is_said_in_the_language(home: FullHome) -> None:
    why = Reason("option.now", {"end": "2026-06-01T14:00:00Z", "cost": 0.5})
    option = Option(
        kind=OptionKind.NOW,
        device_id=WASHER,
        programme_id=ECO,
        token=HoldToken("t"),
        basis="optimal, live",
        reason=resaid("Starts now.", why),
        start=NOON,
        end=at("14:00"),
        expires_at=at("12:02"),
        plan_made_at=NOON,
        cost=0.5,
        currency="EUR",
        co2_g=100.0,
        saving=0.0,
    )
    option = sent(Option, option)
    local = seen(home).local
    assert "live prices" in offers.basis(option, local)
    speak("de")
    assert "aktuelle Preise" in offers.basis(option, local)
    assert "of a later release" in offers.basis(replace(option, basis="of a later release"), local)
    assert offers.because(option, local) == "Startet jetzt, ist 16:00 fertig und kostet 0,50 EUR."


def test_what_set_a_plan_off_is_said_in_the_language_wherever_it_stands(home: FullHome) -> None:
    trigger = said("because.start")
    change = Reason("change.planned", {"label": "Washer", "at": "2026-06-01T14:00:00Z", "trigger": "start"})
    made = replace(a_plan(), trigger=trigger, changes=("Washer is planned.",), change_reasons=(change,))
    plan = sent(Plan, made)
    speak("de")
    rows = dict(why(home.devices()[0], replace(seen(home), plan=plan)))
    assert rows[t("tui.why.new")] == f"Washer ist nun für 16:00 geplant ({seen(home).say(trigger)})."
    assert rows[t("tui.why.the_plan")].endswith(seen(home).say(trigger))
