"""Storages: a level that power moves, within bounds, towards wished levels (freezer, tank, car)."""

import math
from dataclasses import dataclass

from drrouter.planner.bands import valley
from drrouter.planner.constraints import Draw
from drrouter.planner.constraints.battery import add_above, add_directions, add_giving
from drrouter.planner.constraints.trips import add_trips
from drrouter.planner.ledger import outside_price, target_price, wear_price
from drrouter.planner.problem import Problem
from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.storage_task import SLACK_KWH, StorageTask
from drrouter.planner.tasks import Tasks

Stored = dict[Var, float]
"""What is stored at the end of a slot, as a sum of variables, in kWh."""


@dataclass(frozen=True, slots=True)
class StorageVars:
    """The variables of one storage, one a slot; ``on`` and ``fills`` only where it is planned exactly.

    ``given`` is empty for a storage that only takes.
    """

    task: StorageTask
    power: tuple[Var, ...]
    given: tuple[Var, ...]
    stored: tuple[Stored, ...]
    on: dict[int, Var]
    fills: dict[int, Var]
    draw: Draw


def add_storage(door: Door, problem: Problem, tasks: Tasks, task: StorageTask) -> StorageVars:
    """Add a storage: its power, its level, its steps and its wishes."""
    owner, count = task.device.id, tasks.count
    power = tuple(
        door.variable(Label(owner, "power", k), 0.0 if task.may_fill(k) else task.floor_kw[k], task.max_kw[k])
        for k in range(count)
    )
    given = add_giving(door, tasks, task)
    stored = _add_level(door, problem, tasks, task, power, given)
    fills = _add_fills(door, tasks, task, power, stored)
    on = _add_steps(door, task, power, fills)
    add_directions(door, problem, tasks, task, power, given, on)
    add_above(door, problem, tasks, task, stored)
    _add_shortest(door, tasks, task, on)
    shorts = _add_goals(door, problem, task, stored)
    add_trips(door, task, stored, shorts)
    _add_target(door, tasks, task, stored)
    for var, sign in stored[-1].items():
        door.add_price(var, -task.end_value * sign)
    draw = tuple({var: 1.0} | ({given[k]: -1.0} if given else {}) for k, var in enumerate(power))
    return StorageVars(task, power, given, stored, on, fills, draw)


def _add_level(
    door: Door,
    problem: Problem,
    tasks: Tasks,
    task: StorageTask,
    power: tuple[Var, ...],
    given: tuple[Var, ...],
) -> tuple[Stored, ...]:
    """The level follows the power, the surroundings and what is drawn off.

        stored[k] = keep[k] * stored[k-1] + span[k] * (gain[k] * power[k] + drift[k])        stored[-1] = 0
        low[k] <= stored[k] <= high[k]
        stored[k] = within[k] + sum(above[k]) - sum(below[k])        least[k] <= within[k] <= most[k]

    Levels are told as energy put in since now; ``keep`` and ``span`` are the exact solution over a slot. The
    third line stands in for ``stored`` where a price lies on the level: of comfort bands and setpoints, and,
    for devices that run in steps, which may be too coarse to keep their bounds, of being outside them (dearer
    than any other goal). It costs columns only: each step of the price is one, with its width as its bound.

    Source: S2 FRBC, "fill level"; TR 102 935, 5.3.1 (freezer within food-safety bounds).
    """
    moves = task.dynamics
    stored: list[Stored] = []
    for k, length in enumerate(tasks.tariffs.hours):
        stored.append(_stored(door, task, k, outside_price(problem, task, length)))
        terms = {**stored[k], power[k]: -moves.per_kw(k)}
        if given:
            terms[given[k]] = moves.per_kw_back(k)
        if k and moves.keep[k]:
            terms |= {var: -moves.keep[k] * sign for var, sign in stored[k - 1].items()}
        right = moves.span[k] * moves.drift_kw[k]
        door.row(Label(task.device.id, "level", k), terms, Sense.EQUAL, right)
    return tuple(stored)


