"""What each storage may and must do, with every level told as the energy put in since now, in kWh.

A freezer's falling temperature and a car's rising charge become the same picture:

    stored[k] = keep[k] * stored[k-1] + span[k] * (gain[k] * power_kw + drift_kw[k])
    low[k] <= stored[k] <= high[k]

The bounds are hard where they can be reached. Where they cannot, the nearest level that can be reached takes
their place, so that a storage outside its bounds returns as fast as it can and a plan always exists.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.interval import Interval
from drrouter.domain.wish import LevelWish
from drrouter.planner.bands import LevelBand, level_bands
from drrouter.planner.battery_task import Giving, giving
from drrouter.planner.dynamics import Dynamics, dynamics
from drrouter.planner.past import held_by_its_past, runs
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.trips import Trip, hours_here, trip_wishes, trips_of, trips_used
from drrouter.planner.windows import Window, storage_windows

SLACK_KWH = 1e-5
"""Room left beside a bound that can only just be reached, ten times what the solver calls equal."""

_CLOSE_KW = 2e-4
"""The same as power: where a kW stores next to nothing, a hundred-thousandth of a kWh is many watts."""

CRUMB_KW = 5e-5
"""Less power than this is arithmetic, and off: a switch is on above 0 W."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A wished level: ``stored_kwh`` at least, ``share`` of the level's way through slot ``index``."""

    wish: LevelWish
    index: int
    share: float
    stored_kwh: float

    def reached(self, stored: tuple[float, ...] | list[float]) -> float:
        """The energy stored at that instant, in kWh."""
        before = stored[self.index - 1] if self.index else 0.0
        return before + self.share * (stored[self.index] - before)


