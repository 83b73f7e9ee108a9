"""Reasons as plain tables, for what the router keeps as JSON of its own; what cannot be read back is left."""

from collections.abc import Mapping
from typing import Any

from drrouter.domain.plan import Reason

_DEEPEST = 8
"""Levels of parts in parts; none of ours has so many."""

_LARGEST = 1e300


def table_of(reason: Reason | None) -> dict[str, Any] | None:
    """The reason as a table."""
    if reason is None:
        return None
    return {
        "code": reason.code,
        "values": dict(reason.values),
        "parts": [table_of(one) for one in reason.parts],
    }


def reason_in(table: object, depth: int = 0) -> Reason | None:
    """The reason of a table; None where it is none."""
    if not isinstance(table, Mapping) or depth > _DEEPEST:
        return None
    code, values, parts = table.get("code"), table.get("values"), table.get("parts")
    if not isinstance(code, str) or not isinstance(values, Mapping) or not isinstance(parts, list):
        return None
    read = [reason_in(part, depth + 1) for part in parts]
    found = tuple(part for part in read if part is not None)
    if len(found) < len(read) or not all(map(_is_value, values.values())):
        return None
    return Reason(code, {str(name): value for name, value in values.items()}, found)


def _is_value(value: object) -> bool:
    """Whether it is a text, or a number that a screen can write."""
    return isinstance(value, str) or (isinstance(value, float | int) and -_LARGEST < value < _LARGEST)
