"""A fake plug with Tasmota firmware: its announcements, its commands, what it says by itself, its last will.

Source: Tasmota documentation, "MQTT" and "Commands"; discovery messages as published by firmware 9.2.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from drrouter.sim.wire.kasa import Load
from drrouter.sim.wire.mqtt.client import FakeClient, Fault

Json = dict[str, Any]


class FakeTasmota(FakeClient):
    """A plug with one relay and a meter for each load."""

    def __init__(
        self,
        host: str,
        port: int,
        topic: str,
        *loads: Load,
        now: Callable[[], datetime],
        mac: str = "A4CF12000001",
        alias: str = "Tasmota",
        prefix: str = "tasmota/discovery",
    ) -> None:
        """Build it; nothing is opened yet.

        Args:
            host: where the broker is.
            port: where it listens.
            topic: its own topic, one for each device.
            loads: what hangs on it, one at each outlet; told when a relay moves.
            now: the time that the plug believes it is.
            mac: its hardware address.
            alias: its name.
            prefix: where it announces itself.
        """
        super().__init__(host, port, f"DVES_{topic}", (f"tele/{topic}/LWT", "Offline"))
        self._topic, self._loads, self._now = topic, loads, now
        self._mac, self._alias, self._prefix = mac, alias, prefix
        self.relays = [False for _ in loads]

    @property
    def topics(self) -> tuple[str, ...]:
        """Where it is told."""
        return (f"cmnd/{self._topic}/+",)

    async def greet(self) -> None:
        """Online, then who it is, and what it sees."""
        await self.say(f"tele/{self._topic}/LWT", "Online", retain=True)
        root = f"{self._prefix}/{self._mac}"
        await self.say(f"{root}/config", json.dumps(self._config()), retain=True)
        await self.say(f"{root}/sensors", json.dumps({"sn": self.sensors(), "ver": 1}), retain=True)
        await self.tell()

    async def tell(self) -> None:
        """What it says by itself every TelePeriod."""
        await self.say(f"tele/{self._topic}/STATE", json.dumps(self._states()))
        await self.say(f"tele/{self._topic}/SENSOR", json.dumps(self.sensors()))

    async def obey(self, topic: str, text: str) -> None:
        """Carry a command out and echo it."""
        command = topic.rpartition("/")[2].upper()
        if command == "STATUS":
            await self._status(text)
        elif command.startswith("POWER"):
            await self._power(int(command.removeprefix("POWER") or 1) - 1, text)

    async def press(self, number: int, on: bool) -> None:
        """Somebody presses its button, or the command got through."""
        self.relays[number] = on
        self._loads[number].set_supply(on)
        name, word = self._name_of(number), "ON" if on else "OFF"
        await self.say(f"stat/{self._topic}/RESULT", json.dumps({name: word}))
        await self.say(f"stat/{self._topic}/{name}", word)

    async def _power(self, number: int, text: str) -> None:
        if number >= len(self.relays):
            await self.say(f"stat/{self._topic}/RESULT", json.dumps({"Command": "Unknown"}))
            return
        wished = {"ON": True, "1": True, "OFF": False, "0": False}.get(text.upper(), self.relays[number])
        if self.fault is Fault.REFUSES:
            wished = self.relays[number]
        await self.press(number, wished)

    async def _status(self, which: str) -> None:
        answers = {"10": {"StatusSNS": self.sensors()}, "11": {"StatusSTS": self._states()}}
        if which in answers:
            await self.say(f"stat/{self._topic}/STATUS{which}", json.dumps(answers[which]))

    def sensors(self) -> Json:
        """What its meter shows."""
        powers = [self.twisted(load.power_w()) for load in self._loads]
        totals = [round(load.energy_wh() / 1000, 3) for load in self._loads]
        energy = {
            "TotalStartTime": "2026-01-01T00:00:00",
            "Total": totals if len(totals) > 1 else totals[0],
            "Yesterday": 0.0,
            "Today": 0.0,
            "Power": powers if len(powers) > 1 else powers[0],
            "ApparentPower": 0,
            "Factor": 1.0,
            "Voltage": 231,
            "Current": 0.0,
        }
        return {"Time": f"{self._now():%Y-%m-%dT%H:%M:%S}", "ENERGY": energy, "TempUnit": "C"}

    def _states(self) -> Json:
        states = {self._name_of(number): "ON" if on else "OFF" for number, on in enumerate(self.relays)}
        return {"Time": f"{self._now():%Y-%m-%dT%H:%M:%S}", "Uptime": "0T00:10:00", **states}

    def _name_of(self, number: int) -> str:
        return f"POWER{number + 1}" if len(self.relays) > 1 else "POWER"

    def _config(self) -> Json:
        """Who it is, in the abbreviations of its firmware."""
        rest = 8 - len(self.relays)
        return {
            "ip": "127.0.0.1",
            "dn": self._alias,
            "fn": [f"{self._alias} {number + 1}" for number in range(len(self.relays))] + [None] * rest,
            "hn": f"tasmota-{self._mac[6:]}",
            "mac": self._mac,
            "md": "Sonoff POW R3",
            "ty": 0,
            "if": 0,
            "ofln": "Offline",
            "onln": "Online",
            "state": ["OFF", "ON", "TOGGLE", "HOLD"],
            "sw": "14.3.0",
            "t": self._topic,
            "ft": "%prefix%/%topic%/",
            "tp": ["cmnd", "stat", "tele"],
            "rl": [1] * len(self.relays) + [0] * rest,
            "swc": [-1] * 8,
            "btn": [0] * 8,
            "so": {"4": 0, "11": 0, "13": 0, "17": 0, "20": 0, "30": 0, "68": 0, "73": 0, "82": 0},
            "lk": 1,
            "lt_st": 0,
            "ver": 1,
        }
