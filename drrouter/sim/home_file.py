"""The file that describes a simulated home: its plugs, what stands behind each, and what nobody shifts.

TOML, or the same as JSON. What it means to the house is worked out here from the object models, so a device
that a maker adds as a file can stand in a simulated home at once.

    schema = "drrouter.simulated-home/1"
    plug_port = 9999

    [[devices]]
    id = "freezer"
    alias = "Freezer"
    address = "127.77.0.11"
    model = "generic.freezer"
    level = -21.0
    on = true
"""

from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from drrouter.adapters.strict_json import parse
from drrouter.domain.document import MAX_BYTES, Table, as_json, parse_toml
from drrouter.domain.ids import DeviceId
from drrouter.domain.remedy import document_error
from drrouter.errors import DocumentError, MessageError
from drrouter.objectmodel import Catalogue, binding_of, flexibility_of, with_parameters
from drrouter.sim.appliances.build import Room
from drrouter.sim.house import ApplianceSpec, BaseSpec, HouseSpec

Name = Annotated[str, Field(min_length=1, max_length=64)]
Celsius = Annotated[float, Field(ge=-60, le=120)]


class _Part(BaseModel):
    """A table of the file: unknown keys are refused, values keep their type."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class RoomPart(_Part):
    """The room behind an HVAC relay."""

    target_c: Celsius = 23.0
    """What people set, in degrees C."""
    outside_c: Annotated[tuple[Celsius, ...], Field(min_length=1, max_length=24)] = (31.0,)
    """What it drifts towards, sun and people included: one value, or 24 by the hour of the day in UTC."""
    tau_h: Annotated[float, Field(gt=0, le=1000)] = 10.0
    """In this time the difference to the outside falls to 37 %, in hours."""
    tolerance_c: Annotated[float, Field(gt=0, le=20)] = 2.0
    """More than this beside the target is uncomfortable, in degrees."""

    @model_validator(mode="after")
    def _one_or_a_day(self) -> Self:
        if len(self.outside_c) not in (1, 24):
            raise ValueError("outside_c needs one value, or 24; write one of the two")
        return self


class DevicePart(_Part):
    """One plug and what stands behind it."""

    id: Name
    """Its name in the simulated home."""
    alias: Name
    """The name that the plug itself gives."""
    address: IPv4Address
    """Its address on loopback, such as 127.77.0.11."""
    model: Name
    """The object model of what stands behind it."""
    parameters: dict[Name, float] = {}
    """Parameters of the model, as in a home file."""
    level: float | None = None
    """Temperature at the beginning in degrees C, or charge in Wh of a car that is plugged in."""
    on: bool = False
    """Whether the plug is on at the beginning."""
    resumes: bool = False
    """Whether a machine goes on after a power cut."""
    usual_thermostat: tuple[Celsius, Celsius] | None = None
    """Where people without a router let a freezer stop and start, in degrees C."""
    room: RoomPart | None = None
    """The room behind an HVAC relay."""

    @model_validator(mode="after")
    def _on_loopback(self) -> Self:
        if not self.address.is_loopback:
            raise ValueError("address is not on loopback; write one such as 127.77.0.11")
        return self


class BasePart(_Part):
    """The load that nobody shifts."""

    hours_w: Annotated[
        tuple[Annotated[float, Field(ge=0, le=100_000)], ...], Field(min_length=24, max_length=24)
    ]
    """Mean power of each hour of the local day, in W."""
    time_zone: Name = "UTC"
    """Where the local day is, such as Europe/Amsterdam."""
    noise: Annotated[float, Field(ge=0, le=1)] = 0.0
    """By which fraction each quarter of an hour may differ."""
    seed: int = 0
    """The same seed gives the same noise."""

    @model_validator(mode="after")
    def _zone_exists(self) -> Self:
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, OSError, ValueError) as error:
            raise ValueError(
                f"there is no time zone {self.time_zone!r}; write one such as Europe/Amsterdam"
            ) from error
        return self


class SimulatedHome(_Part):
    """A simulated home that passed every check."""

    spec: Annotated[Literal["drrouter.simulated-home/1"], Field(alias="schema")]
    """The kind of document and its edition."""
    plug_port: Annotated[int, Field(ge=0, le=65535)] = 0
    """Where all plugs listen, over TCP and UDP; 0 chooses a free port."""
    devices: Annotated[tuple[DevicePart, ...], Field(min_length=1, max_length=250)]
    """The plugs."""
    base_load: BasePart | None = None
    """The load that nobody shifts."""

    @model_validator(mode="after")
    def _all_differ(self) -> Self:
        for key in ("id", "address"):
            values = [str(getattr(device, key)) for device in self.devices]
            if len(set(values)) < len(values):
                raise ValueError(f"two devices have the same {key}; give each its own")
        return self


def read_home(path: Path) -> SimulatedHome:
    """Read and check a simulated home, TOML or JSON by the file's ending.

    Raises:
        DocumentError: it cannot be read, or what is wrong first; its notes name the rest.
    """
    where = path.name
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise DocumentError(where, "", f"cannot be read ({error.strerror})", "Check its name") from error
    table = _table(data, where, path.suffix == ".json")
    try:
        return SimulatedHome.model_validate_json(as_json(table))
    except ValidationError as error:
        facts = error.errors(include_url=False)
        raise document_error(where, table, facts, SimulatedHome.model_json_schema()) from error


def house_of(home: SimulatedHome, catalogue: Catalogue, where: str = "simulated home") -> HouseSpec:
    """The house that the file describes.

    Raises:
        DocumentError: a model or parameter is unknown, or out of its bounds.
    """
    base = home.base_load
    return HouseSpec(
        tuple(_appliance(device, catalogue, where) for device in home.devices),
        BaseSpec(base.hours_w, ZoneInfo(base.time_zone), base.noise, base.seed) if base else None,
    )


def _table(data: bytes, where: str, is_json: bool) -> Table:
    """The bytes as a table."""
    if not is_json:
        return parse_toml(data, where)
    try:
        table = parse(data, where, most_bytes=MAX_BYTES)
    except MessageError as error:
        raise DocumentError(error.where, error.key, error.problem, error.remedy) from error
    if not isinstance(table, dict):
        raise DocumentError(where, "", "is no JSON object", 'Begin it with {"schema": ...')
    return table


def _appliance(device: DevicePart, catalogue: Catalogue, where: str) -> ApplianceSpec:
    """What stands behind one plug."""
    key = f"devices[{device.id}].model"
    document = with_parameters(catalogue.model(device.model, where, key), device.parameters)
    room = device.room
    return ApplianceSpec(
        DeviceId(device.id),
        flexibility_of(document),
        level=device.level,
        thermostat=binding_of(document).thermostat,
        usual_thermostat=device.usual_thermostat,
        room=Room(room.target_c, room.outside_c, timedelta(hours=room.tau_h), room.tolerance_c)
        if room
        else None,
        resumes=device.resumes,
    )
