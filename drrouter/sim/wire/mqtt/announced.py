"""Fake devices that announce themselves in Home Assistant's format: a plug bit by bit, a wallbox at once.

Source: Home Assistant, "MQTT", "Discovery messages" and "Device discovery payload".
"""

import json
from typing import Any

from drrouter.sim.wire.kasa import Load
from drrouter.sim.wire.mqtt.client import FakeClient, Fault

Json = dict[str, Any]


class FakeAnnounced(FakeClient):
    """A plug that announces each of its entities by itself, in abbreviations."""

    def __init__(self, host: str, port: int, name: str, load: Load, *, prefix: str = "homeassistant") -> None:
        """Build it; nothing is opened yet."""
        super().__init__(host, port, name, (f"{name}/status", "offline"))
        self._topic, self._load, self._prefix = name, load, prefix
        self.on = False

    @property
    def topics(self) -> tuple[str, ...]:
        """Where it is told."""
        return (f"{self._topic}/relay/set",)

    async def greet(self) -> None:
        """Announce the entities, retained, then say everything."""
        for component, entity, config in self.configs():
            where = f"{self._prefix}/{component}/{self._topic}/{entity}/config"
            await self.say(where, json.dumps(config), retain=True)
        await self.say(f"{self._topic}/status", "online", retain=True)
        await self.tell()

    async def tell(self) -> None:
        """Say everything, as values of their own and as JSON."""
        await self.say(f"{self._topic}/relay", "ON" if self.on else "OFF", retain=True)
        meter = {"power": self.twisted(self._load.power_w()), "total": self._load.energy_wh() / 1000}
        await self.say(f"{self._topic}/meter", json.dumps(meter))

    async def obey(self, topic: str, text: str) -> None:
        """Switch, and say so."""
        if self.fault is not Fault.REFUSES:
            self.on = text == "ON"
            self._load.set_supply(self.on)
        await self.tell()

    def configs(self) -> list[tuple[str, str, Json]]:
        """Component, name and announcement of each entity."""
        shared = {
            "~": self._topic,
            "avty_t": "~/status",
            "dev": {
                "ids": [f"maker_{self._topic}"],
                "cns": [["mac", "02:4d:51:00:00:01"]],
                "name": f"Plug {self._topic}",
                "mf": "Maker",
                "mdl": "P1",
            },
        }
        relay = {"name": None, "uniq_id": f"{self._topic}_relay", "stat_t": "~/relay", "cmd_t": "~/relay/set"}
        power = {
            "uniq_id": f"{self._topic}_power",
            "stat_t": "~/meter",
            "val_tpl": "{{ value_json.power }}",
            "dev_cla": "power",
            "unit_of_meas": "W",
        }
        energy = {
            "uniq_id": f"{self._topic}_energy",
            "stat_t": "~/meter",
            "val_tpl": "{{ value_json['total'] | float | round(3) }}",
            "dev_cla": "energy",
            "unit_of_meas": "kWh",
            "stat_cla": "total_increasing",
        }
        return [
            ("switch", "relay", shared | relay),
            ("sensor", "power", shared | power),
            ("sensor", "energy", shared | energy),
        ]


class FakeWallbox(FakeClient):
    """A charger whose power is a number in kW, announced as one device."""

    def __init__(self, host: str, port: int, name: str, load: Load, *, prefix: str = "homeassistant") -> None:
        """Build it; nothing is opened yet."""
        super().__init__(host, port, name, (f"{name}/status", "offline"))
        self._topic, self._load, self._prefix = name, load, prefix
        self.limit_kw = 0.0

    @property
    def topics(self) -> tuple[str, ...]:
        """Where it is told."""
        return (f"{self._topic}/limit/set",)

    async def greet(self) -> None:
        """Announce the whole device, retained, then say everything."""
        where = f"{self._prefix}/device/{self._topic}/config"
        await self.say(where, json.dumps(self.config()), retain=True)
        await self.say(f"{self._topic}/status", "online", retain=True)
        await self.tell()

    async def tell(self) -> None:
        """Say everything."""
        state = {"limit": self.limit_kw, "power": self._load.power_w() / 1000}
        await self.say(f"{self._topic}/state", json.dumps(state))

    async def obey(self, topic: str, text: str) -> None:
        """Charge with so much at most."""
        if self.fault is not Fault.REFUSES:
            self.limit_kw = float(text)
            self._load.set_supply(self.limit_kw > 0)
        await self.tell()

    def config(self) -> Json:
        """The announcement of the whole device."""
        return {
            "dev": {"ids": self._topic, "name": "Wallbox", "mf": "Maker", "mdl": "W22", "sn": "4711"},
            "o": {"name": "fake", "sw": "1"},
            "avty_t": f"{self._topic}/status",
            "stat_t": f"{self._topic}/state",
            "cmps": {
                "limit": {
                    "p": "number",
                    "uniq_id": f"{self._topic}_limit",
                    "cmd_t": f"{self._topic}/limit/set",
                    "val_tpl": "{{ value_json.limit }}",
                    "dev_cla": "power",
                    "unit_of_meas": "kW",
                    "min": 0,
                    "max": 11,
                    "step": 0.1,
                },
                "power": {
                    "p": "sensor",
                    "uniq_id": f"{self._topic}_power",
                    "val_tpl": "{{ value_json.power }}",
                    "dev_cla": "power",
                    "unit_of_meas": "kW",
                },
                "gone": {"p": "sensor"},
            },
        }
