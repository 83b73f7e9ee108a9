"""The upper rungs: the model solved to the gap asked for, or as well as the effort allows."""

from drrouter.domain.plan import SolveRung
from drrouter.planner.curtailing import unwasted
from drrouter.planner.kept_door import Keeper
from drrouter.planner.ledger import Entry, enter
from drrouter.planner.model import build
from drrouter.planner.problem import Problem
from drrouter.planner.reading import read_schedule
from drrouter.planner.tasks import Tasks


def solve(
    problem: Problem, tasks: Tasks, keeper: Keeper | None = None
) -> tuple[Entry, float | None, SolveRung, float]:
    """Solve the model of the home.

    Returns:
        What was decided, the bound on the objective of any plan (None where there is none), the rung: optimal
        when the gap asked for is proven, and by how much the plan is dearer than the model thought. That is
        what no plan can change, and the model leaves out; where it is not nothing, nobody has proven so.

    Raises:
        PlannerError: the solver found no plan.
    """
    model = build(problem, tasks, keeper)
    solution = model.door.solve(problem.effort, base_cost(tasks))
    entry = enter(problem, tasks, read_schedule(model, solution))
    shift = entry.objective - solution.objective
    bound = None if solution.bound is None else solution.bound + shift
    rung = SolveRung.OPTIMAL if solution.proven else SolveRung.INCUMBENT
    return unwasted(problem, tasks, entry), bound, rung, shift


def base_cost(tasks: Tasks) -> float:
    """What the base load alone costs: a home's scale of money where its bill is near zero."""
    slots = zip(tasks.tariffs.hours, tasks.tariffs.buy, tasks.base_w, strict=True)
    return sum(hours * abs(price * base_w) / 1000 for hours, price, base_w in slots)
