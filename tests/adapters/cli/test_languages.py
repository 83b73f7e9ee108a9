"""The verbs in each language at a true router: words of the catalogue, values of the locale, JSON as ever."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from drrouter import cli
from drrouter.adapters.client import DrClient
from drrouter.cli import words
from tests.adapters.cli.real_home import RealHome, real_home

READING = (
    ["status"],
    ["plan"],
    ["why", "hvac"],
    ["devices"],
    ["events"],
    ["providers"],
    ["journal"],
    ["history"],
    ["advice"],
    ["discover"],
    ["options", "washer"],
    ["what-if", "washer", "--ready-by", "tomorrow 12:00"],
    ["doctor", "--all"],
    ["setup"],
    ["data", "list"],
    ["people", "list"],
)
ACTING = (
    (["override", "car", "off", "--for", "30m"], "car ist aus bis 14:30."),
    (["override", "car", "auto"], "car folgt wieder dem Plan."),
    (["wish", "car", "--level", "8000"], "car: ein Stand von 8 kWh bis Di 14:00."),
    (["wish", "car", "--clear"], "Von car wird nichts mehr verlangt."),
    (["hands-off"], "Der Router steuert nichts, bis Sie `drrouter steer` sagen."),
    (["hands-off", "--until", "22:00"], "Der Router steuert nichts bis 22:00."),
    (["steer"], "Der Router steuert wieder."),
    (["vacation", "2026-07-01T12:00"], "Niemand ist zu Hause von 14:00 bis 01.07.2026 12:00."),
    (["vacation", "--over"], "Die Abwesenheit ist vorbei."),
    (["opt-out", "--until", "22:00"], "Das Haus nimmt bis 22:00 nicht teil an: alle Weisungen."),
    (["opt-in"], "Weisungen der Anbieter zählen wieder."),
    (["opt-in"], "Es gibt nichts, woran Sie nicht teilnehmen."),
    (["watch", "car"], "car wird von nun an nur beobachtet."),
    (["hand-over", "car"], "car ist dem Router übergeben."),
    (["override", "car", "off", "--for", "soon"], "soon ist keine Dauer. Schreiben Sie sie wie 30m, 2h"),
)
ENGLISH = re.compile(r"\b(the|with|from|until|nothing|because|started|waiting|devices|since|saved)\b")
"""Words that no text in another language has, as long as nobody's name does."""


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    yield
    words.begin([], {})


@pytest.fixture
async def real(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RealHome]:
    async with real_home(tmp_path, capsys, monkeypatch) as made:
        yield made


@pytest.mark.parametrize("language", ["de", "fr", "nl"])
async def test_what_is_shown_has_no_english_and_no_key_left(real: RealHome, language: str) -> None:
    keys = set(words.texts("en"))
    for arguments in READING:
        said = await real.run(*arguments, "--language", language)
        assert said.code in (0, 1, 4), said.err
        shown = f"{said.out}\n{said.err}"
        assert not ENGLISH.findall(shown), f"{arguments}: {shown}"
        assert not keys & set(shown.split()), arguments


async def test_what_was_done_is_told_in_the_language(real: RealHome) -> None:
    for arguments, sentence in ACTING:
        assert sentence in (await real.run(*arguments, "--language", "de")).err, arguments


async def test_the_language_that_the_person_has_set_is_spoken(real: RealHome) -> None:
    async with DrClient(real.api.url, real.secret) as client:
        await client.set_settings(language="nl")
    assert "prijs nu" in (await real.run("status")).out
    assert "0,300 EUR/kWh" in (await real.run("status", "--language", "de")).out
    assert "De router stuurt weer." in (await real.run("steer")).err


async def test_what_the_router_refuses_is_said_in_the_language(real: RealHome) -> None:
    said = await real.run("why", "oven", "--language", "de")
    assert said.code == 1
    assert not ENGLISH.findall(said.err), said.err
    assert "oven" in said.err
    said = await real.run("override", "car", "off", "--until", "2026-05-01T12:00", "--language", "de")
    assert said.code == 2
    assert "Das Ende muss zwischen jetzt (14:00) und" in said.err
    for arguments in (["provider", "leave", "nobody"], ["join", "knx"], ["wish", "car", "--level", "1e9"]):
        said = await real.run(*arguments, "--language", "de")
        assert said.code == 2
        assert not re.search(r"\bis (no|not)\b|There is|e\+", said.err), said.err


async def test_no_sentence_begins_in_one_language_and_ends_in_another(real: RealHome) -> None:
    for arguments, sentence in (
        (["schema", "nix"], "nix gibt kein JSON aus. Bekannt sind: "),
        (["schema", "statsu"], "statsu gibt kein JSON aus. Meinten Sie 'status'? Bekannt sind: "),
        (["data", "get", "nix"], "Unter nix ist nichts, oder es ist nicht für Sie."),
        (
            ["status", "--token", "x"],
            "Das Token ist hier nicht bekannt, oder es wurde widerrufen. Nennen",
        ),
    ):
        said = await real.run(*arguments, "--language", "de")
        assert said.err.startswith(sentence), said.err


async def test_json_is_the_same_in_every_language(real: RealHome) -> None:
    for arguments in READING:
        first, second = [
            json.loads((await real.run(*arguments, "--json", "--language", language)).out)
            for language in ("en", "fr")
        ]
        if arguments[0] not in ("options", "status", "doctor"):  # held, and measured, anew each time
            assert first == second, arguments


def test_the_catalogues_travel_with_the_program() -> None:
    room = Path(cli.__file__).parent / "words"
    assert {path.stem for path in room.glob("*.json")} == set(words.LANGUAGES)
