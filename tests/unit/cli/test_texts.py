"""The command line in four languages: every text that is said is there, complete, with the same fields."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from drrouter import cli
from drrouter.adapters.api import Role
from drrouter.cli import main, words
from drrouter.cli.program import app
from drrouter.cli.words.help_texts import help_texts, originals
from drrouter.domain.ack import AckState
from drrouter.domain.device import Presence
from drrouter.domain.journal import JournalKind
from drrouter.domain.mandate import Role as Trade
from drrouter.domain.option import OptionKind
from drrouter.domain.plan import DataRung, MissKind, SolveRung
from drrouter.router.doctor import Level
from drrouter.router.feed_state import FeedState
from drrouter.router.offline import Mode
from drrouter.router.viewed import EventPhase

ROOM = Path(cli.__file__).parent
FIELD = re.compile(r"\{\w+\}")
CALL = re.compile(r"""\bt\(\s*(f?)["']([^"']+?)["']""")
QUOTED = re.compile(r"""["']([a-z_]+\.[a-z_.-]+)["']""")
NAMED: dict[str, type[StrEnum]] = {
    "ack": AckState,
    "data": DataRung,
    "doctor": Level,
    "freshness": FeedState,
    "journal": JournalKind,
    "miss": MissKind,
    "offline": Mode,
    "option": OptionKind,
    "phase": EventPhase,
    "presence": Presence,
    "solve": SolveRung,
    "trade": Trade,
}
"""Groups of words for the values of one kind."""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    yield
    words.begin([], {})


def catalogue(name: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((ROOM / "words" / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", words.LANGUAGES)
def test_every_language_has_every_text_with_the_same_fields_in_order(name: str) -> None:
    english, texts = catalogue("en"), catalogue(name)
    assert list(texts) == sorted(english)
    for key, text in texts.items():
        assert set(FIELD.findall(text)) == set(FIELD.findall(english[key])), key
        assert text == text.strip() != ""


def test_every_text_that_a_verb_says_is_there_and_every_text_is_said() -> None:
    known = {re.sub("_(one|other)$", "", key) for key in catalogue("en")}
    sources = [path.read_text(encoding="utf-8") for path in ROOM.rglob("*.py")]
    said = {(bool(form), key) for source in sources for form, key in CALL.findall(source)}
    exact = {key for form, key in said if not form}
    assert exact <= known, exact - known
    begun = tuple(key.partition("{")[0] for form, key in said if form)
    assert all(any(key.startswith(start) for key in known) for start in begun)
    groups = tuple(f"{group}." for source in sources for group in re.findall(r'named\(\s*["\'](\w+)', source))
    quoted = {key for source in sources for key in QUOTED.findall(source)}
    unsaid = {
        key for key in known - exact - quoted if not key.startswith((*begun, *groups, "solve.", "data."))
    }
    assert unsaid == set()


@pytest.mark.parametrize(("group", "kind"), NAMED.items(), ids=list(NAMED))
def test_every_value_of_a_kind_has_its_word(group: str, kind: type[StrEnum]) -> None:
    assert {f"{group}.{one.value}" for one in kind} <= set(catalogue("en"))
    assert words.named(group, "of_tomorrow") == "of tomorrow"


def test_roles_of_people_have_their_words() -> None:
    people = {one for one in Role if one is not Role.VISITOR}
    assert {f"role.{one.value}" for one in people} <= set(catalogue("en"))


@pytest.mark.parametrize(
    ("arguments", "environment", "spoken"),
    [
        (["status", "--language", "fr"], {"LANG": "de_DE.UTF-8"}, "fr"),
        (["--language=nl", "status"], {"LANG": "de_DE.UTF-8"}, "nl"),
        (["status", "--language"], {"LANG": "de_DE.UTF-8"}, "de"),
        (["status", "--language", "xx"], {}, "en"),
        (["status"], {"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, "en"),
        (["status"], {"LC_MESSAGES": "nl_BE", "LANG": "de_DE.UTF-8"}, "nl"),
    ],
)
def test_the_language_is_the_one_asked_for_else_that_of_the_environment(
    arguments: list[str], environment: dict[str, str], spoken: str
) -> None:
    words.begin(arguments, environment)
    assert words.language() == spoken


def test_what_the_person_has_set_comes_before_the_environment() -> None:
    words.begin([], {"LANG": "de_DE.UTF-8"})
    words.choose({"language": "auto"})
    assert words.language() == "de"
    words.choose({"language": "fr"})
    assert words.language() == "fr"


def test_numbers_money_and_dates_are_written_as_the_language_does() -> None:
    words.begin(["--language", "de"], {})
    local = words.LocalTime.of("Europe/Berlin", datetime(2026, 6, 1, 12, tzinfo=UTC))
    assert local.say(datetime(2026, 7, 1, 12, tzinfo=UTC)) == "01.07.2026 14:00"
    assert (words.money(1.5, "EUR"), words.number(0.25), words.power(1500)) == ("1,50 EUR", "0,25", "1,50 kW")
    assert (words.date_of(date(2026, 6, 1)), words.month(date(2026, 3, 1))) == ("01.06.2026", "März")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["why"], "DEVICE is missing. See: drrouter why --help"),
        (["why", "a", "b"], "There is no place for: b. See: drrouter why --help"),
        (["statu"], "There is no verb statu. Did you mean status, setup? See: drrouter --help"),
        (["status", "--jso"], "There is no option --jso. Did you mean --json? See: drrouter status --help"),
        (["status", "--url"], "--url is written with a value, or with none at all."),
        (["journal", "--most", "0"], "--most lies between 1 and 1000. See: drrouter journal --help"),
        (["demo", "--speed", "0"], "--speed is 0.1 or more. See: drrouter demo --help"),
        (["history", "--date", "x"], "--date takes a day, such as 2026-06-01. See: drrouter history --help"),
        (["wish", "car", "--level", "x"], "--level takes a number. See: drrouter wish --help"),
        (["override", "car", "up"], "ORDER takes one of: on, off, auto. See: drrouter override --help"),
        (["status", "--language", "xx"], "--language takes one of: en, de, fr, nl."),
        (["simulate", "x", "--language", "xx"], "--language takes one of: en, de, fr, nl."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_wrong_on_the_line_is_one_sentence(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err == f"{sentence}\n"


def test_what_is_wrong_is_said_in_the_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "--language", "nl"]) == 2
    assert capsys.readouterr().err == "DEVICE ontbreekt. Zie: drrouter why --help\n"
    assert main(["status", "--url", "http://127.0.0.1:1", "--language", "fr"]) == 3
    assert "Aucun routeur ne répond à http://127.0.0.1:1." in capsys.readouterr().err


def verbs(command: Any, path: tuple[str, ...] = ("drrouter",)) -> Iterator[tuple[str, Any]]:
    """Every verb that the help shows, by its whole name."""
    below = getattr(command, "commands", {})
    if len(path) > 1 and (not below or command.invoke_without_command):
        yield " ".join(path), command
    for name, one in below.items():
        if not one.hidden:
            yield from verbs(one, (*path, name))


def test_every_help_shows_an_example_of_its_own_verb() -> None:
    found = dict(verbs(get_command(app)))
    assert len(found) > 50
    assert [name for name, one in found.items() if f"`{name}" not in one.help.partition("Examples:")[2]] == []


def test_every_help_of_an_option_or_argument_says_something() -> None:
    for name, one in verbs(get_command(app)):
        assert all(parameter.help for parameter in one.params), name


@pytest.mark.parametrize("name", [name for name in words.LANGUAGES if name != "en"])
def test_every_help_text_is_there_in_every_language_and_no_other(name: str) -> None:
    english, texts = originals(get_command(app)), help_texts(name)
    assert english - set(texts) == set()
    assert set(texts) - english == set()
    code = re.compile(r"`[^`]*`|--[a-z][a-z-]*")
    for original, text in texts.items():
        assert sorted(code.findall(text)) == sorted(code.findall(original)), original
        assert text.strip()


def test_the_help_is_said_in_the_language_and_examples_stay(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["override", "--help", "--language", "de"]) == 0
    shown = " ".join(re.sub("[│╭╮╰╯─]", " ", capsys.readouterr().out).split())
    for text in (
        "Ein Gerät für eine Weile ein- oder ausschalten",
        "Beispiele:",
        "drrouter override car off --for 30m",
        "Argumente",
        "Wie lange, etwa 30m oder 2h.",
    ):
        assert text in shown
    assert "Options" not in shown
    assert "Diese Hilfe zeigen" in shown
    assert main(["--help"]) == 0
    assert "Switch a device on or off for a while" in capsys.readouterr().out


def test_a_group_without_a_verb_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["people"]) == 2
    assert "Usage: drrouter people" in capsys.readouterr().out
