"""Every integration by its name in home files; nothing of one is loaded unless the home uses it.

[mqtt]                    the table of the home file, checked by ``settings_of``
host = "192.168.1.4"      build("mqtt", settings, surroundings) -> Integration
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from drrouter.adapters.devices.settings import IntegrationSettings
from drrouter.errors import DeviceError
from drrouter.ports import Integration, Surroundings


@dataclass(frozen=True, slots=True)
class Transport:
    """One integration.

    Attributes:
        title: its name as people write it.
        form: the class in its ``settings`` that is the form of its table in the home file.
        extra: what installs its library (``pip install drrouter[extra]``); "" where it needs none.
    """

    title: str
    form: str
    extra: str = ""


TRANSPORTS: Mapping[str, Transport] = MappingProxyType(
    {
        "homeassistant": Transport("Home Assistant", "HomeassistantSettings"),
        "kasa": Transport("Kasa", "KasaSettings"),
        "knx": Transport("KNX", "KnxSettings", "knx"),
        "modbus": Transport("Modbus", "ModbusSettings", "modbus"),
        "mqtt": Transport("MQTT", "MqttSettings", "mqtt"),
        "ocpp": Transport("OCPP", "OcppSettings", "ocpp"),
        "p1": Transport("P1", "P1Settings", "p1"),
        "s2": Transport("S2", "S2Settings", "s2"),
        "shelly": Transport("Shelly", "ShellySettings", "shelly"),
        "zigbee": Transport("Zigbee", "ZigbeeSettings", "zigbee"),
        "zwave": Transport("Z-Wave", "ZwaveSettings"),
    }
)
"""By domain; the room of each, ``drrouter.adapters.devices.<domain>.integration``, has a ``build``."""


def settings_of(domain: str) -> type[IntegrationSettings]:
    """The form of an integration's table in the home file; loaded where it is asked for."""
    room = importlib.import_module(f"drrouter.adapters.devices.{domain}.settings")
    form: type[IntegrationSettings] = getattr(room, TRANSPORTS[domain].form)
    return form


def build(domain: str, settings: IntegrationSettings, surroundings: Surroundings) -> Integration:
    """Enter the room of an integration and make it; nothing is opened yet.

    Raises:
        DeviceError: its library is missing.
    """
    transport = TRANSPORTS[domain]
    try:
        room = importlib.import_module(f"drrouter.adapters.devices.{domain}.integration")
    except ImportError as error:
        raise DeviceError(missing(transport, error)) from error
    integration: Integration = room.build(settings, surroundings)
    return integration


def missing(transport: Transport, error: ImportError) -> str:
    """The sentence about a library that is not installed."""
    name = (error.name or "its library").partition(".")[0]
    how = f"; install it with: pip install 'drrouter[{transport.extra}]'" if transport.extra else ""
    return f"{transport.title} devices need the package {name}, which is not installed{how}"
