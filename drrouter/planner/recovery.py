"""Says what a home may draw after an event, from the plan that it had before the event came."""

from drrouter.domain.demand_response import Recovery
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Plan
from drrouter.planner.problem import Problem


def recoveries_after(problem: Problem, before: Plan) -> tuple[Recovery, ...]:
    """The recovery from the events of the problem; none where none of them ends within the horizon.

        power
          |  __                   __ before
          | |  |____             |  |___           peak
          |_|       |____________|      |___
                    |-- event --|------ recovery ---->

    Events are the limits, and the caps of devices, that end. The peak is that of the plan before.

    Args:
        problem: the home with its events.
        before: the plan of the same home without them.
    """
    spans = [limit.interval for limit in problem.limits]
    spans += [span for device in problem.devices for span, _ in device.caps]
    horizon = problem.horizon
    ends = [span.end for span in spans if problem.now < span.end < horizon.end]
    if not ends:
        return ()
    return (Recovery(Interval(min(ends), horizon.end), max(0.0, *before.grid_w)),)
