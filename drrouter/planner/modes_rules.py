"""What a device with modes bears, as sums that should stay small: of its changes, and of its time in a mode.

Where the usual modes keep all of them, every plan does, whatever that costs, and they are as tight as whole
modes allow, so that the relaxed model thinks little that no plan can do:

- A stretch in which a mode lasts too long may be longer by a shortest stay: who leaves comes back no sooner.
- Where each slot is all in one mode, a stretch just too long holds at least one slot of another.

Where orders forbid to keep them, or the past has used them up, what they are broken by is strain.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from drrouter.domain.flexibility import ModesFlexibility
from drrouter.domain.interval import Interval
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.words import local_day

_HOUR = timedelta(hours=1)
_CRUMB_H = 1e-9


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

    def excess(self, modes: Sequence[int], before: int | None) -> float:
        """By how much it is broken where each slot is all in one mode."""
        total = sum(weight for mode, k, weight in self.shares if modes[k] == mode)
        for mode, k in self.begins:
            if modes[k] == mode and (modes[k - 1] if k else before) not in (mode, None):
                total += 1.0
        return max(0.0, total - self.right)


@dataclass(frozen=True)
class Past:
    """What a device with modes did before now, and what that leaves of a day."""

    problem: Problem
    device: DeviceInput
    flexibility: ModesFlexibility

    @cached_property
    def stays(self) -> tuple[tuple[Interval, int], ...]:
        """Its stays that began before now, in order."""
        return tuple((span, mode) for span, mode in self.device.stays if span.start < self.problem.now)

    @cached_property
    def mode(self) -> int | None:
        """The mode just before now; None where nobody knows."""
        known = self.stays and self.stays[-1][0].end >= self.problem.now
        return self.stays[-1][1] if known else None

    @cached_property
    def since(self) -> datetime:
        """When the stay of now began, over all that join it in the same mode; now where nobody knows."""
        since = self.problem.now
        for span, mode in reversed(self.stays if self.mode is not None else ()):
            if mode != self.mode or span.end < since:
                break
            since = span.start
        return since

    def lasted(self, mode: int) -> float:
        """How long it has been in the mode, in h."""
        return (self.problem.now - self.since) / _HOUR if mode == self.mode else 0.0

    def left_h(self, mode: int, day: date) -> float:
        """How long the mode may still last that day, in h."""
        most = self.flexibility.modes[mode].most_per_day
        if most is None:
            return float("inf")
        used = (span.hours for span, m in self.stays if m == mode and self._day(span) == day)
        return max(0.0, most / _HOUR - sum(used))

    def left_switches(self, day: date) -> float:
        """How often it may still change its mode that day."""
        if self.flexibility.most_switches is None:
            return float("inf")
        today = sum(self._day(span) == day for span, _ in self.stays)
        return float(max(0, self.flexibility.most_switches - today))

    def _day(self, span: Interval) -> date:
        return local_day(self.problem, span.start)


def rules(past: Past, near: int, *, tight: bool) -> tuple[Rule, ...]:
    """All sums; of ``near`` slots each is all in one mode, and ``tight`` sums mean plans without strain."""
    return (
        *_first_stay(past, near),
        *_dwells(past, near),
        *_days(past, near),
        *_stretches(past, near if tight else 0),
    )


def stay_until(past: Past, near: int, first: int) -> int:
    """The slot behind the shortest stay that begins in a slot, as far as slots are all in one mode."""
    slots, until = past.problem.slots, past.problem.slots[first].start + past.flexibility.min_dwell
    return next((k for k in range(first + 1, near) if slots[k].start >= until), max(near, first + 1))


def _first_stay(past: Past, near: int) -> Iterator[Rule]:
    """The mode of now goes on until its shortest stay is over."""
    if past.mode is not None:
        for k in held_slots(past, near):
            yield Rule((), ((past.mode, k, -1.0),), -1.0)


def held_slots(past: Past, near: int) -> range:
    """The slots that begin within the shortest stay of the mode of now."""
    until = past.since + past.flexibility.min_dwell
    behind = sum(slot.start < until for slot in past.problem.slots[:near])
    return range(behind if past.mode is not None else 0)


def _dwells(past: Past, near: int) -> Iterator[Rule]:
    """Who began within the shortest stay before a slot, or in it, is there."""
    slots, dwell = past.problem.slots, past.flexibility.min_dwell
    first = 0 if past.mode is not None else 1
    for j in range(near):
        since = [k for k in range(first, j + 1) if slots[j].start < slots[k].start + dwell]
        for mode in range(len(past.flexibility.modes)) if len(since) > 1 else ():
            yield Rule(tuple((mode, k) for k in since), ((mode, j, -1.0),), 0.0)


def _days(past: Past, near: int) -> Iterator[Rule]:
    """How often it may still change on each day, and how long each mode may last then."""
    days: dict[date, list[int]] = {}
    for k, slot in enumerate(past.problem.slots):
        days.setdefault(local_day(past.problem, slot.start), []).append(k)
    modes, first = range(len(past.flexibility.modes)), 0 if past.mode is not None else 1
    for day, slots in days.items():
        if past.flexibility.most_switches is not None:
            begins = tuple((m, k) for k in slots if first <= k < near for m in modes)
            yield Rule(begins, (), past.left_switches(day))
        for mode in modes:
            if past.flexibility.modes[mode].most_per_day is not None:
                shares = tuple((mode, k, past.problem.slots[k].hours) for k in slots)
                yield Rule((), shares, past.left_h(mode, day))


def _stretches(past: Past, whole: int) -> Iterator[Rule]:
    """In each stretch just longer than a mode may last it lasts no longer.

    Within the ``whole`` first slots, of which each is all in one mode, one at least is in another, and a
    stretch that is longer by a shortest stay holds no more of it.
    """
    hours, dwell_h = [slot.hours for slot in past.problem.slots], past.flexibility.min_dwell / _HOUR
    for mode, one in enumerate(past.flexibility.modes):
        longest_h = float("inf") if one.longest is None else one.longest / _HOUR
        for first in range(len(hours)):
            right = left = max(0.0, longest_h - (past.lasted(mode) if not first else 0.0))
            behind, total = first, 0.0
            while behind < len(hours) and total <= left + _CRUMB_H:
                total, behind = total + hours[behind], behind + 1
            if total <= left + _CRUMB_H:
                break
            if behind <= whole:
                right = min(left, total - min(hours[first:behind]))
            yield Rule((), tuple((mode, k, hours[k]) for k in range(first, behind)), right)
            least = behind
            while behind < whole and total + hours[behind] <= left + dwell_h + _CRUMB_H:
                total, behind = total + hours[behind], behind + 1
            if behind > least:
                yield Rule((), tuple((mode, k, hours[k]) for k in range(first, behind)), left)
