"""Measured powers of the past on an even grid, and the port that looks ahead from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from drrouter.domain.interval import Interval


@dataclass(frozen=True, slots=True)
class History:
    """Mean powers, in W, of steps that follow each other; None where nothing was measured.

    Attributes:
        first: where the first step begins, aware UTC.
        step: the length of each.

    Raises:
        ValueError: the step is not positive.
    """

    first: datetime
    step: timedelta
    values: tuple[float | None, ...]

    def __post_init__(self) -> None:
        """Refuse steps without length."""
        if self.step <= timedelta(0):
            raise ValueError("a history needs steps of a positive length")

    @property
    def end(self) -> datetime:
        """The end of the last step: from there on is the future."""
        return self.first + len(self.values) * self.step

    def until(self, instant: datetime) -> "History":
        """What was known at that instant: the steps that had ended."""
        count = max(0, (instant - self.first) // self.step)
        return History(self.first, self.step, self.values[:count])

    def mean(self, interval: Interval) -> float | None:
        """The mean over the steps that the interval touches; None where none of them was measured."""
        begin = max(0, (interval.start - self.first) // self.step)
        behind = -((self.first - interval.end) // self.step)
        known = [value for value in self.values[begin : max(begin, behind)] if value is not None]
        return sum(known) / len(known) if known else None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected, in W: a mean for each slot, and the band in which most of its values lie."""

    mean_w: tuple[float, ...]
    band_w: tuple[tuple[float, float], ...]


class Expectation(Protocol):
    """Expects one power for each slot."""

    def expect(self, history: History, slots: Sequence[Interval]) -> tuple[float, ...] | None:
        """The mean power of each slot, in W, never negative; None where the history is too short."""
        ...


class Forecaster(Protocol):
    """Looks ahead with an error band: the port behind which all forecasters stand."""

    def forecast(self, history: History, slots: Sequence[Interval]) -> Forecast | None:
        """Mean and band of each slot; None where the history is too short."""
        ...
