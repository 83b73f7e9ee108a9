"""The dialect of Tasmota: two retained announcements by MAC, and topics made of a pattern.

    tasmota/discovery/<MAC>/config    names, topic, pattern of topics, which relays there are
    tasmota/discovery/<MAC>/sensors   one SENSOR message as an example: what it measures

    cmnd/<topic>/POWER  we tell     stat/<topic>/POWER  it echoes     tele/<topic>/STATE, SENSOR, LWT  it says

Source: Tasmota documentation, "MQTT" (topics, LWT), "Commands" (Power, State, Status 10 and 11), and the
published discovery messages of firmware 9.2 and later (SetOption19 0).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from drrouter.adapters.devices.classes import Scale, scale_of
from drrouter.adapters.devices.mqtt.entities import (
    Availability,
    Described,
    Relay,
    Sensor,
    Source,
    is_topic,
)
from drrouter.adapters.devices.mqtt.payload import Payload
from drrouter.adapters.devices.mqtt.template import path
from drrouter.adapters.devices.names import cleaned, mac_from
from drrouter.domain.measurement import Quantity

Json = Mapping[str, Any]
Step = str | int

MOST_DEVICES = 1000
RELAY = 1
"""How ``rl`` marks a plain relay; 2 is a light, 3 a shutter."""

MOST_RELAYS = 8

_ENERGY: Mapping[str, Scale] = {
    "Power": Scale(Quantity.POWER_W),
    "Total": Scale(Quantity.ENERGY_WH, 1000.0),
    "ExportActive": Scale(Quantity.EXPORTED_WH, 1000.0),
    "Voltage": Scale(Quantity.VOLTAGE_V),
}
_BY_OUTLET = (Quantity.POWER_W, Quantity.ENERGY_WH, Quantity.EXPORTED_WH)


@dataclass(frozen=True, slots=True)
class _Topics:
    """The topics of one device."""

    command: str
    state: str
    telemetry: str


class Tasmota:
    """Remembers what Tasmota devices announced."""

    def __init__(self, prefix: str) -> None:
        """Listen under ``prefix``."""
        self._prefix = prefix
        self._configs: dict[str, dict[str, Json]] = {}

    @property
    def filters(self) -> tuple[str, ...]:
        """Which topics announce."""
        return f"{self._prefix}/+/config", f"{self._prefix}/+/sensors"

    def hear(self, topic: str, payload: Payload) -> None:
        """Take one half of an announcement in; an empty one takes it away."""
        name, _, half = topic.removeprefix(f"{self._prefix}/").rpartition("/")
        halves = self._configs.setdefault(name, {})
        halves[half] = payload.table
        if not any(halves.values()) or len(self._configs) > MOST_DEVICES:
            del self._configs[name]

    def forget(self) -> None:
        """Nothing is announced any more."""
        self._configs.clear()

    def described(self) -> Iterator[Described]:
        """Every device, one for each relay where there are several."""
        for name in sorted(self._configs):
            config, sensors = (self._configs[name].get(half, {}) for half in ("config", "sensors"))
            if (topics := _topics(config)) and (mac := mac_from(config.get("mac", name))):
                yield from _devices(mac, config, topics, sensors.get("sn"))


def _devices(mac: str, config: Json, topics: _Topics, sample: object) -> Iterator[Described]:
    sample = sample if isinstance(sample, dict) else {}
    outlets = _outlets(config)
    whole = Described(
        identity=_identity(mac, config),
        sensors=tuple(_sensors(sample, topics, None)),
        availability=(_last_will(config, topics),),
        asks=((f"{topics.command}/STATUS", "11"), (f"{topics.command}/STATUS", "10")),
        same_as=frozenset({mac, mac.replace(":", "")[6:]}),
    )
    if len(outlets) == 1:
        yield replace(whole, relay=_relay(config, topics, outlets[0], single=True))
        return
    if whole.is_useful:
        yield whole
    for place, number in enumerate(outlets):
        yield replace(
            whole,
            identity=_outlet(whole.identity, config, number),
            relay=_relay(config, topics, number, single=False),
            sensors=tuple(_sensors(sample, topics, place)),
        )


def _identity(mac: str, config: Json) -> dict[str, str]:
    identity = {
        "alias": cleaned(config.get("dn")) or cleaned(config.get("t")) or mac,
        "mac": mac,
        "id": mac,
        "model": cleaned(config.get("md")),
        "manufacturer": "Tasmota",
        "host": cleaned(config.get("ip")),
        "dialect": "tasmota",
    }
    return {key: value for key, value in identity.items() if value}


def _outlet(identity: dict[str, str], config: Json, number: int) -> dict[str, str]:
    """The identity of one relay among several: its own name, as people gave it."""
    names = config.get("fn")
    own = cleaned(names[number - 1]) if isinstance(names, list) and len(names) >= number else ""
    alias = own or cleaned(f"{identity['alias']} {number}")
    return identity | {"id": f"{identity['id']}/{number}", "alias": alias}


def _topics(config: Json) -> _Topics | None:
    """The device's topics, made of its pattern; None where they are none."""
    pattern, topic, kinds = config.get("ft"), config.get("t"), config.get("tp")
    if not (
        isinstance(pattern, str) and isinstance(topic, str) and isinstance(kinds, list) and len(kinds) == 3
    ):
        return None
    if "%prefix%" not in pattern:
        return None  # it would tell and hear on one and the same topic
    made = [pattern.replace("%prefix%", str(kind)).replace("%topic%", topic).rstrip("/") for kind in kinds]
    return _Topics(*made) if all(is_topic(one) and "%" not in one for one in made) else None


