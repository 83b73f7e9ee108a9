"""What a device's states, and its answers to a command, mean.

Source: Z-Wave JS, SetValueStatus; Z-Wave Application Command Class Specification, Multilevel Switch.
"""

import math
from collections.abc import Mapping
from typing import Any

from drrouter.adapters.devices.gate import number
from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.zwave.values import Value
from drrouter.errors import DeviceRefusedError, DeviceUnknownError

FULL_LEVEL = 99
"""The highest level of a Multilevel Switch."""

UNDER_WAY = 1
FAILED = {0: "the device does not know that command", 2: "the device rejected it"}
IMPOSSIBLE = {3: "there is no such endpoint", 4: "Z-Wave JS cannot set that", 5: "the value is invalid"}
"""SetValueStatus of Z-Wave JS where nothing was done; 254 means that nobody knows, 255 done."""


def in_our_unit(value: Value) -> float:
    """A value in our unit; NaN where it is no number."""
    return min(level_of(value.raw), 1.0) if value.factor is None else number(value.raw) * value.factor


def level_of(raw: object) -> float:
    """The state of a switch as a number from 0; NaN where it is none."""
    level = float(raw) if isinstance(raw, bool) else number(raw)
    return level if 0 <= level <= FULL_LEVEL else math.nan


def shown(raw: object) -> str:
    """A state for a sentence."""
    if isinstance(raw, bool):
        return "on" if raw else "off"
    return "an unknown state" if raw is None else cleaned(str(raw))


def is_under_way(result: Mapping[str, Any]) -> bool:
    """Whether what was set is still under way; servers before schema 29 say only whether it worked.

    Raises:
        DeviceRefusedError: the device does not do it.
        DeviceUnknownError: it cannot be done.
    """
    said = result.get("result")
    if not isinstance(said, dict):
        if result.get("success") is False:
            raise DeviceRefusedError("the device did not take it")
        return False
    status = said.get("status")
    if status in FAILED:
        raise DeviceRefusedError(FAILED[status])
    if status in IMPOSSIBLE:
        raise DeviceUnknownError(f"{IMPOSSIBLE[status]} ({cleaned(said.get('message'))})")
    return status == UNDER_WAY
