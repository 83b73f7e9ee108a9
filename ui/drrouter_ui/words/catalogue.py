"""The catalogue of texts, in the one language that is spoken."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "de", "fr", "nl")
LANGUAGE_NAMES = {"en": "English", "de": "Deutsch", "fr": "Français", "nl": "Nederlands"}
"""Each by its own name: who cannot read this one finds theirs."""

_FOLDER = Path(__file__).parent
_FIELD = re.compile(r"\{(\w+)\}")


@cache
def texts_of(language: str) -> dict[str, str]:
    """Every text of a language: those of the panel, and those of the terminal."""
    return {**_read(_FOLDER / f"{language}.json"), **_read(_FOLDER / "terminal" / f"{language}.json")}


def _reasons_of(language: str) -> dict[str, str]:
    """Every reason of a language: those of the panel, and those of the journal, which the terminal shows."""
    folder = _FOLDER / "reasons"
    return {**_read(folder / f"{language}.json"), **_read(folder / "terminal" / f"{language}.json")}


@cache
def _read(path: Path) -> dict[str, str]:
    texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return texts


@dataclass(slots=True)
class _Spoken:
    language: str = "en"
    texts: dict[str, str] = field(default_factory=lambda: texts_of("en"))
    reasons: dict[str, str] | None = None


_spoken = _Spoken()


def speak(wanted: str) -> None:
    """Speak this language from now on; English where it is not one of ours."""
    known = wanted if wanted in LANGUAGES else "en"
    _spoken.language, _spoken.texts = known, texts_of(known)
    _spoken.reasons = None if known == "en" else _reasons_of(known)


def language() -> str:
    """The language that is spoken."""
    return _spoken.language


def reason_templates() -> dict[str, str] | None:
    """The planner's sentences by their codes; None where its own words will do."""
    return _spoken.reasons


def preferred(tag: str | None) -> str | None:
    """The language of a tag such as ``de_AT.UTF-8``; None where it names none of ours."""
    wanted = re.split(r"[_.@-]", tag or "", maxsplit=1)[0].lower()
    return wanted if wanted in LANGUAGES else None


def t(key: str, **values: object) -> str:
    """The text of a key, with its values; ``count`` chooses the plural form."""
    return text_of(_spoken.texts, key, **values)


def text_of(texts: Mapping[str, str], key: str, /, **values: object) -> str:
    """The same out of other texts in the language that is spoken, such as those of the command line."""
    count = values.get("count")
    form = "one" if isinstance(count, int) and _is_one(count) else "other"
    text = next((texts[name] for name in (f"{key}_{form}", f"{key}_other", key) if name in texts), key)
    return _FIELD.sub(lambda found: str(values.get(found[1], "?")), text)


def _is_one(count: int) -> bool:
    """French counts nothing as one thing."""
    return count == 1 or (count == 0 and _spoken.language == "fr")


def sendable(words: Iterable[str]) -> str:
    """What a provider may send, such as "prices, limits"; what is not known here stands for itself."""
    keys = {word: f"providers.sends.{word}" for word in words}
    return ", ".join(t(key) if key in _spoken.texts else word for word, key in keys.items())
