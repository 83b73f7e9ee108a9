"""Devices as Home Assistant knows them: a handful of entities, each with a state and attributes.

Source: Home Assistant developer documentation, "Entity" pages of the domains used, and "Device registry".
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from drrouter.sim.wire.kasa import Load

Json = dict[str, Any]


@dataclass
class Entity:
    """One entity; its state is asked of ``read`` whenever it is told.

    Attributes:
        category: ``config`` or ``diagnostic``; None for what the device is about.
    """

    entity_id: str
    read: Callable[[], str]
    attributes: Json = field(default_factory=dict)
    category: str | None = None


class FakeDevice:
    """A device and its entities.

    Attributes:
        available: whether Home Assistant reaches it.
    """

    def __init__(self, device_id: str, name: str, *entities: Entity, **registry: object) -> None:
        """``registry`` is what else the device registry says of it."""
        self.device_id, self.name, self.entities, self.registry = device_id, name, entities, registry
        self.available = True

    def call(self, entity_id: str, service: str, data: Json) -> None:
        """Do what a service asks for; most devices do nothing."""

    def state(self, entity: Entity) -> str:
        """The state of an entity now."""
        return entity.read() if self.available else "unavailable"


class FakePlug(FakeDevice):
    """A plug with a meter and a child lock."""

    def __init__(self, name: str, load: Load, *, device_id: str = "", domain: str = "switch") -> None:
        """Its entities are called after it; the load is told when it switches."""
        slug = name.lower().replace(" ", "_")
        self._load, self.on = load, False
        power = {"device_class": "power", "unit_of_measurement": "W", "state_class": "measurement"}
        energy = {
            "device_class": "energy",
            "unit_of_measurement": "kWh",
            "state_class": "total_increasing",
        }
        super().__init__(
            device_id or f"device_{slug}",
            name,
            Entity(f"{domain}.{slug}", lambda: "on" if self.on else "off"),
            Entity(f"switch.{slug}_child_lock", lambda: "off", category="config"),
            Entity(f"sensor.{slug}_power", lambda: str(load.power_w()), power),
            Entity(f"sensor.{slug}_energy", lambda: str(load.energy_wh() / 1000), energy),
            manufacturer="Maker",
            model="P1",
            connections=[["mac", "02:4d:51:00:00:02"]],
        )

    def call(self, entity_id: str, service: str, data: Json) -> None:
        """Switch."""
        if entity_id == self.entities[0].entity_id:
            self.on = service == "turn_on"
            self._load.set_supply(self.on)


class FakeWallbox(FakeDevice):
    """A charger whose power is a number in kW."""

    def __init__(self, name: str, load: Load) -> None:
        """Nothing is charged at first."""
        slug = name.lower().replace(" ", "_")
        self._load, self.limit_kw, self.plugged = load, 0.0, True
        super().__init__(
            f"device_{slug}",
            name,
            Entity(
                f"number.{slug}_limit",
                lambda: str(self.limit_kw),
                {"unit_of_measurement": "kW", "device_class": "power", "min": 0, "max": 11, "step": 0.1},
            ),
            Entity(
                f"binary_sensor.{slug}_cable",
                lambda: "on" if self.plugged else "off",
                {"device_class": "plug"},
            ),
            manufacturer="Maker",
            model="W22",
        )

    def call(self, entity_id: str, service: str, data: Json) -> None:
        """Charge with so much at most."""
        self.limit_kw = float(data["value"])
        self._load.set_supply(self.limit_kw > 0)
