"""What a device is allowed to draw in a slot, read from its caps, floors and availability."""

from collections.abc import Callable
from datetime import datetime

from drrouter.domain.interval import Interval
from drrouter.planner.problem import DeviceInput
from drrouter.planner.verify.trips import is_here


def mean_over(device: DeviceInput, slot: Interval, allowed: Callable[[float, float], float]) -> float:
    """The mean over the slot of a function of the cap and the floor in force, in W.

    A device that is not available has a cap of 0.
    """
    spans = _spans(device)
    if not spans:
        return allowed(float("inf"), 0.0)
    marks = {mark for span in spans for mark in (span.start, span.end) if slot.holds(mark)}
    ordered = sorted(marks | {slot.start, slot.end})
    if len(ordered) == 2:
        return allowed(cap_at(device, slot.start), floor_at(device, slot.start))
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


def _spans(device: DeviceInput) -> list[Interval]:
    spans = [span for span, _ in device.caps] + [span for span, _ in device.floors]
    spans += [period.interval for period in device.periods]
    return spans + ([device.available] if device.available is not None else [])