def _outlets(config: Json) -> list[int]:
    """The numbers of its plain relays."""
    relays = config.get("rl")
    kinds = relays[:MOST_RELAYS] if isinstance(relays, list) else []
    return [number for number, kind in enumerate(kinds, 1) if kind == RELAY]


def _relay(config: Json, topics: _Topics, number: int, *, single: bool) -> Relay:
    words = config.get("state")
    said = words if isinstance(words, list) and len(words) >= 2 else ["OFF", "ON"]
    off, on = (str(word)[:32] for word in said[:2])
    names = ("POWER", "POWER1") if single else (f"POWER{number}",)
    sources = [Source(f"{topics.state}/{name}") for name in names]
    for name in names:
        sources += [
            Source(f"{topics.telemetry}/STATE", path(name)),
            Source(f"{topics.state}/RESULT", path(name)),
            Source(f"{topics.state}/STATUS11", path("StatusSTS", name)),
        ]
    return Relay(f"{topics.command}/{names[0]}", on, off, tuple(sources), on, off)


def _sensors(sample: Json, topics: _Topics, outlet: int | None) -> Iterator[Sensor]:
    """What the sample shows to be measured, by the whole device or by one outlet."""
    energy = sample.get("ENERGY")
    for key, scale in _ENERGY.items():
        value = energy.get(key) if isinstance(energy, dict) else None
        if isinstance(value, list) and outlet is not None and scale.quantity in _BY_OUTLET:
            yield _sensor(scale, topics, "ENERGY", key, outlet)
        elif value is not None and not isinstance(value, list) and outlet is None:
            yield _sensor(scale, topics, "ENERGY", key)
    probes = [name for name, probe in sample.items() if isinstance(probe, dict) and "Temperature" in probe]
    probes = [name for name in probes if name != "ESP32"]  # the chip's own
    scale_c = scale_of("temperature", f"°{sample.get('TempUnit', 'C')}")
    if outlet is None and len(probes) == 1 and scale_c:
        yield _sensor(scale_c, topics, probes[0], "Temperature")


def _sensor(scale: Scale, topics: _Topics, *steps: Step) -> Sensor:
    """Said by itself now and then, and whenever asked."""
    said = Source(f"{topics.telemetry}/SENSOR", path(*steps))
    return Sensor(scale, (said, Source(f"{topics.state}/STATUS10", path("StatusSNS", *steps))))


def _last_will(config: Json, topics: _Topics) -> Availability:
    present, away = str(config.get("onln", "Online"))[:32], str(config.get("ofln", "Offline"))[:32]
    return Availability(Source(f"{topics.telemetry}/LWT"), present, away)
