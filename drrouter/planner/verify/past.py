"""What a run or a rest begun before now still demands of a device, as a floor or a cap."""

from dataclasses import replace

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.interval import Interval
from drrouter.planner.problem import DeviceInput, Problem


def bound_by_its_past(problem: Problem, device: DeviceInput, flexibility: StorageFlexibility) -> DeviceInput:
    """The device with a floor while its run must go on, or a cap of 0 W while its rest must.

    Of the two instants the later one tells what it does now; one ahead of now tells nothing.
    """
    began = device.on_since if device.on_since and device.on_since <= problem.now else None
    ended = device.off_since if device.off_since and device.off_since <= problem.now else None
    if flexibility.duty:
        return device
    if began is not None and (ended is None or began >= ended):
        until = began + flexibility.min_on
        if until > problem.now:
            least = (Interval(problem.now, until), flexibility.min_power_w)
            return replace(device, floors=(*device.floors, least))
    elif ended is not None:
        until = ended + flexibility.min_off
        if until > problem.now:
            return replace(device, caps=(*device.caps, (Interval(problem.now, until), 0.0)))
    return device
