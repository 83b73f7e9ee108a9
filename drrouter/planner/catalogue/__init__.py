"""Every sentence that a plan says, as a code with values, so that it can be said in any language.

The planner writes no sentence. It names one by its code and gives the values that the sentence needs:

    why = reason("limit.room", limit_w=5000.0, left_w=700.0, at=instant)
    say(problem, why)

The words stand in one module per language (``english``), as templates in which each value stands with the
form in which it is read: ``{limit_w:watts}``. To say something new, write its template there under a code
``topic.meaning`` and call ``reason`` with that code as a literal; a test compares the codes and values of all
calls with the templates, so that none is missing, unused or short of a value.

Values are numbers and texts; instants travel as ISO texts, so that a reason survives JSON unchanged. A
reason inside a sentence (a cause, an addition) is a part, and stands where the template says ``{parts}``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from string import Formatter
from typing import Any

from drrouter.domain.plan import Reason
from drrouter.planner.catalogue.english import ENGLISH
from drrouter.planner.problem import Problem
from drrouter.planner.words import clock, kwh, money, watts

LANGUAGES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH}
"""The templates by language; another language is another module with the same codes."""

_UNKNOWN = object()

FORMS = frozenset({"clock", "watts", "kwh", "money", "aside"})
"""How a value may be read, beside the number formats of Python."""


def reason(code: str, *parts: Reason | None, **values: datetime | float | str) -> Reason:
    """A reason by its code; parts that are None are left out.

    Args:
        code: of its template; a literal, so that the test sees it.
        parts: what stands inside or behind the sentence.
        values: by the names of the template's fields.
    """
    plain = {name: _plain(value) for name, value in values.items()}
    return Reason(code, plain, tuple(part for part in parts if part is not None))


def _plain(value: datetime | float | str) -> float | str:
    """As a plan keeps it: whole numbers, too, are floats, as stores want them, and nought has no sign."""
    if isinstance(value, datetime):
        return value.isoformat()
    return value if isinstance(value, str) else float(value) + 0.0


def say(problem: Problem, said: Reason | None, language: str = "en") -> str:
    """The reason in words, as people at the home read times and money; nothing for None.

    Interpretation: a code that is not known in a language is said in English, and one that nobody knows by
    its name: a plan never fails for want of a word.
    """
    if said is None:
        return ""
    template = LANGUAGES.get(language, ENGLISH).get(said.code) or ENGLISH.get(said.code, said.code)
    parts = ", ".join(say(problem, part, language) for part in said.parts)
    return _Speaker(problem).vformat(template, (), {**said.values, "parts": parts})


def say_all(problem: Problem, said: Sequence[Reason], language: str = "en") -> str:
    """Several sentences, one after the other."""
    return " ".join(say(problem, sentence, language) for sentence in said)


class _Speaker(Formatter):
    """Reads each value in the form that its field names."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """The value, or a question mark in its place."""
        return kwargs.get(str(key), _UNKNOWN)

    def format_field(self, value: Any, format_spec: str) -> str:
        """The value as people read it."""
        if value is _UNKNOWN:
            return "?"
        match format_spec:
            case "clock":
                return clock(self._problem, datetime.fromisoformat(value))
            case "watts":
                return watts(value)
            case "kwh":
                return kwh(value)
            case "money":
                return money(self._problem, value)
            case "aside":
                return f" ({value})" if value else ""
        return format(value, format_spec)
