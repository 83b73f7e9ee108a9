"""Chooses the modes of one device by hand: normal, but for the stretches in which another mode pays most."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from drrouter.planner.modes_task import ModesTask, Shares
from drrouter.planner.site import Site

_MOST_MOVES = 16
"""Stretches of another mode, at most."""

_MOST_TRIALS = 40
"""How many stretches are looked at for the next one, the best first."""

_GAIN = 1e-6


@dataclass(frozen=True, slots=True)
class _Move:
    gain: float
    mode: int
    first: int
    behind: int


def usual(task: ModesTask) -> list[int]:
    """The mode of each slot when nobody steers: the one of now while it must stay, then the normal one.

    Where orders forbid it, the allowed one with the nearest power.
    """
    held = {k for rule in task.rules if rule.right < 0 for _, k, _ in rule.shares}
    normal, chosen = task.flexibility.normal, list[int]()
    for k, allowed in enumerate(task.allowed):
        wanted = task.before if k in held and task.before is not None else normal
        power = task.power_kw[wanted]
        open_modes = [mode for mode, may in enumerate(allowed) if may]
        nearest = min(open_modes, key=lambda mode: (mode != wanted, abs(task.power_kw[mode] - power)))
        chosen.append(nearest)
    return chosen


def choose(site: Site, task: ModesTask, hours: Sequence[float]) -> Shares:
    """The modes of each slot, in the home without the device; each move gains and breaks no rule further."""
    modes, costs = usual(task), _costs(site, task, hours)
    fixed, strain = list(modes), task.strain(_shares(task, modes))
    for _ in range(_MOST_MOVES):
        longest = _longest(task, modes, len(hours))
        found = _moves(task, modes, fixed, costs, longest, hours)
        moves = sorted(found, key=lambda move: (-move.gain, move.first))
        for move in moves[:_MOST_TRIALS]:
            tried = [*modes[: move.first], *[move.mode] * (move.behind - move.first), *modes[move.behind :]]
            if task.strain(_shares(task, tried)) <= strain + 1e-9:
                modes = tried
                break
        else:
            break
    return _shares(task, modes)


def _shares(task: ModesTask, modes: Sequence[int]) -> Shares:
    return tuple(task.alone(mode) for mode in modes)


def _costs(site: Site, task: ModesTask, hours: Sequence[float]) -> list[list[float]]:
    """What each mode costs in each slot."""
    return [
        [
            site.added_cost(task.device.id, k, 1000 * kilowatts) + hours[k] * task.cost_per_h[mode]
            for k in range(len(hours))
        ]
        for mode, kilowatts in enumerate(task.power_kw)
    ]


def _longest(task: ModesTask, modes: Sequence[int], count: int) -> list[list[float]]:
    """How long each mode may still last where it begins in a slot, in hours, as far as one rule can tell."""
    longest = [[float("inf")] * count for _ in task.power_kw]
    for rule in task.rules:
        if not rule.begins:
            left = rule.right - sum(weight for mode, k, weight in rule.shares if modes[k] == mode)
            for mode, k, weight in rule.shares:
                if weight > 0:
                    longest[mode][k] = min(longest[mode][k], left)
    return longest


def _moves(
    task: ModesTask,
    modes: Sequence[int],
    fixed: Sequence[int],
    costs: Sequence[Sequence[float]],
    longest: Sequence[Sequence[float]],
    hours: Sequence[float],
) -> Iterator[_Move]:
    """Every stretch of slots, still as they were, that another mode would make cheaper."""
    count = len(modes)
    for mode, mine in enumerate(costs):
        gains = [costs[modes[k]][k] - mine[k] for k in range(count)]
        sums = [0.0, *accumulate(gains)]
        free = [task.allowed[k][mode] and modes[k] == fixed[k] != mode for k in range(count)]
        for first in range(count):
            lasts = 0.0
            for behind in range(first + 1, count + 1):
                lasts += hours[behind - 1]
                if not free[behind - 1] or lasts > longest[mode][first] + 1e-9:
                    break
                if sums[behind] - sums[first] > _GAIN:
                    yield _Move(sums[behind] - sums[first], mode, first, behind)
