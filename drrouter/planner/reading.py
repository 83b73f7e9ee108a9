"""Reads a schedule out of a solution, with the solver's arithmetic swept away."""

from collections.abc import Sequence

from drrouter.domain.ids import DeviceId
from drrouter.planner.constraints.curtailment import InverterVars
from drrouter.planner.constraints.modes import ModesVars
from drrouter.planner.constraints.storage import StorageVars
from drrouter.planner.model import HomeModel
from drrouter.planner.modes_task import Shares
from drrouter.planner.pools import handed_out
from drrouter.planner.pulp_door import Solution, Var
from drrouter.planner.schedule import Schedule
from drrouter.planner.start import Start
from drrouter.planner.storage_task import CRUMB_KW, SLACK_KWH, StorageTask

_NOISE_KW = 1e-7
"""Less power than this, in a solution, is the solver's arithmetic."""


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
    modes = {part.task.device.id: _modes(part, solution) for part in model.modes}
    power_w |= {part.task.device.id: part.task.power_w(modes[part.task.device.id]) for part in model.modes}
    return Schedule(starts, power_w, modes)


def _modes(part: ModesVars, solution: Solution) -> Shares:
    """How much of each slot is run in which mode; one alone where that is planned exactly."""
    read = []
    for k, variables in enumerate(part.shares):
        found = {mode: max(0.0, solution.values[var]) for mode, var in variables.items()}
        if part.task.exact[k]:
            read.append(part.task.alone(max(found, key=lambda mode: found[mode])))
        else:
            total = sum(found.values())
            read.append(tuple(found.get(mode, 0.0) / total for mode in range(len(part.task.power_kw))))
    return tuple(read)


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
    return _clipped(part.power, low, high, solution, _NOISE_KW)


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
        possible_w = watts
        if watts > 0:
            possible_w = min(watts, 1000 * max(0.0, moves.power_to(k, stored, task.high[k])))
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
    if not _has_crumbs(task, power_w):
        return power_w
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


def _has_crumbs(task: StorageTask, power_w: Sequence[float]) -> bool:
    """Whether anything is so small, as power or as what it stores, that it could be swept away."""
    moves = task.dynamics
    return any(
        0 < watts <= 1000 * CRUMB_KW or 0 < watts * span * gain <= 2000 * SLACK_KWH
        for watts, span, gain in zip(power_w, moves.span, moves.gain, strict=True)
        if watts
    )


def _clipped(
    power: Sequence[Var],
    floor: Sequence[float],
    most: Sequence[float],
    solution: Solution,
    crumb_kw: float = CRUMB_KW,
) -> tuple[float, ...]:
    values = map(solution.values.__getitem__, power)
    lifted = [low if kw < low else kw for kw, low in zip(values, floor, strict=True)]
    within = [high if kw > high else kw for kw, high in zip(lifted, most, strict=True)]
    return tuple([1000 * kw if kw > crumb_kw else 0.0 for kw in within])
