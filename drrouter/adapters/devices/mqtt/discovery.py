r"""The dialect of Home Assistant's MQTT discovery: many small announcements, put together to devices.

    homeassistant/switch/plug/relay/config   {"stat_t": ..., "cmd_t": ..., "dev": {"ids": "plug"}}  \
    homeassistant/sensor/plug/power/config   {"stat_t": ..., "dev_cla": "power", ...}               > plug
    homeassistant/device/plug/config         {"cmps": {...}, "dev": {...}}                         /

Source: Home Assistant, "MQTT", "Discovery topic", "Single component" and "Device discovery payload"; the
integrations "MQTT switch", "MQTT sensor" and "MQTT number".
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from drrouter.adapters.devices.classes import is_own_affair, scale_of
from drrouter.adapters.devices.dial import WATTS, dial
from drrouter.adapters.devices.gate import number
from drrouter.adapters.devices.mqtt.entities import (
    Availability,
    Described,
    Knob,
    Mode,
    Relay,
    Sensor,
    Source,
    is_topic,
    one_of_each,
)
from drrouter.adapters.devices.mqtt.payload import Payload
from drrouter.adapters.devices.mqtt.spelling import Json, components_of, device_of, spelled_out
from drrouter.adapters.devices.mqtt.template import Template, template
from drrouter.adapters.devices.names import cleaned, mac_from

MOST_CONFIGS = 5000
"""Announcements kept, however many topics a stranger invents."""

LONGEST_PAYLOAD = 256
"""Characters of a command."""

_USUAL_LIMITS = (("min", 1), ("max", 100), ("step", 1))
_NOT_UNDERSTOOD = "its value template is not understood"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One entity, and which device it belongs to."""

    device: str
    name: str
    identity: dict[str, str]
    same_as: frozenset[str]
    part: Sensor | Relay | Knob | str  # a text says why it was left out
    rank: int
    availability: tuple[Availability, ...]
    mode: Mode
    stated: timedelta | None


class _LeftOutError(Exception):
    """An entity that cannot be used; the reason."""


class Discovery:
    """Remembers what was announced, and puts it together."""

    def __init__(self, prefix: str) -> None:
        """Listen under ``prefix``."""
        self._prefix = prefix
        self._pieces: dict[str, tuple[_Piece, ...]] = {}

    @property
    def filters(self) -> tuple[str, ...]:
        """Which topics announce."""
        return f"{self._prefix}/+/+/config", f"{self._prefix}/+/+/+/config"

    def hear(self, topic: str, payload: Payload) -> None:
        """Take an announcement in; an empty one takes the entity away."""
        component, *names = topic.removeprefix(f"{self._prefix}/").removesuffix("/config").split("/")
        self._pieces.pop(topic, None)
        if payload.raw and len(self._pieces) < MOST_CONFIGS:
            self._pieces[topic] = tuple(_pieces(component, names[-1], payload.table))

    def forget(self) -> None:
        """Nothing is announced any more."""
        self._pieces.clear()

    def described(self) -> Iterator[Described]:
        """Every device that has something to read or to steer, or of which something was left out."""
        pieces = [piece for topic in sorted(self._pieces) for piece in self._pieces[topic]]
        for group in _grouped(pieces):
            yield from _devices(group)


def _grouped(pieces: Iterable[_Piece]) -> Iterable[list[_Piece]]:
    """The pieces of each device together: those that share an identifier or a hardware address."""
    groups: dict[str, list[_Piece]] = {}
    for piece in pieces:
        names = piece.same_as | {piece.device}
        joined = [piece]
        for group in {id(groups[name]): groups[name] for name in names if name in groups}.values():
            joined = group + joined
        for name in names.union(*(one.same_as | {one.device} for one in joined)):
            groups[name] = joined
    return {id(group): group for group in groups.values()}.values()


