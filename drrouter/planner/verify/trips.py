"""Reads, for the checks, when a device is at its plug, what trips take out of it and what they ask for."""

from datetime import datetime

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.interval import Interval
from drrouter.domain.wish import LevelWish
from drrouter.planner.problem import DeviceInput, Problem


def is_here(device: DeviceInput, instant: datetime) -> bool:
    """Whether the device is at its plug."""
    if device.available is not None and not device.available.holds(instant):
        return False
    if not device.periods:
        return True
    return any(period.interval.holds(instant) for period in device.periods)


def hours_at_plug(device: DeviceInput, span: Interval) -> float:
    """For how long of the span it is there."""
    if device.available is not None:
        common = span.overlap(device.available)
        if common is None:
            return 0.0
        span = common
    if not device.periods:
        return span.hours
    return sum(span.overlap_hours(period.interval) for period in device.periods)


def used_by(problem: Problem, device: DeviceInput, since: datetime, until: datetime) -> float:
    """What trips that end in the span, and after now, take out of it, in the unit of its level."""
    ends = [(period.interval.start, period.used) for period in device.periods]
    return sum(used for end, used in ends if since <= end < until and end > problem.now)


def may_come_back_empty(device: DeviceInput, flexibility: StorageFlexibility) -> bool:
    """Whether its lower bound falls to what a trip leaves: it stands still and nothing is drawn from it."""
    return not (flexibility.moves_alone or flexibility.duty or any(device.taken))


def level_wishes(device: DeviceInput, flexibility: StorageFlexibility) -> list[LevelWish]:
    """The levels wished, and those that trips need by the departures before them."""
    told = [wish for wish in device.wishes if isinstance(wish, LevelWish)]
    for number, period in enumerate(device.periods[1:]):
        if period.used > 0:
            needed = min(flexibility.level_max, flexibility.level_min + period.used)
            told.append(LevelWish(device.id, needed, device.periods[number].interval.end))
    return told
