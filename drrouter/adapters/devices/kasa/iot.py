"""Kasa's commands: ``get_sysinfo``, ``set_relay_state`` and ``get_realtime``, over XOR or KLAP alike.

A request names modules, each with commands, each with arguments, and the answer has the same shape. What is
meant for one socket of a strip names it as its context.
"""

from typing import Any

from drrouter.adapters.devices.kasa.connection import Connection, Json
from drrouter.adapters.devices.kasa.identity import children_of, mac_of_info
from drrouter.errors import DeviceError, DeviceRefusedError, DeviceSilentError

SYSINFO: dict[str, Any] = {"system": {"get_sysinfo": {}}}
REALTIME: dict[str, Any] = {"emeter": {"get_realtime": {}}}


class IotConnection(Connection):
    """A connection on which Kasa's commands are spoken."""

    async def describe(self) -> Json:
        """The device's ``get_sysinfo``; it names the sockets of a strip by itself."""
        return _part(await self._exchange(SYSINFO), "system", "get_sysinfo")

    async def set_relay(self, on: bool, child: str = "") -> None:
        """Tell the relay to close or to open."""
        request = {"system": {"set_relay_state": {"state": int(on)}}}
        _part(await self._exchange(_for(child, request)), "system", "set_relay_state")

    async def relay(self, child: str = "") -> Json:
        """The state of the relay."""
        return _relay(await self.describe(), child)

    async def measure(self, child: str = "") -> tuple[Json, Json]:
        """The state of the relay and what its meter shows."""
        answer = await self._exchange(_for(child, SYSINFO | REALTIME))
        relay = _relay(_part(answer, "system", "get_sysinfo"), child)
        try:
            return relay, _part(answer, "emeter", "get_realtime")
        except DeviceError:
            return relay, {}

    async def _mac(self) -> str:
        return mac_of_info(_part(await self._query(SYSINFO), "system", "get_sysinfo"))


def _for(child: str, request: dict[str, Any]) -> dict[str, Any]:
    """The request as it is meant for one socket of a strip."""
    return request | {"context": {"child_ids": [child]}} if child else request


def _relay(sysinfo: Json, child: str) -> Json:
    """The state of a relay from the description of the device.

    Raises:
        DeviceSilentError: the strip does not tell of that socket.
    """
    if not child:
        return sysinfo
    for one in children_of(sysinfo):
        if one["id"] == child:
            return {"relay_state": one.get("state")}
    raise DeviceSilentError("the strip's answer does not tell of this socket")


def _part(answer: Json, module: str, command: str) -> Json:
    """One command's part of an answer.

    Raises:
        DeviceSilentError: it is missing.
        DeviceRefusedError: it is an error.
    """
    part = answer.get(module)
    if isinstance(part, dict) and "err_code" not in part:
        part = part.get(command)
    if not isinstance(part, dict):
        raise DeviceSilentError(f"the plug's answer has no {module}.{command}")
    if part.get("err_code", 0) != 0:
        raise DeviceRefusedError(f"the plug answers {module}.{command} with error {part['err_code']!r:.20}")
    return part
