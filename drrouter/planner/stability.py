"""Keeps the previous plan without a reason to leave it: something happened, or a new one saves enough.

Forecasts are a little different every quarter of an hour, and so is the best plan. Nobody wants a washer
that moves for a cent. So where nothing but time has passed, the problem has a ``margin``, and the previous
plan is carried over and compared with the new one at the prices of today:

    the plan before, carried over    |####|            1.24 EUR
    a new plan                              |####|     1.23 EUR      saves 0.01 EUR: the one before is kept
"""

from dataclasses import dataclass, replace

from drrouter.domain.plan import Plan, SolveRung
from drrouter.planner.kept_door import Keeper
from drrouter.planner.ledger import Entry
from drrouter.planner.mending import repaired_entry
from drrouter.planner.problem import Margin, Problem
from drrouter.planner.schedule import Schedule
from drrouter.planner.solve import base_cost
from drrouter.planner.tasks import Tasks

SAME = 1e-4
"""In the plan's currency: less is the arithmetic's."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A plan that might count, not yet in words.

    Attributes:
        bound: proven, on the objective of any plan; None where no solver proved one.
        repaired, gain: see ``Plan``.
    """

    entry: Entry
    rung: SolveRung
    bound: float | None = None
    repaired: bool = False
    gain: float | None = None

    def with_entry(self, entry: Entry) -> "Candidate":
        """Another plan under the same bound; a bound that a plan lies below is none."""
        if self.bound is not None and entry.objective < self.bound - SAME:
            return replace(self, entry=entry, rung=SolveRung.INCUMBENT, bound=None)
        return replace(self, entry=entry)


def settled(problem: Problem, tasks: Tasks, made: Candidate, keeper: Keeper) -> Candidate:
    """The plan that counts: the new one, or the previous one carried over to the new slots.

    Carried over means that every cycle stays at its place and every device on and off as it was, while powers
    follow what is forecast now (``mending``); running cycles and commitments are fixed in either. Where a
    cycle cannot stay, the previous plan can no longer be carried out, and the new one takes its place. Where
    both were compared, ``gain`` says what the new one saves.

    Interpretation: the gain is one of the whole objective, misses at their prices and the value of what is
    stored included, not of the bill alone, for a plan that misses less is better at the same bill.
    """
    if problem.margin is None or problem.previous is None:
        return made
    entry, rung = repaired_entry(problem, tasks, problem.previous, keeper)
    if not _stays(entry.schedule, problem.previous):
        return made
    gain = entry.objective - made.entry.objective
    if gain > least_gain(problem.margin, entry.cost.money):
        return replace(made, gain=gain)
    kept = replace(made, rung=_rung(problem, tasks, entry, rung, made), repaired=True, gain=gain)
    return kept.with_entry(entry)


def _rung(problem: Problem, tasks: Tasks, entry: Entry, rung: SolveRung, made: Candidate) -> SolveRung:
    """A plan that is kept is as good as proven where it lies within the gap asked for above the bound."""
    if made.bound is None or made.rung is not SolveRung.OPTIMAL:
        return rung
    within = problem.effort.gap * max(abs(made.bound), base_cost(tasks))
    return SolveRung.OPTIMAL if entry.objective <= made.bound + within else rung


def least_gain(margin: Margin, money: float) -> float:
    """What a new plan must save, in the plan's currency, against one that costs ``money``."""
    return max(margin.money, margin.share * abs(money))


def _stays(schedule: Schedule, previous: Plan) -> bool:
    """Whether every cycle that was planned before and is still to be run stands where it was."""
    planned = {cycle.device_id: cycle for cycle in previous.cycles if not cycle.fixed}
    return all(
        device_id not in planned or (start is not None and start.is_at(planned[device_id]))
        for device_id, start in schedule.starts.items()
    )
