"""Reads JSON of the OpenADR wire, within limits that are set before anything is parsed."""

from drrouter.adapters.strict_json import parse

MOST_BYTES = 1_000_000
"""The longest body: some 10 000 intervals."""

MOST_DEPTH = 32
"""The deepest nesting; OpenADR itself needs nine levels."""


def loads_strict(
    body: bytes, *, where: str, max_bytes: int = MOST_BYTES, max_depth: int = MOST_DEPTH
) -> object:
    """The values of a JSON text.

    Args:
        where: whose text it is, for the sentence of the error.

    Raises:
        MessageError: too long, too deep, not UTF-8, not JSON, a key twice, or a number that is not finite.

    >>> loads_strict(b'{"programName": "day-ahead"}', where="the request")
    {'programName': 'day-ahead'}
    """
    found: object = parse(body, where, max_bytes, max_depth)
    return found
