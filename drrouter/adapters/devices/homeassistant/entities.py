"""What an entity of Home Assistant is to us: a switch, a number that sets a power, a sensor, or nothing.

    switch.kettle, input_boolean.boiler, climate.room -> Relay     number.limit in W          -> Knob
    sensor.kettle_power, by device class and unit     -> Sensor    binary_sensor.car, a plug  -> Plug

Source: Home Assistant developer documentation, "Entity" pages of these domains; "States and entities".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from drrouter.adapters.devices.classes import Scale, is_own_affair, scale_of
from drrouter.adapters.devices.dial import Dial, dial
from drrouter.adapters.devices.gate import number, number_in
from drrouter.adapters.devices.names import cleaned

Json = Mapping[str, Any]

NOT_THERE = ("unavailable", "unknown", "")
"""States that say that there is none."""

DOMAINS = ("switch", "input_boolean", "climate", "number", "input_number", "sensor", "binary_sensor")
CLIMATE_SWITCHES = 128 | 256
"""Bits of ``supported_features`` by which a climate entity can be turned off and on."""


@dataclass(frozen=True, slots=True)
class State:
    """What Home Assistant says of one entity now, as far as it concerns us.

    Attributes:
        state: ``on``, ``71.5``, ``heat``, ``unavailable``, ...
        facts: what does not change from minute to minute: its class, unit and limits.
        temperature: what a climate entity measures.
    """

    entity_id: str
    name: str
    state: str
    facts: "Facts"
    temperature: object = None

    @property
    def is_there(self) -> bool:
        """Whether it has a state at all."""
        return self.state not in NOT_THERE


@dataclass(frozen=True, slots=True)
class Facts:
    """The attributes of an entity by which it is recognised."""

    device_class: str = ""
    unit: str = ""
    state_class: str = ""
    features: int = 0
    low: float = 0.0
    high: float = 100.0
    step: float = 1.0


@dataclass(frozen=True, slots=True)
class Relay:
    """Something that is on or off."""

    entity_id: str

    def is_on(self, state: State) -> bool:
        """Whether this state means on; a climate entity is on in every mode but ``off``."""
        return state.state != "off" if self.domain == "climate" else state.state == "on"

    @property
    def domain(self) -> str:
        """Whose services switch it."""
        return self.entity_id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Knob:
    """A number that sets a power."""

    entity_id: str
    dial: Dial


@dataclass(frozen=True, slots=True)
class Sensor:
    """A measured value."""

    entity_id: str
    scale: Scale
    rises: bool = False

    def value(self, state: State) -> float:
        """The value in our unit; NaN where the state is no number."""
        told = state.temperature if self.entity_id.startswith("climate.") else state.state
        return self.scale.of(number_in(told))


@dataclass(frozen=True, slots=True)
class Plug:
    """Whether a car is plugged in."""

    entity_id: str


Role = Relay | Knob | Sensor | Plug


def state_of(told: object) -> State | None:
    """One state as Home Assistant tells it; None where it is none, or of a kind that we never use."""
    if not isinstance(told, dict):
        return None
    entity_id, state, attributes = told.get("entity_id"), told.get("state"), told.get("attributes")
    if not isinstance(entity_id, str) or entity_id.partition(".")[0] not in DOMAINS or len(entity_id) > 255:
        return None
    attributes = attributes if isinstance(attributes, dict) else {}
    return State(
        entity_id=entity_id,
        name=cleaned(attributes.get("friendly_name")) or cleaned(entity_id),
        state=state[:64] if isinstance(state, str) else "",
        facts=_facts(attributes),
        temperature=attributes.get("current_temperature"),
    )


def _facts(attributes: Json) -> Facts:
    features = attributes.get("supported_features")
    return Facts(
        device_class=cleaned(attributes.get("device_class")),
        unit=cleaned(attributes.get("unit_of_measurement")),
        state_class=cleaned(attributes.get("state_class")),
        features=features if isinstance(features, int) else 0,
        low=number(attributes.get("min", 0.0)),
        high=number(attributes.get("max", 100.0)),
        step=number(attributes.get("step", 1.0)),
    )


def roles_of(state: State, category: str, temperature_unit: str) -> Iterator[Role]:
    """What an entity is to us.

    Args:
        state: its present state.
        category: its entity category; what only configures a device is nothing to steer by.
        temperature_unit: in which climate entities measure.
    """
    facts, entity_id = state.facts, state.entity_id
    match entity_id.partition(".")[0]:
        case "switch" | "input_boolean" if not is_own_affair(category):
            yield Relay(entity_id)
        case "climate":
            if facts.features & CLIMATE_SWITCHES == CLIMATE_SWITCHES:
                yield Relay(entity_id)
            if scale := scale_of("temperature", temperature_unit):
                yield Sensor(entity_id, scale)
        case "number" | "input_number" if not is_own_affair(category):
            if found := dial(facts.unit, facts.low, facts.high, facts.step):
                yield Knob(entity_id, found)
        case "sensor":
            words = f"{entity_id} {state.name}"
            if scale := scale_of(facts.device_class, facts.unit, words, category):
                yield Sensor(entity_id, scale, rises=facts.state_class == "total_increasing")
        case "binary_sensor" if facts.device_class == "plug" and not is_own_affair(category):
            yield Plug(entity_id)
