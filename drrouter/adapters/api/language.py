"""The language of somebody who has chosen none: the first of ours that the browser asks for.

Source: RFC 9110, 12.5.4 (Accept-Language); of the weights only the order matters here.
"""

import re
from typing import Literal, get_args

Language = Literal["en", "de", "fr", "nl"]
LANGUAGES: tuple[Language, ...] = get_args(Language)

_MOST = 20
_RANGE = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,40})?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*")


def asked_for(accepted: str) -> Language:
    """The best of our languages; English where none of them is asked for."""
    wanted: list[tuple[float, int, Language]] = []
    for place, part in enumerate(accepted[:1000].split(",")[:_MOST]):
        match = _RANGE.fullmatch(part)
        weight = float(match[2] or 1) if match else 0.0
        for language in LANGUAGES:
            if match and weight > 0 and match[1].lower() == language:
                wanted.append((-weight, place, language))
    return min(wanted)[2] if wanted else "en"
