"""What the router says is English that knows its reason, and every sentence of it is one of the catalogue."""

import ast
import json
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest

import drrouter
from drrouter.domain.english import ENGLISH
from drrouter.domain.plan import Reason
from drrouter.domain.said import (
    FORMS,
    Said,
    Worded,
    carry,
    ended,
    listed,
    reason_of,
    resaid,
    said,
    sentences,
    together,
)
from drrouter.planner.catalogue.english import ENGLISH as PLANNERS

ROOT = Path(drrouter.__file__).parent
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Call:
    """One call of ``said`` in the source; ``named`` is None where values are passed as a dict."""

    place: str
    codes: tuple[str, ...]
    named: frozenset[str] | None
    parts: int | None


def calls() -> Iterator[Call]:
    for path in sorted(ROOT.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "drrouter.domain.said import" not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "said":
                yield Call(
                    f"{path.relative_to(ROOT)}:{node.lineno}", tuple(literals(node.args[0])), *given(node)
                )


def given(node: ast.Call) -> tuple[frozenset[str] | None, int | None]:
    """The names of the values, and how many parts; None where a dict or a sequence is unpacked."""
    names = [keyword.arg for keyword in node.keywords]
    parts = node.args[1:]
    starred = any(isinstance(part, ast.Starred) for part in parts)
    return (None if None in names else frozenset(filter(None, names))), (None if starred else len(parts))


def literals(code: ast.expr) -> Iterator[str]:
    """The code, or both of ``a if x else b``; nothing where it is no literal."""
    if isinstance(code, ast.Constant) and isinstance(code.value, str):
        yield code.value
    elif isinstance(code, ast.IfExp):
        yield from literals(code.body)
        yield from literals(code.orelse)


def fields(template: str) -> dict[str, str]:
    return {name: form or "" for _, name, form, _ in Formatter().parse(template) if name is not None}


CALLS = tuple(calls())


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.place)
def test_what_is_said_stands_in_the_catalogue_with_all_its_values(call: Call) -> None:
    assert call.codes, "the code of a sentence is a literal"
    for code in call.codes:
        asked = fields(ENGLISH[code]).keys()
        numbers = {name for name in asked if name.isdecimal()}
        if call.named is not None:
            assert asked - numbers - {"parts"} == call.named, code
        if call.parts is None or "parts" in asked:
            assert "parts" in asked, code
            assert call.parts != 0, code
        else:
            assert numbers == {str(number) for number in range(call.parts)}, code


def test_no_sentence_of_the_catalogue_is_left_unsaid() -> None:
    by_itself = {"said.clause", "said.ended", "said.listed", "said.sentences", "said.text"}
    assert {code for call in CALLS for code in call.codes} | by_itself == ENGLISH.keys()


def test_no_code_of_the_router_is_one_of_the_planner() -> None:
    assert not ENGLISH.keys() & PLANNERS.keys()
    for template in ENGLISH.values():
        for name, form in fields(template).items():
            assert name == "parts" or not form or form in FORMS or format(1.0, form)


@dataclass(frozen=True)
class Note:
    text: str = ""
    texts: tuple[str, ...] = ()
    text_said: Reason | None = None
    texts_said: tuple[Reason | None, ...] = ()

    def __post_init__(self) -> None:
        carry(self, "text", "texts")


def test_a_sentence_is_a_text_that_keeps_its_reason_wherever_it_goes() -> None:
    one = said("said.text", text="Enough")
    assert (one, json.dumps(one), {one: 1}) == ("Enough", '"Enough"', {"Enough": 1})
    again = pickle.loads(pickle.dumps(one))
    assert (again, reason_of(again)) == ("Enough", Reason("said.text", {"text": "Enough"}))
    assert reason_of(one.rstrip("h")) is None
    assert reason_of(Said("Alone")) == Reason("said.text", {"text": "Alone"})


def test_several_sentences_are_said_one_after_the_other() -> None:
    assert sentences(["", ""]) == ""
    assert sentences(["One.", ""]) == "One."
    both = sentences([said("said.text", text="One."), "Two."])
    assert both == "One. Two."
    parts = (Reason("said.text", {"text": "One."}), Reason("said.text", {"text": "Two."}))
    assert reason_of(both) == Reason("said.sentences", {}, parts)


def test_several_texts_are_listed_in_one_sentence() -> None:
    assert (listed([]), listed(["", "a"]), listed(["a", "b"])) == ("", "a", "a; b")
    texts = (Reason("said.text", {"text": "a"}), Reason("said.text", {"text": "b"}))
    assert reason_of(listed(["a", "b"])) == Reason("said.listed", {}, texts)


def test_a_sentence_is_ended_once() -> None:
    assert (ended("It is here"), ended("It is here."), ended("Is it?")) == (
        "It is here.",
        "It is here.",
        "Is it?",
    )
    here = said("said.text", text="It is here")
    assert reason_of(ended(here)) == Reason("said.ended", {}, (here.reason,))


def test_values_are_read_by_their_form_and_kept_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    templates = {
        "t.all": "{n:.0f} {p:watts} {e:kwh} {at:clock}{why:aside}{none:aside}: {0:begun} and {1:clause}"
    }
    monkeypatch.setattr("drrouter.domain.said.ENGLISH", templates)
    at = Worded("at noon", NOON)
    told = said("t.all", "a", "b.", n=2, p=1500.0, e=0.5, at=at, why="so", none="")
    assert told == "2 1.50 kW 0.50 kWh at noon (so): A and b"
    kept: dict[str, float | str] = {
        "n": 2.0,
        "p": 1500.0,
        "e": 0.5,
        "at": NOON.isoformat(),
        "why": "so",
        "none": "",
    }
    texts = (Reason("said.text", {"text": "a"}), Reason("said.text", {"text": "b."}))
    assert reason_of(told) == Reason("t.all", kept, texts)
    assert pickle.loads(pickle.dumps(at)).value == NOON.isoformat()


def test_a_value_carries_the_reason_of_its_text_out_and_home_again() -> None:
    note = Note(said("said.text", text="Enough"))
    assert note.text_said == Reason("said.text", {"text": "Enough"})
    back = Note("Enough", text_said=note.text_said)
    assert reason_of(back.text) == note.text_said
    assert Note("plain").text_said is None
    several = Note(texts=("plain", note.text, ""))
    assert several.texts_said == (None, note.text_said, None)
    again = Note(texts=("plain", "Enough", ""), texts_said=several.texts_said)
    assert [reason_of(text) for text in again.texts] == [None, note.text_said, None]
    assert reason_of(replace(note, text="").text) is None
    assert together(()) is None
    assert together((Reason("x"),)) == Reason("said.sentences", {}, (Reason("x"),))
    assert reason_of(resaid("Enough", None)) is None
    assert reason_of(resaid("Enough", Reason("x"))) == Reason("x")
