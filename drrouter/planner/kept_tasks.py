"""Keeps what the devices of a home must do from one problem to the next, where nothing about them changed.

Between two plans it is prices, loads, the sun, limits and measured levels that change. None of them says what
a washer must do, nor how a tank cools, so that all that is read off one device alone stands as it did. To be
sure of that it is read off a problem in which there is nothing else.
"""

from dataclasses import dataclass, replace

from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import CostSplit, DataRung, Plan
from drrouter.planner.demand_task import DemandTask, demand_task
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.storage_task import StorageTask, storage_task
from drrouter.planner.tasks import DeviceTasks, MachineTasks, Tasks, machine_tasks, tasks_of


@dataclass(frozen=True, slots=True)
class _Device:
    """What was asked of a device that is no machine, and what was read."""

    asked: DeviceInput
    storage: StorageTask | None
    demand: DemandTask | None


class TaskKeeper:
    """Reads problems; what it keeps makes that quicker, never other than ``tasks_of``."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._machines: tuple[Problem, MachineTasks] | None = None
        self._slots: Problem | None = None
        self._devices: dict[DeviceId, _Device] = {}

    def tasks_of(self, problem: Problem) -> Tasks:
        """Read the problem."""
        slots = _bare(problem)
        read = self._read(problem, slots)
        return tasks_of(
            problem,
            DeviceTasks(
                machines=self._machines_of(problem, slots),
                storages=tuple(device.storage for device in read if device.storage is not None),
                demands=tuple(device.demand for device in read if device.demand is not None),
            ),
        )

    def _machines_of(self, problem: Problem, slots: Problem) -> MachineTasks:
        asked = replace(
            slots,
            devices=tuple(map(_unmeasured, problem.devices)),
            previous=None if problem.previous is None else _cycles_alone(problem, problem.previous),
            precedences=problem.precedences,
            exclusive=problem.exclusive,
            outages=problem.outages,
        )
        if self._machines is None or self._machines[0] != asked:
            self._machines = asked, machine_tasks(asked)
        return self._machines[1]

    def _read(self, problem: Problem, slots: Problem) -> list[_Device]:
        """Every device by itself."""
        before, read = self._devices if self._slots == slots else {}, list[_Device]()
        for device in problem.devices:
            known = before.get(device.id)
            if known is None or known.asked != device:
                known = _Device(device, storage_task(slots, device, 0.0), demand_task(slots, device))
            read.append(known)
        self._slots, self._devices = slots, {known.asked.id: known for known in read}
        return read


def _bare(problem: Problem) -> Problem:
    """The problem with nothing in it but its slots, and the prices of misses."""
    nothing = (0.0,) * len(problem.slots)
    return Problem(
        now=problem.now,
        slots=problem.slots,
        import_price=nothing,
        export_price=nothing,
        base_load_w=nothing,
        devices=(),
        prices=problem.prices,
        effort=problem.effort,
    )


def _unmeasured(device: DeviceInput) -> DeviceInput:
    """The device, a machine as it is, any other without what is measured or forecast of it."""
    if isinstance(device.flexibility, ProfileFlexibility):
        return device
    bare = replace(device, level=None, on_since=None, off_since=None)
    return replace(bare, ambient=(), gain=(), taken=(), sun_w=())


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
