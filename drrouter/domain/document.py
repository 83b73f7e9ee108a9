"""The bytes of a TOML document as a plain table, within bounds, or one clear sentence.

What the table must hold is left to the rooms of each kind: object model, tariff, home file. Opening files
is left to them too; this is text in, values out.

    >>> parse_toml(b'schema = "drrouter.device/1"', "freezer.toml")
    {'schema': 'drrouter.device/1'}

A document may come from anybody, so its size, line length, depth and number of values are capped, and what
is not a number (NaN, infinity) is left for the checks to refuse.
"""

import json
import re
import tomllib
import unicodedata
from datetime import date, time
from typing import Any

from drrouter.errors import DocumentError

Table = dict[str, Any]

MAX_BYTES = 256 * 1024
MAX_LINE = 8 * 1024
MAX_DEPTH = 10
MAX_VALUES = 20_000

_HEAD_LINES = 20
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_SPDX = re.compile(r"# *SPDX-License-Identifier: *(?P<licence>[A-Za-z0-9][A-Za-z0-9.+() -]*)")


def parse_toml(data: bytes, where: str) -> Table:
    """Read a TOML document.

    Args:
        data: the whole file.
        where: its name, for the sentence.

    Raises:
        DocumentError: it is too large, no text, no TOML, or nested too deeply.
    """
    table = _load(_text(data, where), where)
    _refuse_monsters(table, where)
    return table


def schema_of(table: Table, where: str) -> str:
    """The document's kind, from its first key.

    Raises:
        DocumentError: it does not say.
    """
    schema = table.get("schema")
    if not isinstance(schema, str):
        raise DocumentError(
            where, "schema", "is missing", 'Say what the file is, such as schema = "drrouter.device/1"'
        )
    return schema


def licence_of(data: bytes, where: str) -> str:
    """The SPDX expression among the document's first lines.

    Raises:
        DocumentError: there is none.
    """
    lines = data[:MAX_LINE].decode(errors="replace").splitlines()[:_HEAD_LINES]
    found = next(filter(None, map(_SPDX.match, lines)), None)
    if found is None:
        raise DocumentError(
            where,
            "SPDX-License-Identifier",
            "is missing",
            "Begin the file with a line such as: # SPDX-License-Identifier: CC0-1.0",
        )
    return found["licence"].strip()


def harmless(text: str) -> str:
    """The text itself, where every character of it may be shown on any screen (S5).

    Raises:
        ValueError: it holds control characters, or marks that turn the direction of writing.
    """
    if any(unicodedata.category(sign) in _INVISIBLE for sign in text):
        raise ValueError("holds invisible or control characters; type it again without them")
    return text


def as_json(table: Table) -> str:
    """The table as JSON, for a strict check; dates and times become ISO 8601 text."""
    return json.dumps(table, default=_iso)


def _text(data: bytes, where: str) -> str:
    """The bytes as text of sane size."""
    if len(data) > MAX_BYTES:
        raise DocumentError(where, "", f"is larger than {MAX_BYTES // 1024} kB", "Split it or shorten it")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DocumentError(where, "", f"is not UTF-8 text in line {line}", "Save it as UTF-8") from error
    for number, line_text in enumerate(text.splitlines(), start=1):
        if len(line_text) > MAX_LINE:
            raise DocumentError(
                where, "", f"has more than {MAX_LINE} characters in line {number}", "Break the line"
            )
    return text


def _load(text: str, where: str) -> Table:
    """The TOML itself."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DocumentError(where, *_toml_problem(str(error), text)) from error
    except RecursionError as error:
        raise DocumentError(where, "", "is nested too deeply", "Write it flatter") from error


def _toml_problem(message: str, text: str) -> tuple[str, str, str]:
    """Where the TOML breaks (as the key), what the reader says, and a remedy."""
    place = _PLACE.search(message)
    reason = _PLACE.sub("", message)
    if place and place["line"]:
        key = f"line {place['line']}, column {place['column']}"
    else:
        lines = text.splitlines() or [""]
        key = f"line {len(lines)}, column {len(lines[-1]) + 1}"
    remedy = "Give each key once" if "overwrite" in reason or "twice" in reason else "Mend that line"
    return key, f"is not valid TOML ({reason[:1].lower()}{reason[1:]})", remedy


def _refuse_monsters(table: Table, where: str) -> None:
    """Count depth and values without recursion."""
    level: list[Any] = [table]
    values = 0
    for _ in range(MAX_DEPTH + 1):
        inner = [part for node in level for part in (node.values() if isinstance(node, dict) else node)]
        values += len(inner)
        level = [part for part in inner if isinstance(part, dict | list)]
        if values > MAX_VALUES:
            raise DocumentError(where, "", f"holds more than {MAX_VALUES} values", "Shorten it")
    if level:
        raise DocumentError(where, "", f"is nested deeper than {MAX_DEPTH} levels", "Write it flatter")


def _iso(value: object) -> str:
    """TOML has dates and times of its own; JSON carries them as text."""
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"{value!r} does not come from TOML")
