"""What Home Assistant knows of the home: its devices put together of entities, and the present state of each.

It is told everything once, then every change; a change of what there is (a new entity, another unit) makes
the devices be put together anew when they are asked for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from drrouter.adapters.devices.homeassistant.entities import (
    Knob,
    Plug,
    Relay,
    Role,
    Sensor,
    State,
    roles_of,
    state_of,
)
from drrouter.adapters.devices.names import cleaned, mac_from
from drrouter.domain.measurement import Quantity

Json = Mapping[str, Any]
Listener = Callable[[State], None]

MOST_ENTITIES = 20_000
"""Entities that are kept; large homes have five thousand."""


@dataclass(frozen=True, slots=True)
class Described:
    """One device and what it can say and be told."""

    identity: dict[str, str]
    relay: Relay | None = None
    knob: Knob | None = None
    plug: Plug | None = None
    sensors: tuple[Sensor, ...] = ()

    @property
    def roles(self) -> tuple[Role, ...]:
        """Everything that it is."""
        return tuple(role for role in (self.relay, self.knob, self.plug, *self.sensors) if role)

    @property
    def entities(self) -> frozenset[str]:
        """The entities that it is made of."""
        return frozenset(role.entity_id for role in self.roles)

    @property
    def vital(self) -> frozenset[str]:
        """Those without which it is as good as gone: what is steered, or else all that is read."""
        steered = [role.entity_id for role in (self.relay, self.knob) if role]
        return frozenset(steered[:1]) or self.entities


class House:
    """Every device and state that Home Assistant tells of."""

    def __init__(self) -> None:
        """Know nothing."""
        self._states: dict[str, State] = {}
        self._entries: dict[str, Json] = {}
        self._devices: dict[str, Json] = {}
        self._known: dict[str, Described] = {}
        self._stale, self._temperature_unit = False, "°C"
        self._listeners: dict[str, list[Listener]] = {}

    def begin(self, states: object, entities: object, devices: object, config: object) -> None:
        """Take in everything, instead of what was known."""
        self.forget()
        told = [state for one in _list(states) if (state := state_of(one))]
        self._states = {state.entity_id: state for state in told[:MOST_ENTITIES]}
        units = config.get("unit_system") if isinstance(config, dict) else None
        self._temperature_unit = str(units.get("temperature")) if isinstance(units, dict) else "°C"
        self._entries = {str(one.get("entity_id")): one for one in _tables(entities)}
        self._devices = {str(one.get("id")): one for one in _tables(devices)}
        self._stale = True
        for state in self._states.values():
            self._tell(state)

    def forget(self) -> None:
        """Nothing that was said counts any more, until it is said again."""
        for entity_id, state in self._states.items():
            self._states[entity_id] = replace(state, state="unavailable")
            self._tell(self._states[entity_id])

    def hear(self, event: Json) -> None:
        """Take in one ``state_changed`` event; an entity that was removed is unavailable."""
        data = event.get("data")
        data = data if isinstance(data, dict) else {}
        state = state_of(
            data.get("new_state") or {"entity_id": data.get("entity_id"), "state": "unavailable"}
        )
        if state is None:
            return
        before = self._states.get(state.entity_id)
        if before is None and len(self._states) >= MOST_ENTITIES:
            return
        self._states[state.entity_id] = state
        if before is None or (state.is_there and before.facts != state.facts):
            self._stale = True
        self._tell(state)

    def devices(self) -> Mapping[str, Described]:
        """Every device by its id."""
        if self._stale:
            self._stale = False
            self._known = self._put_together()
        return self._known

    def state(self, entity_id: str) -> State | None:
        """The present state of an entity; None where Home Assistant never spoke of it."""
        return self._states.get(entity_id)

    def is_away(self, device: Described) -> bool:
        """Whether it has no state that counts."""
        return not any((state := self._states.get(one)) and state.is_there for one in device.vital)

    def follow(self, entities: Iterable[str], listener: Listener) -> None:
        """Let the listener hear the changes of these entities."""
        for entity_id in entities:
            self._listeners.setdefault(entity_id, []).append(listener)

    def leave(self, entities: Iterable[str], listener: Listener) -> None:
        """Let the listener hear these entities no more."""
        for entity_id in entities:
            self._listeners[entity_id].remove(listener)

    def _tell(self, state: State) -> None:
        for listener in tuple(self._listeners.get(state.entity_id, ())):
            listener(state)

    def _put_together(self) -> dict[str, Described]:
        """Group the entities to devices."""
        groups: dict[str, list[State]] = {}
        for entity_id in sorted(self._states):
            entry = self._entries.get(entity_id, {})
            device_id = entry.get("device_id")
            known = isinstance(device_id, str) and device_id in self._devices
            groups.setdefault(str(device_id) if known else entity_id, []).append(self._states[entity_id])
        known_devices = [one for name, states in groups.items() for one in self._described(name, states)]
        return {one.identity["id"]: one for one in known_devices if one.roles}

    def _described(self, name: str, states: list[State]) -> list[Described]:
        """The device, and one for each switch where there are several."""
        roles = [role for state in states for role in self._roles(state)]
        relays = [role for role in roles if isinstance(role, Relay)]
        identity = self._identity(name, states[0])
        whole = Described(
            identity=identity,
            relay=relays[0] if len(relays) == 1 else None,
            knob=next((role for role in roles if isinstance(role, Knob)), None),
            plug=next((role for role in roles if isinstance(role, Plug)), None),
            sensors=_one_of_each(role for role in roles if isinstance(role, Sensor)),
        )
        if len(relays) < 2:
            return [whole]
        names = {state.entity_id: state.name for state in states}
        return [whole] + [
            Described(identity | {"id": one.entity_id, "alias": names[one.entity_id]}, relay=one)
            for one in relays
        ]

    def _roles(self, state: State) -> Iterator[Role]:
        category = self._entries.get(state.entity_id, {}).get("entity_category")
        return roles_of(state, category if isinstance(category, str) else "", self._temperature_unit)

    def _identity(self, name: str, state: State) -> dict[str, str]:
        """Its names, as its owner gave them before those of its maker."""
        device = self._devices.get(name, {})
        identity = {
            "alias": cleaned(device.get("name_by_user")) or cleaned(device.get("name")) or state.name,
            "id": cleaned(name),
            "mac": _mac_of(device.get("connections")),
            "model": cleaned(device.get("model")),
            "manufacturer": cleaned(device.get("manufacturer")),
        }
        return {key: value for key, value in identity.items() if value}


def _one_of_each(sensors: Iterable[Sensor]) -> tuple[Sensor, ...]:
    """One sensor of each quantity: the one that only rises, then the one with the shortest name."""
    chosen: dict[Quantity, Sensor] = {}
    for sensor in sorted(sensors, key=lambda one: (not one.rises, len(one.entity_id), one.entity_id)):
        chosen.setdefault(sensor.scale.quantity, sensor)
    return tuple(chosen.values())


def _mac_of(connections: object) -> str:
    """The MAC among the connections of a device."""
    for pair in _list(connections)[:10]:
        if isinstance(pair, list) and len(pair) == 2 and pair[0] == "mac":
            return mac_from(pair[1])
    return ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _tables(value: object) -> list[Json]:
    return [one for one in _list(value)[:MOST_ENTITIES] if isinstance(one, dict)]
