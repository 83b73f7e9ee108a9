"""The whole problem as numbers: what is fixed, what is to be placed, and what energy costs.

Made once from a Problem and read by the model, by the greedy rung and by whoever prices a plan.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from drrouter.domain.flexibility import Programme, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import ScheduledCycle
from drrouter.planner.cycle_task import CycleTask, cycle_task
from drrouter.planner.demand_task import DemandTask, demand_task
from drrouter.planner.energy_prices import Tariffs, tariffs_of
from drrouter.planner.fixed import fixed_cycles
from drrouter.planner.inverter_task import InverterTask, inverter_tasks
from drrouter.planner.modes_task import ModesTask, modes_task
from drrouter.planner.problem import Problem
from drrouter.planner.site import Site
from drrouter.planner.start import Profile
from drrouter.planner.storage_task import StorageTask, storage_task


@dataclass(frozen=True, slots=True)
class Tasks:
    """A problem as numbers.

    Attributes:
        base_w: base load less PV plus what storages draw while idle, per slot.
        fixed_w: running cycles and commitments, and all that the sun offers inverters (negative), per device
            and slot.
        fixed: the former as cycles.
    """

    tariffs: Tariffs
    base_w: tuple[float, ...]
    fixed_w: dict[DeviceId, tuple[float, ...]]
    fixed: tuple[ScheduledCycle, ...]
    cycles: tuple[CycleTask, ...]
    storages: tuple[StorageTask, ...]
    demands: tuple[DemandTask, ...]
    inverters: tuple[InverterTask, ...] = ()
    modes: tuple[ModesTask, ...] = ()

    @property
    def modulating(self) -> tuple[StorageTask | DemandTask, ...]:
        """All that has a power of its own in each slot."""
        return (*self.storages, *self.demands)

    @property
    def count(self) -> int:
        """How many slots there are."""
        return len(self.base_w)

    def loads(self) -> Iterator[tuple[DeviceId, tuple[float, ...]]]:
        """What is unshiftable per device, in W: what is fixed, and the floors of storages and demands."""
        yield from self.fixed_w.items()
        for task in (*self.modulating, *self.modes):
            if any(task.kept_kw):
                yield task.device.id, tuple(1000 * floor for floor in task.kept_kw)


@dataclass(frozen=True, slots=True)
class MachineTasks:
    """What machines run for certain and what is wished of them: see ``Tasks``."""

    fixed_w: dict[DeviceId, tuple[float, ...]]
    fixed: tuple[ScheduledCycle, ...]
    cycles: tuple[CycleTask, ...]


@dataclass(frozen=True, slots=True)
class DeviceTasks:
    """What the devices must and may do, whatever energy costs and whatever else flows: see ``Tasks``.

    Attributes:
        storages: in which what is stored at the end is worth nothing yet.
    """

    machines: MachineTasks
    storages: tuple[StorageTask, ...]
    demands: tuple[DemandTask, ...]


def machine_tasks(problem: Problem) -> MachineTasks:
    """Read the machines of a problem."""
    fixed = [(device, fixed_cycles(problem, device)) for device in problem.devices]
    return MachineTasks(
        fixed_w={
            device.id: _fixed_power(problem, [(cycle.start, programme) for cycle, programme in cycles])
            for device, cycles in fixed
            if cycles
        },
        fixed=tuple(cycle for _, cycles in fixed for cycle, _ in cycles),
        cycles=tuple(filter(None, (cycle_task(problem, device) for device in problem.devices))),
    )


def device_tasks(problem: Problem) -> DeviceTasks:
    """Read the devices of a problem; of what is not about them nothing is read (``kept_tasks``)."""
    return DeviceTasks(
        machines=machine_tasks(problem),
        storages=tuple(filter(None, (storage_task(problem, device, 0.0) for device in problem.devices))),
        demands=tuple(filter(None, (demand_task(problem, device) for device in problem.devices))),
    )


def tasks_of(problem: Problem, devices: DeviceTasks | None = None) -> Tasks:
    """Read the problem; what its devices must do may be known already.

    Interpretation: what a storage draws while idle is counted in every slot, running or not: a few watts,
    and on the safe side of every limit.
    """
    devices = devices or device_tasks(problem)
    tariffs = tariffs_of(problem)
    end_value = max(0.0, tariffs.mean_buy)
    inverters = inverter_tasks(problem, tariffs)
    tasks = Tasks(
        tariffs=tariffs,
        base_w=_base(problem),
        fixed_w=devices.machines.fixed_w | {task.device.id: task.offered_w for task in inverters},
        fixed=devices.machines.fixed,
        cycles=devices.machines.cycles,
        storages=tuple(task.worth(end_value) for task in devices.storages),
        demands=devices.demands,
        inverters=inverters,
        modes=tuple(filter(None, (modes_task(problem, device, end_value) for device in problem.devices))),
    )

    held = _held_under_limits(problem, tasks)
    return replace(tasks, storages=tuple(_kept_to_the_sun(tasks, task) for task in held))


def unshiftable(problem: Problem, tasks: Tasks) -> Site:
    """The home with nothing in it but what nobody may move."""
    site = Site(problem, tasks.base_w, tasks.tariffs)
    for device_id, power_w in tasks.loads():
        site.add(device_id, power_w)
    return site


def _held_under_limits(problem: Problem, tasks: Tasks) -> Iterator[StorageTask]:
    """Storages that need nothing stay off where a limit leaves less than their lowest power."""
    site: Site | None = None
    for task in tasks.storages:
        if not task.free or not any(task.on_kw) or not problem.limits:
            yield task
            continue
        site = site or unshiftable(problem, tasks)
        rooms = [site.room_w(task.device.id, index) / 1000 for index in range(tasks.count)]
        yield task.held_under([room + kept for room, kept in zip(rooms, task.kept_kw, strict=True)])


def _kept_to_the_sun(tasks: Tasks, task: StorageTask) -> StorageTask:
    """A storage on sun takes its floor alone where the sun leaves nothing: what a battery gives is no sun."""
    if not task.sun_only:
        return task
    fixed_w = [sum(slot) for slot in zip(tasks.base_w, *tasks.fixed_w.values(), strict=True)]
    bounds = zip(fixed_w, task.floor_kw, task.max_kw, strict=True)
    return replace(task, max_kw=tuple(most if watts < 0 else floor for watts, floor, most in bounds))


def _base(problem: Problem) -> tuple[float, ...]:
    pv_w = problem.pv_w or (0.0,) * len(problem.slots)
    idle_w = sum(
        device.flexibility.idle_power_w
        for device in problem.devices
        if isinstance(device.flexibility, StorageFlexibility)
    )
    return tuple(load - sun + idle_w for load, sun in zip(problem.base_load_w, pv_w, strict=True))


def _fixed_power(problem: Problem, cycles: list[tuple[datetime, Programme]]) -> tuple[float, ...]:
    count = len(problem.slots)
    placed = [
        Profile(programme).place(start, problem.slots, start + programme.duration).over(count)
        for start, programme in cycles
    ]
    return tuple(map(sum, zip(*placed, strict=True)))
