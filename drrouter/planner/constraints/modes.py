"""Devices with modes (SG-Ready heat pumps): one mode at a time, within what the device bears."""

from collections.abc import Sequence
from dataclasses import dataclass

from drrouter.planner.constraints import Draw
from drrouter.planner.modes_rules import Rule
from drrouter.planner.modes_task import STRAIN_PRICE, ModesTask
from drrouter.planner.pulp_door import Door, Label, Sense, Var

Begins = dict[tuple[int, int], Var]
"""Whether a mode begins in a slot."""


@dataclass(frozen=True, slots=True)
class ModesVars:
    """The variables of one device: per slot, one for each mode that it can be in."""

    task: ModesTask
    shares: tuple[dict[int, Var], ...]
    draw: Draw


def add_modes(door: Door, hours: Sequence[float], task: ModesTask) -> ModesVars:
    """A device runs in one of its modes; later, in a mixture of them.

        sum(mode[m, k]) = 1            mode[m, k] in {0, 1} soon, and >= 0 later
        power[k] = sum(power of m * mode[m, k])

    What a mode draws less than the normal one is owed, and what it draws more is put by, at the value of what
    is stored at the end. Modes that an order forbids, that cannot begin for what the device bears, or for
    which another one does as well, have no variable.

    Source: S2 OMBC; BWP, "SG Ready".
    """
    owner, shares = task.device.id, list[dict[int, Var]]()
    for k, length in enumerate(hours):
        possible = [mode for mode, may in enumerate(task.open[k]) if may]
        mine = {
            mode: door.variable(
                Label(owner, f"mode {mode}", k),
                0.0,
                1.0,
                binary=task.exact[k] and len(possible) > 1,
                price=length * task.cost_per_h[mode],
            )
            for mode in possible
        }
        door.row(Label(owner, "one mode", k), dict.fromkeys(mine.values(), 1.0), Sense.EQUAL, 1.0)
        shares.append(mine)
    begins = _add_begins(door, task, shares)
    _add_rules(door, task, shares, begins)
    draw = tuple({var: task.power_kw[mode] for mode, var in mine.items()} for mine in shares)
    return ModesVars(task, tuple(shares), draw)


def _add_begins(door: Door, task: ModesTask, shares: list[dict[int, Var]]) -> Begins:
    """Whether a mode begins in a slot; where it cannot, it is there only if it was before.

    begins[m, k] >= mode[m, k] - mode[m, k-1]
    """
    begins: Begins = {}
    for mode, k in sorted({begin for rule in task.rules for begin in rule.begins}):
        if mode not in shares[k] or (not k and task.before == mode):
            continue
        terms, known = {shares[k][mode]: -1.0}, 0.0
        if k and mode in shares[k - 1]:
            terms[shares[k - 1][mode]] = 1.0
        if (mode, k) in task.enters or not task.firm:
            begins[mode, k] = door.variable(Label(task.device.id, f"begins {mode}", k), 0.0, 1.0)
            terms[begins[mode, k]] = 1.0
        door.row(Label(task.device.id, f"beginning {mode}", k), terms, Sense.AT_LEAST, known)
    return begins


def _add_rules(door: Door, task: ModesTask, shares: list[dict[int, Var]], begins: Begins) -> None:
    """A mode lasts its shortest time, and neither it nor changes are more than the device bears.

        sum(begins[m, k]) - mode[m, j] <= strain        for slots k that j begins within min_dwell of, and j
        sum(begins[m, k] over a day) - strain <= most_switches
        sum(h[k] * mode[m, k] over a day) - strain <= most_per_day
        sum(h[k] * mode[m, k] over a stretch longer than longest) - strain <= longest

    ``strain`` stands only where the usual modes break a row, for orders or what was before now leave no other
    way, and is dearer than anything that a plan could save. Where it does not stand a stretch is longer by
    ``min_dwell``, for a mode that ended comes back no sooner.

    Source: S2 OMBC, transitions and timers; BWP, "SG Ready" (blocked for 2 h at most, three times a day);
    Rajan and Takriti 2005 (minimum up and down).
    """
    owner = task.device.id
    for number, rule in enumerate(task.rules):
        terms, right = _open_terms(rule, shares, begins)
        if right >= sum(value for value in terms.values() if value > 0):
            continue
        if not task.firm:
            terms[door.variable(Label(owner, "strain", number), price=STRAIN_PRICE)] = -1.0
        door.row(Label(owner, "rule", number), terms, Sense.AT_MOST, right)


def _open_terms(rule: Rule, shares: list[dict[int, Var]], begins: Begins) -> tuple[dict[Var, float], float]:
    """What of a rule is still to be chosen, and what the rest leaves of its right side."""
    terms = {begins[begin]: 1.0 for begin in rule.begins if begin in begins}
    right = rule.right
    for mode, k, weight in rule.shares:
        if mode in shares[k] and len(shares[k]) == 1:
            right -= weight
        elif mode in shares[k]:
            terms[shares[k][mode]] = weight
    return terms, right
