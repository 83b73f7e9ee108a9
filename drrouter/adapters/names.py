"""Names as devices and services state them, cleaned because anybody may have chosen them (S5)."""

import unicodedata

LONGEST_NAME = 64


def cleaned(text: object, longest: int = LONGEST_NAME) -> str:
    r"""A name fit to be shown and compared: no control or direction marks, and not too long.

    >>> cleaned("Wash\u202eer\x1b[31m  2")
    'Washer[31m 2'
    """
    if not isinstance(text, str):
        return ""
    shown = (character for character in text[: 4 * longest] if _may_be_shown(character))
    return " ".join("".join(shown).split())[:longest].strip()


def _may_be_shown(character: str) -> bool:
    """Whether it is no control, format, surrogate or private character; white space is, and shrinks later."""
    return character.isspace() or not unicodedata.category(character).startswith("C")
