"""JSON from strangers: capped depth, no NaN, no duplicate keys."""

import json
from typing import Any

from drrouter.errors import MessageError

MOST_DEPTH = 32


def loads(raw: bytes, where: str) -> object:
    """The values of a JSON text.

    Raises:
        MessageError: it is not JSON, too deep, or says one thing twice.
    """
    if _depth(raw) > MOST_DEPTH:
        raise MessageError(where, "", f"is nested deeper than {MOST_DEPTH} levels")
    try:
        found: object = json.loads(raw, parse_constant=_refuse, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise MessageError(where, "", f"is not JSON ({type(error).__name__})") from error
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _depth(raw: bytes) -> int:
    """An upper bound: brackets inside strings count, too."""
    depth = most = 0
    for byte in raw:
        if byte in b"[{":
            depth += 1
            most = max(most, depth)
        elif byte in b"]}":
            depth -= 1
    return most
