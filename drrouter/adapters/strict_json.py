"""Domain values to JSON and back, and JSON of strangers read strictly; for the store and the local API.

What is written holds neither NaN nor Infinity. What a stranger sends is capped in size and depth before it
is parsed, and refused with a sentence where a key stands twice (facts of the parsers: the standard library
takes NaN, keeps the last of two keys, and runs out of stack on deep nesting).
"""

import json
import re
from functools import cache
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from drrouter.domain.said import Said
from drrouter.errors import MessageError

MOST_BYTES = 64 * 1024
"""The longest text of a stranger."""

MOST_DEPTH = 16
"""The deepest nesting of a stranger's text."""


@cache
def adapter_of(kind: Any) -> TypeAdapter[Any]:
    """The translator of one type, made once."""
    return TypeAdapter(kind)


def encode(kind: Any, value: object) -> bytes:
    """The value as JSON.

    Raises:
        ValueError: it is not of that type, or holds a number that is not finite.
    """
    plain = adapter_of(kind).dump_python(value, mode="json", warnings="error")
    return json.dumps(plain, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def plain(kind: Any, value: object) -> Any:
    """The value as what JSON is made of: dictionaries, lists, texts, numbers."""
    return adapter_of(kind).dump_python(value, mode="json")


def decode(kind: Any, text: bytes | str, where: str) -> Any:
    """The value that the JSON says.

    Raises:
        MessageError: it is not one of that type.
    """
    try:
        return adapter_of(kind).validate_json(text, strict=True)
    except ValidationError as error:
        raise message_error(error, where) from error


def parse(text: bytes, where: str, most_bytes: int = MOST_BYTES, most_depth: int = MOST_DEPTH) -> Any:
    """Read a stranger's JSON.

    Raises:
        MessageError: too long, too deep, not UTF-8, not JSON, a key twice, or a number that is not finite.
    """
    if len(text) > most_bytes:
        raise MessageError(where, "", f"{len(text)} bytes are too many", f"Send at most {most_bytes}")
    if _depth(text) > most_depth:
        raise MessageError(where, "", "it is nested too deeply", f"Nest at most {most_depth} levels")
    try:
        return json.loads(
            text.decode("utf-8"),
            object_pairs_hook=lambda pairs: _object(pairs, where),
            parse_constant=lambda name: _refuse_number(name, where),
            parse_float=lambda digits: _finite(digits, where),
        )
    except UnicodeDecodeError as error:
        raise MessageError(where, "", "it is not UTF-8 text") from error
    except json.JSONDecodeError as error:
        raise MessageError(where, "", f"it is not JSON at line {error.lineno}: {error.msg}") from error
    except ValueError as error:  # an integer of thousands of digits
        raise MessageError(where, "", "it holds a number that is too long") from error


def message_error(error: ValidationError, where: str) -> MessageError:
    """Say the first thing that is wrong, and how many more there are."""
    first, *more = error.errors(include_url=False, include_input=False)
    key = ".".join(str(part) for part in first["loc"])
    remedy = f"Problems: {len(more) + 1} in all" if more else ""
    return MessageError(where, key, _problem(first), remedy)


def _problem(found: ErrorDetails) -> str:
    """What is wrong: in our own words, where they are."""
    own = found.get("ctx", {}).get("error")
    if isinstance(own, ValueError) and own.args and isinstance(own.args[0], Said):
        return own.args[0]
    problem = found["msg"].removeprefix("Value error, ").rstrip(".")
    return problem[:1].lower() + problem[1:]


_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BRACKET = re.compile(rb"[\[{\]}]")


def _depth(text: bytes) -> int:
    """How deeply brackets nest, those inside of texts left out."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(_TEXT.sub(b"", text)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _object(pairs: list[tuple[str, Any]], where: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise MessageError(where, key, "the key stands twice", "Give each key once")
        made[key] = value
    return made


def _refuse_number(name: str, where: str) -> NoReturn:
    raise MessageError(where, "", f"{name} is not a number here", "Send finite numbers")


def _finite(digits: str, where: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        _refuse_number(digits[:20], where)
    return value
