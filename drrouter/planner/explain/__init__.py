"""Puts a plan into words and numbers: why each device runs when it runs, and what is new in it."""

from dataclasses import replace
from datetime import datetime

from drrouter.domain.plan import Explanation, Plan, SolveRung
from drrouter.planner.catalogue import say
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.explain.batteries import explain_battery
from drrouter.planner.explain.changes import changes
from drrouter.planner.explain.cycles import explain_cycle, explain_fixed
from drrouter.planner.explain.demands import explain_demand
from drrouter.planner.explain.inverters import explain_inverter
from drrouter.planner.explain.modes import explain_modes
from drrouter.planner.explain.rebates import with_rebates
from drrouter.planner.explain.scene import Scene
from drrouter.planner.explain.storages import explain_storage
from drrouter.planner.ledger import Entry, plan_of
from drrouter.planner.problem import Problem
from drrouter.planner.tasks import Tasks

__all__ = ["explained", "outlined"]


def explained(problem: Problem, tasks: Tasks, entry: Entry, rung: SolveRung) -> Plan:
    """The plan of a schedule, with one explanation per device that has a part in it.

    Every number is worked out in the home as planned: what the device adds to the bill where it stands, and
    what it would add elsewhere while everything else stays.
    """
    scene = Scene(problem, tasks, entry)
    plan = plan_of(problem, tasks, entry, rung)
    told: list[Explanation] = [explain_fixed(scene, cycle) for cycle in tasks.fixed]
    told += [explain_cycle(scene, task) for task in tasks.cycles]
    told += [
        explain_battery(scene, task) if task.giving else explain_storage(scene, task)
        for task in tasks.storages
    ]
    told += [explain_demand(scene, demand) for demand in tasks.demands]
    told += [explain_inverter(scene, task) for task in tasks.inverters]
    told += [explain_modes(scene, task) for task in tasks.modes]
    return _with_words(scene, plan, [with_rebates(scene, one) for one in _one_each(told)])


def outlined(problem: Problem, tasks: Tasks, entry: Entry, rung: SolveRung) -> Plan:
    """The same in a fraction of the work: what is new, and why for each cycle that is not where it was.

    All others keep the words of the previous plan: enough for a plan that a full one follows within seconds.
    """
    scene = Scene(problem, tasks, entry)
    plan = plan_of(problem, tasks, entry, rung, in_haste=True)
    before = problem.previous
    told = [] if before is None else [text for text in before.explanations if text.device_id in plan.power_w]
    moved = [task for task in tasks.cycles if before is None or _start(before, task) != _start(plan, task)]
    names = {task.device.id for task in moved}
    told = [text for text in told if text.device_id not in names]
    told += [with_rebates(scene, explain_cycle(scene, task)) for task in moved]
    return _with_words(scene, plan, told)


def _start(plan: Plan, task: CycleTask) -> datetime | None:
    cycle = plan.cycle_of(task.device.id)
    return None if cycle is None else cycle.start


def _with_words(scene: Scene, plan: Plan, told: list[Explanation]) -> Plan:
    """The plan with its explanations, and with what is new in it."""
    new = changes(scene, plan)
    said = tuple(say(scene.problem, change) for change in new)
    return replace(plan, explanations=tuple(told), changes=said, change_reasons=new)


def _one_each(told: list[Explanation]) -> tuple[Explanation, ...]:
    """A machine that runs and has another cycle planned: the text of both, the numbers of the latter."""
    by_device: dict[str, Explanation] = {}
    for explanation in told:
        before = by_device.get(explanation.device_id)
        if before is not None:
            text, reasons = f"{before.text} {explanation.text}", before.reasons + explanation.reasons
            explanation = replace(explanation, text=text, reasons=reasons)
        by_device[explanation.device_id] = explanation
    return tuple(by_device.values())
