"""What a plug with a meter (HS110) answers to each command, as JSON; sockets and faults are left to ``plug``.

A request names modules, each with commands, each with arguments; the answer has the same shape, with an
``err_code`` in every command's part. Values are made here from the published protocol and from the load.

Source: softScheck 2016, "Reverse Engineering the TP-Link HS110", list of commands.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

Json = dict[str, Any]

MODULE_UNKNOWN: Json = {"err_code": -1, "err_msg": "module not support"}
MEMBER_UNKNOWN: Json = {"err_code": -2, "err_msg": "member not support"}
ARGUMENT_INVALID: Json = {"err_code": -3, "err_msg": "invalid argument"}
TIME_ZONE_INDEX = 42  # the plug's own number for Amsterdam and Berlin


class Load(Protocol):
    """What hangs on the plug."""

    def set_supply(self, on: bool) -> None:
        """The plug gives power from now on, or cuts it."""
        ...

    def power_w(self) -> float:
        """What it draws now, in W; 0 while the plug is off."""
        ...

    def energy_wh(self) -> float:
        """What it has drawn since the plug was made, in Wh."""
        ...


class Meter(Enum):
    """How a plug names its measurements: plain units first, thousandths since hardware version 2."""

    PLAIN = "HS110 hardware 1"
    THOUSANDTHS = "HS110 hardware 2 and later"


@dataclass(frozen=True, slots=True)
class PlugIdentity:
    """What a plug says of itself in ``get_sysinfo``."""

    alias: str
    mac: str
    model: str = "HS110(EU)"
    software: str = "1.5.6 Build 191125 Rel.083657"
    hardware: str = "2.0"


class Answers:
    """The plug's firmware: relay, meter, clock and the modules that an app expects."""

    def __init__(
        self,
        identity: PlugIdentity,
        load: Load,
        now: Callable[[], datetime],
        *,
        meter: Meter = Meter.THOUSANDTHS,
        voltage_v: float = 231.0,
        on: bool = False,
    ) -> None:
        """Begin with the relay ``on`` or off, without switching the load."""
        self.identity, self._load, self._now = identity, load, now
        self._meter, self._voltage_v = meter, voltage_v
        self._on, self._switched_at = on, now()
        self._led_off = 0

    @property
    def on(self) -> bool:
        """Whether the relay is closed."""
        return self._on

    def switch(self, on: bool) -> None:
        """Move the relay and with it the load's supply, as the button on the plug does too."""
        if on != self._on:
            self._on, self._switched_at = on, self._now()
            self._load.set_supply(on)

    def answer(self, request: Json) -> Json:
        """The answer to a whole request."""
        return {module: self._module(module, commands) for module, commands in request.items()}

    def _module(self, module: str, commands: object) -> Json:
        members = self._members().get(module)
        if members is None or not isinstance(commands, dict):
            return MODULE_UNKNOWN
        return {command: self._member(members.get(command), given) for command, given in commands.items()}

    @staticmethod
    def _member(member: Callable[[Json], Json] | None, given: object) -> Json:
        if member is None:
            return MEMBER_UNKNOWN
        return {"err_code": 0} | member(given if isinstance(given, dict) else {})

    def _members(self) -> dict[str, dict[str, Callable[[Json], Json]]]:
        return {
            "system": {
                "get_sysinfo": self._sysinfo,
                "set_relay_state": self._set_relay_state,
                "set_led_off": self._set_led_off,
            },
            "emeter": {"get_realtime": self._realtime, "get_daystat": _days, "get_monthstat": _months},
            "time": {"get_time": self._time, "get_timezone": lambda _: {"index": TIME_ZONE_INDEX}},
            "schedule": {
                "get_rules": _no_rules,
                "get_next_action": lambda _: {"type": -1},
                "get_daystat": _days,
                "get_monthstat": _months,
            },
            "anti_theft": {"get_rules": _no_rules},
            "count_down": {"get_rules": lambda _: {"rule_list": []}},
            "cnCloud": {"get_info": _cloud},
        }

    def _sysinfo(self, _: Json) -> Json:
        mine = self.identity
        on_time = (self._now() - self._switched_at).total_seconds() if self._on else 0
        return {
            "sw_ver": mine.software,
            "hw_ver": mine.hardware,
            "model": mine.model,
            "deviceId": _serial("device", mine.mac, 40),
            "oemId": _serial("oem", mine.model, 32),
            "hwId": _serial("hardware", mine.model, 32),
            "rssi": -48,
            "latitude_i": 0,
            "longitude_i": 0,
            "alias": mine.alias,
            "status": "new",
            "mic_type": "IOT.SMARTPLUGSWITCH",
            "feature": "TIM:ENE",
            "mac": mine.mac,
            "updating": 0,
            "led_off": self._led_off,
            "relay_state": int(self._on),
            "on_time": int(on_time),
            "active_mode": "none",
            "icon_hash": "",
            "dev_name": "Smart Wi-Fi Plug With Energy Monitoring",
            "next_action": {"type": -1},
        }

    def _set_relay_state(self, given: Json) -> Json:
        if given.get("state") not in (0, 1):
            return ARGUMENT_INVALID
        self.switch(given["state"] == 1)
        return {}

    def _set_led_off(self, given: Json) -> Json:
        if given.get("off") not in (0, 1):
            return ARGUMENT_INVALID
        self._led_off = given["off"]
        return {}

    def _realtime(self, _: Json) -> Json:
        power_w, energy_wh = self._load.power_w(), self._load.energy_wh()
        current_a = power_w / self._voltage_v
        if self._meter is Meter.PLAIN:
            return {
                "current": round(current_a, 6),
                "voltage": round(self._voltage_v, 6),
                "power": round(power_w, 6),
                "total": round(energy_wh / 1000, 3),
            }
        return {
            "voltage_mv": round(self._voltage_v * 1000),
            "current_ma": round(current_a * 1000),
            "power_mw": round(power_w * 1000),
            "total_wh": round(energy_wh),
        }

    def _time(self, _: Json) -> Json:
        now = self._now()
        named = {"year": now.year, "month": now.month, "mday": now.day}
        return named | {"hour": now.hour, "min": now.minute, "sec": now.second}


def _serial(kind: str, seed: str, digits: int) -> str:
    """A number of that many hexadecimal digits, always the same for the same plug."""
    return hashlib.sha256(f"{kind} {seed}".encode()).hexdigest().upper()[:digits]


def _days(_: Json) -> Json:
    return {"day_list": []}


def _months(_: Json) -> Json:
    return {"month_list": []}


def _no_rules(_: Json) -> Json:
    return {"rule_list": [], "version": 2, "enable": 0}


def _cloud(_: Json) -> Json:
    """A plug that was never registered with its maker's cloud."""
    return {
        "username": "",
        "server": "",
        "binded": 0,
        "cld_connection": 0,
        "illegalType": -1,
        "stopConnect": -1,
        "tcspStatus": -1,
        "fwDlPage": "",
        "tcspInfo": "",
        "fwNotifyType": 0,
    }
