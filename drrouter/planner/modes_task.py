"""What a device with modes may do in each slot, and what its rules of staying and changing are in numbers.

What it draws less than in its normal mode it makes up for later, and what it draws more it draws less by
then: a kWh is worth what one stored at the horizon is.

Shares tell how much of a slot it runs in which mode: the whole slot in one mode where it is planned exactly,
a mixture later, settled by a later plan.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from drrouter.domain.flexibility import ModesFlexibility
from drrouter.domain.interval import Interval
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.windows import lowest_cap, strongest_floor
from drrouter.planner.words import local_day

STRAIN_PRICE = 100.0
"""Per hour, or change, beyond what the device bears: only orders are worth that."""

_OTHER_PRICE = 1e-3
"""Per hour in another mode than the normal one: settles ties only."""

Shares = tuple[tuple[float, ...], ...]
"""Per slot, how much of it is run in each mode."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A sum that should stay at most ``right``.

    Attributes:
        begins: modes and slots in which a mode begins; each counts 1.
        shares: modes and slots whose share counts, and how much.
    """

    begins: tuple[tuple[int, int], ...]
    shares: tuple[tuple[int, int, float], ...]
    right: float


@dataclass(frozen=True, slots=True)
class ModesTask:
    """One device with modes.

    Attributes:
        power_kw: of each mode.
        allowed: per slot, which modes orders allow; at least one.
        exact: the slots in which it runs in one mode alone.
        before: the mode just before now; None where nobody knows.
        cost_per_h: of each mode, what an hour in it costs beside its energy, what it owes included.
        rules: of staying, changing and lasting.
    """

    device: DeviceInput
    flexibility: ModesFlexibility
    power_kw: tuple[float, ...]
    allowed: tuple[tuple[bool, ...], ...]
    exact: tuple[bool, ...]
    before: int | None
    cost_per_h: tuple[float, ...]
    rules: tuple[Rule, ...]

    @property
    def kept_kw(self) -> tuple[float, ...]:
        """The least that it draws in each slot."""
        return tuple(min(self._open(slot)) for slot in self.allowed)

    @property
    def most_kw(self) -> tuple[float, ...]:
        """The most that it draws in each slot."""
        return tuple(max(self._open(slot)) for slot in self.allowed)

    def _open(self, slot: Sequence[bool]) -> list[float]:
        return [kilowatts for kilowatts, may in zip(self.power_kw, slot, strict=True) if may]

    def alone(self, mode: int) -> tuple[float, ...]:
        """The shares of a slot in one mode."""
        return tuple(float(number == mode) for number in range(len(self.power_kw)))

    def power_w(self, shares: Shares) -> tuple[float, ...]:
        """The mean power of each slot, in W."""
        return tuple(
            1000 * sum(share * kw for share, kw in zip(slot, self.power_kw, strict=True)) for slot in shares
        )

    def as_before(self, shares: Shares) -> Shares:
        """What a plan before had, whole where that is asked now; empty where any of it is forbidden."""
        found: list[tuple[float, ...]] = []
        for slot, is_exact, allowed in zip(shares, self.exact, self.allowed, strict=False):
            if len(slot) != len(allowed):
                return ()
            mine = self.alone(slot.index(max(slot))) if is_exact else slot
            if any(share > 0 and not may for share, may in zip(mine, allowed, strict=True)):
                return ()
            found.append(mine)
        return tuple(found) if len(found) == len(self.exact) else ()

    def begins(self, shares: Shares, mode: int, index: int) -> float:
        """Whether the mode begins in the slot."""
        before = shares[index - 1] if index else self.alone(self.before if self.before is not None else mode)
        return max(0.0, shares[index][mode] - before[mode])

    def strain(self, shares: Shares) -> float:
        """By how much the rules are broken, in hours and changes."""
        return sum(
            max(
                0.0,
                sum(self.begins(shares, mode, index) for mode, index in rule.begins)
                + sum(weight * shares[index][mode] for mode, index, weight in rule.shares)
                - rule.right,
            )
            for rule in self.rules
        )

    def beside(self, shares: Shares, hours: Sequence[float]) -> float:
        """What the shares cost beside energy: what is owed, comfort, and what the device does not bear."""
        steady = sum(
            length * sum(share * cost for share, cost in zip(slot, self.cost_per_h, strict=True))
            for length, slot in zip(hours, shares, strict=True)
        )
        return steady + STRAIN_PRICE * self.strain(shares)


def modes_task(problem: Problem, device: DeviceInput, end_value: float) -> ModesTask | None:
    """The device in numbers, None for another kind."""
    flexibility = device.flexibility
    if not isinstance(flexibility, ModesFlexibility):
        return None
    value = end_value if device.end_value_per_wh is None else 1000 * device.end_value_per_wh
    normal_w = flexibility.modes[flexibility.normal].power_w
    near_until = problem.now + problem.effort.near
    exact = tuple(slot.start < near_until for slot in problem.slots)
    stays = [(span, mode) for span, mode in device.stays if span.start < problem.now]
    before = stays[-1][1] if stays and stays[-1][0].end >= problem.now else None
    return ModesTask(
        device=device,
        flexibility=flexibility,
        power_kw=tuple(mode.power_w / 1000 for mode in flexibility.modes),
        allowed=tuple(_allowed(device, flexibility, slot) for slot in problem.slots),
        exact=exact,
        before=before,
        cost_per_h=tuple(
            mode.cost_per_h
            - value * (mode.power_w - normal_w) / 1000
            + _OTHER_PRICE * (number != flexibility.normal)
            for number, mode in enumerate(flexibility.modes)
        ),
        rules=tuple(_rules(problem, flexibility, exact, before, stays)),
    )


def _allowed(device: DeviceInput, flexibility: ModesFlexibility, slot: Interval) -> tuple[bool, ...]:
    """What caps leave, and of that what floors ask for; the lowest, and then the highest, where nothing is.

    Interpretation: an order that touches a slot binds all of it, for the device runs in one mode in it.
    """
    powers = [mode.power_w for mode in flexibility.modes]
    cap_w = max(lowest_cap(device, slot), min(powers))
    under = [power for power in powers if power <= cap_w]
    floor_w = min(strongest_floor(device, slot), max(under))
    return tuple(floor_w <= power <= cap_w for power in powers)


def _rules(
    problem: Problem,
    flexibility: ModesFlexibility,
    exact: Sequence[bool],
    before: int | None,
    stays: Sequence[tuple[Interval, int]],
) -> Iterator[Rule]:
    near = [k for k, is_exact in enumerate(exact) if is_exact]
    turning = [k for k in near if k or before is not None]
    modes = range(len(flexibility.modes))
    yield from _dwells(problem, flexibility, near, turning)
    if before is not None:
        yield from _first_stay(problem, flexibility, near, before, stays)
    days: dict[date, list[int]] = {}
    for k, slot in enumerate(problem.slots):
        days.setdefault(local_day(problem, slot.start), []).append(k)
    for day, slots in days.items():
        today = [stay for stay in stays if local_day(problem, stay[0].start) == day]
        if flexibility.most_switches is not None:
            left = max(0, flexibility.most_switches - len(today))
            begins = tuple((m, k) for k in slots if k in turning for m in modes)
            yield Rule(begins, (), float(left))
        yield from _days(problem, flexibility, day, slots, stays)
    for mode, one in enumerate(flexibility.modes):
        if one.longest is not None:
            yield from _stretches(problem, mode, one.longest, before, stays)


def _dwells(
    problem: Problem, flexibility: ModesFlexibility, near: Sequence[int], turning: Sequence[int]
) -> Iterator[Rule]:
    """Who begins in a slot is still there in each later one that begins within the shortest stay."""
    for j in near:
        until = problem.slots[j].start
        since = [k for k in turning if k < j and until < problem.slots[k].start + flexibility.min_dwell]
        for mode in range(len(flexibility.modes)) if since else ():
            yield Rule(tuple((mode, k) for k in since), ((mode, j, -1.0),), 0.0)


def _first_stay(
    problem: Problem,
    flexibility: ModesFlexibility,
    near: Sequence[int],
    before: int,
    stays: Sequence[tuple[Interval, int]],
) -> Iterator[Rule]:
    """The mode of now goes on until its shortest stay is over."""
    until = _since(before, stays) + flexibility.min_dwell
    for k in near:
        if problem.slots[k].start < until:
            yield Rule((), ((before, k, -1.0),), -1.0)


def _since(before: int, stays: Sequence[tuple[Interval, int]]) -> datetime:
    """When the stay of now began."""
    since = stays[-1][0].start
    for span, mode in reversed(stays):
        if mode != before or span.end < since:
            break
        since = span.start
    return since


def _days(
    problem: Problem,
    flexibility: ModesFlexibility,
    day: date,
    slots: Sequence[int],
    stays: Sequence[tuple[Interval, int]],
) -> Iterator[Rule]:
    """How long each mode may still last that day."""
    for mode, one in enumerate(flexibility.modes):
        if one.most_per_day is not None:
            used = sum(span.hours for span, m in stays if m == mode and local_day(problem, span.start) == day)
            left = max(0.0, one.most_per_day / timedelta(hours=1) - used)
            yield Rule((), tuple((mode, k, problem.slots[k].hours) for k in slots), left)


def _stretches(
    problem: Problem,
    mode: int,
    longest: timedelta,
    before: int | None,
    stays: Sequence[tuple[Interval, int]],
) -> Iterator[Rule]:
    """In each stretch just longer than a mode may last, it lasts no longer."""
    lasted = problem.now - _since(mode, stays) if before == mode else timedelta(0)
    most = longest / timedelta(hours=1)
    for first, slot in enumerate(problem.slots):
        past = lasted if not first else timedelta(0)
        behind = next(
            (k for k, late in enumerate(problem.slots) if late.end > slot.start - past + longest), None
        )
        if behind is None:
            return
        left = max(0.0, most - past / timedelta(hours=1))
        yield Rule(
            (), tuple((mode, k, problem.slots[k].hours) for k in range(first, max(first, behind) + 1)), left
        )
