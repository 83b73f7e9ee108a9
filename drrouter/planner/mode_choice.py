"""Chooses the modes of one device by hand: normal, but for the stretches in which another mode pays most."""

from collections.abc import Iterator, Sequence
from heapq import nlargest
from itertools import accumulate

from drrouter.planner.modes_rules import Rule
from drrouter.planner.modes_task import ModesTask, Shares
from drrouter.planner.site import Site

_MOST_MOVES = 16
"""Stretches of another mode, at most."""

_MOST_TRIALS = 60
"""How many stretches are looked at for the next one, the best first."""

_GAIN = 1e-6
_CRUMB = 1e-9

_Move = tuple[float, int, int, int]
"""What a stretch gains, its first slot (negative, so that of equal gains the first comes first), the slot
behind it, and its mode."""


def choose(site: Site, task: ModesTask, hours: Sequence[float]) -> Shares:
    """The modes of each slot, in the home without the device; each move gains and breaks no rule further."""
    modes, costs, bears = list(task.usual), _costs(site, task, hours), _Bears(task)
    for _ in range(_MOST_MOVES):
        for _, first, behind, mode in nlargest(_MOST_TRIALS, _moves(task, modes, costs, hours)):
            tried = [*modes[:-first], *[mode] * (behind + first), *modes[behind:]]
            if bears.no_worse(tried, -first, behind):
                modes = tried
                break
        else:
            break
    return tuple(map(task.alone, modes))


class _Bears:
    """Which rules a change of modes touches, and how far the usual modes break each of them."""

    def __init__(self, task: ModesTask) -> None:
        self.before = task.before
        self.known = [(rule, rule.excess(task.usual, task.before)) for rule in task.rules]
        self.touching: list[list[int]] = [[] for _ in task.open]
        for number, rule in enumerate(task.rules):
            for k in {k for _, k in rule.begins} | {k for _, k, _ in rule.shares}:
                self.touching[k].append(number)

    def no_worse(self, modes: Sequence[int], first: int, behind: int) -> bool:
        """Whether modes that are new from one slot to another break no rule further than the usual ones."""
        touched = {number for k in range(first, min(behind + 1, len(modes))) for number in self.touching[k]}
        return all(self._kept(*self.known[number], modes) for number in touched)

    def _kept(self, rule: Rule, usually: float, modes: Sequence[int]) -> bool:
        return rule.excess(modes, self.before) <= usually + _CRUMB


def _costs(site: Site, task: ModesTask, hours: Sequence[float]) -> list[list[float]]:
    """What each mode costs in each slot."""
    return [
        [
            site.added_cost(task.device.id, k, 1000 * kilowatts) + hours[k] * task.cost_per_h[mode]
            for k in range(len(hours))
        ]
        for mode, kilowatts in enumerate(task.power_kw)
    ]


def _longest(task: ModesTask, modes: Sequence[int]) -> list[list[float]]:
    """How long each mode may still last where it begins in a slot, in hours, as far as one rule can tell."""
    longest = [[float("inf")] * len(modes) for _ in task.power_kw]
    for rule in task.rules:
        if rule.shares and not rule.begins:
            left = rule.right - sum(weight for mode, k, weight in rule.shares if modes[k] == mode)
            for mode, k, weight in rule.shares:
                if weight > 0:
                    longest[mode][k] = min(longest[mode][k], left + _CRUMB)
    return longest


def _moves(
    task: ModesTask, modes: Sequence[int], costs: Sequence[Sequence[float]], hours: Sequence[float]
) -> Iterator[_Move]:
    """Every stretch of slots, still as they were, that another mode would make cheaper."""
    count, longest = len(modes), _longest(task, modes)
    for mode, mine in enumerate(costs):
        sums = [0.0, *accumulate(costs[modes[k]][k] - mine[k] for k in range(count))]
        free = [task.open[k][mode] and modes[k] == task.usual[k] != mode for k in range(count)]
        for first in range(count):
            least = task.until[first] if first < len(task.until) else first + 1
            lasts, behind, most = 0.0, first, longest[mode][first]
            while behind < count and free[behind] and (lasts := lasts + hours[behind]) <= most:
                behind += 1
                gain = sums[behind] - sums[first]
                if gain > _GAIN and behind >= least:
                    yield gain, -first, behind, mode
