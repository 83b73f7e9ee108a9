"""Explains a device with modes: when it is in which, and what that saves against its normal mode."""

from collections.abc import Iterator

from drrouter.domain.plan import Explanation, Reason
from drrouter.planner.catalogue import reason
from drrouter.planner.explain.scene import Scene
from drrouter.planner.explain.telling import Bind, Costs, tell
from drrouter.planner.modes_task import ModesTask


def explain_modes(scene: Scene, task: ModesTask) -> Explanation:
    """Why it runs in which mode when; ``cost_now`` is the bill of its usual modes.

    Interpretation: what it owes, or has put by, at the horizon counts at its value, as in the plan.
    """
    device_id, hours = task.device.id, scene.tasks.tariffs.hours
    shares = scene.entry.schedule.modes[device_id]
    as_usual = task.as_usual
    power_w = task.power_w(shares)
    with scene.without(device_id, power_w) as site:
        cost = scene.bill.added(site.grid_w, power_w)
        cost_now = scene.bill.added(site.grid_w, task.power_w(as_usual))
    saving = cost_now - cost + task.beside(as_usual, hours) - task.beside(shares, hours)
    stays = list(_stays(scene, task))
    costs, label = Costs(cost_now, cost, min(cost, cost_now)), task.device.label
    if not stays:
        text = reason("modes.normal", label=label, cost=cost)
    else:
        text = reason("modes.planned", *stays, label=label, cost=cost, saving=saving)
    ordered = not all(all(slot) for slot in task.allowed)
    bind = Bind(reason("modes.ordered")) if ordered else Bind()
    return tell(scene.problem, device_id, text, costs=costs, bind=bind)


def _stays(scene: Scene, task: ModesTask) -> Iterator[Reason]:
    """Each stretch in another mode than the normal one, as far as it is planned exactly."""
    slots, normal, began = scene.problem.slots, task.flexibility.normal, 0
    shares = scene.entry.schedule.modes[task.device.id]
    modes = [
        mine.index(max(mine)) if is_exact else normal
        for mine, is_exact in zip(shares, task.exact, strict=True)
    ]
    for k, mode in enumerate(modes):
        if k and modes[k - 1] != mode:
            began = k
        if mode != normal and (k + 1 == len(modes) or modes[k + 1] != mode):
            name = task.flexibility.modes[mode].name
            yield reason("modes.stay", name=name, since=slots[began].start, until=slots[k].end)
