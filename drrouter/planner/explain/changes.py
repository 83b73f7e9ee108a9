"""Tells what a plan does differently from the one before, and because of what."""

from collections.abc import Iterator

from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Plan, ScheduledCycle
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.explain.scene import Scene
from drrouter.planner.timeline import on_slots_of
from drrouter.planner.words import clock, kwh, money

_SHIFT_KWH = 0.25
"""A storage that moves less than this is not mentioned."""


def changes(scene: Scene, plan: Plan) -> tuple[str, ...]:
    """One sentence per device that runs at another time than in the previous plan; empty without one."""
    before = scene.problem.previous
    if before is None:
        return ()
    return (*_moved_cycles(scene, before, plan), *_moved_energy(scene, before, plan))


def _moved_cycles(scene: Scene, before: Plan, plan: Plan) -> Iterator[str]:
    tasks = {task.device.id: task for task in scene.tasks.cycles}
    for device in scene.problem.devices:
        old, new = _chosen(before, device.id), _chosen(plan, device.id)
        if device.id not in tasks or (old and new and old.start == new.start):
            continue
        if old is not None and new is not None:
            yield (
                f"{device.label} moves from {clock(scene.problem, old.start)} to "
                f"{clock(scene.problem, new.start)}: {_why_moved(scene, tasks[device.id], old, new)}."
            )
        elif new is not None:
            when = clock(scene.problem, new.start)
            yield f"{device.label} is now planned for {when}{_trigger(scene)}."
        elif old is not None:
            when = clock(scene.problem, old.start)
            yield f"{device.label} is no longer planned for {when}{_trigger(scene)}."


def _chosen(plan: Plan, device_id: DeviceId) -> ScheduledCycle | None:
    cycles = (cycle for cycle in plan.cycles if cycle.device_id == device_id and not cycle.fixed)
    return next(cycles, None)


def _why_moved(scene: Scene, task: CycleTask, old: ScheduledCycle, new: ScheduledCycle) -> str:
    """The gain where there is one, else the trigger, else that the old place is gone."""
    starts = {start.start: start for start in task.starts}
    if old.start not in starts:
        return f"its old start is no longer possible{_trigger(scene)}"
    chosen, former = starts[new.start], starts[old.start]
    with scene.without(task.device.id, chosen.power_w, chosen.first) as site:
        gain = scene.bill.added(site.grid_w, former.power_w, former.first)
        gain -= scene.bill.added(site.grid_w, chosen.power_w, chosen.first)
        fits = all(
            watts <= max(0.0, site.room_w(task.device.id, index)) + 0.5
            for index, watts in enumerate(former.power_w, start=former.first)
        )
    if not fits:
        return f"a limit leaves no room at its old start{_trigger(scene)}"
    if gain > 0:
        return f"that saves {money(scene.problem, gain)}{_trigger(scene)}"
    return f"the home as a whole is better off{_trigger(scene)}"


def _moved_energy(scene: Scene, before: Plan, plan: Plan) -> Iterator[str]:
    old = on_slots_of(scene.problem, before)
    hours = scene.tasks.tariffs.hours
    for task in scene.tasks.storages:
        device_id = task.device.id
        if device_id not in before.power_w:
            continue
        shift = [
            length * (new_w - old_w) / 1000
            for length, new_w, old_w, slot in zip(
                hours, plan.power_w[device_id], old.power_w[device_id], plan.slots, strict=True
            )
            if slot.start < before.slots[-1].end
        ]
        more, less = sum(e for e in shift if e > 0), -sum(e for e in shift if e < 0)
        if max(more, less) >= _SHIFT_KWH:
            yield (
                f"{task.device.label} takes {kwh(more)} at other times than planned before and "
                f"{kwh(less)} not when planned before{_trigger(scene)}."
            )


def _trigger(scene: Scene) -> str:
    return f" ({scene.problem.trigger})" if scene.problem.trigger else ""
