"""The kinds of flexibility that an object model may state, as they are written in TOML.

    profile   whole cycles, one of several programs      washer, dishwasher     S2: PPBC
    storage   a level that power raises or lowers        freezer, car, tank     S2: FRBC
    demand    a load that may be held off for a while    HVAC behind a relay    S2: DDBC

What they mean to the planner is left to ``translate``.

Source: EN 50491-12-2 (S2), control types; TR 102 935, 5.3.1.1 (deep freezers, washers, heating, cooling).
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from drrouter.domain.document import harmless

Words = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(harmless)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=64)]
Power = Annotated[float, Field(ge=0, le=100_000)]
Seconds = Annotated[float, Field(ge=0, le=7 * 86_400)]
Celsius = Annotated[float, Field(ge=-60, le=120)]

DAY_S = 86_400.0


class Part(BaseModel):
    """A table of a document: unknown keys are refused, values keep their type."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


def _needs_english(labels: dict[str, str]) -> dict[str, str]:
    """Every label has an English form, which stands in for languages that are missing."""
    if "en" not in labels:
        raise ValueError('has no English form; add en = "..."')
    return labels


Labels = Annotated[dict[Language, Words], Field(min_length=1, max_length=40), AfterValidator(_needs_english)]


class ProgramPhase(Part):
    """A part of a program at one mean power."""

    id: Key | None = None
    """Identifies the phase towards other protocols."""
    name: Words = "phase"
    """What the machine does, such as heat."""
    duration_s: Annotated[float, Field(gt=0, le=DAY_S)]
    """How long it takes, in seconds."""
    power_w: Power
    """What it draws while it lasts, in W."""
    energy_wh: Annotated[float, Field(ge=0)] | None = None
    """What it consumes in all, in Wh, where that is less than power times duration."""
    max_delay_s: Seconds = 0
    """How long the machine itself may wait before this phase, in seconds."""

    @model_validator(mode="after")
    def _energy_fits(self) -> Self:
        most = self.power_w * self.duration_s / 3600
        if self.energy_wh is not None and self.energy_wh > most * 1.01 + 0.1:
            raise ValueError(
                f"energy_wh {self.energy_wh:g} is more than {self.power_w:g} W give "
                f"in {self.duration_s:g} s; write at most {most:.0f}"
            )
        return self


class Program(Part):
    """A whole cycle: either its phases, or its power minute by minute as it was measured."""

    id: Key
    """Identifies the program inside this file."""
    name: Labels
    """What people call it, by language."""
    pausable_between: bool = False
    """Whether the machine may pause between two phases."""
    phases: Annotated[tuple[ProgramPhase, ...], Field(max_length=200)] = ()
    """The phases in order."""
    minutes_w: Annotated[tuple[Power, ...], Field(max_length=1440)] = ()
    """Mean power of each minute, in W, as measured."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if bool(self.phases) == bool(self.minutes_w):
            raise ValueError("needs either phases or minutes_w; write one of the two")
        if sum(phase.duration_s for phase in self.phases) > DAY_S:
            raise ValueError("takes longer than a day; shorten its phases")
        return self


class Profile(Part):
    """Whole cycles, never cut once they run."""

    kind: Literal["profile"]
    """Which kind of flexibility this is."""
    remote_start: Literal["always", "armed", "none"] = "armed"
    """Whether a command may start it; armed means that a person loads it and presses start first."""
    resumes_after_power_cut: bool = False
    """Whether the program goes on after a power cut (pull-plug test)."""
    programs: Annotated[tuple[Program, ...], Field(min_length=1, max_length=50)]
    """The programs to choose from; the first is taken where nobody chooses."""

    @model_validator(mode="after")
    def _programs_differ(self) -> Self:
        ids = [program.id for program in self.programs]
        twice = next((key for key in ids if ids.count(key) > 1), None)
        if twice:
            raise ValueError(f"has two programs {twice!r}; give each an id of its own")
        return self


class Level(Part):
    """What is stored, with the range that plans may use."""

    unit: Literal["celsius", "watt_hours"]
    """What the level is measured in."""
    min: float
    """The lowest level that a plan may reach."""
    max: float
    """The highest level that a plan may reach."""
    target: float
    """Where the device keeps itself, or what a full charge is."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.min < self.max:
            raise ValueError(f"min {self.min:g} is not below max {self.max:g}; exchange them")
        if not self.min <= self.target <= self.max:
            raise ValueError(
                f"target {self.target:g} lies outside {self.min:g} .. {self.max:g}; move it inside"
            )
        return self


class Thermostat(Part):
    """The device's own control, which goes on working behind a plug."""

    stops_at: Celsius
    """The level at which it stops running."""
    starts_at: Celsius
    """The level at which it starts running."""


