"""What the people in the home want: wishes, overrides and the commitments that follow."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from drrouter.domain.ids import DeviceId, HoldToken, ProgrammeId
from drrouter.domain.interval import Interval


@dataclass(frozen=True, slots=True)
class CycleWish:
    """Run this programme, not before ``earliest``, done by ``ready_by``.

    Attributes:
        alternatives: other programmes that serve as well, in order of liking; whoever plans chooses one.

    Raises:
        ValueError: ready-by is not after earliest.
    """

    device_id: DeviceId
    programme_id: ProgrammeId
    earliest: datetime
    ready_by: datetime
    alternatives: tuple[ProgrammeId, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an empty window."""
        if self.ready_by <= self.earliest:
            raise ValueError("ready_by must be after earliest")

    @property
    def choices(self) -> tuple[ProgrammeId, ...]:
        """Every programme that serves the wish, the best liked first, each once."""
        return tuple(dict.fromkeys((self.programme_id, *self.alternatives)))


@dataclass(frozen=True, slots=True)
class LevelWish:
    """Have at least this level (in the storage's unit) by this time: a car at departure."""

    device_id: DeviceId
    level: float
    by: datetime


Wish = CycleWish | LevelWish


@dataclass(frozen=True, slots=True)
class ComfortBand:
    """Keep the level within these bounds over the interval: a room by day, a tank in the evening.

    Softer than the storage's own bounds, which are safe bounds. ``None`` leaves a side open.

    Raises:
        ValueError: the bounds are crossed.
    """

    interval: Interval
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        """Refuse crossed bounds."""
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"comfort band is crossed: {self.low:g} above {self.high:g}")


@dataclass(frozen=True, slots=True)
class Setpoint:
    """Stand at this level over the interval: what an event asks of a room or a car."""

    interval: Interval
    level: float


@dataclass(frozen=True, slots=True)
class PlugIn:
    """A time at the plug, from arrival to departure: one of several of a car.

    Attributes:
        used: by how much the trip before it lowers the level, in its unit.

    Raises:
        ValueError: a trip gives.
    """

    interval: Interval
    used: float = 0.0

    def __post_init__(self) -> None:
        """Refuse trips that fill the store."""
        if self.used < 0:
            raise ValueError(f"a trip takes from the store, it does not fill it: used is {self.used:g}")


class OverrideMode(StrEnum):
    """What the owner orders; it beats any event until it expires."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Override:
    """The customer's final word on one device, until it expires (TR 102 935, 7.1)."""

    device_id: DeviceId
    mode: OverrideMode
    until: datetime
    by: str = "owner"


@dataclass(frozen=True, slots=True)
class Commitment:
    """An accepted option: this cycle starts then; no later plan moves it."""

    device_id: DeviceId
    programme_id: ProgrammeId
    start: datetime
    duration: timedelta
    token: HoldToken
    accepted_at: datetime

    @property
    def end(self) -> datetime:
        """When the cycle is done."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Precedence:
    """The cycle of one machine follows that of another: the dryer after the washer.

    Attributes:
        min_gap: from the end of the one to the start of the other, at least.
        max_gap: at most; None is without end.

    Raises:
        ValueError: a gap is negative, or the least above the most.
    """

    before: DeviceId
    after: DeviceId
    min_gap: timedelta = timedelta(0)
    max_gap: timedelta | None = None

    def __post_init__(self) -> None:
        """Refuse gaps that no clock shows."""
        if self.min_gap < timedelta(0) or (self.max_gap is not None and self.max_gap < self.min_gap):
            raise ValueError("a precedence needs 0 <= min_gap <= max_gap")


@dataclass(frozen=True, slots=True)
class RunningCycle:
    """A cycle that has begun and is never cut or re-planned (A6)."""

    device_id: DeviceId
    programme_id: ProgrammeId
    started_at: datetime
