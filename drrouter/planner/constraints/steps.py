"""Whole steps of a storage's power: off, at its floor or within its range, full, and neither too short."""

from collections.abc import Mapping, Sequence

from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.storage_task import SLACK_KWH, StorageTask


def add_fills(
    door: Door, task: StorageTask, power: Sequence[Var], stored: Sequence[Mapping[Var, float]]
) -> dict[int, Var]:
    """A device that becomes full in a slot stops by itself, and needs neither its floor nor its least power.

        stored[k] >= full - depth * (1 - fills[k])        fills[k] in {0, 1}
        power[k] >= floor[k] * (1 - fills[k])

    Only for slots in which a floor or a least power binds and the device could be full; ``depth`` is what
    it lacks by then if it never runs.
    """
    owner = task.device.id
    fills: dict[int, Var] = {}
    idle = task.dynamics.path((0.0,) * len(power))
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


def add_steps(
    door: Door, task: StorageTask, power: Sequence[Var], fills: Mapping[int, Var]
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


def add_shortest(door: Door, task: StorageTask, on: Mapping[int, Var]) -> tuple[Var, ...]:
    """A device that starts goes on for its shortest run, and one that stops rests as long, or wears.

        sum(begins[k]) - on[j] <= wear[j]        for the slots k that slot j begins within min_on of
        sum(ends[k]) + on[j] - 1 <= wear[j]        for the slots k that slot j begins within min_off of
        begins[k] >= on[k] - on[k-1]        ends[k] >= on[k-1] - on[k]

    Where there is one such slot only, the right side stands in for ``begins`` or ``ends``. The state before
    now counts where it is known; how long that one still has to last is a floor or a cap. ``wear`` is
    returned; what it costs depends on the price of energy.

    Source: S2, "minimum on time" of timers and transitions; Rajan and Takriti 2005 (minimum up and down).
    """
    owner, wears = task.device.id, list[Var]()
    turning: dict[tuple[int, float], Var] = {}
    for number, ((j, turns), slots) in enumerate(task.turned.items()):
        wear = door.variable(Label(owner, "wear", number))
        wears.append(wear)
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
    return tuple(wears)


def _turn(
    task: StorageTask, on: Mapping[int, Var], index: int, turns: float
) -> tuple[dict[Var, float], float]:
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