def _devices(pieces: list[_Piece]) -> Iterator[Described]:
    """The device that the pieces make; several switches make several, and none of those has the sensors."""
    relays = [piece for piece in pieces if isinstance(piece.part, Relay)]
    first = replace(pieces[0], identity=_merged(pieces))
    rest = [piece for piece in pieces if not isinstance(piece.part, Relay)]
    if len(relays) > 1:
        for piece in relays:
            yield _device(replace(first, identity=_outlet(first.identity, piece)), [piece])
        relays = []
    device = _device(first, relays + rest)
    if device.is_useful or device.remarks:
        yield device


def _merged(pieces: list[_Piece]) -> dict[str, str]:
    """Everything that one or another piece says of their device; a name goes before a hardware address."""
    merged: dict[str, str] = {}
    for piece in sorted(pieces, key=lambda one: one.identity["id"] == one.identity["mac"]):
        merged = {key: value for key, value in piece.identity.items() if value} | merged
    return merged


def _outlet(identity: dict[str, str], piece: _Piece) -> dict[str, str]:
    """The identity of one switch among several."""
    alias = cleaned(f"{identity['alias']} {piece.identity['entity']}")
    return identity | {"id": f"{identity['id']}/{piece.name}", "alias": alias}


def _device(first: _Piece, pieces: list[_Piece]) -> Described:
    """One device."""
    parts = [
        piece.part for piece in sorted(pieces, key=lambda piece: (piece.rank, len(piece.name), piece.name))
    ]
    telling = sorted(
        (piece for piece in pieces if piece.availability), key=lambda piece: not isinstance(piece.part, Relay)
    )
    times = [piece.stated for piece in pieces if piece.stated]
    return Described(
        identity={key: value for key, value in first.identity.items() if value and key != "entity"},
        relay=next((part for part in parts if isinstance(part, Relay)), None),
        knob=next((part for part in parts if isinstance(part, Knob)), None),
        sensors=one_of_each(part for part in parts if isinstance(part, Sensor)),
        availability=telling[0].availability if telling else (),
        mode=telling[0].mode if telling else Mode.ALL,
        stated=max(times) if times else None,
        same_as=frozenset().union(*(piece.same_as for piece in pieces), first.same_as),
        remarks=tuple(f"{piece.name}: {piece.part}" for piece in pieces if isinstance(piece.part, str)),
    )


def _pieces(component: str, name: str, raw: Json) -> Iterator[_Piece]:
    """The entities of one announcement that concern us."""
    config = spelled_out(raw)
    if component == "device":
        for entity, platform, table in components_of(config):
            yield from _piece(platform, f"{name} {entity}", {**table, "device": device_of(config)}, entity)
    else:
        yield from _piece(component, name, {**config, "device": device_of(config)}, name)


def _piece(component: str, unique: str, config: Json, name: str) -> Iterator[_Piece]:
    """One entity, nothing where it is of no kind that we use."""
    reader = {"sensor": _sensor, "switch": _relay, "number": _knob}.get(component)
    if reader is None:
        return
    try:
        part: Sensor | Relay | Knob | str | None = reader(config, name)
    except _LeftOutError as error:
        part = str(error)
    if part is None:
        return
    identity, same_as = _identity(config, unique)
    if not identity["id"]:
        return  # nothing that can be shown is left of its names
    seconds = number(config.get("expire_after"))
    yield _Piece(
        device=identity["id"],
        name=cleaned(name),
        identity=identity | {"entity": cleaned(config.get("name")) or cleaned(name)},
        same_as=same_as,
        part=part,
        rank=0 if config.get("state_class") == "total_increasing" else 1,
        availability=tuple(_availability(config)),
        mode=next((mode for mode in Mode if mode.value == config.get("availability_mode")), Mode.LATEST),
        stated=timedelta(seconds=seconds) if 0 < seconds < 86_400 else None,
    )


