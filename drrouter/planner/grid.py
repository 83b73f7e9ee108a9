"""Cuts the time ahead into slots and reads rates into them, one value a slot.

Slots begin and end at the native quarter hours of prices; only the first, which begins at ``now``, and
those cut by the edge of an order are shorter.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from drrouter.domain.interval import SLOT, Interval, slots
from drrouter.domain.rates import Rates

HORIZON = timedelta(hours=24)
"""How far a plan looks ahead unless it is told."""

_DAY = timedelta(days=1)
_DAYS_BACK = 7


def grid_slots(
    now: datetime, horizon: timedelta = HORIZON, step: timedelta = SLOT, edges: Iterable[datetime] = ()
) -> tuple[Interval, ...]:
    """The slots of a plan, from ``now`` to the end of the last whole step within the horizon.

    now        edge   end
     |--|----|--|-|----|

    Args:
        now: aware UTC.
        horizon: how far to look ahead.
        step: the length of a slot.
        edges: instants at which a slot is cut, so that orders begin and end between slots. An edge nearer
            than a minute to another is left out, for slots of seconds serve nobody.
    """
    plain = slots(now, now + horizon, step)
    cuts = [plain[0].start, *(slot.end for slot in plain)]
    span = Interval(cuts[0], cuts[-1])
    for edge in sorted(edges):
        if all(abs(edge - cut) >= timedelta(minutes=1) for cut in cuts) and span.holds(edge):
            cuts.append(edge)
    cuts.sort()
    return tuple(Interval(start, end) for start, end in pairwise(cuts))


def per_slot(rates: Rates, grid: tuple[Interval, ...], unknown: float) -> tuple[float, ...]:
    """One value per slot: the mean over the known part of the slot.

    Interpretation: a slot of which nothing is known takes the value of the same time of day on the nearest
    earlier day (up to a week back), else the mean of all that is known,
    else ``unknown``. Prices are published a day at a time, and tomorrow resembles today.
    """
    values: list[float] = []
    default = _mean_of(rates, unknown)
    for slot in grid:
        value = rates.mean(slot)
        values.append(_same_time_before(rates, slot, default) if value is None else value)
    return tuple(values)


def _same_time_before(rates: Rates, slot: Interval, default: float) -> float:
    for days in range(1, _DAYS_BACK + 1):
        earlier = rates.mean(Interval(slot.start - days * _DAY, slot.end - days * _DAY))
        if earlier is not None:
            return earlier
    return default


def _mean_of(rates: Rates, unknown: float) -> float:
    if not rates.steps:
        return unknown
    mean = rates.mean(Interval(rates.steps[0][0].start, rates.steps[-1][0].end))
    return unknown if mean is None else mean
