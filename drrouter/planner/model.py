"""Assembles the constraint families into one model of the home, and reads a schedule out of its solution."""

from dataclasses import dataclass

from drrouter.domain.ids import DeviceId
from drrouter.planner.constraints import Import
from drrouter.planner.constraints.balance import add_balance
from drrouter.planner.constraints.capacity import add_capacities
from drrouter.planner.constraints.cycle import CycleVars, add_cycle
from drrouter.planner.constraints.demand import DemandVars, add_demand
from drrouter.planner.constraints.exclusive import add_exclusive
from drrouter.planner.constraints.limits import add_limits
from drrouter.planner.constraints.peaks import add_peaks
from drrouter.planner.constraints.precedence import add_precedences
from drrouter.planner.constraints.storage import StorageVars, add_storage
from drrouter.planner.constraints.tiers import add_tiers
from drrouter.planner.pools import handed_out, pools
from drrouter.planner.problem import Problem
from drrouter.planner.pulp_door import Door, Solution, Var
from drrouter.planner.schedule import Schedule
from drrouter.planner.start import Start
from drrouter.planner.storage_task import CRUMB_KW
from drrouter.planner.tasks import Tasks


@dataclass(frozen=True, slots=True)
class HomeModel:
    """A home's model: its door, and the variables by which a solution is read."""

    door: Door
    tasks: Tasks
    cycles: tuple[CycleVars, ...]
    storages: tuple[StorageVars, ...]
    demands: tuple[DemandVars, ...]


def build(problem: Problem, tasks: Tasks) -> HomeModel:
    """Write the whole model."""
    door = Door()
    cycles = tuple(add_cycle(door, problem, tasks, pool) for pool in pools(problem, tasks.cycles))
    alone = {cycle.task.device.id: cycle for cycle in cycles if len(cycle.pool) == 1}
    add_precedences(door, problem, alone)
    add_exclusive(door, problem, alone)
    storages = tuple(add_storage(door, problem, tasks, task) for task in tasks.storages)
    demands = tuple(add_demand(door, tasks, task) for task in tasks.demands)
    parts: tuple[CycleVars | StorageVars | DemandVars, ...] = (*cycles, *storages, *demands)
    draws = {part.task.device.id: part.draw for part in parts}
    fixed_kw, most_kw = _fixed_kw(tasks), _most_kw(tasks, cycles)
    imported = add_balance(door, tasks, fixed_kw, most_kw, draws)
    _add_terms(door, tasks, Import(imported, tuple(map(_positive_sum, fixed_kw, most_kw))))
    add_limits(door, problem, tasks, imported, draws)
    return HomeModel(door, tasks, cycles, storages, demands)


def _add_terms(door: Door, tasks: Tasks, meter: Import) -> None:
    add_peaks(door, tasks, meter)
    add_tiers(door, tasks, meter)
    add_capacities(door, tasks, meter)


def _positive_sum(fixed_kw: float, most_kw: float) -> float:
    return max(0.0, fixed_kw + most_kw)


def read_schedule(model: HomeModel, solution: Solution) -> Schedule:
    """What the solver decided, with its arithmetic's crumbs swept away."""
    starts: dict[DeviceId, Start | None] = {}
    for cycle in model.cycles:
        counts = [round(solution.values[var]) for var in cycle.starts]
        for task, start in zip(cycle.pool, handed_out(cycle.pool, counts), strict=True):
            starts[task.device.id] = start
    power_w = {part.task.device.id: _storage_power(part, solution) for part in model.storages}
    for demand in model.demands:
        floor, most = demand.task.floor_kw, demand.task.max_kw
        power_w[demand.task.device.id] = _clipped(demand.power, floor, most, solution)
    return Schedule(starts, power_w)


def _storage_power(part: StorageVars, solution: Solution) -> tuple[float, ...]:
    """The power of a storage; where it runs in steps, exactly off or at a power that it can have."""
    task = part.task
    low, high = [0.0] * len(task.max_kw), list(task.max_kw)
    for index, on in part.on.items():
        if solution.values[on] < 0.5:
            high[index] = 0.0
        elif solution.values[part.power[index]] > task.on_kw[index] - CRUMB_KW:
            low[index] = task.on_kw[index]
    return _clipped(part.power, tuple(low), tuple(high), solution)


def _clipped(
    power: tuple[Var, ...], floor: tuple[float, ...], most: tuple[float, ...], solution: Solution
) -> tuple[float, ...]:
    clipped = []
    for var, low, high in zip(power, floor, most, strict=True):
        kilowatts = min(max(solution.values[var], low), high)
        clipped.append(1000 * kilowatts if kilowatts > CRUMB_KW else 0.0)
    return tuple(clipped)


def _fixed_kw(tasks: Tasks) -> tuple[float, ...]:
    total = zip(tasks.base_w, *tasks.fixed_w.values(), strict=True)
    return tuple(sum(slot) / 1000 for slot in total)


def _most_kw(tasks: Tasks, cycles: tuple[CycleVars, ...]) -> tuple[float, ...]:
    """What the devices may draw together in each slot: of a cycle, one start only."""
    most = [0.0] * tasks.count
    for task in tasks.modulating:
        most = [total + power for total, power in zip(most, task.max_kw, strict=True)]
    for cycle in cycles:
        most = [total + power for total, power in zip(most, cycle.most_kw, strict=True)]
    return tuple(most)
