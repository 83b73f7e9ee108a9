"""The form ``storage``: a level that power raises or lowers (freezer, tank, room, car, battery; S2: FRBC).

    d(level)/dt = rate of the mode + heat_gain_c_per_h - loss_per_h * (level - ambient_c)

A battery's level is in Wh, and ``efficiency`` takes the place of the rate.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from drrouter.objectmodel.form import Form
from drrouter.objectmodel.parts import Celsius, Key, Labels, Money, Part, Power, twice

Share = Annotated[float, Field(gt=0, le=1)]


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
            raise ValueError(f"min: {self.min:g} is not below max {self.max:g}; exchange them")
        if not self.min <= self.target <= self.max:
            raise ValueError(
                f"target: {self.target:g} lies outside {self.min:g} .. {self.max:g}; move it inside"
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
    name: Labels | None = None
    """What people call it, by language."""
    power_w: Power
    """What it draws in this mode, in W; where it can be set, the most."""
    min_power_w: Power | None = None
    """The least to which its power can be set, in W; without it, its power cannot be set."""
    rate_c_per_h: Annotated[float, Field(ge=-200, le=200)] = 0.0
    """How fast power_w alone changes the temperature, heat gain aside, in degrees C per hour."""

    @property
    def least_w(self) -> float:
        """The least that it draws while it runs, in W."""
        return self.power_w if self.min_power_w is None else self.min_power_w

    @model_validator(mode="after")
    def _range_in_order(self) -> Self:
        if self.least_w > self.power_w:
            raise ValueError(
                f"min_power_w: {self.least_w:g} is above power_w {self.power_w:g}; exchange them"
            )
        return self


class Discharge(Part):
    """What comes back: a home battery, or a car that its driver lends (V2G)."""

    power_w: Annotated[float, Field(gt=0, le=100_000)]
    """The most that it gives, in W."""
    min_power_w: Power = 0.0
    """The least that it gives while it gives, in W."""
    efficiency: Share = 1.0
    """What is delivered of each Wh taken out of the battery."""
    wear_per_kwh: Money = 0.0
    """What a kWh delivered wears off the battery, in the tariff's currency."""
    may_export: bool = False
    """Whether its energy may leave the home."""
    consent: Literal["none", "once", "each"] = "once"
    """Whether a person must agree first: never, once for good, or at each arrival of the car."""

    @model_validator(mode="after")
    def _range_in_order(self) -> Self:
        if self.min_power_w > self.power_w:
            raise ValueError(
                f"min_power_w: {self.min_power_w:g} is above power_w {self.power_w:g}; exchange them"
            )
        return self


