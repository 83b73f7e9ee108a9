"""Checks storages: levels follow powers, safe bounds are kept where they can be, wishes are told truly."""

from datetime import datetime, timedelta

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.interval import Interval
from drrouter.domain.plan import MissKind, Plan
from drrouter.domain.wish import LevelWish
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.verify.batteries import giving_shares, giving_violations
from drrouter.planner.verify.bounds import means_over
from drrouter.planner.verify.comfort import off_setpoints, uncomfortable
from drrouter.planner.verify.findings import ENERGY_KWH, WATT, Findings
from drrouter.planner.verify.past import bound_by_its_past
from drrouter.planner.verify.trips import hours_at_plug, level_wishes, may_come_back_empty, used_by

_FINE = 1e-4
"""Levels may differ by this share of the span between their bounds, and by what ``_CRUMB_WH`` moves."""

_CRUMB_WH = 2e-2


def storage_violations(
    plan: Plan, problem: Problem, device: DeviceInput, flexibility: StorageFlexibility, findings: Findings
) -> None:
    """Check one storage, slot by slot, then its wishes."""
    path = Path(plan, problem, bound_by_its_past(problem, device, flexibility), flexibility)
    bounds = _Bounds(problem, path.device, flexibility)
    for index in range(len(problem.slots)):
        _check_slot(plan, path, bounds, index, findings)
    scale = 1000.0 if flexibility.unit == "Wh" else 1.0
    outside = sum([hours * path.outside(index) for index, hours in enumerate(path.hours)]) / scale
    tolerance = ENERGY_KWH + (24 + 48 * len(device.comfort)) * path.fine / scale
    outside += uncomfortable(problem, device, path.levels) / scale
    findings.missed(
        plan, MissKind.COMFORT, device.id, outside, problem.prices.comfort_per_unit_hour, tolerance
    )
    tolerance = ENERGY_KWH + 48 * len(device.setpoints) * path.fine / scale
    away = off_setpoints(problem, device, path.levels) / scale
    findings.missed(
        plan, MissKind.SETPOINT, device.id, away, problem.prices.setpoint_per_unit_hour, tolerance
    )
    _check_wishes(plan, problem, path, scale, findings)


class Path:
    """The storage's levels, worked out again from its powers."""

    def __init__(
        self, plan: Plan, problem: Problem, device: DeviceInput, flexibility: StorageFlexibility
    ) -> None:
        self.device, self.flexibility, self.problem = device, flexibility, problem
        self.power_w, self.hours = plan.power_w[device.id], [slot.hours for slot in problem.slots]
        span = flexibility.level_max - flexibility.level_min
        self.fine = _FINE * span + _CRUMB_WH * abs(flexibility.level_per_wh)
        self.start = _present_level(device, flexibility)
        self.levels: list[float] = []
        self.trips = [0.0] * len(problem.slots)
        if device.periods:
            self.trips = [used_by(problem, device, slot.start, slot.end) for slot in problem.slots]
        self.lowest: list[float] = []
        falls = may_come_back_empty(device, flexibility)
        level, lowest = self.start, flexibility.level_min
        for index, slot in enumerate(problem.slots):
            if (
                falls and self.trips[index]
            ):  # where a trip finds too little, the bound falls to what it leaves
                lowest = min(lowest, self._after(level, index, slot.duration, at_rest=True))
            level = self._after(level, index, slot.duration)
            self.levels.append(level)
            self.lowest.append(lowest)

    def _after(self, level: float, index: int, duration: timedelta, *, at_rest: bool = False) -> float:
        """The level after that much of the slot, with the planned power or with none."""
        device, taken_per_h = self.device, self.trips[index] / self.hours[index]
        return self.flexibility.level_after(
            level,
            0.0 if at_rest else self.power_w[index],
            duration,
            ambient=device.ambient[index] if device.ambient else None,
            taken_per_h=(device.taken[index] if device.taken else 0.0) + taken_per_h,
            gain=device.gain[index] if device.gain else 1.0,
        )

    def outside(self, index: int) -> float:
        """How far the level at the end of the slot is outside its bounds, in its unit."""
        level, low, high = self.levels[index], self.lowest[index], self.flexibility.level_max
        off = max(low - level, level - high)
        return off if off > self.fine else 0.0

    def is_full(self, index: int) -> bool:
        """Whether the device stops by itself at the end of the slot."""
        if self.flexibility.runs_downwards:
            return self.levels[index] <= self.flexibility.level_min + self.fine
        return self.levels[index] >= self.flexibility.level_max - self.fine

    def is_starved(self, index: int) -> bool:
        """Whether the level is outside on the side from which running leads back."""
        if self.flexibility.runs_downwards:
            return self.levels[index] > self.flexibility.level_max + self.fine
        return self.levels[index] < self.lowest[index] - self.fine

    def at(self, instant: datetime) -> float:
        """The level at an instant of the horizon; even power within a slot."""
        index = sum(slot.end < instant for slot in self.problem.slots)
        before = self.levels[index - 1] if index else self.start
        return self._after(before, index, instant - self.problem.slots[index].start)


