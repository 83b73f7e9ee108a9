"""Storages: a level that power moves, within bounds, towards wished levels (freezer, tank, car)."""

from dataclasses import dataclass

from drrouter.planner.constraints import Draw
from drrouter.planner.ledger import outside_price, target_price, wear_price
from drrouter.planner.problem import Problem
from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.storage_task import SLACK_KWH, StorageTask
from drrouter.planner.tasks import Tasks


@dataclass(frozen=True, slots=True)
class StorageVars:
    """The variables of one storage, one a slot; ``on`` only where it is planned exactly."""

    task: StorageTask
    power: tuple[Var, ...]
    stored: tuple[Var, ...]
    on: dict[int, Var]
    draw: Draw


def add_storage(door: Door, problem: Problem, tasks: Tasks, task: StorageTask) -> StorageVars:
    """Add a storage: its power, its level, its steps and its wishes."""
    owner, count = task.device.id, tasks.count
    power = tuple(
        door.variable(Label(owner, "power", k), 0.0 if task.may_fill(k) else task.floor_kw[k], task.max_kw[k])
        for k in range(count)
    )
    stored = _add_level(door, problem, tasks, task, power)
    fills = _add_fills(door, tasks, task, power, stored)
    on = _add_steps(door, task, power, fills)
    _add_shortest(door, tasks, task, on)
    _add_goals(door, problem, task, stored)
    _add_target(door, tasks, task, stored)
    door.add_price(stored[-1], -task.end_value)
    return StorageVars(task, power, stored, on, tuple({var: 1.0} for var in power))


def _add_level(
    door: Door, problem: Problem, tasks: Tasks, task: StorageTask, power: tuple[Var, ...]
) -> tuple[Var, ...]:
    """The level follows the power.

        stored[k] = stored[k-1] + h[k] * (power[k] + drift)        stored[-1] = 0
        low[k] <= stored[k] (+ outside[k])        stored[k] (- outside[k]) <= high[k]

    Levels are told as energy put in since now. ``outside`` exists only for devices that run in steps, which
    may be too coarse to keep their bounds, and is dearer than any other goal.

    Source: S2 FRBC, "fill level"; TR 102 935, 5.3.1 (freezer within food-safety bounds).
    """
    owner, hours = task.device.id, tasks.tariffs.hours
    coarse = any(task.exact) and not task.free
    stored: list[Var] = []
    for k, length in enumerate(hours):
        low, high = (None, None) if coarse else (task.low[k], task.high[k])
        stored.append(door.variable(Label(owner, "stored", k), low, high))
        terms = {stored[k]: 1.0, power[k]: -length}
        if k:
            terms[stored[k - 1]] = -1.0
        door.row(Label(owner, "level", k), terms, Sense.EQUAL, length * task.drift_kw)
        if coarse:
            outside = door.variable(Label(owner, "outside", k), price=outside_price(problem, task, length))
            door.row(Label(owner, "low", k), {stored[k]: 1.0, outside: 1.0}, Sense.AT_LEAST, task.low[k])
            door.row(Label(owner, "high", k), {stored[k]: 1.0, outside: -1.0}, Sense.AT_MOST, task.high[k])
    return tuple(stored)


def _add_fills(
    door: Door, tasks: Tasks, task: StorageTask, power: tuple[Var, ...], stored: tuple[Var, ...]
) -> dict[int, Var]:
    """A device that becomes full in a slot stops by itself, and needs neither its floor nor its least power.

        stored[k] >= full - depth * (1 - fills[k])        fills[k] in {0, 1}
        power[k] >= floor[k] * (1 - fills[k])

    Only for slots in which a floor or a least power binds and the device could be full; ``depth`` is what
    it lacks by then if it never runs.
    """
    owner = task.device.id
    fills: dict[int, Var] = {}
    for k, exact in enumerate(task.exact):
        if not (exact or task.floor_kw[k]) or not task.may_fill(k):
            continue
        fills[k] = door.variable(Label(owner, "fills", k), binary=True)
        depth = max(0.0, task.full - task.drift_kw * sum(tasks.tariffs.hours[: k + 1]))
        full = {stored[k]: 1.0, fills[k]: -depth}
        door.row(Label(owner, "full", k), full, Sense.AT_LEAST, task.full - depth - SLACK_KWH)
        floor = {power[k]: 1.0, fills[k]: task.floor_kw[k]}
        door.row(Label(owner, "floor", k), floor, Sense.AT_LEAST, task.floor_kw[k])
    return fills


