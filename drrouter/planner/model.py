"""Assembles the constraint families into one model of the home, and reads a schedule out of its solution."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from drrouter.domain.ids import DeviceId
from drrouter.planner.constraints import Import
from drrouter.planner.constraints.balance import add_balance
from drrouter.planner.constraints.battery import add_own_use, add_sun_only
from drrouter.planner.constraints.capacity import add_capacities
from drrouter.planner.constraints.curtailment import InverterVars, add_inverter
from drrouter.planner.constraints.cycle import CycleVars, add_cycle
from drrouter.planner.constraints.demand import DemandVars, add_demand
from drrouter.planner.constraints.events import add_rebates, add_recoveries
from drrouter.planner.constraints.exclusive import add_exclusive
from drrouter.planner.constraints.limits import add_export_limits, add_limits
from drrouter.planner.constraints.peaks import add_peaks
from drrouter.planner.constraints.precedence import add_precedences
from drrouter.planner.constraints.storage import StorageVars, add_storage
from drrouter.planner.constraints.sun_cover import add_sun_cover
from drrouter.planner.constraints.tiers import add_tiers
from drrouter.planner.kept_door import Keeper
from drrouter.planner.pools import handed_out, pools
from drrouter.planner.problem import Problem
from drrouter.planner.pulp_door import Door, Solution, Var
from drrouter.planner.schedule import Schedule
from drrouter.planner.start import Start
from drrouter.planner.storage_task import CRUMB_KW, SLACK_KWH, StorageTask
from drrouter.planner.tasks import Tasks

_NOISE_KW = 1e-7
"""Less power than this, in a solution, is the solver's arithmetic."""


@dataclass(frozen=True, slots=True)
class HomeModel:
    """A home's model: its door, and the variables by which a solution is read."""

    door: Door
    tasks: Tasks
    cycles: tuple[CycleVars, ...]
    storages: tuple[StorageVars, ...]
    demands: tuple[DemandVars, ...]
    inverters: tuple[InverterVars, ...] = ()


def build(problem: Problem, tasks: Tasks, keeper: Keeper | None = None) -> HomeModel:
    """Write the whole model; over the structure that ``keeper`` holds where that is the same."""
    return (keeper or Keeper()).write(lambda door: _written(door, problem, tasks))


def _written(door: Door, problem: Problem, tasks: Tasks) -> HomeModel:
    cycles = tuple(add_cycle(door, problem, tasks, pool) for pool in pools(problem, tasks.cycles))
    alone = {cycle.task.device.id: cycle for cycle in cycles if len(cycle.pool) == 1}
    add_precedences(door, problem, alone)
    add_exclusive(door, problem, alone)
    storages = tuple(add_storage(door, problem, tasks, task) for task in tasks.storages)
    demands = tuple(add_demand(door, tasks, task) for task in tasks.demands)
    inverters = tuple(add_inverter(door, task) for task in tasks.inverters)
    parts: tuple[CycleVars | StorageVars | DemandVars | InverterVars, ...]
    parts = (*cycles, *storages, *demands, *inverters)
    draws = {part.task.device.id: part.draw for part in parts}
    most_kw = {task.device.id: task.max_kw for task in tasks.modulating}
    most_kw |= {cycle.task.device.id: cycle.most_kw for cycle in cycles}
    most_kw |= {task.device.id: task.spare_kw for task in tasks.inverters}
    meter = add_balance(door, tasks, _fixed_kw(tasks), _sum(tasks, most_kw.values()), _sent_kw(tasks), draws)
    add_own_use(door, problem, tasks, meter, [(part.task, part.given) for part in storages])
    add_sun_cover(door, meter, cycles, storages)
    add_sun_only(door, meter, [(part.task, part.power) for part in storages])
    _add_terms(door, tasks, Import(meter.imports, meter.import_kw))
    add_limits(door, problem, tasks, meter.imports, draws)
    add_export_limits(door, problem, tasks, meter.exports)
    add_recoveries(door, problem, tasks, meter.imports)
    add_rebates(door, problem, tasks, meter.imports, draws, most_kw)
    return HomeModel(door, tasks, cycles, storages, demands, inverters)


def _add_terms(door: Door, tasks: Tasks, meter: Import) -> None:
    add_peaks(door, tasks, meter)
    add_tiers(door, tasks, meter)
    add_capacities(door, tasks, meter)


def read_schedule(model: HomeModel, solution: Solution) -> Schedule:
    """What the solver decided, with its arithmetic's crumbs swept away."""
    starts: dict[DeviceId, Start | None] = {}
    for cycle in model.cycles:
        if paused := next(filter(None, (chain.chosen(solution) for chain in cycle.chains)), None):
            starts[cycle.task.device.id] = paused
            continue
        counts = [0 if var is None else round(solution.values[var]) for var in cycle.starts]
        for task, start in zip(cycle.pool, handed_out(cycle.pool, counts), strict=True):
            starts[task.device.id] = start
    power_w = {part.task.device.id: _net_power(part, solution) for part in model.storages}
    for demand in model.demands:
        floor, most = demand.task.floor_kw, demand.task.max_kw
        power_w[demand.task.device.id] = _clipped(demand.power, floor, most, solution)
    power_w |= {part.task.device.id: _given(part, solution) for part in model.inverters}
    return Schedule(starts, power_w)