class _Bounds:
    """What the storage may draw, and give, in each slot."""

    def __init__(self, problem: Problem, device: DeviceInput, flexibility: StorageFlexibility) -> None:
        least_w = 0.0 if flexibility.duty else flexibility.min_power_w

        def most(cap_w: float, _: float = 0.0) -> float:
            most_w = min(cap_w, flexibility.max_power_w)
            return most_w if most_w >= least_w else 0.0

        def floor(cap_w: float, floor_w: float) -> float:
            return min(max(floor_w, least_w), most(cap_w)) if floor_w > 0 else 0.0

        def on(cap_w: float, _: float) -> float:
            return least_w if most(cap_w) > 0 else 0.0

        self.most_w, self.floor_w, self.on_w = (
            means_over(device, problem.slots, bound) for bound in (most, floor, on)
        )
        self.giving = giving_shares(problem, device, flexibility)
        near_until = problem.now + problem.effort.near
        self.exact = [slot.start < near_until for slot in problem.slots]


def _check_slot(plan: Plan, path: Path, bounds: _Bounds, index: int, findings: Findings) -> None:
    device, flexibility, place = path.device, path.flexibility, path.problem.slots[index].start
    watts, most_w, floor_w = path.power_w[index], bounds.most_w[index], bounds.floor_w[index]
    findings.expect(
        watts <= most_w + WATT,
        "{} at {} draws {:.1f} W of at most {:.1f} W.",
        device.id,
        place,
        watts,
        most_w,
    )
    giving_violations(path.problem, device, flexibility.discharge, index, watts, bounds.giving, findings)
    findings.expect(
        not device.periods or watts >= -WATT or not path.is_starved(index),
        "{} at {} gives {:.1f} W that no trip has left in it.",
        *(device.id, place, -watts),
    )
    findings.expect(
        max(0.0, watts) >= floor_w - WATT or path.is_full(index),
        "{} at {} draws {:.1f} W, its floor is {:.1f} W.",
        *(device.id, place, watts, floor_w),
    )
    if bounds.exact[index]:
        on_w = bounds.on_w[index]
        at_floor = abs(watts - floor_w) <= WATT  # held on for a part of the slot, off for the rest
        findings.expect(
            watts <= WATT or at_floor or watts >= on_w - WATT or path.is_full(index),
            "{} at {} draws {:.1f} W, and on it draws at least {:.1f} W.",
            *(device.id, place, watts, on_w),
        )
    findings.expect(
        abs(plan.level[device.id][index] - path.levels[index]) <= path.fine,
        "{} at {}: the level is {:.4g}, the plan says {:.4g}.",
        *(device.id, place, path.levels[index], plan.level[device.id][index]),
    )
    if flexibility.duty and path.outside(index):
        starved = path.is_starved(index)
        findings.expect(
            watts >= most_w - 1 if starved else watts <= floor_w + 1,
            "{} at {} is outside its bounds at {:.4g} and draws {:.1f} W, where {:.1f} W would lead back.",
            *(device.id, place, path.levels[index], watts, most_w if starved else floor_w),
        )


def _check_wishes(plan: Plan, problem: Problem, path: Path, scale: float, findings: Findings) -> None:
    """What is missing of wished levels, in the storage's unit and, for the price, in kWh put in."""
    per_kwh = path.flexibility.level_per_wh * 1000
    missing = 0.0
    for wish in level_wishes(path.device, path.flexibility):
        if wish.by > problem.now:
            short_kwh = (wish.level - path.at(min(wish.by, problem.horizon.end))) / per_kwh
            short_kwh -= _still_possible(problem, path, wish)
            missing += max(0.0, short_kwh)
    findings.penalties += missing * problem.prices.level_per_kwh
    amount, tolerance = missing * abs(per_kwh) / scale, ENERGY_KWH * max(1.0, abs(per_kwh) / scale)
    findings.missed(plan, MissKind.LEVEL, path.device.id, amount, 0.0, tolerance)


def _still_possible(problem: Problem, path: Path, wish: LevelWish) -> float:
    """What full power behind the horizon can still put in before the wished instant, in kWh."""
    if wish.by <= problem.horizon.end:
        return 0.0
    rest = Interval(problem.horizon.end, wish.by)
    return path.flexibility.max_power_w * hours_at_plug(path.device, rest) / 1000


def _present_level(device: DeviceInput, flexibility: StorageFlexibility) -> float:
    """The level now; unknown, a drifting storage is at its target and any other one is empty."""
    if device.level is not None:
        return device.level
    if flexibility.drift_per_h != 0 or flexibility.loss_per_h != 0:
        return flexibility.level_target
    return flexibility.level_max if flexibility.level_per_wh < 0 else flexibility.level_min
