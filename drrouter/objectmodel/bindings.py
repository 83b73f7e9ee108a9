"""How a device is spoken to, per transport: a table of what it can do and how that is said, never a script.

    [bindings.modbus]
    power    = { register = 40083, type = "int16", scale = 1.0 }
    setpoint = { register = 40236, type = "uint16", scale = 0.01 }

The left side is a *capability*: one of the readings and orders that the router knows. The right side is a
*verb* of the transport. ``plug`` alone is different: behind a bare plug, power shows what happens.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from drrouter.domain.document import harmless
from drrouter.objectmodel.parts import Part, Seconds

Capability = Literal[
    "switch",
    "power",
    "energy",
    "exported",
    "voltage",
    "temperature",
    "level",
    "setpoint",
    "limit",
    "mode",
    "plugged",
    "armed",
    "start",
    "pause",
    "program",
    "price",
]
"""Readings (power to level, plugged, armed) and orders (switch, setpoint, limit, mode, start, pause, program,
price: tell what a program would cost)."""

Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(harmless)]
Number16 = Annotated[int, Field(ge=0, le=0xFFFF)]
Scale = Annotated[float, Field(gt=0, le=1e9)]


class StartDetect(Part):
    """A cycle or a charge has begun."""

    above_w: Annotated[float, Field(gt=0, le=10_000)] = 15
    """Power above which it counts as begun, in W."""
    for_s: Seconds = 30
    """How long the power must stay above, in seconds."""


class EndDetect(Part):
    """A cycle or a charge has ended."""

    below_w: Annotated[float, Field(gt=0, le=10_000)] = 5
    """Power below which it counts as ended, in W."""
    for_s: Seconds = 300
    """How long the power must stay below, in seconds."""


class Plug(Part):
    """Behind a bare plug: what power shows."""

    power: Literal["required", "optional"] = "required"
    """Whether the plug must measure power."""
    start_detect: StartDetect = StartDetect()
    """How a start shows itself."""
    end_detect: EndDetect = EndDetect()
    """How an end shows itself."""


class MqttVerb(Part):
    """A topic below that of the device."""

    topic: Text
    """Where it is published, or where the order goes; {device} stands for the device's own name."""
    path: Text | None = None
    """Where in the JSON of the message the value stands, with dots."""
    on: Text | None = None
    """What is sent or heard for on."""
    off: Text | None = None
    """What is sent or heard for off."""
    scale: Scale = 1.0
    """By what the number is multiplied to be W, Wh or degrees C."""


class ZigbeeVerb(Part):
    """An attribute or a command of a cluster."""

    cluster: Number16
    """The cluster."""
    attribute: Number16 | None = None
    """The attribute that holds the value."""
    command: Annotated[int, Field(ge=0, le=0xFF)] | None = None
    """The command that gives the order."""
    endpoint: Annotated[int, Field(ge=1, le=240)] | None = None
    """The endpoint, where the cluster stands on several."""
    scale: Scale = 1.0
    """By what the number is multiplied to be W, Wh or degrees C."""


class ModbusVerb(Part):
    """A register."""

    register_: Annotated[Number16, Field(alias="register")]
    """Its number, counted from 0."""
    table: Literal["holding", "input", "coil", "discrete"] = "holding"
    """Where it stands."""
    type: Literal["int16", "uint16", "int32", "uint32", "float32", "bool"] = "int16"
    """How it is coded, high word first."""
    scale: Scale = 1.0
    """By what the number is multiplied to be W, Wh or degrees C."""


class KnxVerb(Part):
    """A datapoint; its group address is the installer's."""

    dpt: Annotated[str, Field(pattern=r"^\d{1,3}\.\d{3}$")]
    """The type of the datapoint, such as 14.056 for W."""


class HomeAssistantVerb(Part):
    """An entity of the device, found by what it is."""

    entity: Annotated[str, Field(pattern=r"^[a-z_]+(\.[a-z0-9_*]+)?$")]
    """Its domain, with a pattern for its name where the device has several, such as sensor.*_power."""
    attribute: Text | None = None
    """The attribute that holds the value; without it, the state does."""
    service: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")] | None = None
    """The service that gives the order."""


class OcppVerb(Part):
    """A measurand of MeterValues, or a message."""

    measurand: Text | None = None
    """The measurand, such as Power.Active.Import."""
    message: Text | None = None
    """The message that gives the order, such as SetChargingProfile."""


class ShellyVerb(Part):
    """A component of the device."""

    component: Text
    """The component, such as switch:0."""
    key: Text | None = None
    """The key of its status that holds the value."""


class ZwaveVerb(Part):
    """A value of a command class."""

    command_class: Annotated[int, Field(ge=0, le=0xFFFF)]
    """The command class."""
    property: Text
    """The property, such as value."""
    property_key: Annotated[int, Field(ge=0)] | None = None
    """Its key, where it has several, such as that of a meter's scale."""


class Bindings(Part):
    """How the device is spoken to, per transport."""

    plug: Plug = Plug()
    """Behind a bare plug."""
    mqtt: dict[Capability, MqttVerb] = Field(default_factory=dict)
    """Through a broker."""
    zigbee: dict[Capability, ZigbeeVerb] = Field(default_factory=dict)
    """As a Zigbee node."""
    modbus: dict[Capability, ModbusVerb] = Field(default_factory=dict)
    """As a Modbus unit."""
    knx: dict[Capability, KnxVerb] = Field(default_factory=dict)
    """On a KNX line."""
    homeassistant: dict[Capability, HomeAssistantVerb] = Field(default_factory=dict)
    """Through Home Assistant."""
    ocpp: dict[Capability, OcppVerb] = Field(default_factory=dict)
    """As an OCPP charge point."""
    shelly: dict[Capability, ShellyVerb] = Field(default_factory=dict)
    """As a Shelly device."""
    zwave: dict[Capability, ZwaveVerb] = Field(default_factory=dict)
    """As a Z-Wave node."""

    def can(self, capability: Capability) -> bool:
        """Whether the device can do that by one of its transports."""
        return any(capability in getattr(self, name) for name in TRANSPORTS)


TRANSPORTS = tuple(name for name in Bindings.model_fields if name != "plug")
"""The transports for which a model may say how a device is spoken to."""
