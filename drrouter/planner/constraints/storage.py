"""Storages: a level that power moves, within bounds, towards wished levels (freezer, tank, car)."""

import math
from dataclasses import dataclass

from drrouter.planner.bands import valley
from drrouter.planner.constraints import Draw
from drrouter.planner.constraints.battery import add_above, add_directions, add_giving
from drrouter.planner.constraints.steps import add_fills, add_shortest, add_steps
from drrouter.planner.constraints.trips import add_trips
from drrouter.planner.ledger import outside_price, target_price, wear_price
from drrouter.planner.problem import Prices
from drrouter.planner.pulp_door import Door, Label, Labels, Sense, Var
from drrouter.planner.storage_task import StorageTask
from drrouter.planner.tasks import Tasks

Stored = dict[Var, float]
"""What is stored at the end of a slot, as a sum of variables, in kWh."""


@dataclass(frozen=True, slots=True)
class StorageVars:
    """The variables of one storage, one a slot; ``on`` and ``fills`` only where it is planned exactly.

    Attributes:
        task: as the rows know it, whatever a kWh is worth at the end.
        given: empty for a storage that only takes.
        wears: a run or a rest too short, each.
        off_target: empty for a storage that stands still.
    """

    task: StorageTask
    power: tuple[Var, ...]
    given: tuple[Var, ...]
    stored: tuple[Stored, ...]
    on: dict[int, Var]
    fills: dict[int, Var]
    wears: tuple[Var, ...]
    off_target: tuple[Var, ...]
    draw: Draw


def add_storage(
    door: Door, hours: tuple[float, ...], prices: Prices, task: StorageTask, turning: tuple[bool, ...]
) -> StorageVars:
    """Add a storage: its power, its level, its steps and its wishes.

    ``hours`` are the lengths of the slots, ``prices`` those of misses, ``turning`` tells where a battery may
    not take and give at once (empty for what cannot give). What hangs on the price of energy follows
    (``price_storage``), and the task comes without its value at the end.
    """
    slots = Labels(task.device.id, "power", range(len(hours)))
    floor = [0.0 if task.may_fill(k) else least for k, least in enumerate(task.floor_kw)]
    power = door.variables(slots, floor, task.max_kw)
    given = add_giving(door, hours, task)
    stored = _add_level(door, hours, prices, task, power, given)
    fills = add_fills(door, task, power, stored)
    on = add_steps(door, task, power, fills)
    add_directions(door, task, power, given, on, turning)
    add_above(door, hours, prices, task, stored)
    wears = add_shortest(door, task, on)
    shorts = _add_goals(door, prices, task, stored)
    add_trips(door, task, stored, shorts)
    off_target = _add_target(door, task, stored)
    draw = tuple({var: 1.0} | ({given[k]: -1.0} if given else {}) for k, var in enumerate(power))
    return StorageVars(task, power, given, stored, on, fills, wears, off_target, draw)


def price_storage(door: Door, tasks: Tasks, task: StorageTask, part: StorageVars) -> None:
    """What depends on the price of energy: ties at the target, short runs, and what is stored at the end.

    off_target[k] costs a little, wear[j] a kWh's worth, and stored[end] earns its value
    """
    price = target_price(task, tasks)
    door.add_prices(part.off_target, [price * length for length in tasks.tariffs.hours if part.off_target])
    door.add_prices(part.wears, [wear_price(tasks)] * len(part.wears))
    last = part.stored[-1]
    door.add_prices(tuple(last), [-task.end_value * sign for sign in last.values()])


def _add_level(
    door: Door,
    hours: tuple[float, ...],
    prices: Prices,
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
    moves, slots = task.dynamics, range(len(hours))
    stored = _add_stored(door, hours, prices, task)
    rows = [{**stored[k], power[k]: -moves.per_kw(k)} for k in slots]
    for k, terms in enumerate(rows):
        if given:
            terms[given[k]] = moves.per_kw_back(k)
        if k and moves.keep[k]:
            terms |= {var: -moves.keep[k] * sign for var, sign in stored[k - 1].items()}
    right = [span * drift for span, drift in zip(moves.span, moves.drift_kw, strict=True)]
    door.rows(Labels(task.device.id, "level", slots), rows, Sense.EQUAL, right)
    return stored


def _add_stored(
    door: Door, hours: tuple[float, ...], prices: Prices, task: StorageTask
) -> tuple[Stored, ...]:
    """What is stored after each slot: one variable, and one more for each step of its price."""
    stepped, slots = any(task.exact) and not task.free, range(len(hours))
    if stepped or any(task.bands) or not math.isfinite(sum(task.low) + sum(task.high)):
        outside = [outside_price(prices, task, length) if stepped else 0.0 for length in hours]
        return tuple(_stored(door, task, k, outside[k]) for k in slots)
    stored = door.variables(Labels(task.device.id, "stored", slots), task.low, task.high)
    return tuple({var: 1.0} for var in stored)


def _stored(door: Door, task: StorageTask, index: int, outside: float) -> Stored:
    """The same for one slot; ``outside`` is the price of leaving its bounds, nought where it may not."""
    owner, low, high = task.device.id, task.low[index], task.high[index]
    bands = [(band.low, band.high, band.price) for band in task.bands[index] if band.price > 0]
    if outside:
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


def _add_goals(door: Door, prices: Prices, task: StorageTask, stored: tuple[Stored, ...]) -> tuple[Var, ...]:
    """A wished level is reached at its instant, or what is missing is paid for.

        (1 - share) * stored[k-1] + share * stored[k] + short >= wished

    Applies to level wishes (a car at departure).
    """
    shorts = []
    for number, goal in enumerate(task.goals):
        owner = task.device.id
        short = door.variable(Label(owner, "short", number), price=prices.level_per_kwh)
        terms = {short: 1.0, **{var: goal.share * sign for var, sign in stored[goal.index].items()}}
        if goal.index:
            terms |= {var: (1 - goal.share) * sign for var, sign in stored[goal.index - 1].items()}
        door.row(Label(owner, "wished", number), terms, Sense.AT_LEAST, goal.stored_kwh)
        shorts.append(short)
    return tuple(shorts)


def _add_target(door: Door, task: StorageTask, stored: tuple[Stored, ...]) -> tuple[Var, ...]:
    """Where nothing else decides, a drifting storage stays at its target.

    off_target[k] >= target - stored[k]            at a price that settles ties only
    """
    if task.dynamics.still:
        return ()
    owner, slots = task.device.id, range(len(stored))
    off_target = door.variables(Labels(owner, "off_target", slots))
    terms = [{off: 1.0, **level} for off, level in zip(off_target, stored, strict=True)]
    door.rows(Labels(owner, "target", slots), terms, Sense.AT_LEAST, [task.target] * len(stored))
    return off_target
