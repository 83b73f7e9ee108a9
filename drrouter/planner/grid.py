"""Cuts the time ahead into slots and reads rates into them, one value a slot.

Slots begin and end at the native quarter hours of prices; only the first, which begins at ``now``, and
those cut by the edge of an order are shorter. A varied grid has fewer of them: shorter ones soon, which are
carried out as planned, and longer ones late, which a later plan cuts again.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from drrouter.domain.interval import SLOT, Interval, floor_to, slots
from drrouter.domain.rates import Rates

HORIZON = timedelta(hours=24)
"""How far a plan looks ahead unless it is told."""

Steps = tuple[tuple[timedelta, timedelta], ...]
"""Until how long from now slots have which length, from the shortest on; the last goes on to the horizon."""

_HOUR = timedelta(hours=1)

STEPS: Steps = ((6 * _HOUR, SLOT), (24 * _HOUR, 2 * SLOT), (48 * _HOUR, 4 * SLOT))
"""Quarter hours while whole steps of power are planned exactly (``Effort.near``), then longer slots."""

FINE_STEPS: Steps = ((_HOUR, timedelta(minutes=5)), *STEPS)
"""The same with five minutes in the first hour, for homes that are told what to do by the minute."""

_LEAST = timedelta(minutes=1)
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
    return _cut(slots(now, now + horizon, step), edges)


def varied_slots(
    now: datetime,
    horizon: timedelta = HORIZON,
    edges: Iterable[datetime] = (),
    fine: Iterable[Interval] = (),
    steps: Steps = STEPS,
) -> tuple[Interval, ...]:
    """The slots of a plan, short ones near ``now`` and longer ones later, all aligned to the clock.

    now                    fine       end
     |-|--|--|--|----|----|--|--|--------|

    Args:
        now: aware UTC.
        horizon: how far to look ahead.
        edges: instants at which a slot is cut, as in ``grid_slots``: of orders, and of prices that change.
        fine: spans in which no slot is longer than a quarter of an hour.
        steps: until when slots have which length.

    Interpretation: whoever has a value for every instant (prices, base load, sun) tells a slot its mean over
    time, for that is what an even power in the slot meets. A limit holds for the mean power of a slot, which
    says little of a cycle's peak in a long one: where limits are ordered, slots stay ``fine``.
    """
    plain: list[Interval] = []
    until = now
    for number, (reach, step) in enumerate(steps):
        last = number == len(steps) - 1
        end = now + horizon
        if not last:
            end = min(end, floor_to(now + reach, steps[number + 1][1]))
        if end > until:
            plain += slots(until, end, step)
            until = end
    return _cut(tuple(plain), (*edges, *_quarters(plain, tuple(fine))))


def _quarters(plain: Iterable[Interval], fine: tuple[Interval, ...]) -> Iterator[datetime]:
    """The quarter hours inside the slots that a fine span touches."""
    for slot in plain:
        if any(slot.overlap(span) for span in fine):
            yield from inner_quarters(slot)


def inner_quarters(slot: Interval) -> Iterator[datetime]:
    """The quarter hours strictly inside the slot."""
    quarter = floor_to(slot.start, SLOT) + SLOT
    while quarter < slot.end:
        yield quarter
        quarter += SLOT


def turns(rates: Rates, least: float = 0.0) -> Iterator[datetime]:
    """The instants at which a rate changes by more than ``least``, in its own unit."""
    for (before, old), (after, new) in pairwise(rates.steps):
        if before.end == after.start and abs(new - old) > least:
            yield after.start


def _cut(plain: tuple[Interval, ...], edges: Iterable[datetime]) -> tuple[Interval, ...]:
    """The slots, cut at the edges that are not too near to another one."""
    cuts = [plain[0].start, *(slot.end for slot in plain)]
    span = Interval(cuts[0], cuts[-1])
    for edge in sorted(edges):
        if all(abs(edge - cut) >= _LEAST for cut in cuts) and span.holds(edge):
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
