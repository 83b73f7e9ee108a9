"""The catalogue of texts is complete in every language, and no screen of the panel has texts of its own."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from drrouter.domain.english import ENGLISH as OF_THE_ROUTER
from drrouter.planner.catalogue.english import ENGLISH as OF_THE_PLANNER

UI = Path(__file__).parents[3] / "ui"
CATALOGUES = UI / "drrouter_ui" / "words"
SCREENS = sorted((UI / "web" / "src").rglob("*.tsx"))
OTHERS = ["de", "fr", "nl"]

_FORMED = re.compile(r"\{[^}]*\}")
_FIELD = re.compile(r"\{\w+\}")
_LITERALS = (
    re.compile(r">([^<>{}=;()]*[^\W\d_]{2}[^<>{}=;()]*)(?:</|\{)"),  # >Some text</p>, >Some text {value}
    re.compile(r"\}([^<>{}=;()]*[^\W\d_]{2}[^<>{}=;()]*)</"),  # {value} some text</p>
    re.compile(r"\b(?:aria-label|title|placeholder|alt|label)=\"([^\"]*)\""),
)


def catalogue(language: str) -> dict[str, str]:
    words: dict[str, str] = json.loads((CATALOGUES / f"{language}.json").read_text())
    return words


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_says_what_english_says(language: str) -> None:
    assert catalogue(language).keys() == catalogue("en").keys()


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_uses_the_same_values(language: str) -> None:
    theirs = {key: Counter(_FIELD.findall(text)) for key, text in catalogue(language).items()}
    ours = {key: Counter(_FIELD.findall(text)) for key, text in catalogue("en").items()}
    assert theirs == ours


@pytest.mark.parametrize("language", ["en", *OTHERS])
def test_no_text_is_empty_and_all_stand_in_order(language: str) -> None:
    words = catalogue(language)
    assert all(text.strip() for text in words.values())
    assert list(words) == sorted(words)


@pytest.mark.parametrize("language", ["en", *OTHERS])
def test_what_is_counted_has_a_form_for_one_and_for_many(language: str) -> None:
    words = catalogue(language)
    counted = {key.rpartition("_")[0] for key in words if key.endswith(("_one", "_other"))}
    assert all({f"{key}_one", f"{key}_other"} <= words.keys() for key in counted)


@pytest.mark.parametrize("language", OTHERS)
def test_every_reason_of_planner_and_router_is_said_in_every_language(language: str) -> None:
    english = {**OF_THE_PLANNER, **OF_THE_ROUTER}
    files = [
        CATALOGUES / "reasons" / f"{language}.json",
        CATALOGUES / "reasons" / "terminal" / f"{language}.json",
    ]
    everywhere, of_the_journal = (json.loads(file.read_text()) for file in files)
    reasons: dict[str, str] = {**everywhere, **of_the_journal}
    assert (list(everywhere), list(of_the_journal)) == (sorted(everywhere), sorted(of_the_journal))
    assert not everywhere.keys() & of_the_journal.keys()
    assert reasons.keys() == english.keys()
    for code, template in english.items():
        assert Counter(_FORMED.findall(reasons[code])) == Counter(_FORMED.findall(template)), code


def literals(source: str) -> list[str]:
    """The texts that stand in the markup of a screen instead of in the catalogue."""
    markup = re.sub(r"^\s*(//|\*|/\*\*).*$", "", source, flags=re.MULTILINE)
    return [found.strip() for pattern in _LITERALS for found in pattern.findall(markup)]


@pytest.mark.parametrize("path", SCREENS, ids=lambda path: path.name)
def test_no_text_stands_in_a_screen(path: Path) -> None:
    assert literals(path.read_text()) == []


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Hello</p>",
        "<p>Hello {name}</p>",
        "<p>{name} says</p>",
        '<a title="Hello" />',
        "<p>\n  Grüße\n</p>",
    ],
)
def test_a_text_in_markup_is_found(markup: str) -> None:
    assert len(literals(markup)) == 1
