"""What a device is allowed to draw in each slot, read from its caps, floors and availability."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime

from drrouter.domain.interval import Interval
from drrouter.planner.problem import DeviceInput
from drrouter.planner.verify.trips import is_here

Allowed = Callable[[float, float], float]
"""What the cap and the floor in force allow, all in W."""


def means_over(device: DeviceInput, slots: Sequence[Interval], allowed: Allowed) -> list[float]:
    """Per slot, the mean of a function of the cap and the floor in force, in W.

    A device that is not available has a cap of 0. Between two marks nothing changes, so that all slots there
    share one answer.
    """
    marks, found, alike = _marks(device), list[float](), dict[int, float]()
    if not marks:
        return [allowed(float("inf"), 0.0)] * len(slots)
    for slot in slots:
        passed = bisect_right(marks, slot.start)
        if passed < len(marks) and marks[passed] < slot.end:
            found.append(_mean_over(device, slot, marks[passed:], allowed))
            continue
        if passed not in alike:
            alike[passed] = allowed(cap_at(device, slot.start), floor_at(device, slot.start))
        found.append(alike[passed])
    return found


def _mean_over(device: DeviceInput, slot: Interval, marks: list[datetime], allowed: Allowed) -> float:
    """The mean over a slot with marks inside it."""
    ordered = [slot.start, *(mark for mark in marks if mark < slot.end), slot.end]
    total = 0.0
    for index, begin in enumerate(ordered[:-1]):
        seconds = (ordered[index + 1] - begin).total_seconds()
        total += seconds * allowed(cap_at(device, begin), floor_at(device, begin))
    return total / slot.duration.total_seconds()


def cap_at(device: DeviceInput, instant: datetime) -> float:
    """The tightest cap in force, in W; 0 while the device is away, infinite where nothing binds it."""
    if not is_here(device, instant):
        return 0.0
    caps = [max(0.0, watts) for span, watts in device.caps if span.holds(instant)]
    return min(caps) if caps else float("inf")


def floor_at(device: DeviceInput, instant: datetime) -> float:
    """The highest floor in force, in W; 0 where nothing lifts it."""
    floors = [watts for span, watts in device.floors if span.holds(instant)]
    return max([0.0, *floors])


def _marks(device: DeviceInput) -> list[datetime]:
    """The instants at which a cap, a floor or the availability begins or ends, in order."""
    spans = [span for span, _ in device.caps] + [span for span, _ in device.floors]
    spans += [period.interval for period in device.periods]
    spans += [device.available] if device.available is not None else []
    return sorted({mark for span in spans for mark in (span.start, span.end)})
