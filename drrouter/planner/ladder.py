"""The planner's ladder: optimal, else the best plan found, else greedy; always checked, never empty."""

import logging
from dataclasses import replace

from drrouter.domain.plan import Plan, SolveRung
from drrouter.errors import PlannerError
from drrouter.planner.explain import explained
from drrouter.planner.fallback import greedy_entry
from drrouter.planner.kept_door import Keeper
from drrouter.planner.kept_tasks import TaskKeeper
from drrouter.planner.ledger import Entry, plan_of, relative_gap
from drrouter.planner.problem import Problem
from drrouter.planner.repair import repair
from drrouter.planner.solve import solve
from drrouter.planner.stability import SAME, Candidate, settled
from drrouter.planner.tasks import Tasks, tasks_of
from drrouter.planner.verify import verify

_log = logging.getLogger(__name__)


class Planner:
    """Plans one home again and again; what it keeps makes plans quicker, never other than ``plan``'s."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._tasks, self._whole, self._mending = TaskKeeper(), Keeper(), Keeper()

    def plan(self, problem: Problem) -> Plan:
        """Plan the home, see ``plan``."""
        return _plan(problem, self._tasks.tasks_of(problem), self._whole, self._mending)


def plan(problem: Problem) -> Plan:
    """Plan the home: a pure function, equal problems give equal plans.

    Wishes that cannot all be met are missed at their prices and reported in ``misses``; nothing that a home
    may ask for makes this fail. The rung that made the plan is ``plan.solve_rung``.

    With ``effort.repair`` the previous plan is mended and no new one made; with a ``margin`` it is kept
    unless a new one is better by so much.
    """
    return _plan(problem, tasks_of(problem), Keeper(), Keeper())


def _plan(problem: Problem, tasks: Tasks, whole: Keeper, mending: Keeper) -> Plan:
    """A plan, over the structures of the last whole model and of the last one with its steps fixed."""
    mended = repair(problem, tasks, mending) if problem.effort.repair else None
    if mended is not None:
        return mended
    chosen = settled(problem, tasks, _best(problem, tasks, whole), mending)
    return replace(
        explained(problem, tasks, chosen.entry, chosen.rung),
        bound=chosen.bound,
        gap=relative_gap(chosen.entry.objective, chosen.bound),
        repaired=chosen.repaired,
        gain=chosen.gain,
    )


def _best(problem: Problem, tasks: Tasks, keeper: Keeper) -> Candidate:
    """What the highest rung makes; it is checked before it is put into words.

    Where the gap asked for is proven, all that the greedy rung could save lies inside it: it is not asked.
    Where the plan costs other than the model thought, that is no proof yet, and it is.
    """
    try:
        entry, bound, rung, shift = solve(problem, tasks, keeper)
    except PlannerError as error:
        _log.warning("no plan from the solver, the greedy rung takes over: %s", error)
        return Candidate(greedy_entry(problem, tasks), SolveRung.GREEDY)
    if rung is SolveRung.OPTIMAL and abs(shift) <= SAME:
        made = Candidate(entry, rung, bound)
    else:
        made = _better(Candidate(entry, rung, bound), greedy_entry(problem, tasks))
    violations = verify(plan_of(problem, tasks, made.entry, rung, in_haste=True), problem)
    if violations:
        _log.warning("the solver's plan breaks a rule, the greedy rung takes over: %s", violations[0])
        return Candidate(greedy_entry(problem, tasks), SolveRung.GREEDY)
    return made


def _better(made: Candidate, fallback: Entry) -> Candidate:
    """The better of the two."""
    better = fallback.objective < made.entry.objective - 1e-9
    return made.with_entry(fallback if better else made.entry)