def _add_steps(
    door: Door, task: StorageTask, power: tuple[Var, ...], fills: dict[int, Var]
) -> dict[int, Var]:
    """Off, or between the least and the most; less only where the device becomes full.

        least[k] * (on[k] - fills[k]) <= power[k] <= most[k] * on[k]        on[k] in {0, 1}

    For the slots planned exactly (``effort.near``) of devices that do not cycle by themselves. In later
    slots a power below the least is a mean power: the device runs for a part of the slot. For a switch, whose
    least and most are equal, that is the only meaning it can have.

    Source: S2 FRBC, "operation mode ranges".
    """
    owner = task.device.id
    on: dict[int, Var] = {}
    for k in [k for k, exact in enumerate(task.exact) if exact]:
        on[k] = door.variable(Label(owner, "on", k), binary=True)
        door.row(Label(owner, "most", k), {power[k]: 1.0, on[k]: -task.max_kw[k]}, Sense.AT_MOST, 0.0)
        least = {power[k]: 1.0, on[k]: -task.on_kw[k]}
        if k in fills:
            least[fills[k]] = task.on_kw[k]
        door.row(Label(owner, "least", k), least, Sense.AT_LEAST, 0.0)
    return on


def _add_shortest(door: Door, tasks: Tasks, task: StorageTask, on: dict[int, Var]) -> None:
    """A device that starts goes on for its shortest run, and one that stops rests as long, or wears.

        on[k] - on[k-1] - on[j] <= wear        for every slot j that begins within min_on of slot k
        on[k-1] - on[k] + on[j] - 1 <= wear        for every slot j that begins within min_off of slot k

    The state before now is left to the device itself.

    Source: S2, "minimum on time" of timers and transitions.
    """
    owner, price = task.device.id, wear_price(tasks)
    for number, (k, j, turns) in enumerate(task.shortest):
        wear = door.variable(Label(owner, "wear", number), price=price)
        terms = {on[k]: turns, on[k - 1]: -turns, on[j]: -turns, wear: -1.0}
        door.row(Label(owner, "shortest", number), terms, Sense.AT_MOST, 0.0 if turns > 0 else 1.0)


def _add_goals(door: Door, problem: Problem, task: StorageTask, stored: tuple[Var, ...]) -> None:
    """A wished level is reached at its instant, or what is missing is paid for.

        (1 - share) * stored[k-1] + share * stored[k] + short >= wished

    Applies to level wishes (a car at departure).
    """
    for number, goal in enumerate(task.goals):
        owner = task.device.id
        short = door.variable(Label(owner, "short", number), price=problem.prices.level_per_kwh)
        terms = {short: 1.0, stored[goal.index]: goal.share}
        if goal.index:
            terms[stored[goal.index - 1]] = 1 - goal.share
        door.row(Label(owner, "wished", number), terms, Sense.AT_LEAST, goal.stored_kwh)


def _add_target(door: Door, tasks: Tasks, task: StorageTask, stored: tuple[Var, ...]) -> None:
    """Where nothing else decides, a drifting storage stays at its target.

    off_target[k] >= target - stored[k]            at a price that settles ties only
    """
    price = target_price(task, tasks)
    if not price:
        return
    for k, length in enumerate(tasks.tariffs.hours):
        off = door.variable(Label(task.device.id, "off_target", k), price=price * length)
        door.row(Label(task.device.id, "target", k), {off: 1.0, stored[k]: 1.0}, Sense.AT_LEAST, task.target)
