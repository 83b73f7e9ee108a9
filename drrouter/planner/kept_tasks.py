"""Keeps what the devices of a home must do from one problem to the next, where nothing about them changed.

Between two plans it is prices, loads, the sun and limits that change. None of them says what a washer must
do, nor how a tank cools, so that all that is read off the devices alone stands as it did. To be sure of that
it is read off a problem in which there is nothing else.
"""

from dataclasses import replace

from drrouter.domain.plan import CostSplit, DataRung, Plan
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.tasks import DeviceTasks, Tasks, device_tasks, tasks_of


class TaskKeeper:
    """Reads problems; what it keeps makes that quicker, never other than ``tasks_of``."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: tuple[Problem, DeviceTasks] | None = None

    def tasks_of(self, problem: Problem) -> Tasks:
        """Read the problem."""
        asked = _bare(problem)
        if self._kept is None or self._kept[0] != asked:
            self._kept = asked, device_tasks(asked)
        return tasks_of(problem, self._kept[1])


def _bare(problem: Problem) -> Problem:
    """The problem with nothing in it but its devices, slots and orders, and where cycles stood before."""
    nothing = (0.0,) * len(problem.slots)
    return Problem(
        now=problem.now,
        slots=problem.slots,
        import_price=nothing,
        export_price=nothing,
        base_load_w=nothing,
        devices=tuple(map(_in_the_dark, problem.devices)),
        previous=None if problem.previous is None else _cycles_alone(problem, problem.previous),
        prices=problem.prices,
        effort=problem.effort,
        precedences=problem.precedences,
        exclusive=problem.exclusive,
    )


def _in_the_dark(device: DeviceInput) -> DeviceInput:
    """The device without its sun, which says only what an inverter may give."""
    return replace(device, sun_w=()) if device.sun_w else device


def _cycles_alone(problem: Problem, previous: Plan) -> Plan:
    """The plan with nothing in it but its cycles."""
    return Plan(
        made_at=problem.now,
        slots=problem.slots,
        currency=previous.currency,
        power_w={},
        level={},
        cycles=previous.cycles,
        grid_w=(),
        misses=(),
        cost=CostSplit(),
        marginal_price=(),
        headroom_w=(),
        solve_rung=previous.solve_rung,
        data_rung=DataRung.LIVE,
    )
