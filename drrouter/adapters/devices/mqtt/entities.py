"""What a device behind a broker can say and be told, whatever the dialect in which it announced itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from drrouter.adapters.devices.classes import Scale
from drrouter.adapters.devices.dial import Dial
from drrouter.adapters.devices.mqtt.payload import Payload
from drrouter.adapters.devices.mqtt.template import WHOLE, Template
from drrouter.domain.measurement import Quantity

LONGEST_TOPIC = 512
"""Bytes of a topic that is followed; MQTT itself allows 65,535."""


@dataclass(frozen=True, slots=True)
class Source:
    """A value: which topic says it, and where in the message it stands."""

    topic: str
    template: Template = WHOLE


@dataclass(frozen=True, slots=True)
class Sensor:
    """A measured value; the first source that speaks counts, for all say the same."""

    scale: Scale
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Relay:
    """A switch.

    Attributes:
        topic: where it is told.
        on, off: what it is told.
        sources: where it says its state.
        is_on, is_off: what it says there.
    """

    topic: str
    on: str
    off: str
    sources: tuple[Source, ...]
    is_on: str
    is_off: str

    def state(self, topic: str, payload: Payload) -> bool | None:
        """Whether it says to be on; None where this message does not say."""
        for source in self.sources:
            if source.topic == topic:
                words = source.template.words(payload)
                if words in (self.is_on, self.is_off):
                    return words == self.is_on
        return None


@dataclass(frozen=True, slots=True)
class Knob:
    """A number that sets a power: told as a plain number on ``topic``, it says on ``source`` what it is."""

    topic: str
    source: Source
    dial: Dial


class Mode(Enum):
    """When several topics say whether a device is there: which of them counts."""

    ALL = "all"
    ANY = "any"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Availability:
    """One topic that says whether a device is there, most often by its last will."""

    source: Source
    present: str = "online"
    away: str = "offline"

    def says(self, payload: Payload | None) -> bool | None:
        """True for present, False for away, None for neither."""
        words = self.source.template.words(payload) if payload else None
        return {self.present: True, self.away: False}.get(words or "")


@dataclass(frozen=True, slots=True)
class Described:
    """One device as it announced itself.

    Attributes:
        identity: its names, cleaned; ``id`` among them.
        relay, knob, sensors: what it can be told and says.
        availability: topics that say whether it is there; ``mode`` tells how they count.
        asks: what makes it say its values now, as topics and payloads.
        stated: how long its values hold by its own word.
        same_as: further names of the very same device (MAC, IEEE address), to list it once.
        remarks: what was left out of it, and why.
    """

    identity: dict[str, str]
    relay: Relay | None = None
    knob: Knob | None = None
    sensors: tuple[Sensor, ...] = ()
    availability: tuple[Availability, ...] = ()
    mode: Mode = Mode.ALL
    asks: tuple[tuple[str, str], ...] = ()
    stated: timedelta | None = None
    same_as: frozenset[str] = field(default_factory=frozenset)
    remarks: tuple[str, ...] = ()

    @property
    def is_useful(self) -> bool:
        """Whether there is anything to read or to steer."""
        return bool(self.relay or self.knob or self.sensors)

    @property
    def topics(self) -> frozenset[str]:
        """Every topic on which it says values."""
        sources = [source for sensor in self.sensors for source in sensor.sources]
        if self.relay:
            sources += self.relay.sources
        if self.knob:
            sources.append(self.knob.source)
        return frozenset(source.topic for source in sources)

    @property
    def whereabouts(self) -> frozenset[str]:
        """Every topic that says whether it is there."""
        return frozenset(one.source.topic for one in self.availability)


def one_of_each(sensors: Iterable[Sensor]) -> tuple[Sensor, ...]:
    """The first sensor of each quantity."""
    chosen: dict[Quantity, Sensor] = {}
    for sensor in sensors:
        chosen.setdefault(sensor.scale.quantity, sensor)
    return tuple(chosen.values())


def is_topic(text: object) -> bool:
    """Whether a device may name this as a topic: one of its own, no wildcard, nothing of the broker's.

    >>> is_topic("stat/plug/POWER"), is_topic("#"), is_topic("$SYS/uptime"), is_topic("")
    (True, False, False, False)
    """
    if not isinstance(text, str) or not 0 < len(text.encode("utf-8", "replace")) <= LONGEST_TOPIC:
        return False
    return text.isprintable() and not text.startswith("$") and "#" not in text and "+" not in text
