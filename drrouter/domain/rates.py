"""A value that holds for a time, then another: prices, CO2 content, forecasts.

Gaps are allowed and stay visible: where nothing is known the answer is None, never zero.
"""

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from drrouter.domain.interval import Interval


@dataclass(frozen=True, slots=True)
class Rates:
    """Disjoint intervals in ascending order, each with its value.

    Raises:
        ValueError: two steps overlap or are out of order.
    """

    steps: tuple[tuple[Interval, float], ...] = field(default=())

    def __post_init__(self) -> None:
        """Refuse overlaps."""
        for (before, _), (after, _) in zip(self.steps, self.steps[1:], strict=False):
            if after.start < before.end:
                raise ValueError(f"rates overlap at {after.start}")

    def at(self, instant: datetime) -> float | None:
        """The value in force at the instant, None in a gap."""
        index = bisect_right(self.steps, instant, key=_start) - 1
        if index < 0:
            return None
        interval, value = self.steps[index]
        return value if instant < interval.end else None

    def mean(self, interval: Interval) -> float | None:
        """The mean over the known part of the interval, None where all of it is a gap."""
        first = max(bisect_right(self.steps, interval.start, key=_start) - 1, 0)
        last = bisect_left(self.steps, interval.end, lo=first, key=_start)
        weighted = [(step.overlap_hours(interval), value) for step, value in self.steps[first:last]]
        hours = sum(weight for weight, _ in weighted)
        return sum(weight * value for weight, value in weighted) / hours if hours else None

    def overlay(self, upper: "Rates") -> "Rates":
        """These rates, replaced by ``upper`` wherever that is known.

        self    |--1--|--2--|
        upper      |-9-|
        result  |-1|-9-|-2--|
        """
        return _combine(self, upper, lambda low, high: low if high is None else high)

    def plus(self, other: "Rates") -> "Rates":
        """The sum where both are known; elsewhere a gap: a price with a part missing is no price."""
        return _combine(
            self,
            other,
            lambda one, two: None if one is None or two is None else one + two,
        )

    def times(self, factor: float) -> "Rates":
        """Every value multiplied."""
        if factor == 1:
            return self
        return Rates(tuple((interval, value * factor) for interval, value in self.steps))

    @property
    def known_until(self) -> datetime | None:
        """The end of the last step."""
        return self.steps[-1][0].end if self.steps else None


def _start(step: tuple[Interval, float]) -> datetime:
    """Where a step begins, for looking it up by halves."""
    return step[0].start


def _combine(one: Rates, two: Rates, join: "_Join") -> Rates:
    """Evaluate join on every elementary interval between the edges of both; neighbours merge."""
    edges = sorted(
        {edge for rates in (one, two) for step, _ in rates.steps for edge in (step.start, step.end)}
    )
    left, right = _Cursor(one), _Cursor(two)
    made: list[tuple[Interval, float]] = []
    for start, end in itertools.pairwise(edges):
        value = join(left.at(start), right.at(start))
        if value is not None:
            _append(made, Interval(start, end), value)
    return Rates(tuple(made))


def _append(made: list[tuple[Interval, float]], interval: Interval, value: float) -> None:
    """Add a step, or lengthen the last one when it touches and has the same value."""
    if made and made[-1][0].end == interval.start and made[-1][1] == value:
        made[-1] = (Interval(made[-1][0].start, interval.end), value)
    else:
        made.append((interval, value))


class _Cursor:
    """Reads rates at ascending instants in one pass."""

    def __init__(self, rates: Rates) -> None:
        self._steps, self._index = rates.steps, 0

    def at(self, instant: datetime) -> float | None:
        while self._index < len(self._steps) and self._steps[self._index][0].end <= instant:
            self._index += 1
        if self._index == len(self._steps) or instant < self._steps[self._index][0].start:
            return None
        return self._steps[self._index][1]


class _Join(Protocol):
    """How two values, either of which may be unknown, become one."""

    def __call__(self, one: float | None, two: float | None) -> float | None: ...  # pragma: no cover


def constant(value: float, interval: Interval) -> Rates:
    """One value over one interval."""
    return Rates(((interval, value),))


def from_steps(steps: Iterable[tuple[Interval, float]]) -> Rates:
    """Rates from steps in any order; a later one replaces what it overlaps."""
    rates = Rates()
    for interval, value in steps:
        rates = rates.overlay(constant(value, interval))
    return rates
