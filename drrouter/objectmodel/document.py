"""The object model of a device, as its maker writes it: one TOML file, ``schema = "drrouter.device/1"``.

``flexibility`` holds what the device can do differently; ``catalogue`` finds the files; ``translate`` says
what they mean to the router. A document is data and is never executed.

    >>> read_model(b'schema = "drrouter.device/1"', "acme/wm9.toml")
    Traceback (most recent call last):
    drrouter.errors.DocumentError: acme/wm9.toml: SPDX-License-Identifier: is missing. ...

Source: TR 102 935, 5.3.1.2 ("a simple low profile object model for each device"); the keys are a superset of
what S2, Matter DEM and the Zigbee Power Profile cluster say about the same device.
"""

from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from drrouter.domain.device import DeviceClass
from drrouter.domain.document import Table, as_json, licence_of, parse_toml
from drrouter.domain.remedy import document_error
from drrouter.errors import DocumentError
from drrouter.objectmodel.bindings import Bindings
from drrouter.objectmodel.flexibility import AnyFlexibility
from drrouter.objectmodel.parts import Key, Labels, Part, Provenance, Seconds, Words, twice
from drrouter.objectmodel.programs import Profile
from drrouter.objectmodel.storage import Storage

SCHEMA = "drrouter.device/1"

Pattern = Annotated[str, Field(min_length=1, max_length=128)]
Matcher = Annotated[
    dict[Key, Annotated[dict[Key, Pattern], Field(min_length=1, max_length=8)]],
    Field(min_length=1, max_length=1),
]
Settable = Literal[
    "level_min",
    "level_max",
    "level_target",
    "power_w",
    "min_power_w",
    "max_power_w",
    "rated_power_w",
    "least_power_w",
    "heat_gain_c_per_h",
    "loss_per_h",
    "ambient_c",
    "efficiency",
    "discharge_power_w",
    "discharge_efficiency",
    "wear_per_kwh",
    "max_off_s",
    "curtail_price_per_kwh",
]

BARE = (DeviceClass.METER, DeviceClass.SWITCH)
"""Classes of devices that can do nothing differently: they measure, or switch what stands behind them."""


class Identity(Part):
    """Who made it, what it is, and how it shows itself on the home network."""

    brand: Words
    """The maker, as printed on the device."""
    model: Words
    """The model, as printed on the device."""
    name: Labels | None = None
    """What people call such a device, by language."""
    device_class: Annotated[DeviceClass, Field(alias="class")]
    """What sort of device it is."""
    match: Annotated[tuple[Matcher, ...], Field(max_length=50)] = ()
    """How it shows itself: per integration, patterns with * and ? for what is read there."""


class Safety(Part):
    """What no plan, order or person may break."""

    fail_safe: Literal["keep", "restore_power", "cut_power"]
    """What becomes of the power when the router falls silent."""
    min_on_s: Seconds = 0
    """The shortest time to run, in seconds."""
    min_off_s: Seconds = 0
    """The shortest time to rest, in seconds."""
    max_pause_s: Seconds | None = None
    """The longest time without power, in seconds."""
    level_min: float | None = None
    """The lowest level that any setting may allow."""
    level_max: float | None = None
    """The highest level that any setting may allow."""


class Shed(Part):
    """From which level of a SIMPLE event on the device gives way (OpenADR 3.1, Definition, SIMPLE)."""

    from_level: Annotated[int, Field(ge=1, le=3)]
    """1 moderate, 2 high, 3 special."""


class Parameter(Part):
    """A figure that the home file may set, because it differs from home to home."""

    id: Key
    """Its name in the home file."""
    name: Labels
    """What people call it, by language."""
    default: float
    """What holds where the home file is silent."""
    min: float
    """The least that may be set."""
    max: float
    """The most that may be set."""
    sets: Annotated[tuple[Settable, ...], Field(min_length=1)]
    """Which figures of the flexibility it replaces."""

    @model_validator(mode="after")
    def _default_inside(self) -> Self:
        if not self.min <= self.default <= self.max:
            raise ValueError(
                f"default: {self.default:g} lies outside {self.min:g} .. {self.max:g}; move it inside"
            )
        return self


class Entry(Part):
    """One line of the quality ledger."""

    status: Literal["done", "todo", "exempt"]
    """Whether it was done, is still to do, or does not apply."""
    reason: Words
    """How it was done, what is missing, or why it does not apply."""


class Quality(Part):
    """How far the file can be relied on; each line says why."""

    profile_measured: Entry
    """Power was measured on a real device."""
    level_measured: Entry
    """How the level follows power was measured on a real device."""
    thresholds_tested: Entry
    """Start and end detection were tried on a real device."""
    power_cut_tested: Entry
    """What the device does after a power cut was tried."""
    bounds_sourced: Entry
    """The safety bounds name a source."""