def _stored(door: Door, task: StorageTask, index: int, outside: float) -> Stored:
    """What is stored after the slot: one variable, and one more for each step of its price."""
    owner, low, high = task.device.id, task.low[index], task.high[index]
    bands = [(band.low, band.high, band.price) for band in task.bands[index] if band.price > 0]
    if any(task.exact) and not task.free:
        bands.append((low, high, outside))
        low, high = -math.inf, math.inf
    slopes = valley(low, high, bands)
    bounds = [end if math.isfinite(end) else None for end in (slopes.low, slopes.high)]
    stored: Stored = {door.variable(Label(owner, "stored", index), *bounds): 1.0}
    for what, sign, steps in (("above", 1.0, slopes.up), ("below", -1.0, slopes.down)):
        for number, (width, price) in enumerate(steps, start=1):
            most = width if math.isfinite(width) else None
            name = f"{what} {number}" if number > 1 else what
            stored[door.variable(Label(owner, name, index), 0.0, most, price=price)] = sign
    door.add_constant(slopes.least)
    return stored


def _add_fills(
    door: Door, tasks: Tasks, task: StorageTask, power: tuple[Var, ...], stored: tuple[Stored, ...]
) -> dict[int, Var]:
    """A device that becomes full in a slot stops by itself, and needs neither its floor nor its least power.

        stored[k] >= full - depth * (1 - fills[k])        fills[k] in {0, 1}
        power[k] >= floor[k] * (1 - fills[k])

    Only for slots in which a floor or a least power binds and the device could be full; ``depth`` is what
    it lacks by then if it never runs.
    """
    owner = task.device.id
    fills: dict[int, Var] = {}
    idle = task.dynamics.path((0.0,) * tasks.count)
    for k, exact in enumerate(task.exact):
        if not (exact or task.floor_kw[k]) or not task.may_fill(k):
            continue
        fills[k] = door.variable(Label(owner, "fills", k), binary=True)
        depth = max(0.0, task.full - idle[k])
        if task.giving is not None:
            depth = max(depth, task.full - min(task.low))
        full = {**stored[k], fills[k]: -depth}
        door.row(Label(owner, "full", k), full, Sense.AT_LEAST, task.full - depth - SLACK_KWH)
        floor = {power[k]: 1.0, fills[k]: task.floor_kw[k]}
        door.row(Label(owner, "floor", k), floor, Sense.AT_LEAST, task.floor_kw[k])
    return fills


def _add_steps(
    door: Door, task: StorageTask, power: tuple[Var, ...], fills: dict[int, Var]
) -> dict[int, Var]:
    """Off, at its floor, or between the least and the most; less only where the device becomes full.

        least[k] * (on[k] - fills[k]) <= power[k] <= most[k] * on[k]        on[k] in {0, 1}

    For the slots planned exactly (``effort.near``) of devices that do not cycle by themselves. In later
    slots a power below the least is a mean power: the device runs for a part of the slot. For a switch, whose
    least and most are equal, that is the only meaning it can have. A floor in a part of the slot may be below
    the least as well; the device then runs for that part, or for more of the slot:

        least[k] * (more[k] - fills[k]) <= power[k] <= floor[k] + (most[k] - floor[k]) * more[k]

    Source: S2 FRBC, "operation mode ranges".
    """
    owner = task.device.id
    on: dict[int, Var] = {}
    for k in [k for k, exact in enumerate(task.exact) if exact]:
        floor_kw, most_kw = task.floor_kw[k], task.max_kw[k]
        on[k] = more = door.variable(Label(owner, "on", k), binary=True)
        door.row(Label(owner, "most", k), {power[k]: 1.0, on[k]: -most_kw}, Sense.AT_MOST, 0.0)
        if 0 < floor_kw < task.on_kw[k]:
            more = door.variable(Label(owner, "more", k), binary=True)
            longer = {power[k]: 1.0, more: floor_kw - most_kw}
            door.row(Label(owner, "longer", k), longer, Sense.AT_MOST, floor_kw)
        least = {power[k]: 1.0, more: -task.on_kw[k]}
        if k in fills:
            least[fills[k]] = task.on_kw[k]
        door.row(Label(owner, "least", k), least, Sense.AT_LEAST, 0.0)
    return on


