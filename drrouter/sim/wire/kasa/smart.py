"""What Tapo plugs and strips answer to each command, as JSON: P110 with its meter, P304M with four of them.

A request is one method with its parameters, or several in a ``multipleRequest``; what is meant for one socket
of a strip is wrapped in a ``control_child``. A strip has no relay of its own.
"""

import base64
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from drrouter.sim.wire.kasa.answers import Json, Load
from drrouter.sim.wire.kasa.strip import Outlet

METHOD_UNKNOWN: Json = {"error_code": -1002}
PARAMETERS_WRONG: Json = {"error_code": -1008}

Method = Callable[[Json], Json]


class SmartAnswers:
    """The firmware of one Tapo plug, or of one socket of a strip."""

    def __init__(
        self,
        alias: str,
        mac: str,
        load: Load,
        now: Callable[[], datetime],
        *,
        model: str = "P110",
        on: bool = False,
        has_meter: bool = True,
        child_id: str = "",
    ) -> None:
        """Begin with the relay ``on`` or off, without switching the load."""
        self.alias, self.mac, self.model, self.child_id = alias, mac, model, child_id
        self._load, self._now, self._on, self._has_meter = load, now, on, has_meter
        self._switched_at = now()

    @property
    def on(self) -> bool:
        """Whether the relay is closed."""
        return self._on

    def switch(self, on: bool) -> None:
        """Move the relay, as the button does."""
        if on != self._on:
            self._on, self._switched_at = on, self._now()
            self._load.set_supply(on)

    def answer(self, request: Json) -> Json:
        """The answer to one request."""
        given = request.get("params")
        parameters = given if isinstance(given, dict) else {}
        if request.get("method") == "multipleRequest":
            return several(self.answer, parameters)
        method = self._methods().get(str(request.get("method")))
        return method(parameters) if method else METHOD_UNKNOWN

    def _methods(self) -> dict[str, Method]:
        relay: dict[str, Method] = {"get_device_info": self._info, "set_device_info": self._set}
        meter: dict[str, Method] = {
            "get_energy_usage": self._usage,
            "get_emeter_data": self._emeter,
            "get_current_power": lambda _: _good({"current_power": round(self._load.power_w())}),
        }
        return relay | meter if self._has_meter else relay

    def _info(self, _: Json) -> Json:
        on_time = int((self._now() - self._switched_at).total_seconds()) if self._on else 0
        state = {"device_on": self._on, "on_time": on_time, "overheated": False}
        return _good(described(self.alias, self.mac, self.model, self.child_id) | state)

    def _set(self, given: Json) -> Json:
        if not isinstance(given.get("device_on"), bool):
            return PARAMETERS_WRONG
        self.switch(given["device_on"])
        return {"error_code": 0}

    def _usage(self, _: Json) -> Json:
        energy_wh = round(self._load.energy_wh())
        times = {"today_runtime": 0, "month_runtime": 0, "local_time": f"{self._now():%Y-%m-%d %H:%M:%S}"}
        power = {"current_power": round(1000 * self._load.power_w())}
        return _good(times | power | {"today_energy": energy_wh, "month_energy": energy_wh})

    def _emeter(self, _: Json) -> Json:
        power_w = self._load.power_w()
        measured = {"power_mw": round(1000 * power_w), "voltage_mv": 231_000}
        return _good(measured | {"current_ma": round(1000 * power_w / 231), "energy_wh": 0})


class SmartStripAnswers:
    """The firmware of a Tapo strip.

    Attributes:
        sockets: each with its relay and meter.
    """

    def __init__(
        self,
        alias: str,
        mac: str,
        outlets: Sequence[Outlet],
        now: Callable[[], datetime],
        *,
        model: str = "P304M",
        has_meter: bool = True,
    ) -> None:
        """Build it with these sockets."""
        self.alias, self.mac, self.model = alias, mac, model
        own = _serial(mac)
        self.sockets = tuple(
            SmartAnswers(
                one.alias,
                mac,
                one.load,
                now,
                model=model,
                on=one.on,
                has_meter=has_meter,
                child_id=f"{own}{number:02d}",
            )
            for number, one in enumerate(outlets)
        )

    def answer(self, request: Json) -> Json:
        """The answer to one request."""
        given = request.get("params")
        parameters = given if isinstance(given, dict) else {}
        match request.get("method"):
            case "multipleRequest":
                return several(self.answer, parameters)
            case "get_device_info":
                return _good(described(self.alias, self.mac, self.model))
            case "get_child_device_list":
                return self._children(parameters)
            case "control_child":
                return self._control(parameters)
        return METHOD_UNKNOWN

    def _children(self, given: Json) -> Json:
        """Two sockets at a time, so that clients must turn the page."""
        start = given.get("start_index", 0)
        if not isinstance(start, int):
            return PARAMETERS_WRONG
        infos = [one.answer({"method": "get_device_info"})["result"] for one in self.sockets]
        page = [info | {"category": "plug.powerstrip.sub-plug"} for info in infos[start : start + 2]]
        return _good({"child_device_list": page, "start_index": start, "sum": len(infos)})

    def _control(self, given: Json) -> Json:
        wrapped = given.get("requestData")
        for one in self.sockets:
            if one.child_id == given.get("device_id") and isinstance(wrapped, dict):
                return _good({"responseData": one.answer(wrapped)})
        return PARAMETERS_WRONG


def several(answer: Method, given: Json) -> Json:
    """The answers to several requests at once."""
    requests = given.get("requests")
    if not isinstance(requests, list):
        return PARAMETERS_WRONG
    each = [{"method": one.get("method")} | answer(one) for one in requests if isinstance(one, dict)]
    return _good({"responses": each})


def described(alias: str, mac: str, model: str, child_id: str = "") -> Json:
    """What every Tapo device says of itself."""
    return {
        "device_id": child_id or _serial(mac),
        "type": "SMART.TAPOPLUG",
        "model": model,
        "hw_ver": "1.0",
        "fw_ver": "1.3.1 Build 240621 Rel.162048",
        "mac": mac.replace(":", "-"),
        "nickname": base64.b64encode(alias.encode()).decode(),
        "ssid": "",
        "rssi": -48,
        "signal_level": 3,
    }


def _good(result: Json) -> Json:
    return {"error_code": 0, "result": result}


def _serial(mac: str) -> str:
    """Forty hexadecimal digits, always the same for the same device."""
    return hashlib.sha256(f"smart {mac}".encode()).hexdigest().upper()[:40]
