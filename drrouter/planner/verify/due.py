"""What is due in a plan: cycles that nobody may move, and wishes that they do not serve yet."""

from datetime import timedelta

from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import ProgrammeId
from drrouter.domain.plan import ScheduledCycle
from drrouter.domain.wish import CycleWish
from drrouter.planner.problem import DeviceInput, Problem


def due_cycles(
    problem: Problem, device: DeviceInput, flexibility: ProfileFlexibility
) -> list[ScheduledCycle]:
    """The cycles that nobody may move: the running one, and the commitment unless it is the running one."""
    due: list[ScheduledCycle] = []
    running, commitment = device.running, device.commitment
    if running is not None and (programme := flexibility.programme(running.programme_id)):
        end = running.started_at + programme.duration
        due.append(ScheduledCycle(device.id, running.programme_id, running.started_at, end, fixed=True))
    if commitment is not None and (not due or commitment.start >= due[0].end):
        programme = flexibility.programme(commitment.programme_id)
        end = commitment.start + (programme.duration if programme else timedelta(0))
        due.append(ScheduledCycle(device.id, commitment.programme_id, commitment.start, end, fixed=True))
    return [cycle for cycle in due if cycle.end > problem.now and flexibility.programme(cycle.programme_id)]


def due_wish(problem: Problem, device: DeviceInput) -> CycleWish | None:
    """The wished cycle that no running or committed one serves, None where there is none."""
    wish = next((wish for wish in device.wishes if isinstance(wish, CycleWish)), None)
    if wish is None or not isinstance(device.flexibility, ProfileFlexibility):
        return None
    fixed = due_cycles(problem, device, device.flexibility)
    return None if any(cycle.programme_id in wanted(wish) for cycle in fixed) else wish


def wanted(wish: CycleWish) -> set[ProgrammeId]:
    """The programmes that serve the wish."""
    return {wish.programme_id, *wish.alternatives}
