"""What comfort and events want of a storage's level, slot by slot, and what each kWh outside costs.

A band is softer than a safe bound: its miss has a price and a name. Together, the bands of a slot make a
valley: a floor on which nothing is missed, and slopes that get steeper towards both sides. The model walks
down them without a row of their own.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.wish import ComfortBand, Setpoint
from drrouter.planner.problem import DeviceInput, Problem

_FLAT = 1e-12


@dataclass(frozen=True, slots=True)
class LevelBand:
    """The energy stored at the end of a slot should lie in ``low .. high``, in kWh.

    Attributes:
        price: of each kWh outside, over the part of the slot for which the band holds.
        unit_hours: the same in units of the level times hours, as misses are told.
        asked: the wish that it comes from.
    """

    low: float
    high: float
    price: float
    unit_hours: float
    asked: ComfortBand | Setpoint

    def outside(self, stored_kwh: float) -> float:
        """How far outside it is, in kWh."""
        return max(0.0, self.low - stored_kwh, stored_kwh - self.high)


def level_bands(
    problem: Problem, device: DeviceInput, flexibility: StorageFlexibility, level: float
) -> tuple[tuple[LevelBand, ...], ...]:
    """The bands of every slot.

    Interpretation: a band judges the level at the end of every slot that it overlaps, for as many hours as
    it does.
    """
    comfort, setpoint = problem.prices.comfort_per_unit_hour, problem.prices.setpoint_per_unit_hour
    asked: list[tuple[ComfortBand | Setpoint, float | None, float | None, float]] = [
        *((band, band.low, band.high, comfort) for band in device.comfort),
        *((point, point.level, point.level, setpoint) for point in device.setpoints),
    ]
    per_kwh, scale = flexibility.level_per_wh * 1000, 1000 if flexibility.unit == "Wh" else 1
    found: list[list[LevelBand]] = [[] for _ in problem.slots]
    for wish, low, high, price in asked:
        ends = ((-math.inf if low is None else low) - level, (math.inf if high is None else high) - level)
        least, most = sorted(end / per_kwh for end in ends)
        for slot, mine in zip(problem.slots, found, strict=True):
            unit_hours = slot.overlap_hours(wish.interval) * abs(per_kwh) / scale
            if unit_hours:
                mine.append(LevelBand(least, most, price * unit_hours, unit_hours, wish))
    return tuple(map(tuple, found))


@dataclass(frozen=True, slots=True)
class Valley:
    """A convex price of what is stored, cut where its slope changes.

    Attributes:
        low, high: its floor, where the price is ``least``.
        up, down: the steps above and below the floor, each with its width and its price per kWh; the
            nearest first.
    """

    low: float
    high: float
    least: float
    up: tuple[tuple[float, float], ...]
    down: tuple[tuple[float, float], ...]


def valley(low: float, high: float, bands: Sequence[tuple[float, float, float]]) -> Valley:
    r"""The price of being outside these bands (low, high, price) where the level may be ``low .. high``.

    price
      \          _/
       \       _/
        \_____/
    low          high
    """
    if not bands:
        return Valley(low, high, 0.0, (), ())
    points = sorted({min(max(end, low), high) for band in bands for end in band[:2]} | {low, high})
    pieces = [(start, end, _slope(start, end, bands)) for start, end in pairwise(points)]
    floor = [(start, end) for start, end, slope in pieces if abs(slope) <= _FLAT]
    down = [(end - start, -slope) for start, end, slope in pieces if slope < -_FLAT]
    up = [(end - start, slope) for start, end, slope in pieces if slope > _FLAT]
    bottom = points[len(down)]
    first, last = (floor[0][0], floor[-1][1]) if floor else (bottom, bottom)
    at = first if math.isfinite(first) else last
    least = sum(price * max(0.0, least - at, at - most) for least, most, price in bands)
    return Valley(first, last, least, tuple(up), tuple(reversed(down)))


def _slope(start: float, end: float, bands: Sequence[tuple[float, float, float]]) -> float:
    """What each kWh more costs on a piece that no band's end cuts."""
    return sum(price * ((start >= most) - (end <= least)) for least, most, price in bands)
