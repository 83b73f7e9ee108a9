"""A small MQTT broker, and fake devices behind it in each dialect: Tasmota, Zigbee2MQTT, Home Assistant."""

from drrouter.sim.wire.mqtt.announced import FakeAnnounced, FakeWallbox
from drrouter.sim.wire.mqtt.broker import SmallBroker
from drrouter.sim.wire.mqtt.client import FakeClient, Fault
from drrouter.sim.wire.mqtt.tasmota import FakeTasmota
from drrouter.sim.wire.mqtt.zigbee2mqtt import FakeBridge, FakeZigbeePlug

__all__ = [
    "FakeAnnounced",
    "FakeBridge",
    "FakeClient",
    "FakeTasmota",
    "FakeWallbox",
    "FakeZigbeePlug",
    "Fault",
    "SmallBroker",
]
