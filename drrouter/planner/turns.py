"""In which order the greedy rung places cycles, and what placing one leaves to those that follow it."""

from collections.abc import Callable, Iterator, Sequence

from drrouter.domain.ids import DeviceId
from drrouter.domain.wish import Precedence
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.problem import Problem
from drrouter.planner.relations import keeps
from drrouter.planner.start import Start


def in_turn(problem: Problem, tasks: Sequence[CycleTask]) -> list[CycleTask]:
    """Largest first, but what follows another after that; those that wait for each other come last."""
    left = sorted(tasks, key=lambda task: (-task.energy_wh, task.device.id))
    turns: list[CycleTask] = []
    while left:
        waiting = {task.device.id for task in left}
        ready = (task for task in left if not _leaders(problem, task) & waiting)
        task = next(ready, left[0])
        left.remove(task)
        turns.append(task)
    return turns


def _leaders(problem: Problem, task: CycleTask) -> set[DeviceId]:
    return {link.before for link in problem.precedences if link.after == task.device.id}


class Heirs:
    """What the best place of each follower costs, by where the cycle before it ends."""

    def __init__(
        self,
        problem: Problem,
        task: CycleTask,
        tasks: Sequence[CycleTask],
        cost: Callable[[CycleTask, Start], float],
        cost_of_none: Callable[[CycleTask], float],
    ) -> None:
        """Price every start of every follower once."""
        self._heirs = [
            (link, [(start, cost(other, start)) for start in other.starts], cost_of_none(other))
            for link, other in _followers(problem, task, tasks)
        ]

    def after(self, start: Start) -> float:
        """What those that follow would cost at their best after this start."""
        return sum(
            min((price for other, price in priced if keeps(link, start.end, other.start)), default=none)
            for link, priced, none in self._heirs
        )

    def without(self) -> float:
        """What they cost where this cycle stands nowhere: none of them may stand either."""
        return sum(none for _, _, none in self._heirs)


def _followers(
    problem: Problem, task: CycleTask, tasks: Sequence[CycleTask]
) -> Iterator[tuple[Precedence, CycleTask]]:
    by_id = {other.device.id: other for other in tasks}
    for link in problem.precedences:
        if link.before == task.device.id != link.after and link.after in by_id:
            yield link, by_id[link.after]
