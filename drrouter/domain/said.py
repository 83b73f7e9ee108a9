"""A sentence of the router: English as it stands, with the reason by which a screen says it in any language.

    why = said("guard.limited", limit_w=4200.0, by="grid operator")
    f"{why}"      # "limited to 4.20 kW by grid operator"
    why.reason    # Reason("guard.limited", {"limit_w": 4200.0, "by": "grid operator"})

It is a ``str`` and goes wherever a text goes; what is cut out of it, or glued to it, is a plain text again.
So sentences are put together here: by parts, which stand where the template says ``{0}``, ``{1}`` or
``{parts}``, and by ``sentences``. The templates stand in ``drrouter.domain.english``, one module for each
topic, and in the other languages beside the texts of the screens.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from string import Formatter
from typing import Any, Self

from drrouter.domain.english import ENGLISH
from drrouter.domain.reason import Reason
from drrouter.domain.words import figure, power

FORMS = frozenset({"aside", "begun", "clause", "clock", "kwh", "money", "text", "watts"})
"""How a value may be read, beside the number formats of Python."""

TEXT = "said.text"
"""The code of a text that has none of its own: the words of a stranger, or of an older release."""

Value = datetime | float | str


class Worded(str):
    """A value that is already written for people, and what it is: ``Worded("13:00", instant)``."""

    __slots__ = ("value",)

    value: float | str

    def __new__(cls, text: str, value: Value = "") -> Self:
        """Nothing is checked: the words are those of the value."""
        made = super().__new__(cls, text)
        made.value = _plain(value)
        return made


class Said(str):
    """A sentence in English that knows its reason."""

    __slots__ = ("reason",)

    reason: Reason

    def __new__(cls, text: str, reason: Reason | None = None) -> Self:
        """Made by ``said``; a text without a reason is one that stands for itself."""
        made = super().__new__(cls, text)
        made.reason = reason or Reason(TEXT, {"text": str(text)})
        return made


def said(code: str, *parts: str, **values: Value) -> Said:
    """The sentence of a code.

    Args:
        code: of its template, ``topic.meaning``; a literal, so that the test sees it.
        parts: sentences that stand inside this one; a plain text is said as it stands.
        values: by the names of the template's fields. Instants and money are ``Worded``.
    """
    text = _Speaker(parts).vformat(ENGLISH[code], (), values)
    plain = {
        name: value.value if isinstance(value, Worded) else _plain(value) for name, value in values.items()
    }
    return Said(text, Reason(code, plain, tuple(_reason(part) for part in parts)))


def sentences(said_so_far: Iterable[str]) -> str:
    """Several sentences, one after the other; nothing where there are none."""
    parts = [part for part in said_so_far if part]
    if len(parts) < 2:
        return parts[0] if parts else ""
    return said("said.sentences", *parts)


def together(reasons: Sequence[Reason]) -> Reason | None:
    """The reasons of several sentences as one; None where there are none."""
    return Reason("said.sentences", {}, tuple(reasons)) if reasons else None


def listed(texts: Iterable[str]) -> str:
    """Several texts inside one sentence; nothing where there are none."""
    parts = [text for text in texts if text]
    if len(parts) < 2:
        return parts[0] if parts else ""
    return said("said.listed", *parts)


def ended(text: str) -> str:
    """As a whole sentence: with a full stop where it has no end yet."""
    return text if text.endswith((".", "!", "?")) else said("said.ended", text)


def clause(text: str) -> str:
    """As it stands inside a sentence: without its full stop."""
    return said("said.clause", text) if text.endswith(".") else text


def reason_of(text: str | None) -> Reason | None:
    """By what a text is said in another language; None where it stands for itself."""
    return text.reason if isinstance(text, Said) else None


def resaid(text: str, reason: Reason | None) -> str:
    """The sentence again, of what a store, or the planner, says of it."""
    return text if reason is None else Said(text, reason)


def carry(value: object, *names: str) -> None:
    """Keep the reason of each of these texts of a frozen value in its field ``<name>_said``, or give it back.

    Of a tuple of texts the reasons stand in the same order, None where a text stands for itself.

    Called in ``__post_init__``; so a text keeps its reason through a store and on the wire.
    """
    for name in names:
        text, kept = getattr(value, name), getattr(value, f"{name}_said")
        if isinstance(text, tuple):
            padded = (*kept, *(None,) * (len(text) - len(kept)))
            text = tuple(map(_with, text, padded))
            kept = tuple(map(reason_of, text))
        else:
            text = _with(text, kept)
            kept = reason_of(text)
        object.__setattr__(value, name, text)
        object.__setattr__(value, f"{name}_said", kept)


def _with(text: str, kept: Reason | None) -> str:
    """The text with its own reason, or else with this one."""
    return Said(text, kept) if text and kept and not isinstance(text, Said) else text


def _reason(text: str) -> Reason:
    return text.reason if isinstance(text, Said) else Reason(TEXT, {"text": str(text)})


def _plain(value: Value) -> float | str:
    """As stores want it: every number a float, nought without a sign, instants and texts as plain texts."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, str) else float(value) + 0.0


class _Speaker(Formatter):
    """Reads each value in the form that its field names."""

    def __init__(self, parts: Sequence[str]) -> None:
        self._parts = parts

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """A part by its number, all of them, or a value."""
        if isinstance(key, int):
            return self._parts[key]
        return self._parts if key == "parts" else kwargs[key]

    def format_field(self, value: Any, format_spec: str) -> str:
        """The value as people read it; parts are joined by what stands in place of a form."""
        if isinstance(value, tuple):
            return (format_spec or ", ").join(value)
        match format_spec:
            case "watts" if not isinstance(value, str):
                return power(value)
            case "g" if not isinstance(value, str):
                return figure(value)
            case "kwh":
                return f"{value:.2f} kWh"
            case "aside":
                return f" ({value})" if value else ""
            case "begun":
                return f"{value[:1].upper()}{value[1:]}"
            case "clause":
                return str(value).removesuffix(".")
            case _ if isinstance(value, str):
                return value
        return format(value, format_spec)
