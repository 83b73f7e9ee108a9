"""Tells what a plan does differently from the one before, and because of what."""

from collections.abc import Iterator

from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Miss, MissKind, Plan, Reason, ScheduledCycle
from drrouter.planner.catalogue import reason
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.explain.scene import WORTH_SAYING, Scene
from drrouter.planner.start import Start, place_of, placed
from drrouter.planner.storage_task import StorageTask
from drrouter.planner.timeline import on_slots_of

_SHIFT_KWH = 0.25
"""A storage that moves less than this is not mentioned."""


def changes(scene: Scene, plan: Plan) -> tuple[Reason, ...]:
    """What is new: devices that run at other times, misses that came or went; empty without a plan before."""
    before = scene.problem.previous
    if before is None:
        return ()
    return (
        *_moved_cycles(scene, before, plan),
        *_moved_energy(scene, before, plan),
        *_misses_that_changed(scene, before, plan),
    )


def _moved_cycles(scene: Scene, before: Plan, plan: Plan) -> Iterator[Reason]:
    tasks, trigger = {task.device.id: task for task in scene.tasks.cycles}, scene.problem.trigger
    for device in scene.problem.devices:
        old, new, label = _chosen(before, device.id), _chosen(plan, device.id), device.label
        if device.id not in tasks or (old and new and _place(old) == _place(new)):
            continue
        if old is not None and new is not None:
            yield _moved(scene, tasks[device.id], old, new)
        elif new is not None:
            yield reason("change.planned", label=label, at=new.start, trigger=trigger)
        elif old is not None:
            yield reason("change.dropped", label=label, at=old.start, trigger=trigger)


def _chosen(plan: Plan, device_id: DeviceId) -> ScheduledCycle | None:
    cycles = (cycle for cycle in plan.cycles if cycle.device_id == device_id and not cycle.fixed)
    return next(cycles, None)


def _place(cycle: ScheduledCycle) -> tuple[object, ...]:
    return cycle.programme_id, cycle.start, cycle.phase_starts


def _moved(scene: Scene, task: CycleTask, old: ScheduledCycle, new: ScheduledCycle) -> Reason:
    why, label, trigger = _why_moved(scene, task, old), task.device.label, scene.problem.trigger
    if old.start != new.start:
        return reason("change.moved", why, label=label, old=old.start, new=new.start, trigger=trigger)
    was, runs = old.programme_id, new.programme_id
    if was == runs:
        return reason("change.pauses", why, label=label, at=new.start, trigger=trigger)
    return reason("change.programme", why, label=label, old=was, new=runs, at=new.start, trigger=trigger)


def _former(scene: Scene, task: CycleTask, old: ScheduledCycle) -> Start | None:
    """The cycle where the previous plan had it, None where that is no longer possible."""
    for programme in {start.programme for start in task.starts if start.programme.id == old.programme_id}:
        if place_of(programme, old) == task.kept:
            return placed(programme, old, scene.problem.slots)
    return None


def _why_moved(scene: Scene, task: CycleTask, old: ScheduledCycle) -> Reason:
    """The gain where there is one, else that the old place is gone, else that others gain."""
    chosen, former = scene.entry.schedule.starts[task.device.id], _former(scene, task, old)
    if former is None or chosen is None:
        return reason("change.start_gone")
    with scene.without(task.device.id, chosen.power_w, chosen.first) as site:
        gain = scene.bill.added(site.grid_w, former.power_w, former.first)
        gain -= scene.bill.added(site.grid_w, chosen.power_w, chosen.first)
        fits = all(
            watts <= max(0.0, site.room_w(task.device.id, index)) + 0.5
            for index, watts in enumerate(former.power_w, start=former.first)
        )
    if not fits:
        return reason("change.no_room")
    return reason("change.gain", gain=gain) if gain > 0 else reason("change.whole")


def _moved_energy(scene: Scene, before: Plan, plan: Plan) -> Iterator[Reason]:
    old = on_slots_of(scene.problem, before)
    hours, trigger = scene.tasks.tariffs.hours, scene.problem.trigger
    for task in scene.tasks.storages:
        device_id, label = task.device.id, task.device.label
        if device_id not in before.power_w:
            continue
        former = old.power_w[device_id]
        shift = [
            length * (new_w - old_w) / 1000
            for length, new_w, old_w, slot in zip(
                hours, plan.power_w[device_id], former, plan.slots, strict=True
            )
            if slot.start < before.slots[-1].end
        ]
        more, less = sum(e for e in shift if e > 0), -sum(e for e in shift if e < 0)
        if max(more, less) >= _SHIFT_KWH:
            why = _why_shifted(scene, task, former, plan.power_w[device_id])
            yield reason("change.energy", why, label=label, more=more, less=less, trigger=trigger)


