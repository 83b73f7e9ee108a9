"""What a device can do differently: the planner's view of an object model.

Kinds follow S2 (EN 50491-12-2): ``profile`` is PPBC, ``storage`` is FRBC, ``demand`` is DDBC, ``envelope`` is
PEBC, ``modes`` is OMBC.
A *phase* is a part of a programme; a *line* is L1, L2 or L3.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from drrouter.domain.ids import ProgrammeId


class Line(StrEnum):
    """The conductor that feeds a device."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a programme at one mean power.

    Attributes:
        max_pause: how long the machine may stand still after the phase, at most, before it goes on.

    Raises:
        ValueError: the duration is not positive, or the power or the pause negative.
    """

    name: str
    duration: timedelta
    power_w: float
    max_pause: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        """Refuse what cannot run."""
        if self.duration <= timedelta(0) or self.power_w < 0:
            raise ValueError(f"phase {self.name!r} needs a positive duration and no negative power")
        if self.max_pause < timedelta(0):
            raise ValueError(f"phase {self.name!r} cannot pause for less than no time")


@dataclass(frozen=True, slots=True)
class Programme:
    """A whole cycle of a machine: its phases in order, never cut once it runs.

    Raises:
        ValueError: there are no phases.
    """

    id: ProgrammeId
    name: str
    phases: tuple[Phase, ...]

    def __post_init__(self) -> None:
        """Refuse an empty programme."""
        if not self.phases:
            raise ValueError(f"programme {self.id!r} has no phases")

    @property
    def may_pause(self) -> bool:
        """Whether it may stand still between two of its phases."""
        return any(phase.max_pause > timedelta(0) for phase in self.phases[:-1])

    def phase_starts(self, begin: datetime) -> tuple[datetime, ...]:
        """When each phase starts in a cycle that begins then and never pauses."""
        starts = []
        for phase in self.phases:
            starts.append(begin)
            begin += phase.duration
        return tuple(starts)

    @property
    def duration(self) -> timedelta:
        """From start to end, without a pause."""
        return sum((phase.duration for phase in self.phases), timedelta(0))

    @property
    def energy_wh(self) -> float:
        """What one run consumes."""
        return sum(phase.power_w * phase.duration.total_seconds() / 3600 for phase in self.phases)

    def power_at(self, elapsed: timedelta) -> float:
        """The power, in W, this long after the start; 0 before and after the cycle."""
        if elapsed < timedelta(0):
            return 0.0
        for phase in self.phases:
            if elapsed < phase.duration:
                return phase.power_w
            elapsed -= phase.duration
        return 0.0

    def peak_between(self, since: timedelta, until: timedelta) -> float:
        """The highest power, in W, from ``since`` to ``until`` after the start, both included."""
        peak_w, begin = 0.0, timedelta(0)
        for phase in self.phases:
            if begin <= until and since < begin + phase.duration:
                peak_w = max(peak_w, phase.power_w)
            begin += phase.duration
        return peak_w

    def energy_between(self, since: timedelta, until: timedelta) -> float:
        """The energy, in Wh, from ``since`` to ``until`` after the start."""
        total, begin = 0.0, timedelta(0)
        for phase in self.phases:
            seconds = (min(until, begin + phase.duration) - max(since, begin)).total_seconds()
            total += phase.power_w * max(seconds, 0.0) / 3600
            begin += phase.duration
        return total


class RemoteStart(StrEnum):
    """Whether a command may start the machine; ``armed``: a person loads it and presses start first."""

    ALWAYS = "always"
    ARMED = "armed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ProfileFlexibility:
    """Whole cycles, one of several programmes (washer, dryer, dishwasher)."""

    programmes: tuple[Programme, ...]
    remote_start: RemoteStart = RemoteStart.ARMED

    def programme(self, programme_id: ProgrammeId) -> Programme | None:
        """The programme of that id, None where there is none."""
        return next(
            (programme for programme in self.programmes if programme.id == programme_id),
            None,
        )


_LEAST_LOSS_PER_H = 1e-9


class Consent(StrEnum):
    """How often a person must agree before a store gives back: never, once for good, or at each arrival."""

    NONE = "none"
    ONCE = "once"
    EACH = "each"


@dataclass(frozen=True, slots=True)
class Discharge:
    """What a storage can give back to the home: a home battery, or a car that its owner lends (V2G).

    Attributes:
        max_power_w, min_power_w: while it gives, it gives between them; giving nothing is always allowed.
        level_per_wh: how far the level falls per Wh delivered, losses included; positive.
        wear_per_kwh: what a kWh delivered wears off the battery, in the tariff's currency.
        may_export: whether its energy may leave the home. Interpretation: not unless told, as the field's
            planners have it (EMHASS, evcc); metering rules often forbid it.
        consent: who must agree first. Interpretation: a battery in the home gives by its nature, a car only
            where its driver agreed (A8).

    Raises:
        ValueError: powers are crossed, or a number is negative that cannot be.
    """

    max_power_w: float
    level_per_wh: float
    min_power_w: float = 0.0
    wear_per_kwh: float = 0.0
    may_export: bool = False
    consent: Consent = Consent.NONE

    def __post_init__(self) -> None:
        """Refuse what gives nothing, or gives for nothing."""
        if not 0 <= self.min_power_w <= self.max_power_w:
            raise ValueError("discharge needs 0 <= min_power_w <= max_power_w")
        if self.level_per_wh <= 0 or self.wear_per_kwh < 0:
            raise ValueError("discharge needs level_per_wh > 0 and wear_per_kwh >= 0")


@dataclass(frozen=True, slots=True)
class StorageFlexibility:
    """A level that power raises or lowers: freezer, tank, room (degrees C), EV or battery (Wh).

        d(level)/dt = level_per_wh * power_w + drift_per_h - loss_per_h * (level - ambient)

    Power is in W, time in h.

    Attributes:
        level_min, level_max: what no plan may leave (food safety, battery size).
        level_target: where the device would keep itself.
        min_power_w, max_power_w: a running device draws between them; off is always allowed.
        duty: True where the device cycles by itself inside a slot (a compressor on its thermostat),
            so that its mean power may be anything from 0 to ``max_power_w``.
        idle_power_w: what it draws while not running.
        min_on, min_off: the shortest time to run and to rest.
        loss_per_h: the share of its distance from ``ambient`` that it loses in an hour, at this pace.
        ambient: the level at which its surroundings stand (outdoor temperature, kitchen).
        discharge: what it can give back; None where it only takes. Its power is negative then.

    Raises:
        ValueError: bounds are crossed, power does nothing to the level, more comes back than was put in, or
            the loss is negative (or too small for arithmetic, 1e-9).
    """

    unit: str
    level_min: float
    level_max: float
    level_target: float
    level_per_wh: float
    drift_per_h: float
    max_power_w: float
    min_power_w: float = 0.0
    duty: bool = False
    idle_power_w: float = 0.0
    min_on: timedelta = timedelta(0)
    min_off: timedelta = timedelta(0)
    loss_per_h: float = 0.0
    ambient: float = 0.0
    discharge: Discharge | None = None

    def __post_init__(self) -> None:
        """Refuse crossed bounds."""
        if self.level_min >= self.level_max or not 0 <= self.min_power_w <= self.max_power_w:
            raise ValueError("storage needs level_min < level_max and 0 <= min_power_w <= max_power_w")
        if self.level_per_wh == 0:
            raise ValueError("storage needs power to change its level: level_per_wh is 0")
        if self.loss_per_h and self.loss_per_h < _LEAST_LOSS_PER_H:
            raise ValueError(f"loss_per_h is 0 or at least {_LEAST_LOSS_PER_H:g}, not {self.loss_per_h:g}")
        if self.discharge is not None and not 0 < self.level_per_wh <= self.discharge.level_per_wh:
            raise ValueError(
                "storage gives back at most what was put in: 0 < level_per_wh <= that of discharge"
            )

    @property
    def runs_downwards(self) -> bool:
        """Whether running lowers the level (a freezer) rather than raising it (a car)."""
        return self.level_per_wh < 0

    @property
    def moves_alone(self) -> bool:
        """Whether its level changes while it is off (a freezer warms, a car stands)."""
        return self.drift_per_h != 0 or self.loss_per_h != 0

    def level_after(
        self,
        level: float,
        power_w: float,
        duration: timedelta,
        *,
        ambient: float | None = None,
        taken_per_h: float = 0.0,
        gain: float = 1.0,
    ) -> float:
        """The level after running at this mean power for this long: the exact solution, not a step of it.

        Args:
            level: at the beginning.
            power_w: even over the time; negative power is given back.
            duration: the time.
            ambient: where the surroundings stand meanwhile; None is the ``ambient`` of the storage.
            taken_per_h: what people draw off meanwhile, in units of the level.
            gain: how much more (or less) than ``level_per_wh`` a Wh moves the level meanwhile: a heat pump on
                a mild day.
        """
        hours = duration.total_seconds() / 3600
        inflow = self.level_per_wh * gain * power_w + self.drift_per_h - taken_per_h
        if power_w < 0 and self.discharge is not None:
            inflow += (self.discharge.level_per_wh - self.level_per_wh * gain) * power_w
        if not self.loss_per_h:
            return level + hours * inflow
        away = level - (self.ambient if ambient is None else ambient)
        lasting = -math.expm1(-self.loss_per_h * hours) / self.loss_per_h
        return level + lasting * (inflow - self.loss_per_h * away)


@dataclass(frozen=True, slots=True)
class DemandFlexibility:
    """A load that comes as it comes and may be curtailed for a while (HVAC on a relay).

    Attributes:
        power_w: the mean power expected while nobody interferes.
        max_power_w: the power while it runs.
        max_off: the longest time it may be held off without a pause.
        curtail_price_per_kwh: what a kWh not delivered is worth to the household.
    """

    power_w: float
    max_power_w: float
    max_off: timedelta = timedelta(hours=1)
    curtail_price_per_kwh: float = 1.0


@dataclass(frozen=True, slots=True)
class EnvelopeFlexibility:
    """A generator that can be held below what it could give: the inverter of a roof.

    Attributes:
        rated_power_w: it never gives more.
        least_power_w: it cannot be held below this; while less is offered, it gives all of that.

    Raises:
        ValueError: the least is negative, or above the rating.
    """

    rated_power_w: float
    least_power_w: float = 0.0

    def __post_init__(self) -> None:
        """Refuse crossed bounds."""
        if not 0 <= self.least_power_w <= self.rated_power_w:
            raise ValueError("an inverter needs 0 <= least_power_w <= rated_power_w")


@dataclass(frozen=True, slots=True)
class Mode:
    """One way in which a device may be told to run.

    Attributes:
        power_w: what it draws on average while it runs so.
        cost_per_h: what running so costs beside its energy: comfort, or heat that is lost.
        longest: how long it may last without a break; None is without end.
        most_per_day: how long it may last on one day of the home; None is all day.

    Raises:
        ValueError: the power is negative, or a time not positive.
    """

    name: str
    power_w: float
    cost_per_h: float = 0.0
    longest: timedelta | None = None
    most_per_day: timedelta | None = None

    def __post_init__(self) -> None:
        """Refuse what no device does."""
        times = [span for span in (self.longest, self.most_per_day) if span is not None]
        if self.power_w < 0 or any(span <= timedelta(0) for span in times):
            raise ValueError(f"mode {self.name!r} needs no negative power and positive times")


@dataclass(frozen=True, slots=True)
class ModesFlexibility:
    """A device that runs in one of several modes, such as a heat pump that is SG-Ready.

    Attributes:
        modes: blocked, normal, recommended and forced, of an SG-Ready device.
        normal: the number of the mode in which it runs when nobody says anything.
        min_dwell: how long it stays in a mode at least.
        most_switches: how often it may change its mode on one day of the home; None is as often as it likes.

    Raises:
        ValueError: there is no such normal mode, or that one is limited, or a number is negative.

    Source: S2 OMBC; BWP, "SG Ready" (four states; blocked for 2 h at most, three times a day).
    """

    modes: tuple[Mode, ...]
    normal: int = 1
    min_dwell: timedelta = timedelta(0)
    most_switches: int | None = None

    def __post_init__(self) -> None:
        """Refuse what leaves no way to run."""
        if not 0 <= self.normal < len(self.modes):
            raise ValueError("modes need a normal one among them")
        normal = self.modes[self.normal]
        if normal.longest is not None or normal.most_per_day is not None:
            raise ValueError("the normal mode may last as long as it likes")
        if self.min_dwell < timedelta(0) or (self.most_switches or 0) < 0:
            raise ValueError("modes need min_dwell >= 0 and most_switches >= 0")


Flexibility = ProfileFlexibility | StorageFlexibility | DemandFlexibility
"""What a switch alone can make use of."""

PlannedFlexibility = Flexibility | EnvelopeFlexibility | ModesFlexibility
"""All that object models state of a device, and the planner plans."""
