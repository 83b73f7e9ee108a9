"""Assembles the constraint families into one model of the home; its solution is read in ``reading``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drrouter.domain.demand_response import Rebate
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.planner.constraints import Import
from drrouter.planner.constraints.balance import (
    Flows,
    Meter,
    add_balance,
    add_crossings,
    crossings,
    flows_of,
    write_balance,
)
from drrouter.planner.constraints.capacity import add_capacities
from drrouter.planner.constraints.curtailment import InverterVars, add_inverter
from drrouter.planner.constraints.cycle import CycleVars, add_cycle, price_cycle
from drrouter.planner.constraints.demand import DemandVars, add_demand
from drrouter.planner.constraints.events import add_rebates, add_recoveries
from drrouter.planner.constraints.exclusive import add_exclusive
from drrouter.planner.constraints.limits import add_export_limits, add_limits, rooms_kw, write_limits
from drrouter.planner.constraints.modes import ModesVars, add_modes
from drrouter.planner.constraints.own_use import add_own_use, add_sun_only, own_slots
from drrouter.planner.constraints.peaks import add_peaks
from drrouter.planner.constraints.precedence import add_precedences
from drrouter.planner.constraints.storage import StorageVars, add_storage, price_storage
from drrouter.planner.constraints.sun_cover import add_sun_cover
from drrouter.planner.constraints.tiers import add_tiers
from drrouter.planner.constraints.worth import turning_slots
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.kept_door import Keeper
from drrouter.planner.pools import Pool, pools
from drrouter.planner.problem import Problem
from drrouter.planner.pulp_door import Door
from drrouter.planner.site import Binding, LimitRow, limits_bind, rows_of
from drrouter.planner.tasks import Tasks


@dataclass(frozen=True, slots=True)
class HomeModel:
    """A home's model: its door, and the variables by which a solution is read."""

    door: Door
    tasks: Tasks
    cycles: tuple[CycleVars, ...]
    storages: tuple[StorageVars, ...]
    demands: tuple[DemandVars, ...]
    inverters: tuple[InverterVars, ...] = ()
    modes: tuple[ModesVars, ...] = ()


def build(problem: Problem, tasks: Tasks, keeper: Keeper | None = None) -> HomeModel:
    """Write the whole model; over the one that ``keeper`` holds where that is the same."""
    return (keeper or Keeper()).write(lambda door: _written(door, problem, tasks))


def _written(door: Door, problem: Problem, tasks: Tasks) -> HomeModel:
    """Structure first, each room told no more than it needs; then what changes from plan to plan."""
    model = _devices(door, problem, tasks)
    parts: tuple[CycleVars | StorageVars | DemandVars | InverterVars | ModesVars, ...]
    parts = (*model.cycles, *model.storages, *model.demands, *model.inverters, *model.modes)
    draws = {part.task.device.id: part.draw for part in parts}
    most_kw = _most_kw(tasks, model)
    most = door.part(_sum, tasks.count, tuple(most_kw.values()))
    flows = flows_of(_fixed_kw(tasks), most, _sent_kw(tasks))
    meter = door.part(add_balance, flows.exporting, tuple(draws.values()))
    door.part(add_crossings, meter, crossings(tasks, flows))
    _add_own_use(door, problem, tasks, model, meter, flows)
    _add_terms(door, tasks, Import(meter.imports, flows.import_kw))
    rows = door.part(_rows, problem.limits, problem.slots, limits_bind(problem))
    rooms = rooms_kw(problem, tasks, rows)
    limits = door.part(
        add_limits,
        tuple([(row.index, row.members, row.shares) for row in rows]),
        _limit_costs(problem, tasks),
        meter.imports,
        draws,
        _may_wait(tasks),
        tuple([room < 0 for room in rooms]),
    )
    add_export_limits(door, problem, tasks, meter.exports)
    add_recoveries(door, problem, tasks, meter.imports)
    add_rebates(door, problem, tasks, meter.imports, draws, most_kw)
    door.part(add_sun_cover, meter.imports, flows.sun_kw, model.cycles, model.storages, model.modes)
    door.settle()
    for cycle in model.cycles:
        price_cycle(door, tasks, cycle)
    for task, part in zip(tasks.storages, model.storages, strict=True):
        price_storage(door, tasks, task, part)
    write_balance(door, tasks, meter, flows)
    write_limits(door, tasks, rows, rooms, limits)
    return model