def _identity(config: Json, unique: str) -> tuple[dict[str, str], frozenset[str]]:
    """Names of the device, and further names by which another dialect may know it."""
    device: Mapping[str, Any] = config["device"]
    identifiers = [cleaned(one) for one in _listed(device.get("identifiers"))]
    macs = [mac for pair in _listed(device.get("connections")) if (mac := _mac_of(pair))]
    own = cleaned(config.get("unique_id")) or cleaned(unique)
    names = [one for one in identifiers if one] + macs
    own = names[0] if names else own
    identity = {
        "alias": cleaned(device.get("name")) or cleaned(config.get("name")) or own,
        "mac": macs[0] if macs else "",
        "id": own,
        "model": cleaned(device.get("model")),
        "manufacturer": cleaned(device.get("manufacturer")),
        "dialect": "homeassistant",
    }
    return identity, frozenset(names) | frozenset(
        one.rpartition("_")[2] for one in identifiers if "_0x" in one
    )


def _listed(value: object) -> list[Any]:
    """A list, also where one text stands for a list of one."""
    return value[:10] if isinstance(value, list) else [value] if isinstance(value, str) else []


def _mac_of(pair: object) -> str:
    """The MAC of a connection."""
    return mac_from(pair[1]) if isinstance(pair, list) and len(pair) == 2 and pair[0] == "mac" else ""


def _sensor(config: Json, name: str) -> Sensor | None:
    words = f"{name} {cleaned(config.get('name'))}"
    scale = scale_of(
        str(config.get("device_class")),
        str(config.get("unit_of_measurement")),
        words,
        str(config.get("entity_category", "")),
    )
    return Sensor(scale, (_source(config),)) if scale else None


def _relay(config: Json, _: str) -> Relay | None:
    if is_own_affair(str(config.get("entity_category", ""))):
        return None
    on, off = _payload(config, "payload_on", "ON"), _payload(config, "payload_off", "OFF")
    if config.get("command_template"):
        raise _LeftOutError("its command template is not understood")
    return Relay(
        topic=_topic(config, "command_topic"),
        on=on,
        off=off,
        sources=(_source(config),),
        is_on=_payload(config, "state_on", on),
        is_off=_payload(config, "state_off", off),
    )


def _knob(config: Json, _: str) -> Knob | None:
    unit = str(config.get("unit_of_measurement"))
    if unit not in WATTS or is_own_affair(str(config.get("entity_category", ""))):
        return None
    low, high, step = (number(config.get(key, usual)) for key, usual in _USUAL_LIMITS)
    found = dial(unit, low, high, step)
    if found is None:
        raise _LeftOutError("its limits are none")
    if config.get("command_template") not in (None, "", "{{ value }}"):
        raise _LeftOutError("its command template is not understood")
    return Knob(_topic(config, "command_topic"), _source(config), found)


def _source(config: Json) -> Source:
    return Source(_topic(config, "state_topic"), _template(config.get("value_template")))


def _template(text: object) -> Template:
    found = template(text)
    if found is None:
        raise _LeftOutError(_NOT_UNDERSTOOD)
    return found


def _topic(config: Json, key: str) -> str:
    topic = config.get(key)
    if not isinstance(topic, str) or not is_topic(topic):
        raise _LeftOutError(f"its {key.replace('_', ' ')} is missing or none")
    return topic


def _payload(config: Json, key: str, usual: str) -> str:
    """What is sent or said, as text; true and false are written as Home Assistant writes them."""
    value = config.get(key, usual)
    if isinstance(value, dict | list) or len(str(value)) > LONGEST_PAYLOAD:
        raise _LeftOutError(f"its {key.replace('_', ' ')} is none")
    return str(value).strip()


def _availability(config: Json) -> Iterator[Availability]:
    """The topics that say whether the entity is there; one that is not understood is as good as none."""
    listed = config.get("availability")
    tables = listed if isinstance(listed, list) else []
    if "availability_topic" in config:
        tables = [
            {
                "topic": config["availability_topic"],
                "value_template": config.get("availability_template"),
                "payload_available": config.get("payload_available", "online"),
                "payload_not_available": config.get("payload_not_available", "offline"),
            }
        ]
    for table in tables:
        found = template(table.get("value_template"))
        if found is not None and is_topic(table.get("topic")):
            yield Availability(
                Source(table["topic"], found),
                str(table.get("payload_available", "online"))[:LONGEST_PAYLOAD],
                str(table.get("payload_not_available", "offline"))[:LONGEST_PAYLOAD],
            )
