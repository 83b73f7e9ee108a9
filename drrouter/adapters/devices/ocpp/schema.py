"""Checks messages against the JSON schemas of their OCPP version, which the library ``ocpp`` carries.

Refused is what lacks a required key or has one of a wrong type. Forgiven is what charge points in the field
do all the time and harms nobody: a key too many, a text too long, a unit spelt wrongly.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ocpp.messages import MessageType, get_validator

REFUSED = frozenset({"required", "type"})


def complaint(version: str, action: str, payload: Mapping[str, Any], *, is_answer: bool = False) -> str:
    """What is wrong with a payload in a few words, "" where it will do.

    Args:
        version: of OCPP (``1.6``, ``2.0.1``, ``2.1``).
        action: one that we know; it becomes the name of a file.
        payload: JSON as parsed.
        is_answer: whether it answers a call of that action.
    """
    kind = MessageType.CallResult if is_answer else MessageType.Call
    exact = version == "1.6"  # its schemas ask for multiples of 0.1, which floats never are
    validator = get_validator(kind, action, version, parse_float=Decimal if exact else float)
    checked = json.loads(json.dumps(payload), parse_float=Decimal) if exact else payload
    for error in validator.iter_errors(checked):
        if error.validator in REFUSED:
            where = ".".join(str(part) for part in error.absolute_path) or action
            return f"{where:.80}: {error.validator} {error.validator_value!r:.80}"
    return ""