def _add_shortest(door: Door, tasks: Tasks, task: StorageTask, on: dict[int, Var]) -> None:
    """A device that starts goes on for its shortest run, and one that stops rests as long, or wears.

        sum(begins[k]) - on[j] <= wear[j]        for the slots k that slot j begins within min_on of
        sum(ends[k]) + on[j] - 1 <= wear[j]        for the slots k that slot j begins within min_off of
        begins[k] >= on[k] - on[k-1]        ends[k] >= on[k-1] - on[k]

    Where there is one such slot only, the right side stands in for ``begins`` or ``ends``. The state before
    now counts where it is known; how long that one still has to last is a floor or a cap.

    Source: S2, "minimum on time" of timers and transitions; Rajan and Takriti 2005 (minimum up and down).
    """
    owner, price = task.device.id, wear_price(tasks)
    turning: dict[tuple[int, float], Var] = {}
    for number, ((j, turns), slots) in enumerate(task.turned.items()):
        wear = door.variable(Label(owner, "wear", number), price=price)
        terms, most = {on[j]: -turns, wear: -1.0}, 0.0 if turns > 0 else 1.0
        for k in slots:
            turn, known = _turn(task, on, k, turns)
            if len(slots) == 1:
                terms |= turn
                most -= known
                continue
            if (k, turns) not in turning:
                turning[k, turns] = _add_turn(door, owner, k, turns > 0, turn, known)
            terms[turning[k, turns]] = 1.0
        door.row(Label(owner, "shortest", number), terms, Sense.AT_MOST, most)


def _turn(task: StorageTask, on: dict[int, Var], index: int, turns: float) -> tuple[dict[Var, float], float]:
    """Whether it turns on (1) or off (-1) in the slot: a sum of variables, and what is known of it."""
    if index:
        return {on[index]: turns, on[index - 1]: -turns}, 0.0
    return {on[index]: turns}, -turns * bool(task.was_on)


def _add_turn(door: Door, owner: str, index: int, begins: bool, turn: dict[Var, float], known: float) -> Var:
    """At least 1 where it turns, whole by itself."""
    turned = door.variable(Label(owner, "begins" if begins else "ends", index), 0.0, 1.0)
    row = Label(owner, "beginning" if begins else "ending", index)
    door.row(row, {turned: -1.0, **turn}, Sense.AT_MOST, -known)
    return turned


def _add_goals(
    door: Door, problem: Problem, task: StorageTask, stored: tuple[Stored, ...]
) -> tuple[Var, ...]:
    """A wished level is reached at its instant, or what is missing is paid for.

        (1 - share) * stored[k-1] + share * stored[k] + short >= wished

    Applies to level wishes (a car at departure).
    """
    shorts = []
    for number, goal in enumerate(task.goals):
        owner = task.device.id
        short = door.variable(Label(owner, "short", number), price=problem.prices.level_per_kwh)
        terms = {short: 1.0, **{var: goal.share * sign for var, sign in stored[goal.index].items()}}
        if goal.index:
            terms |= {var: (1 - goal.share) * sign for var, sign in stored[goal.index - 1].items()}
        door.row(Label(owner, "wished", number), terms, Sense.AT_LEAST, goal.stored_kwh)
        shorts.append(short)
    return tuple(shorts)


def _add_target(door: Door, tasks: Tasks, task: StorageTask, stored: tuple[Stored, ...]) -> None:
    """Where nothing else decides, a drifting storage stays at its target.

    off_target[k] >= target - stored[k]            at a price that settles ties only
    """
    price = target_price(task, tasks)
    if not price:
        return
    for k, length in enumerate(tasks.tariffs.hours):
        off = door.variable(Label(task.device.id, "off_target", k), price=price * length)
        door.row(Label(task.device.id, "target", k), {off: 1.0, **stored[k]}, Sense.AT_LEAST, task.target)
