"""A fake Zigbee2MQTT bridge with plugs behind it: its list of devices, their states, /set and /get.

Source: Zigbee2MQTT documentation, "MQTT topics and messages", "Exposes", "Device availability".
"""

import json
from typing import Any

from drrouter.sim.wire.kasa import Load
from drrouter.sim.wire.mqtt.client import FakeClient, Fault

Json = dict[str, Any]
PUBLISHED, SETTABLE, GETTABLE = 1, 2, 4

COORDINATOR: Json = {
    "ieee_address": "0x00124b0000000001",
    "type": "Coordinator",
    "friendly_name": "Coordinator",
    "definition": None,
    "disabled": False,
    "supported": True,
}


class FakeZigbeePlug:
    """One plug in the mesh.

    Attributes:
        reachable: whether the bridge hears it.
    """

    def __init__(self, address: str, name: str, load: Load, *, model: str = "SP 120") -> None:
        """A plug with this IEEE address and friendly name."""
        self.address, self.name, self.load, self.model = address, name, load, model
        self.on, self.reachable = False, True

    def state(self, power: float | str) -> Json:
        """What the bridge last heard of it."""
        return {
            "state": "ON" if self.on else "OFF",
            "power": power,
            "energy": round(self.load.energy_wh() / 1000, 3),
            "voltage": 231,
            "linkquality": 120,
        }

    def listed(self) -> Json:
        """Its place in the list of devices."""
        definition = {
            "model": self.model,
            "vendor": "Innr",
            "description": "Smart plug",
            "exposes": [
                {"type": "switch", "features": [_binary("state")]},
                _numeric("power", "W"),
                _numeric("energy", "kWh"),
                _numeric("voltage", "V"),
                {"type": "numeric", "name": "linkquality", "property": "linkquality", "access": PUBLISHED},
            ],
        }
        return {
            "ieee_address": self.address,
            "type": "Router",
            "network_address": 4711,
            "supported": True,
            "friendly_name": self.name,
            "disabled": False,
            "definition": definition,
            "power_source": "Mains (single phase)",
            "model_id": self.model,
            "manufacturer": "innr",
            "interview_completed": True,
            "interviewing": False,
        }


class FakeBridge(FakeClient):
    """The bridge; it speaks for all its plugs."""

    def __init__(self, host: str, port: int, *plugs: FakeZigbeePlug, base: str = "zigbee2mqtt") -> None:
        """Build it; nothing is opened yet."""
        super().__init__(host, port, f"bridge {base}", (f"{base}/bridge/state", '{"state":"offline"}'))
        self._base = base
        self.plugs = {plug.name: plug for plug in plugs}

    @property
    def topics(self) -> tuple[str, ...]:
        """Where it is told."""
        return f"{self._base}/+/set", f"{self._base}/+/get"

    async def greet(self) -> None:
        """Online, then the list, then every state as it was last heard."""
        await self.say(f"{self._base}/bridge/state", '{"state":"online"}', retain=True)
        await self.list_devices()
        for plug in self.plugs.values():
            await self.say_availability(plug)
            await self.say_state(plug)

    async def list_devices(self) -> None:
        """Publish the list."""
        devices = [COORDINATOR, *(plug.listed() for plug in self.plugs.values())]
        await self.say(f"{self._base}/bridge/devices", json.dumps(devices), retain=True)

    async def say_availability(self, plug: FakeZigbeePlug) -> None:
        """Whether the plug is heard."""
        state = "online" if plug.reachable else "offline"
        await self.say(f"{self._base}/{plug.name}/availability", json.dumps({"state": state}), retain=True)

    async def say_state(self, plug: FakeZigbeePlug) -> None:
        """What was last heard of the plug."""
        await self.say(f"{self._base}/{plug.name}", json.dumps(plug.state(self.twisted(plug.load.power_w()))))

    async def obey(self, topic: str, text: str) -> None:
        """Pass a command or a question on into the mesh."""
        name, _, verb = topic.removeprefix(f"{self._base}/").rpartition("/")
        plug = self.plugs.get(name)
        if plug is None or not plug.reachable:
            message = {"level": "error", "message": f"Publish '{verb}' to '{name}' failed"}
            await self.say(f"{self._base}/bridge/logging", json.dumps(message))
            return
        wished = json.loads(text).get("state") if verb == "set" else None
        if wished in ("ON", "OFF") and self.fault is not Fault.REFUSES:
            plug.on = wished == "ON"
            plug.load.set_supply(plug.on)
        await self.say_state(plug)


def _binary(name: str) -> Json:
    return {
        "type": "binary",
        "name": name,
        "property": name,
        "access": PUBLISHED | SETTABLE | GETTABLE,
        "value_on": "ON",
        "value_off": "OFF",
        "value_toggle": "TOGGLE",
    }


def _numeric(name: str, unit: str) -> Json:
    return {"type": "numeric", "name": name, "property": name, "access": PUBLISHED | GETTABLE, "unit": unit}
