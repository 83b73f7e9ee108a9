"""The texts of the command line, in the one language that is spoken; and which one that is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from drrouter_ui import LANGUAGES, language, preferred, speak, text_of

__all__ = ["LANGUAGES", "begin", "choose", "is_asked", "named", "t", "texts"]

OPTION = "--language"
"""May stand anywhere on the command line."""

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set counts, as POSIX has it."""

_FOLDER = Path(__file__).parent


def t(key: str, /, **values: object) -> str:
    """The text of a key, with its values; ``count`` chooses the plural form."""
    return text_of(texts(language()), key, **values)


def named(group: str, value: str) -> str:
    """The word for one of a few values; a value that is not known here stands for itself."""
    key = f"{group}.{value}"
    return t(key) if key in texts(language()) else value.replace("_", " ")


@cache
def texts(name: str) -> dict[str, str]:
    """Every text of a language."""
    found: dict[str, str] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _asked(arguments: Sequence[str]) -> str | None:
    """The language that the command line asks for, None where it asks for none of ours."""
    for place, word in enumerate(arguments):
        if word == OPTION:
            return preferred("".join(arguments[place + 1 : place + 2]))
        if word.startswith(f"{OPTION}="):
            return preferred(word.partition("=")[2])
    return None


@dataclass(slots=True)
class _Choice:
    is_asked: bool = False


_choice = _Choice()


def is_asked() -> bool:
    """Whether the command line asks for the language that is spoken."""
    return _choice.is_asked


def begin(arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Speak the language that is asked for, else that of the environment, else English."""
    tag = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    wanted = _asked(arguments)
    _choice.is_asked = wanted is not None
    speak(wanted or preferred(tag) or "en")


def choose(settings: Mapping[str, str]) -> None:
    """Speak what the person has set for every screen, where that is a language."""
    speak(preferred(settings.get("language")) or language())