@dataclass(frozen=True, slots=True)
class StorageTask:
    """One storage; every tuple has one entry per slot, powers in kW.

    Attributes:
        level: where it stands now, in its own unit.
        floor_kw, on_kw, max_kw: see ``Window``.
        open_kw: ``max_kw`` before limits forbid it the slot.
        kept_kw: what remains of the floor for a storage that does nothing else: it stops when it is full.
        dynamics: how the level follows the power.
        bands: what comfort and events want of the level at the end of the slot.
        low, high: bounds of the energy stored at the end of the slot.
        most_stored: what full power from now on would store by the end of the slot.
        full: where the device stops by itself.
        target: where it would keep itself.
        exact: whether it must be off, at its floor, or between ``on_kw`` and ``max_kw``.
        free: whether it may as well do nothing: it stands still, and inside its bounds.
        was_on: whether it ran just before now; None is unknown.
        shortest: slots k and j such that a run begun (1) or ended (-1) in k must not turn before j is over.
        end_value: of a kWh stored at the horizon, in the plan's currency.
        giving: what it may give back; None for a storage that only takes.
        sun_only: whether it may take only while the home imports nothing.
        trips: those that end in the plan. ``low`` is then below what ``lowest`` tells.
    """

    device: DeviceInput
    flexibility: StorageFlexibility
    level: float
    floor_kw: tuple[float, ...]
    on_kw: tuple[float, ...]
    max_kw: tuple[float, ...]
    open_kw: tuple[float, ...]
    kept_kw: tuple[float, ...]
    dynamics: Dynamics
    bands: tuple[tuple[LevelBand, ...], ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    most_stored: tuple[float, ...]
    full: float
    target: float
    exact: tuple[bool, ...]
    free: bool
    was_on: bool | None
    goals: tuple[Goal, ...]
    shortest: tuple[tuple[int, int, float], ...]
    end_value: float
    giving: Giving | None = None
    sun_only: bool = False
    trips: tuple[Trip, ...] = ()

    def worth(self, mean_price: float) -> "StorageTask":
        """The same storage where energy costs so much on average."""
        return replace(self, end_value=_end_value(self.device, mean_price, self.giving))

    def held_under(self, room_kw: Sequence[float]) -> "StorageTask":
        """The same storage where it may run only in slots with room for its lowest power.

        A switch cannot run at a part of its power, so a mean power that just fits below a limit would
        break it while the switch is on, and keep it only on paper.
        """
        fits = [
            on <= room or floor > 0
            for on, room, floor in zip(self.on_kw, room_kw, self.floor_kw, strict=True)
        ]
        return replace(
            self,
            max_kw=tuple(most if fit else 0.0 for most, fit in zip(self.max_kw, fits, strict=True)),
            exact=tuple(exact and fit for exact, fit in zip(self.exact, fits, strict=True)),
            shortest=tuple(
                (k, j, turns) for k, j, turns in self.shortest if fits[max(k - 1, 0)] and fits[k] and fits[j]
            ),
        )

    def lowest(self, stored: Sequence[float]) -> Sequence[float]:
        """The lower bounds along this path: where a trip finds too little, the bound falls to what it leaves.

        Args:
            stored: the energy stored at the end of each slot.
        """
        if not self.trips:
            return self.low
        arrivals, found = {trip.index for trip in self.trips}, list[float]()
        bound, before = self.empty, 0.0
        for index, now in enumerate(stored):
            if index in arrivals:
                bound = min(bound, self.dynamics.after(index, before, 0.0))
            found.append(bound)
            before = now
        return found

    def may_fill(self, index: int) -> bool:
        """Whether full power from now on could fill it by the end of the slot."""
        return self.most_stored[index] >= self.full - SLACK_KWH

    @property
    def empty(self) -> float:
        """Where it stands empty, in kWh put in since now; negative for what stands above that."""
        return (self.flexibility.level_min - self.level) / self.unit_per_kwh

    @property
    def unit_per_kwh(self) -> float:
        """How far one kWh moves the level, in its unit; negative for a freezer."""
        return self.flexibility.level_per_wh * 1000

    def stored(self, power_w: Sequence[float]) -> list[float]:
        """The energy stored at the end of each slot, in kWh, for these mean powers."""
        return self.dynamics.path([watts / 1000 for watts in power_w])

    @property
    def turned(self) -> dict[tuple[int, float], list[int]]:
        """By slot and turn (1 on, -1 off): the slots k in which such a turn keeps it so in this slot."""
        found: dict[tuple[int, float], list[int]] = {}
        for k, j, turns in self.shortest:
            found.setdefault((j, turns), []).append(k)
        return found

    def worn(self, power_w: Sequence[float]) -> float:
        """How many slots runs and rests are too short by; a second turn meanwhile counts as well.

        A device that is full has ended its run by itself, and none is too short by that.
        """
        on = [watts > 0 for watts in power_w]
        short: list[tuple[float, int, bool]] = []
        for (j, turns), slots in self.turned.items():
            turned = sum(max(0.0, turns * (on[k] - self.before(k, on))) for k in slots)
            lacking = turned - (on[j] if turns > 0 else not on[j])
            if lacking > 0:
                short.append((lacking, j, turns > 0 and not on[j]))
        stored = self.stored(power_w) if short else []
        return sum(lacking - (off and stored[j] >= self.full - 2 * SLACK_KWH) for lacking, j, off in short)

    def before(self, index: int, on: Sequence[bool]) -> bool:
        """Whether it ran just before the slot; before the first only where that is known."""
        return on[index - 1] if index else bool(self.was_on)


def storage_task(problem: Problem, device: DeviceInput, end_value: float) -> StorageTask | None:
    """The storage in numbers, None for another kind of device.

    Interpretation: where the level is unknown, a storage that drifts (a freezer on its thermostat) stands
    at its target, and one that does not (a car) is empty: it stops by itself when it is full.
    """
    flexibility = device.flexibility
    if not isinstance(flexibility, StorageFlexibility):
        return None
    level, per_kwh = _level(device, flexibility), flexibility.level_per_wh * 1000
    moves = dynamics(problem, device, flexibility, level)
    was_on = runs(problem, device)
    empty, full = sorted(
        (bound - level) / per_kwh for bound in (flexibility.level_min, flexibility.level_max)
    )
    held = held_by_its_past(problem, device, flexibility)
    windows = storage_windows(held, flexibility, problem.slots)
    trips = trips_of(problem, device, flexibility)
    used_kwh = [units / per_kwh for units in trips_used(problem, device)] if trips else ()
    bounds = _Bounds(moves, empty, full, list(accumulate(used_kwh)))
    bounds.walk(windows)
    exact = _exact(problem, windows)
    gives = giving(problem, device, flexibility)
    return StorageTask(
        device=device,
        flexibility=flexibility,
        level=level,
        floor_kw=tuple(window.floor_w / 1000 for window in windows),
        on_kw=tuple(window.on_w / 1000 for window in windows),
        max_kw=tuple(window.max_w / 1000 for window in windows),
        open_kw=tuple(window.max_w / 1000 for window in windows),
        kept_kw=tuple(bounds.kept),
        dynamics=moves,
        bands=level_bands(problem, device, flexibility, level),
        low=tuple(bounds.low),
        high=tuple(bounds.high),
        most_stored=tuple(bounds.reach),
        full=full,
        target=(flexibility.level_target - level) / per_kwh,
        exact=exact,
        free=moves.still and empty <= 0 <= full,
        was_on=was_on,
        goals=_goals(problem, device, flexibility, level, moves),
        shortest=tuple(_shortest(problem, flexibility, exact, was_on)),
        end_value=_end_value(device, end_value, gives),
        giving=gives,
        sun_only=device.sun_only and moves.still and empty <= 0,
        trips=trips,
    )


def _end_value(device: DeviceInput, mean_price: float, gives: Giving | None) -> float:
    """Of a kWh put in: as told, else what it saves of imports at the mean price.

    Interpretation: energy that can only be used up saves its own purchase; what a battery gives back saves
    only what is left of it.
    """
    if device.end_value_per_wh is not None:
        return device.end_value_per_wh * 1000
    return mean_price if gives is None else mean_price / gives.per_kwh


def slack_kwh(moves: Dynamics, index: int) -> float:
    """Room left beside what can only just be reached by the end of the slot, in kWh."""
    return min(SLACK_KWH, _CLOSE_KW * moves.per_kw(index))


class _Bounds:
    """Walks through the slots with the set of levels that keep every bound so far, and widens bounds."""

    def __init__(self, moves: Dynamics, empty: float, full: float, lowered_kwh: Sequence[float]) -> None:
        self.moves, self.empty, self.full, self.lowered_kwh = moves, empty, full, lowered_kwh
        self.low: list[float] = []
        self.high: list[float] = []
        self.kept: list[float] = []
        self.reach: list[float] = []

    def walk(self, windows: Sequence[Window]) -> None:
        """Slot after slot: what can be reached, and which bounds can be kept there."""
        moves, full, least, most = self.moves, self.full, 0.0, 0.0
        numbers = zip(windows, moves.keep, moves.span, moves.gain, moves.drift_kw, strict=True)
        for index, (window, keep, span, gain, drift_kw) in enumerate(numbers):
            floor_kw = 0.0
            if window.floor_w:
                floor_kw = max(0.0, min(window.floor_w / 1000, moves.power_to(index, least, full)))
            least = keep * least + span * (gain * floor_kw + drift_kw)  # ``after``, for powers not below zero
            most = keep * most + span * (gain * (window.max_w / 1000) + drift_kw)
            empty = self.empty - self.lowered_kwh[index] if self.lowered_kwh else self.empty
            low = empty if most >= empty else most - slack_kwh(moves, index)
            high = full if least <= full else least + slack_kwh(moves, index)
            self.kept.append(floor_kw)
            self.reach.append(most)
            self.low.append(low)
            self.high.append(high)
            least, most = max(least, low), min(most, high)


def _level(device: DeviceInput, flexibility: StorageFlexibility) -> float:
    if device.level is not None:
        return device.level
    if flexibility.moves_alone:
        return flexibility.level_target
    return flexibility.level_max if flexibility.runs_downwards else flexibility.level_min


def _goals(
    problem: Problem, device: DeviceInput, flexibility: StorageFlexibility, level: float, moves: Dynamics
) -> tuple[Goal, ...]:
    """The wished levels that still lie ahead.

    Interpretation: "at least this level" is meant in the direction in which the device runs. A wish for an
    instant behind the horizon asks, at the horizon, for what full power could not still add in time; what
    is lost there is not counted.
    """
    goals: list[Goal] = []
    for wish in (*device.wishes, *trip_wishes(device, flexibility)):
        if not isinstance(wish, LevelWish) or wish.by <= problem.now:
            continue
        stored_kwh = (wish.level - level) / (flexibility.level_per_wh * 1000)
        index, part = _place(problem.slots, wish.by)
        if wish.by > problem.horizon.end:
            stored_kwh -= (
                flexibility.max_power_w / 1000 * hours_here(device, Interval(problem.horizon.end, wish.by))
            )
        goals.append(Goal(wish, index, moves.share(index, part), stored_kwh))
    return tuple(sorted(goals, key=lambda goal: (goal.index, goal.share, goal.stored_kwh)))


def _exact(problem: Problem, windows: list[Window]) -> tuple[bool, ...]:
    near_until = problem.now + problem.effort.near
    return tuple(
        window.on_w > 0 and slot.start < near_until
        for slot, window in zip(problem.slots, windows, strict=True)
    )


def _shortest(
    problem: Problem, flexibility: StorageFlexibility, exact: tuple[bool, ...], was_on: bool | None
) -> Iterator[tuple[int, int, float]]:
    """Only slots planned exactly have a state to turn; a slot without power is a rest for certain.

    The first slot turns the state before now, where that is known; how long that one still has to last
    stands in its window.
    """
    near, longest = (
        [k for k, is_exact in enumerate(exact) if is_exact],
        max(flexibility.min_on, flexibility.min_off),
    )
    for number, k in enumerate(near):
        if not (exact[k - 1] if k else was_on is not None):
            continue
        for j in near[number + 1 :]:
            lag = problem.slots[j].start - problem.slots[k].start
            if lag >= longest:
                break
            if lag < flexibility.min_on:
                yield k, j, 1.0
            if lag < flexibility.min_off:
                yield k, j, -1.0


def _place(slots: tuple[Interval, ...], instant: datetime) -> tuple[int, float]:
    for index, slot in enumerate(slots):
        if instant <= slot.end:
            return index, (instant - slot.start) / slot.duration
    return len(slots) - 1, 1.0
