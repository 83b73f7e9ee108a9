"""The kinds of flexibility that an object model may state, as they are written in TOML.

    profile    whole cycles, one of several programs        washer, dishwasher      S2: PPBC
    storage    a level that power raises or lowers          freezer, car, battery   S2: FRBC
    demand     a load that may be held off for a while      HVAC behind a relay     S2: DDBC
    modes      a device told in which of its modes to run   SG-Ready heat pump      S2: OMBC
    envelope   a generator that can be held below           PV inverter             S2: PEBC

``profile`` and ``storage`` have rooms of their own. What they mean to the planner is left to ``forms``.

Source: EN 50491-12-2 (S2), control types; TR 102 935, 5.3.1.1 (deep freezers, washers, heating, cooling).
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from drrouter.objectmodel.form import Form
from drrouter.objectmodel.parts import DAY_S, Key, Labels, Money, Part, Power, Seconds, twice
from drrouter.objectmodel.programs import Profile, Program, ProgramPhase
from drrouter.objectmodel.storage import Discharge, Level, Mode, Storage, Thermostat

__all__ = [
    "DAY_S",
    "AnyFlexibility",
    "Demand",
    "Discharge",
    "Envelope",
    "Form",
    "Level",
    "Mode",
    "Modes",
    "Profile",
    "Program",
    "ProgramPhase",
    "SteeredMode",
    "Storage",
    "Thermostat",
]

Stretch = Annotated[float, Field(gt=0, le=DAY_S)]


class Demand(Form):
    """A load that comes as it comes and may be held off for a while."""

    kind: Literal["demand"]
    """Which kind of flexibility this is."""
    power_w: Power
    """The mean power while nobody interferes, in W."""
    max_power_w: Annotated[float, Field(gt=0, le=100_000)]
    """The power while it runs, in W."""
    max_off_s: Stretch = 3600
    """The longest time that it may be held off, in seconds."""
    curtail_price_per_kwh: Money = 1.0
    """What a kWh not delivered is worth to the household."""

    @model_validator(mode="after")
    def _mean_below_peak(self) -> Self:
        if self.power_w > self.max_power_w:
            raise ValueError(
                f"power_w: {self.power_w:g} is above max_power_w {self.max_power_w:g}; "
                "the mean cannot exceed the peak"
            )
        return self


class SteeredMode(Part):
    """One way in which a device may be told to run; its number in the list is what goes over the wire."""

    id: Key
    """Identifies the mode inside this file."""
    name: Labels | None = None
    """What people call it, by language."""
    power_w: Power
    """What it draws on average while it runs so, in W."""
    cost_per_h: Money = 0.0
    """What an hour of it costs beside its energy (comfort, heat that is lost), in the tariff's currency."""
    longest_s: Stretch | None = None
    """How long it may last without a break, in seconds; without it, for ever."""
    most_per_day_s: Stretch | None = None
    """How long it may last on one day, in seconds; without it, all day."""


class Modes(Form):
    """A device that is told in which of its modes to run, such as a heat pump that is SG-Ready."""

    kind: Literal["modes"]
    """Which kind of flexibility this is."""
    modes: Annotated[tuple[SteeredMode, ...], Field(min_length=2, max_length=8)]
    """The modes, by the numbers that the device has for them, counted from 0."""
    normal: Key
    """The id of the mode in which it runs when nobody says anything."""
    min_dwell_s: Seconds = 0
    """How long it stays in a mode at least, in seconds."""
    most_switches: Annotated[int, Field(ge=0, le=1000)] | None = None
    """How often it may change its mode on one day; without it, as often as it likes."""

    @property
    def normal_index(self) -> int:
        """The number of the normal mode."""
        return [mode.id for mode in self.modes].index(self.normal)

    @model_validator(mode="after")
    def _normal_is_free(self) -> Self:
        ids = [mode.id for mode in self.modes]
        if key := twice(ids):
            raise ValueError(f"modes: has two {key!r}; give each an id of its own")
        if self.normal not in ids:
            raise ValueError(f"normal: {self.normal!r} is none of its modes; write one of {', '.join(ids)}")
        mode = self.modes[self.normal_index]
        if mode.longest_s is not None or mode.most_per_day_s is not None:
            raise ValueError(
                f"normal: {self.normal!r} is limited in time, so nothing could follow it; "
                "leave out its longest_s and most_per_day_s"
            )
        return self


class Envelope(Form):
    """A generator that can be held below what it could give, such as the inverter of a roof."""

    kind: Literal["envelope"]
    """Which kind of flexibility this is."""
    rated_power_w: Annotated[float, Field(gt=0, le=100_000)]
    """It never gives more, in W."""
    least_power_w: Power = 0.0
    """It cannot be held below this, in W."""

    @model_validator(mode="after")
    def _range_in_order(self) -> Self:
        if self.least_power_w > self.rated_power_w:
            raise ValueError(
                f"least_power_w: {self.least_power_w:g} is above rated_power_w {self.rated_power_w:g}; "
                "exchange them"
            )
        return self


AnyFlexibility = Annotated[Profile | Storage | Demand | Modes | Envelope, Field(discriminator="kind")]
