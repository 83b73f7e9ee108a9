"""Who is behind the broker: what every dialect described, each device once, and whether it is there.

Dialects are asked in order; a device that an earlier one knows by any of its names is not taken from a later
one.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Protocol

from drrouter.adapters.devices.mqtt.discovery import Discovery
from drrouter.adapters.devices.mqtt.entities import Described, Mode
from drrouter.adapters.devices.mqtt.payload import Payload
from drrouter.adapters.devices.mqtt.session import Session
from drrouter.adapters.devices.mqtt.settings import MqttSettings
from drrouter.adapters.devices.mqtt.tasmota import Tasmota
from drrouter.adapters.devices.mqtt.zigbee2mqtt import MOST_BYTES, Zigbee2Mqtt
from drrouter.adapters.devices.names import cleaned

MOST_DEVICES = 1000
"""Devices listed, however many are announced."""

_log = logging.getLogger(__name__)


class Dialect(Protocol):
    """One way to announce devices."""

    @property
    def filters(self) -> tuple[str, ...]:
        """Which topics announce."""
        ...

    def hear(self, topic: str, payload: Payload) -> None:
        """Take an announcement in."""
        ...

    def described(self) -> Iterator[Described]:
        """Every device announced."""
        ...

    def forget(self) -> None:
        """Nothing is announced any more."""
        ...


class Directory:
    """Every device behind the broker by its id.

    Announcements are put together at ``refresh`` alone, for a broker hands thousands out at once.
    """

    def __init__(self, settings: MqttSettings, session: Session) -> None:
        """Follow what the settings say from now on."""
        self._session = session
        self._dialects = _dialects(settings)
        self._known: dict[str, Described] = {}
        self._stale = False
        self._said: dict[str, tuple[int, Payload]] = {}
        self._count = count()
        self._watched: frozenset[str] = frozenset()
        self._remarked: set[str] = set()
        session.opened = self._forget
        for dialect in self._dialects:
            session.follow(dialect.filters, partial(self._announced, dialect), MOST_BYTES)

    def refresh(self) -> None:
        """Put together what was announced since."""
        if self._stale:
            self._stale = False
            self._known = self._put_together()
            self._watch()
            self._session.news.tell()

    def present(self) -> Mapping[str, Described]:
        """Those of whom nothing says that they are away."""
        return {name: one for name, one in self._known.items() if not self.is_away(one)}

    def find(self, name: str) -> Described | None:
        """One device, there or not; None where it is announced no more."""
        return self._known.get(name)

    def is_away(self, device: Described) -> bool:
        """Whether it, or whoever speaks for it, says that it is away."""
        told = [one for one in device.availability if one.source.topic in self._said]
        told.sort(key=lambda one: self._said[one.source.topic][0])
        states = [state for one in told if (state := one.says(self._said[one.source.topic][1])) is not None]
        if not states:
            return False
        match device.mode:
            case Mode.ALL:
                return not all(states)
            case Mode.ANY:
                return not any(states)
        return not states[-1]

    def _forget(self) -> None:
        """A session begins: the broker hands out again all that still holds."""
        self._said.clear()
        for dialect in self._dialects:
            dialect.forget()
        self._stale = True

    def _announced(self, dialect: Dialect, topic: str, payload: Payload) -> None:
        dialect.hear(topic, payload)
        self._stale = True

    def _hear(self, topic: str, payload: Payload) -> None:
        """A device, or its last will, says whether it is there."""
        self._said[topic] = next(self._count), payload

    def _put_together(self) -> dict[str, Described]:
        known: dict[str, Described] = {}
        names: set[str] = set()
        for dialect in self._dialects:
            fresh = [one for one in dialect.described() if not one.same_as & names]
            names.update(*(one.same_as for one in fresh))
            for one in fresh:
                self._say_remarks(one)
                if one.is_useful and len(known) < MOST_DEVICES:
                    known.setdefault(one.identity["id"], one)
        return known

    def _say_remarks(self, device: Described) -> None:
        """Say once what is left out of a device."""
        for remark in device.remarks:
            sentence = f"{device.identity['alias']}: left out is {cleaned(remark)}"
            if sentence not in self._remarked and len(self._remarked) < MOST_DEVICES:
                self._remarked.add(sentence)
                _log.info("MQTT: %s", sentence)

    def _watch(self) -> None:
        """Follow where the known devices say whether they are there."""
        topics = frozenset(one.source.topic for device in self._known.values() for one in device.availability)
        self._session.leave(self._watched - topics, self._hear)
        for topic in self._watched - topics:
            self._said.pop(topic, None)
        self._session.follow(topics - self._watched, self._hear)
        self._watched = topics


def _dialects(settings: MqttSettings) -> Sequence[Dialect]:
    """Those that tell most come first."""
    dialects: list[Dialect] = []
    if settings.tasmota_prefix:
        dialects.append(Tasmota(settings.tasmota_prefix))
    dialects += [Zigbee2Mqtt(base) for base in settings.zigbee2mqtt if base]
    if settings.discovery_prefix:
        dialects.append(Discovery(settings.discovery_prefix))
    return dialects