class Mode(Part):
    """A way to run, or to idle."""

    id: Key
    """Identifies the mode inside this file."""
    power_w: Power
    """What it draws in this mode, in W."""
    rate_c_per_h: Annotated[float, Field(ge=-200, le=200)] = 0.0
    """How fast this mode alone changes the temperature, heat gain aside, in degrees C per hour."""


class Storage(Part):
    """A level that power raises or lowers."""

    kind: Literal["storage"]
    """Which kind of flexibility this is."""
    level: Level
    """What is stored."""
    modes: Annotated[tuple[Mode, ...], Field(min_length=1, max_length=8)]
    """The ways to run and to idle."""
    heat_gain_c_per_h: Annotated[float, Field(ge=-50, le=50)] = 0.0
    """How fast the temperature drifts by itself, in degrees C per hour; negative where it falls."""
    efficiency: Annotated[float, Field(gt=0, le=1)] = 1.0
    """What arrives in the battery of each Wh drawn."""
    thermostat: Thermostat | None = None
    """The device's own control, where it has one."""

    @property
    def cools(self) -> bool:
        """Whether running lowers the level."""
        return any(mode.rate_c_per_h < 0 for mode in self.modes)

    @property
    def running(self) -> tuple[Mode, ...]:
        """The modes that change the level."""
        if self.level.unit == "watt_hours":
            return tuple(mode for mode in self.modes if mode.power_w > 0)
        return tuple(mode for mode in self.modes if mode.rate_c_per_h != 0)

    @property
    def idle_w(self) -> float:
        """What it draws in its thriftiest other mode, in W; 0 where there is none."""
        return min((mode.power_w for mode in self.modes if mode not in self.running), default=0.0)

    @model_validator(mode="after")
    def _can_run(self) -> Self:
        if not self.running or any(mode.power_w <= 0 for mode in self.running):
            raise ValueError("modes change nothing by power; state power_w and rate_c_per_h of one that runs")
        if self.level.unit == "watt_hours":
            self._check_battery()
        else:
            self._check_temperature()
        return self

    def _check_battery(self) -> None:
        """Degrees have no place in a battery."""
        if self.heat_gain_c_per_h or self.thermostat or any(mode.rate_c_per_h for mode in self.modes):
            raise ValueError(
                "level is in watt_hours, yet temperatures are given; "
                "leave out rate_c_per_h, heat_gain_c_per_h and thermostat"
            )

    def _check_temperature(self) -> None:
        """It can hold its level, by one figure of degrees per Wh, with its thermostat inside the range."""
        if self.efficiency != 1:
            raise ValueError("efficiency is for batteries; leave it out")
        per_wh = [mode.rate_c_per_h / mode.power_w for mode in self.running]
        if max(per_wh) - min(per_wh) > 0.02 * max(map(abs, per_wh)):
            raise ValueError(
                "modes differ in degrees per Wh, which no plan can follow; state the mode that is used"
            )
        if any(
            (mode.rate_c_per_h + self.heat_gain_c_per_h) * mode.rate_c_per_h <= 0 for mode in self.running
        ):
            raise ValueError(
                "heat_gain_c_per_h is stronger than a running mode, so the level cannot be held; "
                "check both rates"
            )
        if self.thermostat:
            self._check_thermostat(self.thermostat)

    def _check_thermostat(self, thermostat: Thermostat) -> None:
        """It works inside the range, and stops on the side to which running leads."""
        low, high = sorted((thermostat.stops_at, thermostat.starts_at))
        level = self.level
        if not level.min <= low < high <= level.max:
            raise ValueError(
                f"thermostat {low:g} .. {high:g} lies outside level {level.min:g} .. {level.max:g}; "
                "move it inside"
            )
        if (thermostat.stops_at < thermostat.starts_at) != self.cools:
            raise ValueError(
                "thermostat stops on the wrong side of where it starts; exchange stops_at and starts_at"
            )


class Demand(Part):
    """A load that comes as it comes and may be held off for a while."""

    kind: Literal["demand"]
    """Which kind of flexibility this is."""
    power_w: Power
    """The mean power while nobody interferes, in W."""
    max_power_w: Annotated[float, Field(gt=0, le=100_000)]
    """The power while it runs, in W."""
    max_off_s: Annotated[float, Field(gt=0, le=DAY_S)] = 3600
    """The longest time that it may be held off, in seconds."""
    curtail_price_per_kwh: Annotated[float, Field(ge=0, le=1000)] = 1.0
    """What a kWh not delivered is worth to the household."""

    @model_validator(mode="after")
    def _mean_below_peak(self) -> Self:
        if self.power_w > self.max_power_w:
            raise ValueError(
                f"power_w {self.power_w:g} is above max_power_w {self.max_power_w:g}; "
                "the mean cannot exceed the peak"
            )
        return self


AnyFlexibility = Annotated[Profile | Storage | Demand, Field(discriminator="kind")]
