"""Explains a storage: what its energy costs when planned, what it would cost at once, and what binds it."""

from dataclasses import replace
from datetime import timedelta

from drrouter.domain.plan import Explanation
from drrouter.planner.explain.scene import WORTH_SAYING, Scene
from drrouter.planner.filling import fill
from drrouter.planner.ledger import levels
from drrouter.planner.site import Site
from drrouter.planner.storage_task import Goal, StorageTask
from drrouter.planner.words import clock, kwh, money

_LONGER_H = (1, 2, 4, 8)
"""By how many hours a wish is put off to see what that would save."""

_NEAR_BOUND = 0.01
"""A level this share of its span away from a bound stands at it."""


def explain_storage(scene: Scene, task: StorageTask) -> Explanation:
    """Why a storage draws its energy when it does."""
    device_id, problem = task.device.id, scene.problem
    power_w = scene.entry.schedule.power_w[device_id]
    with scene.without(device_id, power_w) as site:
        cost = scene.bill.added(site.grid_w, power_w)
        unplanned = _unplanned(task, power_w, scene.tasks.tariffs.hours)
        cost_now = scene.bill.added(site.grid_w, unplanned)
        fits = all(watts <= site.room_w(device_id, index) + 1 for index, watts in enumerate(unplanned))
        binding, would_change = _binding(scene, task, site, power_w, cost)
    miss = scene.missed(device_id)
    energy = (
        sum(watts * hours for watts, hours in zip(power_w, scene.tasks.tariffs.hours, strict=True)) / 1000
    )
    saving = cost_now - cost
    against = "as its thermostat would have it" if task.drift_kw else "at full power from now on"
    if saving < 0 and not fits:
        against += ", which the limits do not allow"
    text = (
        f"{task.device.label} draws {kwh(energy)}{_when(scene, power_w)} for {money(problem, cost)}, "
        f"{money(problem, abs(saving))} {'less' if saving >= 0 else 'more'} than {against}."
    )
    if energy <= 0:
        text = f"{task.device.label} draws nothing in the planned hours."
    if miss is not None:
        text += f" It misses {miss.amount:.2f} {miss.unit}: {miss.cause}."
        binding = binding or miss.cause
    return Explanation(device_id, text, cost_now, cost, binding, would_change)


def _unplanned(task: StorageTask, power_w: tuple[float, ...], hours: tuple[float, ...]) -> tuple[float, ...]:
    """The same energy without a plan: evenly on a thermostat, else at full power from now on."""
    left_wh = sum(watts * length for watts, length in zip(power_w, hours, strict=True))
    if task.drift_kw:
        return (left_wh / sum(hours),) * len(hours)
    drawn = []
    for length, most_kw in zip(hours, task.max_kw, strict=True):
        drawn.append(min(1000 * most_kw, left_wh / length))
        left_wh -= drawn[-1] * length
    return tuple(drawn)


def _when(scene: Scene, power_w: tuple[float, ...]) -> str:
    """Its first and last hours, where it does not draw all the time."""
    drawn = [index for index, watts in enumerate(power_w) if watts > 0]
    if not drawn or len(drawn) == len(power_w):
        return ""
    slots, problem = scene.problem.slots, scene.problem
    return f" between {clock(problem, slots[drawn[0]].start)} and {clock(problem, slots[drawn[-1]].end)}"


def _binding(
    scene: Scene, task: StorageTask, site: Site, power_w: tuple[float, ...], cost: float
) -> tuple[str, str]:
    """The bound, the wish or the limit that keeps it from being cheaper; the first whose loss would save."""
    if task.drift_kw:
        return _at_bound(scene, task), ""
    worth = cost - task.end_value * _stored(scene, task, power_w)
    for hours in _LONGER_H:
        later = _put_off(scene, task, hours)
        if later is None:
            break
        saved = worth - _worth(scene, later, site)
        if saved > WORTH_SAYING:
            asked = task.goals[-1].wish.by + task.device.reserve
            until = clock(scene.problem, asked + timedelta(hours=hours))
            by = clock(scene.problem, asked)
            return f"its wished level by {by}", f"allow until {until} and save {money(scene.problem, saved)}"
    if site.rows:
        saved = worth - _worth(scene, task, scene.unlimited())
        if saved > WORTH_SAYING:
            return "the limits in force", f"without them it would save {money(scene.problem, saved)}"
    return "", ""


def _at_bound(scene: Scene, task: StorageTask) -> str:
    """When a drifting storage first stands at the bound towards which it drifts."""
    flexibility, path = task.flexibility, levels(task, scene.entry.schedule, scene.tasks)
    bound = flexibility.level_max if flexibility.runs_downwards else flexibility.level_min
    near = _NEAR_BOUND * (flexibility.level_max - flexibility.level_min)
    for slot, level in zip(scene.problem.slots, path, strict=True):
        if abs(level - bound) <= near:
            return (
                f"it stands at its bound of {bound:g} {flexibility.unit} at {clock(scene.problem, slot.end)}"
            )
    return ""


def _put_off(scene: Scene, task: StorageTask, hours: int) -> StorageTask | None:
    """The task with its wishes put off by so many hours, None where it has none or they leave the plan."""
    moved: list[Goal] = []
    for goal in task.goals:
        by = goal.wish.by + timedelta(hours=hours)
        index = next((k for k, slot in enumerate(scene.problem.slots) if by <= slot.end), None)
        if index is None:
            return None
        slot = scene.problem.slots[index]
        moved.append(replace(goal, index=index, share=(by - slot.start) / slot.duration))
    return replace(task, goals=tuple(moved)) if moved else None


def _worth(scene: Scene, task: StorageTask, site: Site) -> float:
    """What filling the task by hand would cost, less what it leaves stored."""
    power_w = fill(scene.problem, site, task)
    return scene.bill.added(site.grid_w, power_w) - task.end_value * _stored(scene, task, power_w)


def _stored(scene: Scene, task: StorageTask, power_w: tuple[float, ...]) -> float:
    return task.stored(power_w, scene.tasks.tariffs.hours)[-1]
