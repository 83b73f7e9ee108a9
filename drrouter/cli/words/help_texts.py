"""Says ``--help`` in the person's language: each paragraph and each option by its English text.

The verbs' own docstrings are the English; ``help/de.json`` and its neighbours have the same in theirs.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from drrouter_ui import language

EXAMPLES = "Examples:"
PANELS = ("Arguments", "Options", "Commands")
"""Headings that the library gives where we give none."""

HELP = "Show this message and exit."
"""What the library says of ``--help``, an option that it makes only when it is asked for."""

_FOLDER = Path(__file__).parent / "help"


def translate(command: Any) -> None:
    """Say the help of a command, and of all below it, in the language that is spoken."""
    texts = help_texts(language())
    if not texts:
        return
    for one in _all(command):
        one.help, one.epilog = _said(one.help, texts), _said(one.epilog, texts)
        one.rich_help_panel = texts[PANELS[2]]
        for parameter in one.params:
            parameter.help = _said(parameter.help, texts)
            usual = PANELS[1] if parameter.param_type_name == "option" else PANELS[0]
            parameter.rich_help_panel = texts.get(parameter.rich_help_panel or usual)
        one.get_help_option = _help_option(one.get_help_option, texts)


def _help_option(make: Callable[[Any], Any], texts: dict[str, str]) -> Callable[[Any], Any]:
    """Makes ``--help`` as the library does, in the language and beside the other options."""

    def said(context: Any) -> Any:
        option = make(context)
        if option is not None:
            option.help, option.rich_help_panel = texts[HELP], texts[PANELS[1]]
        return option

    return said


def originals(command: Any) -> set[str]:
    """Every English text that the help of a command, and of all below it, is made of."""
    found = {EXAMPLES, HELP, *PANELS}
    for one in _all(command):
        found |= {part for text in (one.help, one.epilog) for part in _paragraphs(text)}
        for parameter in one.params:
            found |= {*_paragraphs(parameter.help), *filter(None, [parameter.rich_help_panel])}
    return {text for text in found if text and not text.startswith(f"{EXAMPLES} ")}


@cache
def help_texts(name: str) -> dict[str, str]:
    """The texts of a language by the English ones; none for English."""
    if name == "en":
        return {}
    found: dict[str, str] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _all(command: Any) -> Iterator[Any]:
    """The command and all below it that are shown."""
    yield command
    for one in getattr(command, "commands", {}).values():
        if not one.hidden:
            yield from _all(one)


def _said(text: str | None, texts: dict[str, str]) -> str | None:
    """A text, paragraph by paragraph; examples stay as they are typed."""
    if not text:
        return text
    return "\n\n".join(_paragraph(part, texts) for part in _paragraphs(text))


def _paragraph(text: str, texts: dict[str, str]) -> str:
    if text.startswith(f"{EXAMPLES} "):
        return f"{texts[EXAMPLES]}{text.removeprefix(EXAMPLES)}"
    return texts.get(text, text)


def _paragraphs(text: str | None) -> list[str]:
    return [" ".join(part.split()) for part in (text or "").split("\n\n")]