def _why_shifted(
    scene: Scene, task: StorageTask, former: tuple[float, ...], power_w: tuple[float, ...]
) -> Reason:
    """Because its old times are gone, or leave it short, or cost more; else because others gain."""
    device_id = task.device.id
    if any(watts > 1000 * most + 1.0 for watts, most in zip(former, task.open_kw, strict=True)):
        return reason("change.held_off")
    was, stored = task.stored(former), task.stored(power_w)
    with scene.without(device_id, power_w) as site:
        if any(watts > max(0.0, site.room_w(device_id, index)) + 1.0 for index, watts in enumerate(former)):
            return reason("change.no_room_then")
        gain = scene.bill.added(site.grid_w, former) - scene.bill.added(site.grid_w, power_w)
    if _falls_short(task, was) and not _falls_short(task, stored):
        return reason("change.falls_short")
    gain += task.end_value * (stored[-1] - was[-1])
    return reason("change.gain", gain=gain) if gain > WORTH_SAYING else reason("change.whole")


def _falls_short(task: StorageTask, stored: list[float]) -> bool:
    """Whether a wish or a bound is not met."""
    below = any(kwh < low - 1e-3 for kwh, low in zip(stored, task.low, strict=True))
    above = any(kwh > high + 1e-3 for kwh, high in zip(stored, task.high, strict=True))
    return below or above or any(goal.reached(stored) < goal.stored_kwh - 1e-3 for goal in task.goals)


def _misses_that_changed(scene: Scene, before: Plan, plan: Plan) -> Iterator[Reason]:
    """Misses that came, and those that went; what a cycle's move tells already is not told again."""
    old, new = _by_kind(before.misses), _by_kind(plan.misses)
    for key, miss in new.items():
        if key not in old and not _told(*key, before, plan):
            yield _came(scene, miss)
    for key, miss in old.items():
        gone = key not in new and not _told(*key, before, plan)
        if gone and (miss.kind is MissKind.LIMIT or miss.device_id in scene.labels):
            yield _went(scene, miss)


def _came(scene: Scene, miss: Miss) -> Reason:
    trigger = scene.problem.trigger
    if miss.kind is MissKind.LIMIT:
        return reason("change.limit_broken", miss.reason, amount=miss.amount, trigger=trigger)
    label = scene.labels[miss.device_id] if miss.device_id else ""
    if miss.kind is MissKind.CYCLE:
        return reason("change.cycle_missed", miss.reason, label=label, trigger=trigger)
    amount, unit = miss.amount, miss.unit
    return reason("change.miss_came", miss.reason, label=label, amount=amount, unit=unit, trigger=trigger)


def _went(scene: Scene, miss: Miss) -> Reason:
    trigger = scene.problem.trigger
    if miss.kind is MissKind.LIMIT:
        return reason("change.limit_kept", amount=miss.amount, trigger=trigger)
    label = scene.labels[miss.device_id] if miss.device_id else ""
    if miss.kind is MissKind.CYCLE:
        return reason("change.cycle_free", label=label, trigger=trigger)
    return reason("change.miss_went", label=label, amount=miss.amount, unit=miss.unit, trigger=trigger)


def _by_kind(misses: tuple[Miss, ...]) -> dict[tuple[MissKind, DeviceId | None], Miss]:
    """The first miss of each kind and device."""
    found: dict[tuple[MissKind, DeviceId | None], Miss] = {}
    for miss in misses:
        found.setdefault((miss.kind, miss.device_id), miss)
    return found


def _told(kind: MissKind, device_id: DeviceId | None, before: Plan, plan: Plan) -> bool:
    """Whether the cycle that is missed, or is so no longer, is told as dropped or planned."""
    if kind is not MissKind.CYCLE or device_id is None:
        return False
    return (_chosen(before, device_id) is None) != (_chosen(plan, device_id) is None)
