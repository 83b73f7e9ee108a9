"""Spells a discovery message of Home Assistant's format out: long keys, whole topics, one table an entity.

    {"~": "plug", "stat_t": "~/state"}   ->   {"state_topic": "plug/state"}

Source: Home Assistant, "MQTT", discovery messages, "Supported abbreviations" and "Device discovery payload".
"""

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]

MOST_COMPONENTS = 200
"""Entities taken from one message of a whole device."""

_LONG = {
    "avty": "availability",
    "avty_mode": "availability_mode",
    "avty_t": "availability_topic",
    "avty_tpl": "availability_template",
    "cmd_t": "command_topic",
    "cmd_tpl": "command_template",
    "cmps": "components",
    "dev": "device",
    "dev_cla": "device_class",
    "ent_cat": "entity_category",
    "exp_aft": "expire_after",
    "obj_id": "object_id",
    "p": "platform",
    "pl_avail": "payload_available",
    "pl_not_avail": "payload_not_available",
    "pl_off": "payload_off",
    "pl_on": "payload_on",
    "stat_cla": "state_class",
    "stat_off": "state_off",
    "stat_on": "state_on",
    "stat_t": "state_topic",
    "t": "topic",
    "uniq_id": "unique_id",
    "unit_of_meas": "unit_of_measurement",
    "val_tpl": "value_template",
}
_LONG_DEVICE = {
    "cns": "connections",
    "ids": "identifiers",
    "mdl": "model",
    "mf": "manufacturer",
    "sn": "serial_number",
}
_SHARED = (
    "availability",
    "availability_mode",
    "availability_template",
    "availability_topic",
    "command_topic",
    "payload_available",
    "payload_not_available",
    "state_topic",
)


def spelled_out(config: Json) -> Json:
    """One table with long keys and whole topics."""
    return _entity(config, "")


def device_of(config: Json) -> Json:
    """What it says of its device, with long keys; empty where nothing."""
    device = config.get("device")
    if not isinstance(device, dict):
        return {}
    return {str(_LONG_DEVICE.get(key, key)): value for key, value in device.items()}


def components_of(config: Json) -> Iterator[tuple[str, str, Json]]:
    """Each entity of a message for a whole device: its name, its component, its table.

    What the message says once for all, such as the availability, each entity has unless it says otherwise.
    """
    components = config.get("components")
    if not isinstance(components, dict):
        return
    shared = {key: config[key] for key in _SHARED if key in config}
    base = config["~"] if isinstance(config.get("~"), str) else ""
    for name, component in list(components.items())[:MOST_COMPONENTS]:
        own = _entity(component, base) if isinstance(component, dict) else {}
        if len(own) > 1:  # a bare platform takes the entity away
            yield name, str(own.get("platform")), shared | own


def _entity(config: Json, base: str) -> dict[str, Any]:
    own = config.get("~")
    base = own if isinstance(own, str) else base
    return {_LONG.get(key, key): _whole(_LONG.get(key, key), value, base) for key, value in config.items()}


def _whole(key: str, value: Any, base: str) -> Any:
    """The value with the base topic in its place, and the availability list spelled out too."""
    if isinstance(value, str) and base and key.endswith("topic"):
        if value.startswith("~"):
            return base + value[1:]
        return value[:-1] + base if value.endswith("~") else value
    if key == "availability" and isinstance(value, list):
        return [_entity(one, base) for one in value[:10] if isinstance(one, dict)]
    return value