class Storage(Form):
    """A level that power raises or lowers."""

    kind: Literal["storage"]
    """Which kind of flexibility this is."""
    level: Level
    """What is stored."""
    modes: Annotated[tuple[Mode, ...], Field(min_length=1, max_length=8)]
    """The ways to run and to idle."""
    heat_gain_c_per_h: Annotated[float, Field(ge=-50, le=50)] = 0.0
    """How fast the temperature drifts by itself, in degrees C per hour; negative where it falls."""
    loss_per_h: Annotated[float, Field(ge=1e-6, le=10)] | None = None
    """The share of its distance from its surroundings (a battery: of its charge) that it loses in an hour."""
    ambient_c: Celsius | None = None
    """Where its surroundings usually stand, in degrees C."""
    efficiency: Share = 1.0
    """What arrives in the battery of each Wh drawn."""
    standby_w: Power = 0.0
    """What a battery draws while it neither takes nor gives, in W; others state a mode for that."""
    thermostat: Thermostat | None = None
    """The device's own control, where it has one."""
    discharge: Discharge | None = None
    """What it can give back, where it can."""

    @property
    def is_battery(self) -> bool:
        """Whether it stores charge rather than warmth or cold."""
        return self.level.unit == "watt_hours"

    @property
    def cools(self) -> bool:
        """Whether running lowers the level."""
        return any(mode.rate_c_per_h < 0 for mode in self.modes)

    @property
    def running(self) -> tuple[Mode, ...]:
        """The modes that change the level."""
        if self.is_battery:
            return tuple(mode for mode in self.modes if mode.power_w > 0)
        return tuple(mode for mode in self.modes if mode.rate_c_per_h != 0)

    @property
    def idle_w(self) -> float:
        """What it draws at rest: on standby, or in its thriftiest other mode, in W."""
        resting = [mode.power_w for mode in self.modes if mode not in self.running]
        return self.standby_w or min(resting, default=0.0)

    def drift_at(self, level: float) -> float:
        """How fast the level moves by itself there, in its unit per hour."""
        away = level - (self.ambient_c or 0.0)
        return self.heat_gain_c_per_h - (self.loss_per_h or 0.0) * away

    @model_validator(mode="after")
    def _can_run(self) -> Self:
        if not self.running or any(mode.power_w <= 0 for mode in self.running):
            raise ValueError(
                "modes: change nothing by power; state power_w and rate_c_per_h of one that runs"
            )
        if key := twice([mode.id for mode in self.modes]):
            raise ValueError(f"modes: has two {key!r}; give each an id of its own")
        if self.is_battery:
            self._check_battery()
        else:
            self._check_temperature()
        return self

    def _check_battery(self) -> None:
        """Degrees have no place in a battery."""
        degrees = self.heat_gain_c_per_h or self.thermostat or self.ambient_c is not None
        if degrees or any(mode.rate_c_per_h for mode in self.modes):
            raise ValueError(
                "level: is in watt_hours, yet temperatures are given; "
                "leave out rate_c_per_h, heat_gain_c_per_h, ambient_c and thermostat"
            )
        if self.level.min < 0:
            raise ValueError(f"level.min: {self.level.min:g} Wh is below an empty battery; write 0 or more")

    def _check_temperature(self) -> None:
        """It can hold its level, by one figure of degrees per Wh, with its thermostat inside the range."""
        if self.efficiency != 1:
            raise ValueError("efficiency: is for batteries; leave it out")
        if self.standby_w:
            raise ValueError("standby_w: is for batteries; state a mode of that power_w instead")
        if self.discharge:
            raise ValueError("discharge: is for batteries; leave it out, or give the level in watt_hours")
        if (self.loss_per_h is None) != (self.ambient_c is None):
            raise ValueError("loss_per_h: is needed together with ambient_c; write both or none")
        per_wh = [mode.rate_c_per_h / mode.power_w for mode in self.running]
        if max(per_wh) - min(per_wh) > 0.02 * max(map(abs, per_wh)):
            raise ValueError(
                "modes: differ in degrees per Wh, which no plan can follow; state the mode that is used"
            )
        drift = self.drift_at(self.level.target)
        if any((mode.rate_c_per_h + drift) * mode.rate_c_per_h <= 0 for mode in self.running):
            raise ValueError(
                f"{'loss_per_h' if self.loss_per_h else 'heat_gain_c_per_h'}: is stronger than a running "
                "mode, so the level cannot be held; check both rates"
            )
        if self.thermostat:
            self._check_thermostat(self.thermostat)

    def _check_thermostat(self, thermostat: Thermostat) -> None:
        """It works inside the range, and stops on the side to which running leads."""
        low, high = sorted((thermostat.stops_at, thermostat.starts_at))
        level = self.level
        if not level.min <= low < high <= level.max:
            raise ValueError(
                f"thermostat: {low:g} .. {high:g} lies outside level {level.min:g} .. {level.max:g}; "
                "move it inside"
            )
        if (thermostat.stops_at < thermostat.starts_at) != self.cools:
            raise ValueError(
                "thermostat: stops on the wrong side of where it starts; exchange stops_at and starts_at"
            )