def _given(part: InverterVars, solution: Solution) -> tuple[float, ...]:
    """The power of an inverter, negative: what it is offered, less what is held back."""
    power_w = list(part.task.offered_w)
    for index, held in part.held.items():
        power_w[index] += 1000 * min(max(solution.values[held], 0.0), part.task.spare_kw[index])
    return tuple(power_w)


def _storage_power(part: StorageVars, solution: Solution) -> tuple[float, ...]:
    """The power of a storage; where it runs in steps, exactly off or at a power that it can have."""
    task = part.task
    low, high = [0.0] * len(task.max_kw), list(task.max_kw)
    for index, on in part.on.items():
        if solution.values[on] < 0.5:
            high[index] = 0.0
        elif solution.values[part.power[index]] > task.on_kw[index] - CRUMB_KW:
            low[index] = task.on_kw[index]
    return _clipped(part.power, tuple(low), tuple(high), solution, _NOISE_KW)


def _net_power(part: StorageVars, solution: Solution) -> tuple[float, ...]:
    """What a storage takes less what it gives; a battery that is full takes no more.

    Taking and giving at once would have burnt energy; netted, it stays in the store.
    """
    power_w, task = _storage_power(part, solution), part.task
    if task.giving is None:
        return _swept(task, power_w)
    given_w = _clipped(part.given, (0.0,) * len(power_w), task.giving.max_kw, solution)
    net = [taken - given for taken, given in zip(power_w, given_w, strict=True)]
    return _swept(task, tuple(_what_can_be(task, net)))


def _what_can_be(task: StorageTask, power_w: Sequence[float]) -> list[float]:
    """No power that takes more than there is room for, nor, after a trip, gives what none has left.

    In one walk: what is not given, whatever the model thinks of missing it, leaves less room behind it.
    """
    arrivals, moves, kept = {trip.index for trip in task.trips}, task.dynamics, list[float]()
    stored, bound = 0.0, task.empty
    for k, watts in enumerate(power_w):
        room_kw = max(0.0, moves.power_to(k, stored, task.high[k]))
        possible_w = min(watts, 1000 * room_kw)
        if task.trips:
            idle = moves.after(k, stored, 0.0)
            bound = min(bound, idle) if k in arrivals else bound
            possible_w = max(possible_w, -1000 * max(0.0, idle - bound) / moves.per_kw_back(k))
        kept.append(possible_w)
        stored = moves.after(k, stored, possible_w / 1000)
    return kept


def _swept(task: StorageTask, power_w: tuple[float, ...]) -> tuple[float, ...]:
    """Off instead of a crumb, unless the level would leave its bounds without it, then or later.

    A full device is not turned on again for what the solver calls equal: that would be a run too short.
    What holds a battery that leaks a few mW at its lower bound is less than a crumb in each slot, and much
    in a day.
    """
    moves, swept, missing, stored = task.dynamics, list(power_w), 0.0, 0.0
    spare = [kwh - low for kwh, low in zip(task.stored(power_w), task.low, strict=True)]
    for k in reversed(range(len(spare) - 1)):
        spare[k] = min(spare[k], spare[k + 1] / moves.keep[k + 1] if moves.keep[k + 1] else spare[k])
    for k, watts in enumerate(power_w):
        missing *= moves.keep[k]
        energy, left = moves.per_kw(k) * watts / 1000, moves.after(k, stored, 0.0)
        tops_up = task.exact[k] and 0 < energy <= 2 * SLACK_KWH and left >= task.full - 2 * SLACK_KWH
        crumb = 0 < watts <= 1000 * CRUMB_KW and (task.exact[k] or missing + energy <= spare[k])
        if tops_up or crumb:
            swept[k] = 0.0
            missing += energy
        stored = moves.after(k, stored, swept[k] / 1000)
    return tuple(swept)


def _clipped(
    power: tuple[Var, ...],
    floor: tuple[float, ...],
    most: tuple[float, ...],
    solution: Solution,
    crumb_kw: float = CRUMB_KW,
) -> tuple[float, ...]:
    clipped = []
    for var, low, high in zip(power, floor, most, strict=True):
        kilowatts = min(max(solution.values[var], low), high)
        clipped.append(1000 * kilowatts if kilowatts > crumb_kw else 0.0)
    return tuple(clipped)


def _fixed_kw(tasks: Tasks) -> tuple[float, ...]:
    total = zip(tasks.base_w, *tasks.fixed_w.values(), strict=True)
    return tuple(sum(slot) / 1000 for slot in total)


def _sum(tasks: Tasks, most_kw: Iterable[tuple[float, ...]]) -> tuple[float, ...]:
    """What the devices may draw together in each slot."""
    most = [0.0] * tasks.count
    for power in most_kw:
        most = [total + kilowatts for total, kilowatts in zip(most, power, strict=True)]
    return tuple(most)


def _sent_kw(tasks: Tasks) -> tuple[float, ...]:
    """What batteries may send to the grid in each slot."""
    sent = [0.0] * tasks.count
    for gives in (task.giving for task in tasks.storages):
        if gives is not None and gives.may_export:
            sent = [total + most for total, most in zip(sent, gives.max_kw, strict=True)]
    return tuple(sent)
