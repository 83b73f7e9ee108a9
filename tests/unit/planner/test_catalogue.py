"""Every sentence of the planner stands in the catalogue, and every sentence of the catalogue is said."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

import pytest

from drrouter.domain.plan import Reason
from drrouter.planner import catalogue
from drrouter.planner.catalogue import FORMS, LANGUAGES, reason, say, say_all
from drrouter.planner.catalogue.english import ENGLISH
from tests.unit.planner.homes import NOW, at, problem

PLANNER = Path(catalogue.__file__).parents[1]


@dataclass(frozen=True)
class Call:
    """One call of ``reason`` in the planner's source; ``named`` is None where values are passed as a dict."""

    place: str
    codes: tuple[str, ...]
    named: frozenset[str] | None
    has_parts: bool


def calls() -> Iterator[Call]:
    for path in sorted(PLANNER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reason":
                names = [keyword.arg for keyword in node.keywords]
                named = None if None in names else frozenset(name for name in names if name)
                place = f"{path.relative_to(PLANNER)}:{node.lineno}"
                yield Call(place, tuple(literals(node.args[0])), named, len(node.args) > 1)


def literals(code: ast.expr) -> Iterator[str]:
    """The code, or both of ``a if x else b``; nothing where it is no literal."""
    if isinstance(code, ast.Constant) and isinstance(code.value, str):
        yield code.value
    elif isinstance(code, ast.IfExp):
        yield from literals(code.body)
        yield from literals(code.orelse)


def fields(template: str) -> dict[str, str]:
    return {name: form or "" for _, name, form, _ in Formatter().parse(template) if name}


CALLS = tuple(calls())


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.place)
def test_what_is_said_stands_in_the_catalogue_with_all_its_values(call: Call) -> None:
    assert call.codes, "the code of a reason is a literal"
    for code in call.codes:
        asked = fields(ENGLISH[code])
        assert ("parts" in asked) == call.has_parts
        if call.named is not None:
            assert asked.keys() - {"parts"} == call.named


def test_no_sentence_of_the_catalogue_is_left_unsaid() -> None:
    said = {code for call in CALLS for code in call.codes}
    assert said == ENGLISH.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_with_the_same_values(language: str) -> None:
    templates = LANGUAGES[language]
    assert templates.keys() == ENGLISH.keys()
    for code, template in templates.items():
        assert fields(template).keys() == fields(ENGLISH[code]).keys()
        assert all(form in FORMS or format(1.0, form) for form in fields(template).values())


def test_values_read_as_people_read_them() -> None:
    home = problem(timezone="Europe/Amsterdam")
    room = reason("limit.room", limit_w=5000.0, left_w=700.0, at=at(18))
    assert say(home, room) == "the limit of 5.00 kW leaves 700 W at 20:00"
    late = reason("cycle.ready_late", room, None, late_h=0.5)
    assert say(home, late) == f"It is ready 0.50 h late: {say(home, room)}."
    assert say_all(home, (late, late)) == f"{say(home, late)} {say(home, late)}"
    assert say(home, None) == ""


def test_a_trigger_stands_behind_what_it_caused_and_nothing_stands_for_none() -> None:
    home = problem()
    planned = reason("change.planned", label="Washer", at=NOW, trigger="a wish")
    assert say(home, planned) == "Washer is now planned for 16:00 UTC (a wish)."
    alone = reason("change.planned", label="Washer", at=NOW, trigger="")
    assert say(home, alone) == "Washer is now planned for 16:00 UTC."


def test_another_language_an_unknown_code_and_a_lost_value_are_still_said() -> None:
    home = problem()
    assert say(home, reason("demand.capped"), "tlh") == "held off by a cap"
    assert say(home, Reason("not.known")) == "not.known"
    assert say(home, Reason("limit.load", {"label": "Car"})) == "Car ?"


def test_nought_has_no_sign() -> None:
    said = reason("storage.at_bound", bound=-0.0, unit="Wh", at=NOW)
    assert say(problem(), said).startswith("it stands at its bound of 0 Wh at ")
