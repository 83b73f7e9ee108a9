"""The dialect of Zigbee2MQTT: one retained list of all devices, each with what it exposes.

    <base>/bridge/devices   [{"ieee_address", "friendly_name", "definition": {"exposes": [...]}}, ...]
    <base>/<name>           {"state": "ON", "power": 71.5, ...}         it says
    <base>/<name>/set       {"state": "OFF"}                            we tell
    <base>/<name>/get       {"power": ""}                               we ask
    <base>/<name>/availability, <base>/bridge/state   {"state": "online"}, or the bare word

Source: Zigbee2MQTT documentation, "MQTT topics and messages", "Exposes", "Device availability".
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from drrouter.adapters.devices.classes import scale_of
from drrouter.adapters.devices.mqtt.entities import (
    Availability,
    Described,
    Relay,
    Sensor,
    Source,
    is_topic,
    one_of_each,
)
from drrouter.adapters.devices.mqtt.payload import Payload
from drrouter.adapters.devices.mqtt.template import WHOLE, path
from drrouter.adapters.devices.names import cleaned

Json = Mapping[str, Any]

MOST_BYTES = 4 * 1024 * 1024
"""The longest list of devices: a large mesh takes a megabyte."""

MOST_DEVICES = 500
PUBLISHED, SETTABLE, GETTABLE = 1, 2, 4
"""Bits of ``access``."""

_CLASSES = {
    "power": "power",
    "energy": "energy",
    "produced_energy": "energy",
    "voltage": "voltage",
    "temperature": "temperature",
    "local_temperature": "temperature",
}
_ADDRESS = re.compile(r"0x[0-9a-f]{16}")


class Zigbee2Mqtt:
    """Remembers the list of one bridge."""

    def __init__(self, base: str) -> None:
        """Listen under the base topic."""
        self._base = base
        self._devices: list[Json] = []

    @property
    def filters(self) -> tuple[str, ...]:
        """Which topics announce."""
        return (f"{self._base}/bridge/devices",)

    def hear(self, _: str, payload: Payload) -> None:
        """Take the list in; it holds every device that there is."""
        devices = payload.json
        if isinstance(devices, list):
            self._devices = [one for one in devices[:MOST_DEVICES] if isinstance(one, dict)]

    def forget(self) -> None:
        """Nothing is announced any more."""
        self._devices = []

    def described(self) -> Iterator[Described]:
        """Every device that was interviewed, and the coordinator as one that does nothing."""
        for device in self._devices:
            address, name = device.get("ieee_address"), device.get("friendly_name")
            if isinstance(address, str) and _ADDRESS.fullmatch(address) and isinstance(name, str):
                topic = f"{self._base}/{name}"
                if is_topic(topic):
                    yield from self._device(device, address, topic)

    def _device(self, device: Json, address: str, topic: str) -> Iterator[Described]:
        definition = device.get("definition")
        definition = definition if isinstance(definition, dict) else {}
        exposes: list[Json] = [one for one in _list(definition.get("exposes"))[:200] if isinstance(one, dict)]
        if device.get("disabled") is True:
            exposes = []
        whole = Described(
            identity=_identity(device, definition, address),
            sensors=one_of_each(_sensors(exposes, topic)),
            availability=tuple(
                Availability(Source(where, step))
                for where in (f"{topic}/availability", f"{self._base}/bridge/state")
                for step in (path("state"), WHOLE)
            ),
            asks=tuple(_asks(exposes, topic)),
            same_as=frozenset({address}),
        )
        switches = [feature for one in exposes if one.get("type") == "switch" for feature in _features(one)]
        if len(switches) == 1:
            yield replace(whole, relay=_relay(switches[0], topic))
            return
        yield whole
        for switch in switches:
            end = cleaned(switch.get("endpoint")) or _property(switch)
            named = {"id": f"{address}/{end}", "alias": cleaned(f"{whole.identity['alias']} {end}")}
            yield replace(
                whole,
                identity=whole.identity | named,
                relay=_relay(switch, topic),
                sensors=one_of_each(_sensors(exposes, topic, end)),
            )


def _identity(device: Json, definition: Json, address: str) -> dict[str, str]:
    identity = {
        "alias": cleaned(device.get("friendly_name")) or address,
        "id": address,
        "ieee": address,
        "model": cleaned(definition.get("model")) or cleaned(device.get("model_id")),
        "model_id": cleaned(device.get("model_id")),
        "manufacturer": cleaned(definition.get("vendor")) or cleaned(device.get("manufacturer")),
        "dialect": "zigbee2mqtt",
    }
    return {key: value for key, value in identity.items() if value}


def _features(expose: Json) -> Iterator[Json]:
    """The states of a switch that can be told and are said."""
    for feature in _list(expose.get("features"))[:10]:
        is_state = isinstance(feature, dict) and _property(feature) and feature.get("name") == "state"
        if is_state and _may(feature, PUBLISHED | SETTABLE):
            yield feature


def _relay(feature: Json, topic: str) -> Relay:
    name = _property(feature)
    on, off = feature.get("value_on", "ON"), feature.get("value_off", "OFF")
    return Relay(
        topic=f"{topic}/set",
        on=json.dumps({name: on}),
        off=json.dumps({name: off}),
        sources=(Source(topic, path(name)),),
        is_on=str(on),
        is_off=str(off),
    )


def _sensors(exposes: list[Json], topic: str, end: str = "") -> Iterator[Sensor]:
    """What is measured: by the whole device, or at one of its ends."""
    for expose in exposes:
        name = str(expose.get("name"))
        scale = scale_of(_CLASSES.get(name, ""), str(expose.get("unit")), name)
        if scale and _property(expose) and cleaned(expose.get("endpoint")) == end and _may(expose, PUBLISHED):
            yield Sensor(scale, (Source(topic, path(_property(expose))),))


def _asks(exposes: list[Json], topic: str) -> Iterator[tuple[str, str]]:
    """One question for everything of ours that it can be asked."""
    features = [feature for one in exposes if one.get("type") == "switch" for feature in _features(one)]
    values = [one for one in exposes if str(one.get("name")) in _CLASSES]
    names = [_property(one) for one in features + values if _may(one, GETTABLE)]
    if asked := {name: "" for name in names if name}:
        yield f"{topic}/get", json.dumps(asked)


def _property(expose: Json) -> str:
    """The key in the state message; "" where it is none."""
    name = expose.get("property")
    return name if isinstance(name, str) and 0 < len(name) <= 64 else ""


def _may(expose: Json, bits: int) -> bool:
    access = expose.get("access")
    return isinstance(access, int) and access & bits == bits


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
