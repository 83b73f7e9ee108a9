"""How far, and for how long, levels are outside comfort bands and off the setpoints of events."""

from drrouter.planner.problem import DeviceInput, Problem


def uncomfortable(problem: Problem, device: DeviceInput, levels: list[float]) -> float:
    """Outside every comfort band, in units of the level times hours; judged at the end of each slot."""
    total = 0.0
    for slot, level in zip(problem.slots, levels, strict=True):
        for band in device.comfort:
            hours = slot.overlap_hours(band.interval)
            if band.low is not None:
                total += hours * max(0.0, band.low - level)
            if band.high is not None:
                total += hours * max(0.0, level - band.high)
    return total


def off_setpoints(problem: Problem, device: DeviceInput, levels: list[float]) -> float:
    """Away from every setpoint, in units of the level times hours; judged at the end of each slot."""
    return sum(
        slot.overlap_hours(setpoint.interval) * abs(level - setpoint.level)
        for slot, level in zip(problem.slots, levels, strict=True)
        for setpoint in device.setpoints
    )
