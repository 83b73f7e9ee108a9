"""What a device's last turn still forbids: a run begun before now must last, and so must a rest."""

from dataclasses import replace

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.interval import Interval
from drrouter.planner.problem import DeviceInput, Problem


def runs(problem: Problem, device: DeviceInput) -> bool | None:
    """Whether the device ran just before now; None where nobody knows.

    Interpretation: of two turns the later one holds, and a turn ahead of now has not happened.
    """
    turns = [
        (since, on)
        for since, on in ((device.on_since, True), (device.off_since, False))
        if since is not None and since <= problem.now
    ]
    return max(turns)[1] if turns else None


def held_by_its_past(problem: Problem, device: DeviceInput, flexibility: StorageFlexibility) -> DeviceInput:
    """The device with the rest of its run as a floor, or the rest of its rest as a cap.

    Interpretation: what protects a compressor binds like an owner's floor and an owner's cap: caps still end
    a run, a storage that is full still stops by itself, and a rest lasts whatever else is wished. Devices
    that cycle by themselves see to it themselves.
    """
    state = runs(problem, device)
    since = device.on_since if state else device.off_since
    shortest = flexibility.min_on if state else flexibility.min_off
    if state is None or since is None or flexibility.duty or since + shortest <= problem.now:
        return device
    rest = Interval(problem.now, since + shortest)
    if not state:
        return replace(device, caps=(*device.caps, (rest, 0.0)))
    return replace(device, floors=(*device.floors, (rest, flexibility.min_power_w)))
