"""Asks a Zigbee device, and says what went wrong in the router's own words.

Every question may raise:
    DeviceSilentError: no answer, or one without meaning.
    DeviceRefusedError: the device answers that it will not.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, TypeVar

from zigpy.exceptions import RadioException, ZigbeeException
from zigpy.zcl import Cluster, foundation

from drrouter.errors import DeviceRefusedError, DeviceSilentError

T = TypeVar("T")

BROKEN_BY_VALUES = (AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What the library lets out where a device sends what it did not expect."""

DEFAULT_RESPONSE = foundation.GENERAL_COMMANDS[foundation.GeneralCommand.Default_Response].schema

ATTEMPTS = 1
"""Repetitions after the first attempt; the stick itself repeats on the air too."""

INVALID = {
    0x20: 0xFF,
    0x21: 0xFFFF,
    0x22: 0xFFFFFF,
    0x23: 0xFFFFFFFF,
    0x25: 0xFFFFFFFFFFFF,
    0x28: -0x80,
    0x29: -0x8000,
    0x2A: -0x800000,
    0x2B: -0x80000000,
}
"""The value of each numeric type that means: not known (ZCL, 2.6.2, "non-value")."""


async def asked(question: Awaitable[T], timeout_s: float) -> T:
    """Wait for the answer, so long and no longer."""
    try:
        async with asyncio.timeout(timeout_s):
            return await question
    except TimeoutError as error:
        raise DeviceSilentError(f"no answer within {timeout_s:g} s") from error
    except (ZigbeeException, RadioException, OSError, RuntimeError) as error:
        raise DeviceSilentError(f"no usable answer ({type(error).__name__})") from error
    except BROKEN_BY_VALUES as error:
        raise DeviceSilentError("its answer has no meaning") from error


async def read(cluster: Cluster, attributes: Iterable[int], timeout_s: float) -> Mapping[int, Any]:
    """The values of these attributes; those that the device does not know are left out."""
    wanted: list[int | str | foundation.ZCLAttributeDef] = list(attributes)
    values, _ = await asked(cluster.read_attributes(wanted, retries=ATTEMPTS), timeout_s)
    return {int(attribute): value for attribute, value in values.items()}


async def command(cluster: Cluster, number: int, *arguments: Any, timeout_s: float) -> Any:
    """Give a command and return its answer."""
    answer: Any = await asked(cluster.command(number, *arguments, retries=ATTEMPTS), timeout_s)
    if isinstance(answer, DEFAULT_RESPONSE):
        if answer[0] != number:
            raise DeviceSilentError("its answer belongs to another question")
        check(answer[1])
    return answer


def check(status: Any) -> None:
    """Refuse every status but success."""
    if status != foundation.Status.SUCCESS:
        raise DeviceRefusedError(f"it refuses ({getattr(status, 'name', status)!s:.40})")


def is_known(cluster: Cluster, attribute: int, value: object) -> bool:
    """Whether the value is one, and not the mark that stands for "not known"."""
    definition = cluster.attributes.get(attribute)
    return definition is None or value != INVALID.get(int(definition.zcl_type or 0), object())
