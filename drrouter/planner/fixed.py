"""What of the cycles nobody may move, and which wish for a cycle is still open."""

from datetime import datetime

from drrouter.domain.flexibility import ProfileFlexibility, Programme
from drrouter.domain.ids import ProgrammeId
from drrouter.domain.plan import ScheduledCycle
from drrouter.domain.wish import CycleWish
from drrouter.planner.problem import DeviceInput, Problem


def fixed_cycles(problem: Problem, device: DeviceInput) -> tuple[tuple[ScheduledCycle, Programme], ...]:
    """The running cycle and the commitment: fixed load, never moved.

    Interpretation: a commitment that begins before the running cycle ends *is* the running cycle, since a
    machine runs one at a time. A programme that the device does not know has no profile and no load.
    """
    if not isinstance(device.flexibility, ProfileFlexibility):
        return ()
    fixed: list[tuple[ScheduledCycle, Programme]] = []
    if device.running is not None:
        fixed += _fixed(device, device.flexibility, device.running.programme_id, device.running.started_at)
    commitment = device.commitment
    if commitment is not None and (not fixed or commitment.start >= fixed[0][0].end):
        fixed += _fixed(device, device.flexibility, commitment.programme_id, commitment.start)
    return tuple(item for item in fixed if item[0].end > problem.now)


def open_wish(problem: Problem, device: DeviceInput) -> CycleWish | None:
    """The wish for a cycle that is still to be placed, None where there is none.

    Interpretation: a wish for a programme that already runs or is committed is served by that cycle.
    """
    wish = next((wish for wish in device.wishes if isinstance(wish, CycleWish)), None)
    if wish is None or not isinstance(device.flexibility, ProfileFlexibility):
        return None
    served = any(cycle.programme_id in wish.choices for cycle, _ in fixed_cycles(problem, device))
    return None if served else wish


def _fixed(
    device: DeviceInput, flexibility: ProfileFlexibility, programme_id: ProgrammeId, start: datetime
) -> list[tuple[ScheduledCycle, Programme]]:
    programme = flexibility.programme(programme_id)
    if programme is None:
        return []
    end = start + programme.duration
    return [(ScheduledCycle(device.id, programme_id, start, end, fixed=True), programme)]
