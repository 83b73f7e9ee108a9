r"""What coming and going does to a storage: what trips take out of it, and what they ask of it before.

    level   ______                 ____         wished by each departure
           /      \          _____/
        __/        \________/                  on arrival it is lower by what the trip used
       | at the plug | away | at the plug |

A trip never takes more than there is, for a driver charges on the way. Instead of what nobody knows then, the
level goes on as if it did, and the lower bound with it. What a trip lacks is missed at its departure.
"""

from dataclasses import dataclass, replace
from itertools import pairwise

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.interval import Interval
from drrouter.domain.wish import LevelWish
from drrouter.planner.problem import DeviceInput, Problem


def trips_used(problem: Problem, device: DeviceInput) -> tuple[float, ...]:
    """By how much trips lower the level in each slot, in its unit; empty where there are none.

    Interpretation: all of it on arrival. A trip that ends now, or ended before, is behind the level of now.
    """
    arrivals = [(period.interval.start, period.used) for period in device.periods if period.used]
    if not arrivals:
        return ()
    return tuple(
        sum(used for arrival, used in arrivals if slot.holds(arrival) and arrival > problem.now)
        for slot in problem.slots
    )


def trip_wishes(device: DeviceInput, flexibility: StorageFlexibility) -> tuple[LevelWish, ...]:
    """What each trip asks for by the departure before it: that the store holds what it uses.

    Interpretation: of a trip that uses more than the store can hold, all that it can hold.
    """
    low, high = flexibility.level_min, flexibility.level_max
    return tuple(
        LevelWish(device.id, min(low + back.used, high), here.interval.end)
        for here, back in pairwise(device.periods)
        if back.used
    )


@dataclass(frozen=True, slots=True)
class Trip:
    """A trip that ends in the plan.

    Attributes:
        index: the slot of its arrival.
        wish: what it asks for by its departure; None where it has left already.
    """

    index: int
    wish: LevelWish | None


def may_come_back_empty(device: DeviceInput, flexibility: StorageFlexibility) -> bool:
    """Whether a trip that finds too little lowers the bound: of what stands still when nobody moves it.

    Interpretation: what leaks, or is drawn from, or cycles by itself must keep its bounds, trip or not.
    """
    return not (flexibility.moves_alone or flexibility.duty or any(device.taken))


def trips_of(problem: Problem, device: DeviceInput, flexibility: StorageFlexibility) -> tuple[Trip, ...]:
    """The trips that end in the plan, in order; none of what may not come back empty."""
    if not may_come_back_empty(device, flexibility):
        return ()
    by_departure = {wish.by: wish for wish in trip_wishes(device, flexibility) if wish.by > problem.now}
    departures = [None, *(period.interval.end for period in device.periods)]
    return tuple(
        Trip(index, by_departure.get(left) if left else None)
        for left, back in zip(departures, device.periods, strict=False)
        if back.used and back.interval.start > problem.now
        for index, slot in enumerate(problem.slots)
        if slot.holds(back.interval.start)
    )


def always_here(problem: Problem, device: DeviceInput) -> DeviceInput:
    """The same device with the same trips, and always at its plug."""
    used = trips_used(problem, device)
    taken = device.taken or (0.0,) * len(used)
    per_hour = tuple(
        out + trip / slot.hours for out, trip, slot in zip(taken, used, problem.slots, strict=False)
    )
    return replace(device, available=None, periods=(), taken=per_hour or device.taken)


def hours_here(device: DeviceInput, span: Interval) -> float:
    """For how long of the span the device is at its plug."""
    spans = [span] if device.available is None else [span.overlap(device.available)]
    if not device.periods:
        return sum(part.hours for part in spans if part)
    return sum(part.overlap_hours(here.interval) for part in spans if part for here in device.periods)
