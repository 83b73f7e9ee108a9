"""JSON of a feed, read strictly: capped in size and depth, without NaN, and looked into with one sentence.

The adapters' reader serves wires; this one serves parsers that know no adapter.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from drrouter.errors import MessageError

MOST_BYTES = 4 * 1024 * 1024
_MOST_DEPTH = 24


def json_of(data: bytes, where: str) -> Any:
    """The document.

    Raises:
        MessageError: too long, too deep, not JSON, or with a number that is not finite.
    """
    if len(data) > MOST_BYTES:
        raise MessageError(where, "", f"{len(data)} bytes are too many", "Ask for fewer days")
    if data.lstrip()[:1] == b"<":
        raise MessageError(where, "", "it is a web page, not prices; a login page may be in the way")
    if _is_deep(data):
        raise MessageError(where, "", "it is nested too deeply")
    try:
        return json.loads(data.decode(), parse_constant=lambda name: _refuse(name, where))
    except (ValueError, RecursionError) as error:
        raise MessageError(where, "", "it is not complete JSON") from error


def rows_of(document: object, where: str, *path: str) -> list[Mapping[str, Any]]:
    """The list of objects at a path of keys.

    Raises:
        MessageError: it is not there, or holds something else.
    """
    rows = value_of(document, where, *path)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise MessageError(where, ".".join(path), "should be a list of objects")
    return rows


def value_of(document: object, where: str, *path: str) -> Any:
    """What stands at a path of keys.

    Raises:
        MessageError: it is not there.
    """
    for depth, key in enumerate(path):
        if not isinstance(document, dict) or key not in document:
            raise MessageError(where, ".".join(path[: depth + 1]), "is missing")
        document = document[key]
    return document


def either(row: Mapping[str, Any], names: Sequence[str]) -> Any:
    """The value under the first of these names that is there, None where none is."""
    return next((row[name] for name in names if name in row), None)


def _refuse(name: str, where: str) -> NoReturn:
    raise MessageError(where, "", f"{name} is not a number here")


def _is_deep(data: bytes) -> bool:
    """Whether brackets nest deeper than any feed's; those in texts count, too, and feeds have few."""
    depth = 0
    for byte in data:
        if byte in b"[{":
            depth += 1
            if depth > _MOST_DEPTH:
                return True
        elif byte in b"]}":
            depth -= 1
    return False