class ModelDocument(Part):
    """An object model that passed every check."""

    spec: Annotated[Literal["drrouter.device/1"], Field(alias="schema")]
    """The kind of document and its edition."""
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*\.[a-z0-9][a-z0-9_]*$", max_length=100)]
    """The file's path with dots, in small letters: maker.model."""
    version: Annotated[int, Field(ge=1, le=1_000_000)]
    """Grows with every change; an older one never replaces a newer one."""
    identity: Identity
    """Who made it and how it is recognised."""
    flexibility: Annotated[tuple[AnyFlexibility, ...], Field(max_length=5)] = ()
    """What it can do differently; one is chosen when it runs, the first where nobody chooses."""
    safety: Safety
    """What no plan, order or person may break."""
    quality: Quality
    """How far the file can be relied on."""
    bindings: Bindings = Bindings()
    """How it is spoken to."""
    shed: Shed | None = None
    """When it gives way to an event; without it, never."""
    parameters: Annotated[tuple[Parameter, ...], Field(max_length=20)] = ()
    """What the home file may set."""
    provenance: Provenance | None = None
    """Where measured values come from."""

    @property
    def provenances(self) -> tuple[Provenance, ...]:
        """Every origin of measured values that the file states."""
        profiles = [part for part in self.flexibility if isinstance(part, Profile)]
        own = [program.provenance for profile in profiles for program in profile.programs]
        return tuple(one for one in (self.provenance, *own) if one is not None)

    @model_validator(mode="after")
    def _has_flexibility(self) -> Self:
        bare = self.identity.device_class in BARE
        if bare and self.flexibility:
            raise ValueError(
                f"flexibility: is stated, yet a {self.identity.device_class} can do nothing differently; "
                "leave it out, or name the class of what stands behind it"
            )
        if not bare and not self.flexibility:
            raise ValueError(
                f"flexibility: is missing, and without it no {self.identity.device_class} can be planned; "
                "add [[flexibility]] with a kind"
            )
        if key := twice([part.key for part in self.flexibility]):
            raise ValueError(f"flexibility: has two forms {key!r}; give each an id of its own")
        return self

    @model_validator(mode="after")
    def _parameters_differ(self) -> Self:
        if key := twice([parameter.id for parameter in self.parameters]):
            raise ValueError(f"parameters: has two {key!r}; give each an id of its own")
        return self

    @model_validator(mode="after")
    def _measured_has_origin(self) -> Self:
        profiles = [part for part in self.flexibility if isinstance(part, Profile)]
        measured = [program for profile in profiles for program in profile.programs if program.minutes_w]
        if self.provenance is None and any(program.provenance is None for program in measured):
            raise ValueError(
                "provenance: is missing, yet minutes_w is measured; state origin, licence and changes"
            )
        return self

    @model_validator(mode="after")
    def _cold_keeps_its_power(self) -> Self:
        cold = (DeviceClass.FREEZER, DeviceClass.REFRIGERATOR)
        if self.identity.device_class in cold and self.safety.fail_safe == "cut_power":
            raise ValueError(
                f"safety.fail_safe: cut_power lets a {self.identity.device_class} warm when the router falls "
                "silent; write restore_power"
            )
        return self

    @model_validator(mode="after")
    def _levels_are_safe(self) -> Self:
        low, high = self.safety.level_min, self.safety.level_max
        for number, part in enumerate(self.flexibility, 1):
            if isinstance(part, Storage) and (
                (low is not None and part.level.min < low) or (high is not None and part.level.max > high)
            ):
                raise ValueError(
                    f"flexibility#{number}.level: {part.level.min:g} .. {part.level.max:g} leaves what "
                    "safety allows; narrow it"
                )
        return self


@cache
def json_schema() -> dict[str, Any]:
    """The JSON Schema of an object model."""
    return ModelDocument.model_json_schema()


def read_model(data: bytes, where: str) -> ModelDocument:
    """Read and check an object model.

    Args:
        data: the whole file.
        where: its name, for the sentence.

    Raises:
        DocumentError: what is wrong first; its notes name the rest.
    """
    table = parse_toml(data, where)
    licence = licence_of(data, where)
    document = _checked(table, where)
    for provenance in document.provenances:
        if provenance.licence != licence:
            raise DocumentError(
                where,
                "provenance.licence",
                f"is {provenance.licence}, but the file's first lines say {licence}",
                "Write the same licence in both places",
            )
    return document


def _checked(table: Table, where: str) -> ModelDocument:
    """The document, or what is wrong in words."""
    try:
        return ModelDocument.model_validate_json(as_json(table))
    except ValidationError as error:
        facts = error.errors(include_url=False)
        raise document_error(where, table, facts, json_schema()) from error
