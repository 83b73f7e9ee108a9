"""Devices with modes (SG-Ready heat pumps): one mode at a time, within what the device bears."""

from dataclasses import dataclass

from drrouter.planner.constraints import Draw
from drrouter.planner.modes_task import STRAIN_PRICE, ModesTask
from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.tasks import Tasks


@dataclass(frozen=True, slots=True)
class ModesVars:
    """The variables of one device: per slot, one for each mode that is allowed."""

    task: ModesTask
    shares: tuple[dict[int, Var], ...]
    draw: Draw


def add_modes(door: Door, tasks: Tasks, task: ModesTask) -> ModesVars:
    """A device runs in one of its modes; later, in a mixture of them.

        sum(mode[m, k]) = 1            mode[m, k] in {0, 1} soon, and >= 0 later
        power[k] = sum(power of m * mode[m, k])

    What a mode draws less than the normal one is owed, and what it draws more is put by, at the value of what
    is stored at the end. Modes that an order forbids have no variable.

    Source: S2 OMBC; BWP, "SG Ready".
    """
    owner, shares = task.device.id, list[dict[int, Var]]()
    for k, length in enumerate(tasks.tariffs.hours):
        allowed = [mode for mode, may in enumerate(task.allowed[k]) if may]
        mine = {
            mode: door.variable(
                Label(owner, f"mode {mode}", k),
                0.0,
                1.0,
                binary=task.exact[k] and len(allowed) > 1,
                price=length * task.cost_per_h[mode],
            )
            for mode in allowed
        }
        door.row(Label(owner, "one mode", k), dict.fromkeys(mine.values(), 1.0), Sense.EQUAL, 1.0)
        shares.append(mine)
    begins = _add_begins(door, task, shares)
    _add_rules(door, task, shares, begins)
    draw = tuple({var: task.power_kw[mode] for mode, var in mine.items()} for mine in shares)
    return ModesVars(task, tuple(shares), draw)


def _add_begins(door: Door, task: ModesTask, shares: list[dict[int, Var]]) -> dict[tuple[int, int], Var]:
    """Whether a mode begins in a slot.

    begins[m, k] >= mode[m, k] - mode[m, k-1]
    """
    begins: dict[tuple[int, int], Var] = {}
    for mode, k in sorted({begin for rule in task.rules for begin in rule.begins}):
        if mode not in shares[k]:
            continue
        begun = door.variable(Label(task.device.id, f"begins {mode}", k), 0.0, 1.0)
        terms, known = {begun: 1.0, shares[k][mode]: -1.0}, 0.0
        if not k:
            known = -float(task.before == mode)
        elif mode in shares[k - 1]:
            terms[shares[k - 1][mode]] = 1.0
        door.row(Label(task.device.id, f"beginning {mode}", k), terms, Sense.AT_LEAST, known)
        begins[mode, k] = begun
    return begins


def _add_rules(
    door: Door, task: ModesTask, shares: list[dict[int, Var]], begins: dict[tuple[int, int], Var]
) -> None:
    """A mode lasts its shortest time, and neither it nor changes are more than the device bears.

        sum(begins[m, k]) - mode[m, j] <= strain        for slots k that j begins within min_dwell of
        sum(begins[m, k] over a day) - strain <= most_switches
        sum(h[k] * mode[m, k] over a day) - strain <= most_per_day
        sum(h[k] * mode[m, k] over a stretch longer than longest) - strain <= longest

    ``strain`` is dearer than anything that a plan could save: it remains where orders, or what was before
    now, leave no other way.

    Source: S2 OMBC, transitions and timers; BWP, "SG Ready" (blocked for 2 h at most, three times a day).
    """
    owner = task.device.id
    for number, rule in enumerate(task.rules):
        terms = {begins[begin]: 1.0 for begin in rule.begins if begin in begins}
        for mode, k, weight in rule.shares:
            if mode in shares[k]:
                terms[shares[k][mode]] = weight
        if not terms and rule.right >= 0:
            continue
        strain = door.variable(Label(owner, "strain", number), price=STRAIN_PRICE)
        door.row(Label(owner, "rule", number), {**terms, strain: -1.0}, Sense.AT_MOST, rule.right)
