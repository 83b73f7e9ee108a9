"""Tapo's commands, which newer Kasa plugs understand too: ``get_device_info``, ``set_device_info``, meters.

Answers are handed on in the words of the older commands (``relay_state``, ``power_mw``), so that the rest of
the integration knows one language. The energy that these plugs count begins anew each day and month, so none
is handed on.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from drrouter.adapters.devices.kasa.connection import Connection, Json
from drrouter.adapters.devices.kasa.identity import from_base64, mac_of_info
from drrouter.errors import DeviceRefusedError, DeviceSilentError

INFO = "get_device_info"
CHILDREN = "get_child_device_list"
METERS = ("get_emeter_data", "get_energy_usage", "get_current_power")
UNKNOWN_METHOD = (-1002, -1008)
"""How firmware says that it does not know a command."""


class SmartConnection(Connection):
    """A connection on which Tapo's commands are spoken."""

    _meters: tuple[str, ...] = METERS

    async def describe(self) -> Json:
        """The device's description, with its sockets where it is a strip, which has no relay of its own."""
        info = _part(await self._asked({INFO: None}), INFO)
        named = {**info, "alias": from_base64(info.get("nickname"))}
        if "device_on" in info:
            return named
        return named | {"children": list(_sockets(_part(await self._asked({CHILDREN: None}), CHILDREN)))}

    async def set_relay(self, on: bool, child: str = "") -> None:
        """Tell the relay to close or to open."""
        await self._asked({"set_device_info": {"device_on": on}}, child)

    async def relay(self, child: str = "") -> Json:
        """The state of the relay."""
        return _relay(_part(await self._asked({INFO: None}, child), INFO))

    async def measure(self, child: str = "") -> tuple[Json, Json]:
        """The state of the relay and what its meter shows; one that it does not have is asked for once."""
        answers = await self._asked({INFO: None} | dict.fromkeys(self._meters), child)
        self._meters = tuple(one for one in self._meters if answers.get(one) not in UNKNOWN_METHOD)
        return _relay(_part(answers, INFO)), _meter(answers)

    async def _mac(self) -> str:
        return mac_of_info(_part(await self._query({INFO: None}), INFO))

    async def _asked(self, requests: dict[str, Any], child: str = "") -> dict[str, Any]:
        """What each command gave: a JSON object, or the number of its error."""
        if not child:
            return dict(await self._exchange(requests))
        answer = await self._exchange(
            {"control_child": {"device_id": child, "requestData": _bundle(requests)}}
        )
        data = _part(answer, "control_child").get("responseData")
        if not isinstance(data, dict):
            raise DeviceSilentError("the strip's answer does not tell of this socket")
        if len(requests) == 1:
            (method,) = requests
            _refuse(data, method)
            return {method: data.get("result") or {}}
        _refuse(data, "multipleRequest")
        return dict(_unbundled(data.get("result")))


def _bundle(requests: Mapping[str, Any]) -> Json:
    """One or several commands as one."""
    each = [{"method": name} | ({"params": given} if given else {}) for name, given in requests.items()]
    return each[0] if len(each) == 1 else {"method": "multipleRequest", "params": {"requests": each}}


def _unbundled(result: object) -> Iterator[tuple[str, Any]]:
    """Each command's own answer among those of several."""
    responses = result.get("responses") if isinstance(result, dict) else None
    for one in responses if isinstance(responses, list) else ():
        if isinstance(one, dict) and isinstance(method := one.get("method"), str):
            yield method, one.get("error_code") or one.get("result")


def _refuse(data: Json, method: str) -> None:
    if code := data.get("error_code", 0):
        raise DeviceRefusedError(f"the plug answers {method} with error {code!r:.20}")


def _part(answers: Json, method: str) -> Json:
    """One command's answer.

    Raises:
        DeviceSilentError: it is missing.
        DeviceRefusedError: it is an error.
    """
    part = answers.get(method)
    if isinstance(part, dict):
        return part
    if isinstance(part, int) and part:
        raise DeviceRefusedError(f"the plug answers {method} with error {part!r:.40}")
    raise DeviceSilentError(f"the plug's answer has no {method}")


def _relay(info: Json) -> Json:
    """The state of the relay in the older words."""
    return {"relay_state": info.get("device_on")}


def _meter(answers: Json) -> Json:
    """What the meter shows in the older words, from the finest command that tells it."""
    emeter, usage, current = (part if isinstance(part := answers.get(one), dict) else {} for one in METERS)
    shown = {name: emeter[name] for name in ("power_mw", "voltage_mv") if name in emeter}
    if "power_mw" in shown:
        return shown
    if "current_power" in usage:
        return shown | {"power_mw": usage["current_power"]}
    if "current_power" in current:
        return shown | {"power": current["current_power"]}
    return shown


def _sockets(listed: Json) -> Iterator[Json]:
    """The sockets among a device's children, in the older words; what else it has is left out."""
    children = listed.get("child_device_list")
    for one in children if isinstance(children, list) else ():
        if isinstance(one, dict) and "plug" in str(one.get("category")):
            alias = from_base64(one.get("nickname"))
            yield {"id": one.get("device_id"), "alias": alias, "state": one.get("device_on")}
