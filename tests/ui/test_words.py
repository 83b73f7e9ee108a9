"""The catalogues of the terminal: complete in every language, and values as each writes them."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import drrouter_ui
from drrouter.domain.mandate import GROUPS
from drrouter.domain.plan import Reason
from drrouter_ui.chosen_language import choose_language
from drrouter_ui.words import (
    LANGUAGES,
    SiteTime,
    language,
    money,
    number,
    preferred,
    say,
    sendable,
    span,
    speak,
    t,
)
from drrouter_ui.words.catalogue import reason_templates, texts_of
from tests.ui.conftest import Served

ROOMS = Path(drrouter_ui.__file__).parent
FIELD = re.compile(r"\{\w+\}")
NOW = datetime(2026, 6, 1, 12, 20, tzinfo=UTC)
LOCAL = SiteTime(ZoneInfo("Europe/Amsterdam"), NOW)
CALL = re.compile(r"""\bt\(\s*(f?)["']([^"']+?)["']""")


def catalogue(name: str) -> dict[str, str]:
    texts: dict[str, str] = json.loads((ROOMS / "words" / "terminal" / f"{name}.json").read_text("utf-8"))
    return texts


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_language_has_every_text_with_the_same_fields_in_order(name: str) -> None:
    english, texts = catalogue("en"), catalogue(name)
    assert list(texts) == sorted(english)
    for key, text in texts.items():
        assert set(FIELD.findall(text)) == set(FIELD.findall(english[key])), key
        assert text


def test_every_text_that_a_screen_says_is_there_and_every_text_is_said() -> None:
    shared = json.loads((ROOMS / "words" / "en.json").read_text("utf-8"))
    known = {re.sub("_(one|other)$", "", key) for key in (*shared, *catalogue("en"))}
    sources = [path.read_text("utf-8") for path in ROOMS.rglob("*.py")]
    said = {(bool(form), key) for source in sources for form, key in CALL.findall(source)}
    exact = {key for form, key in said if not form}
    assert exact <= known, exact - known
    begun = tuple(key.partition("{")[0] for form, key in said if form)
    quoted = {key for source in sources for key in re.findall(r'"(tui\.[\w.]+)"', source)}
    own = {re.sub("_(one|other)$", "", key) for key in catalogue("en")}
    assert {key for key in own if key not in exact | quoted and not key.startswith(begun)} == set()


@pytest.mark.parametrize(
    ("name", "amount", "day", "date", "moment"),
    [
        ("en", "1.50 EUR", "Tue 14:20", "2026-06-11 14:20", "Mon 01 Jun 14:20"),
        ("de", "1,50 EUR", "Di 14:20", "11.06.2026 14:20", "Mo 01. Juni 14:20"),
        ("fr", "1,50 EUR", "mar 14:20", "11/06/2026 14:20", "lun 01 juin 14:20"),
        ("nl", "EUR 1,50", "di 14:20", "11-06-2026 14:20", "ma 01 jun 14:20"),
    ],
)
def test_values_are_written_as_the_language_writes_them(
    name: str, amount: str, day: str, date: str, moment: str
) -> None:
    speak(name)
    assert money(1.5, "EUR") == amount
    assert LOCAL.say(NOW + timedelta(days=1)) == day
    assert LOCAL.say(NOW + timedelta(days=10)) == date
    assert (LOCAL.say(NOW), LOCAL.say(None), LOCAL.moment()) == ("14:20", "-", moment)


def test_what_is_almost_nothing_is_written_without_a_sign() -> None:
    assert (number(-0.001, 2), money(None, "EUR"), span(timedelta(minutes=95))) == ("0.00", "-", "1 h 35")


def test_what_a_provider_may_send_is_said_as_the_panel_says_it() -> None:
    speak("de")
    assert sendable(["prices", "co2", "PRIVATE_TYPE"]) == "Preise, CO₂, PRIVATE_TYPE"


@pytest.mark.parametrize("name", LANGUAGES)
def test_every_group_of_what_may_be_sent_has_its_word(name: str) -> None:
    speak(name)
    assert not [str(group) for group in GROUPS if f"providers.sends.{group}" not in texts_of(name)]


def test_counted_texts_have_their_plural_and_french_counts_nothing_as_one() -> None:
    assert [t("tui.for_hours", count=count) for count in (0, 1, 2)] == ["0 hours", "1 hour", "2 hours"]
    speak("fr")
    assert [t("tui.for_hours", count=count) for count in (0, 2)] == ["0 heure", "2 heures"]
    assert t("there.is.none") == "there.is.none"


def test_the_planners_reasons_are_said_in_the_language_or_in_its_own_words() -> None:
    moved = Reason("change.gain", {"gain": 0.25})
    assert say([moved], "it saves 0.25 EUR", "EUR", LOCAL) == "it saves 0.25 EUR"
    speak("de")
    assert say([moved], "it saves 0.25 EUR", "EUR", LOCAL) == "das spart 0,25 EUR"
    assert say([Reason("nobody.knows")], "its own words", "EUR", LOCAL) == "its own words"
    texts = tuple(Reason("said.text", {"text": text}) for text in ("Eins.", "Zwei."))
    assert say([Reason("said.sentences", {}, texts)], "", "EUR", LOCAL) == "Eins. Zwei."
    lost = Reason("offline.link_lost", {"provider": "Netz", "at": "2026-06-01T20:00:00Z"})
    waits = Reason("offline.waits", {"due": "2026-06-01T21:00:00Z"}, (lost,))
    assert say([waits], "", "EUR", LOCAL).startswith("Die Verbindung zu Netz fehlt seit 22:00; das")
    wind = Reason("now.alert", {}, (Reason("alert.wind"),))
    assert say([wind], "", "EUR", LOCAL) == "Meldung: Sturm"
    began = Reason("cycle.agreed", {"label": "\x1bW", "start": "2026-06-01T20:00:00Z", "end": "soon"})
    assert "22:00" in say([began], "", "EUR", LOCAL)
    assert "soon" in say([began], "", "EUR", LOCAL)


HOSTILE = (
    "{0}",
    "{parts}",
    "{0.__class__}",
    "\\1",
    "$&",
    "[red]",
    "A" * 65_536,
    "\u202ex",
    1e308,
    -0.0,
    True,
)


@pytest.mark.parametrize("name", ["de", "fr", "nl"])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_no_value_of_a_stranger_is_read_as_a_template_or_stops_a_screen(name: str, zone: str) -> None:
    speak(name)
    local = SiteTime(ZoneInfo(zone), datetime(2026, 6, 1, tzinfo=UTC))
    instants = ("9999-12-31T23:59:59-23:00", "0001-01-01T00:00:00+23:00", "2026-13-40")
    for code, template in (reason_templates() or {}).items():
        fields = set(re.findall(r"\{([a-z]\w*)", template)) - {"parts"}
        for value in (*HOSTILE, *instants):
            text = Reason("said.text", {"text": str(value)})
            for parts in ((), (text, text, text)):
                told = say([Reason(code, dict.fromkeys(fields, value), parts)], "", "EUR", local)
                assert len(told) < 6000, code
                assert "\u202e" not in told, code


@pytest.mark.parametrize(
    ("tag", "known"),
    [("de_AT.UTF-8", "de"), ("nl", "nl"), ("fr-CH", "fr"), ("C.UTF-8", None), ("", None), (None, None)],
)
def test_a_language_is_read_from_its_tag(tag: str | None, known: str | None) -> None:
    assert preferred(tag) == known


@pytest.mark.parametrize(
    ("wanted", "settings", "environment", "spoken"),
    [
        ("fr", "nl", {"LANG": "de_DE.UTF-8"}, "fr"),
        (None, "nl", {"LANG": "de_DE.UTF-8"}, "nl"),
        (None, None, {"LANG": "de_DE.UTF-8"}, "de"),
        (None, None, {"LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"}, "en"),
    ],
)
async def test_who_asks_for_a_language_gets_it_then_the_person_then_the_environment(
    served: Served, wanted: str | None, settings: str | None, environment: dict[str, str], spoken: str
) -> None:
    if settings:
        await served.client.set_settings(language=settings)
    await choose_language(served.client, wanted, environment)
    assert language() == spoken


async def test_english_is_spoken_where_nobody_says_and_where_no_router_answers(served: Served) -> None:
    await choose_language(served.client, None, {})
    assert language() == "en"
    await served.stop()
    await choose_language(served.client, None, {"LANG": "POSIX"})
    assert language() == "en"