def _devices(door: Door, problem: Problem, tasks: Tasks) -> HomeModel:
    hours, prices = tasks.tariffs.hours, problem.prices
    cycles = tuple(
        door.part(add_cycle, prices, tasks.count, pool)
        for pool in door.part(_pools, problem.limits, problem.rebates, tasks.cycles)
    )
    alone = {cycle.task.device.id: cycle for cycle in cycles if len(cycle.pool) == 1}
    door.part(add_precedences, problem.precedences, prices, problem.horizon.end, alone)
    door.part(add_exclusive, problem.exclusive, alone)
    storages = tuple(
        door.part(
            add_storage, hours, prices, replace(task, end_value=0.0), turning_slots(problem, tasks, task)
        )
        for task in tasks.storages
    )
    demands = tuple(door.part(add_demand, hours, task) for task in tasks.demands)
    inverters = tuple(door.part(add_inverter, task) for task in tasks.inverters)
    modes = tuple(door.part(add_modes, hours, task) for task in tasks.modes)
    return HomeModel(door, tasks, cycles, storages, demands, inverters, modes)


def _most_kw(tasks: Tasks, model: HomeModel) -> dict[DeviceId, tuple[float, ...]]:
    """What each device may draw in each slot."""
    most_kw = {task.device.id: task.max_kw for task in tasks.modulating}
    most_kw |= {cycle.task.device.id: cycle.most_kw for cycle in model.cycles}
    most_kw |= {task.device.id: task.most_kw for task in tasks.modes}
    return most_kw | {task.device.id: task.spare_kw for task in tasks.inverters}


def _add_own_use(
    door: Door, problem: Problem, tasks: Tasks, model: HomeModel, meter: Meter, flows: Flows
) -> None:
    gives = [(part.task.giving, part.given) for part in model.storages if part.task.giving]
    kept = tuple(given for giving, given in gives if not giving.may_export)
    sent = tuple(given for giving, given in gives if giving.may_export)
    door.part(add_own_use, meter, own_slots(problem, tasks, meter, flows), kept, sent)
    asked = tuple((part.task, part.power) for part in model.storages if part.task.sun_only)
    if asked:
        door.part(add_sun_only, meter.imports, flows.import_kw, flows.sun_kw, asked)


def _add_terms(door: Door, tasks: Tasks, meter: Import) -> None:
    terms = tasks.tariffs.terms
    if terms.peaks:
        door.part(add_peaks, terms.peaks, meter)
    if terms.tiers:
        door.part(add_tiers, terms, meter)
    if terms.capacities:
        door.part(add_capacities, terms.capacities, meter)


def _pools(
    door: Door, limits: Sequence[Limit], rebates: Sequence[Rebate], cycles: Sequence[CycleTask]
) -> tuple[Pool, ...]:
    """Identical machines together: a part that writes nothing, so as not to be worked out again."""
    return pools(limits, rebates, cycles)


def _rows(
    door: Door, limits: Sequence[Limit], slots: Sequence[Interval], binding: Sequence[Binding]
) -> tuple[LimitRow, ...]:
    """The rows of limits: the same."""
    return rows_of(limits, slots, binding)


def _limit_costs(problem: Problem, tasks: Tasks) -> tuple[float, ...]:
    per_kwh = problem.prices.limit_per_kwh
    return tuple([per_kwh * length for length in tasks.tariffs.hours])


def _may_wait(tasks: Tasks) -> frozenset[DeviceId]:
    """Who may as well stay off: cycles, storages that need nothing, and sun held back."""
    free = [task.device.id for task in tasks.storages if task.free]
    cycles = [task.device.id for task in tasks.cycles]
    return frozenset([*cycles, *free, *(task.device.id for task in tasks.inverters)])


def _fixed_kw(tasks: Tasks) -> tuple[float, ...]:
    total = zip(tasks.base_w, *tasks.fixed_w.values(), strict=True)
    return tuple(sum(slot) / 1000 for slot in total)


def _sum(door: Door, count: int, most_kw: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    """What the devices may draw together in each slot."""
    return tuple(map(sum, zip(*most_kw, strict=True))) if most_kw else (0.0,) * count


def _sent_kw(tasks: Tasks) -> tuple[float, ...]:
    """What batteries may send to the grid in each slot."""
    sent = [0.0] * tasks.count
    for gives in (task.giving for task in tasks.storages):
        if gives is not None and gives.may_export:
            sent = [total + most for total, most in zip(sent, gives.max_kw, strict=True)]
    return tuple(sent)
