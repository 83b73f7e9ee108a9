"""Makes a safe plan out of the previous one when the problem changed, in a fraction of a full solve's work.

    previous plan -- who is forbidden gives way by hand --> a plan? as cheap as it was? --> taken
                                                                  | no
                                                                  +--> mended by a linear programme

First what is forbidden gives way, and all else stays to the last digit (``giving_way``). Where that is no
plan, misses what the previous one did not, or costs much more, a linear programme has its say (``mending``).

A repaired plan is good, checked, and open to something better. That a full solve follows is left to the
router.
"""

from dataclasses import replace

from drrouter.domain.plan import MissKind, Plan, SolveRung
from drrouter.planner.explain import outlined
from drrouter.planner.fallback import greedy, greedy_entry, held_entry
from drrouter.planner.giving_way import given_way, planned_before, stays_as_planned
from drrouter.planner.kept_door import Keeper
from drrouter.planner.ledger import Entry, enter
from drrouter.planner.mending import EQUAL, is_plan, mended_entry, repaired_entry
from drrouter.planner.problem import Problem
from drrouter.planner.solve import base_cost
from drrouter.planner.tasks import Tasks, tasks_of
from drrouter.planner.timeline import on_slots_of

_MUCH = 0.05
"""A plan by hand that costs more or less than the one before by so much of the bill is left to a solver."""


def repair(problem: Problem, tasks: Tasks | None = None, keeper: Keeper | None = None) -> Plan | None:
    """The previous plan, mended for the new problem and checked; None where there is none.

    Its words are those of the previous plan but for what moved; misses, costs and levels are its own.
    """
    if problem.previous is None:
        return None
    tasks = tasks or tasks_of(problem)
    made = _by_hand(problem, tasks, problem.previous)
    if made is None:
        made = repaired_entry(problem, tasks, problem.previous, keeper or Keeper())
    elif _costs_otherwise(problem, tasks, made[0], problem.previous):
        made = _cheaper(problem, tasks, made, keeper or Keeper())
    return replace(outlined(problem, tasks, *made), repaired=True)


def held(problem: Problem) -> Plan:
    """The safe plan without a solver: what must gives way by hand, all else stays.

    For the moment in which the solver's process is out of reach; without a previous plan the greedy one.
    """
    if problem.previous is None:
        return greedy(problem)
    tasks = tasks_of(problem)
    made = _by_hand(problem, tasks, problem.previous)
    entry = made[0] if made else _executable(problem, tasks, held_entry(problem, tasks))
    return replace(outlined(problem, tasks, entry, SolveRung.GREEDY), repaired=True)


def _by_hand(problem: Problem, tasks: Tasks, previous: Plan) -> tuple[Entry, SolveRung] | None:
    """The previous plan once all that is forbidden has given way; None where that is no plan.

    Where nothing had to, it is as good as it was.
    """
    laid = on_slots_of(problem, previous)
    schedule = given_way(problem, tasks, laid.power_w, laid.modes)
    if schedule is None:
        return None
    entry = enter(problem, tasks, schedule)
    stays = stays_as_planned(tasks, schedule, laid.power_w, laid.modes)
    rung = SolveRung.INCUMBENT if stays and previous.solve_rung is not SolveRung.GREEDY else SolveRung.GREEDY
    return (entry, rung) if is_plan(problem, tasks, entry) else None


def _cheaper(
    problem: Problem, tasks: Tasks, made: tuple[Entry, SolveRung], keeper: Keeper
) -> tuple[Entry, SolveRung]:
    """What a linear programme makes of the steps found by hand, where that is cheaper."""
    before = on_slots_of(problem, problem.previous).power_w if problem.previous else {}
    solved = mended_entry(problem, tasks, made[0], before, keeper)
    return made if solved is None or solved is made[0] else (solved, SolveRung.INCUMBENT)


def _costs_otherwise(problem: Problem, tasks: Tasks, made: Entry, previous: Plan) -> bool:
    """Whether it misses what was not missed before, or costs much else than the previous plan did.

    No plan under new orders is better than the previous one was without them, but for the gap of that: what
    is not much dearer than it is not much dearer than any. What is much cheaper tells of new prices, or of
    more sun, under which the previous plan is no measure.
    """
    if made.cost.penalties > previous.cost.penalties + EQUAL:
        return True
    before = previous.objective
    if before is None or previous.slots != problem.slots:
        before = _without_limits(problem, tasks, previous)
    return abs(made.objective - before) > _MUCH * max(abs(made.cost.money), base_cost(tasks))


def _without_limits(problem: Problem, tasks: Tasks, previous: Plan) -> float:
    """What the previous plan would cost now if no limit stood above it, as objective."""
    laid = on_slots_of(problem, previous)
    entry = enter(problem, tasks, planned_before(problem, tasks, laid.power_w, laid.modes))
    over_kwh = sum(miss.amount for miss in entry.missed.misses if miss.kind is MissKind.LIMIT)
    return entry.objective - problem.prices.limit_per_kwh * over_kwh


def _executable(problem: Problem, tasks: Tasks, by_hand: Entry) -> Entry:
    """What was filled around the previous plan's cycles, where no rule is broken; else the greedy rung's."""
    return by_hand if is_plan(problem, tasks, by_hand) else greedy_entry(problem, tasks)
