"""Mends the previous plan by a linear programme: its whole steps stay, powers and levels follow what is new.

    previous plan:   washer |####|      car  on on off off on on | 0.4 of the time ...
    new limit                 xxxxxx
    mended plan:     washer        |####|   car  on off off off on on | 0.7 of the time ...

What makes planning hard is the choice of whole steps: where each cycle stands, when each device is on. Here
the previous plan has chosen already. Cycles stay where they were, and those that are forbidden there go to
their cheapest place by the greedy rung. Devices stay on and off as they were as far as orders and limits
let them. All that is left are powers and levels.
"""

from dataclasses import replace

from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import MissKind, Plan, SolveRung
from drrouter.errors import PlannerError
from drrouter.planner.constraints.storage import StorageVars
from drrouter.planner.curtailing import held_back, unwasted
from drrouter.planner.fallback import greedy_entry, held_entry
from drrouter.planner.giving_way import Powers, modes_before, planned_before
from drrouter.planner.kept_door import Keeper
from drrouter.planner.ledger import Entry, enter, plan_of
from drrouter.planner.model import HomeModel, build
from drrouter.planner.problem import Problem
from drrouter.planner.pulp_door import Door
from drrouter.planner.reading import read_schedule
from drrouter.planner.schedule import Schedule
from drrouter.planner.storage_task import CRUMB_KW
from drrouter.planner.tasks import Tasks
from drrouter.planner.timeline import on_slots_of
from drrouter.planner.verify import verify

_NEVER = float("inf")
"""Stands for the power of a device that the previous plan does not know: more than it may have."""

EQUAL = 1e-3
"""A plan that is better by less, in the plan's currency, is not worth another power anywhere."""

_NODES = 5
"""Where the linear programme's answer is no plan, what is open yet is settled near the root, or by hand."""


def repaired_entry(problem: Problem, tasks: Tasks, previous: Plan, keeper: Keeper) -> tuple[Entry, SolveRung]:
    """The linear programme's answer where it is a plan, else what it began with.

    It begins with the previous plan where nothing of that is forbidden now, else with what the greedy rung
    makes of it.
    """
    laid = on_slots_of(problem, previous)
    before, planned = laid.power_w, _as_planned(problem, tasks, laid)
    if planned is not None and (mended := mended_entry(problem, tasks, planned, before, keeper)):
        return mended, SolveRung.INCUMBENT
    by_hand = held_entry(problem, tasks)
    mended = mended_entry(problem, tasks, by_hand, before, keeper)
    if mended is not None and mended is not by_hand:
        return mended, SolveRung.INCUMBENT
    return mended or greedy_entry(problem, tasks), SolveRung.GREEDY


def _as_planned(problem: Problem, tasks: Tasks, laid: Plan) -> Entry | None:
    """The previous plan, where all of it can still be done; None where anything is forbidden or new."""
    possible = all(task.planned for task in tasks.cycles) and all(
        watts / 1000 <= most + CRUMB_KW
        for task in tasks.modulating
        for watts, most in zip(laid.power_w.get(task.device.id, (_NEVER,)), task.max_kw, strict=False)
    )
    if not possible or not all(modes_before(task, laid.modes) for task in tasks.modes):
        return None
    entry = enter(problem, tasks, planned_before(problem, tasks, laid.power_w, laid.modes))
    return None if any(miss.kind is MissKind.LIMIT for miss in entry.missed.misses) else entry


def mended_entry(
    problem: Problem, tasks: Tasks, known: Entry, before: Powers, keeper: Keeper
) -> Entry | None:
    """The cheapest plan with the steps that are known; None where none of what was found is one.

    What is still open then is first taken as if it were no whole step, and as one where that is no plan.
    """
    for relaxed in (True, False) if tasks.modulating else ():
        try:
            model = build(problem, _with_cycles(tasks, known.schedule), keeper)
            entry = _solved(problem, tasks, model, known.schedule, before, relaxed=relaxed)
        except PlannerError:
            continue  # the steps that are known leave no solution
        if entry.objective >= known.objective:
            break
        same = _as_it_was(problem, tasks, known.schedule, before)
        for one in (same, entry):
            if one.objective <= entry.objective + EQUAL and is_plan(problem, tasks, one):
                return one
    return known if is_plan(problem, tasks, known) else None


def _as_it_was(problem: Problem, tasks: Tasks, by_hand: Schedule, before: Powers) -> Entry:
    """Every power as the previous plan had it, for where nothing is better: equal costs move nothing."""
    same = replace(by_hand, power_w={**by_hand.power_w, **_of(tasks, before)})
    return enter(problem, tasks, held_back(problem, tasks, same))


def _of(tasks: Tasks, power_w: Powers) -> dict[DeviceId, tuple[float, ...]]:
    """What concerns storages and demands."""
    names = (task.device.id for task in tasks.modulating)
    return {name: power_w[name] for name in names if name in power_w}


def is_plan(problem: Problem, tasks: Tasks, entry: Entry) -> bool:
    """Whether it breaks no rule."""
    return not verify(plan_of(problem, tasks, entry, SolveRung.INCUMBENT, in_haste=True), problem)


def _solved(
    problem: Problem, tasks: Tasks, model: HomeModel, by_hand: Schedule, before: Powers, *, relaxed: bool
) -> Entry:
    for part in model.storages:
        _fix_steps(model.door, part, by_hand.power_w[part.task.device.id], before, fills_too=relaxed)
    if relaxed:
        model.door.relax()
    solution = model.door.solve(replace(problem.effort, nodes=min(_NODES, problem.effort.nodes)))
    power_w = {**by_hand.power_w, **read_schedule(model, solution).power_w}
    made = Schedule(by_hand.starts, power_w, by_hand.modes)
    return unwasted(problem, tasks, enter(problem, tasks, made))


def _with_cycles(tasks: Tasks, schedule: Schedule) -> Tasks:
    """The tasks with every cycle, and every mode, a load that nobody moves."""
    fixed_w = dict(tasks.fixed_w)
    for device_id, start in schedule.starts.items():
        if start is not None:
            already = fixed_w.get(device_id, (0.0,) * tasks.count)
            fixed_w[device_id] = tuple(map(sum, zip(already, start.over(tasks.count), strict=True)))
    fixed_w |= {device_id: schedule.power_w[device_id] for device_id in schedule.modes}
    return replace(tasks, fixed_w=fixed_w, cycles=(), modes=())


def _fix_steps(
    door: Door,
    part: StorageVars,
    by_hand_w: tuple[float, ...],
    before: Powers,
    *,
    fills_too: bool,
) -> None:
    """On and off in the slots planned exactly: as the previous plan had it, where all of it is still allowed.

    Where any of it is forbidden now, as the greedy rung has it, for what is taken away must go somewhere. A
    power below the least that it runs at is that of a device that becomes full in the slot, or, in a slot
    that was not planned exactly before, a mean, of which the nearer whole step is taken.
    """
    task = part.task
    steps_w = before.get(task.device.id, by_hand_w)
    if any(watts / 1000 > most + CRUMB_KW for watts, most in zip(steps_w, task.max_kw, strict=True)):
        steps_w = by_hand_w
    for k, on in part.on.items():
        power_kw, least = steps_w[k] / 1000, task.on_kw[k] - CRUMB_KW
        fills = k in part.fills and CRUMB_KW < power_kw < least
        door.fix(on, float(fills or power_kw > least / 2))
        if fills_too and k in part.fills:
            door.fix(part.fills[k], float(fills))
