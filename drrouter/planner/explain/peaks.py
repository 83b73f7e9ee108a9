"""Tells when a peak of the tariff keeps a device from cheaper hours, and what lifting it would cost."""

from collections.abc import Sequence

from drrouter.domain.plan import Reason
from drrouter.planner.catalogue import reason
from drrouter.planner.explain.scene import WORTH_SAYING, Scene
from drrouter.planner.site import Site
from drrouter.planner.terms import PeakTask


def lifted(scene: Scene, site: Site, power_w: Sequence[float], first: int = 0) -> Reason | None:
    """The dearest peak that the home would lift with this power instead of the device's own.

    Args:
        scene: the home as planned.
        site: the home without the device.
        power_w: what the device would draw instead, from slot ``first`` on.
    """
    after = list(site.grid_w)
    for index, watts in enumerate(power_w, start=first):
        after[index] += watts
    planned_w = [
        base + sum(power[index] for power in scene.power_w.values())
        for index, base in enumerate(scene.tasks.base_w)
    ]
    told = [
        (extra, task, task.billed_kw(task.highest_kw(_import(planned_w))))
        for task in scene.tasks.tariffs.terms.peaks
        if (extra := _extra(task, planned_w, after)) > WORTH_SAYING
    ]
    if not told:
        return None
    extra, task, held_kw = max(told, key=lambda item: item[0])
    return reason(
        "peak.lifted",
        name=task.term.name,
        held_w=1000 * held_kw,
        minutes=task.term.averaging.total_seconds() / 60,
        extra=extra,
    )


def _extra(task: PeakTask, before_w: Sequence[float], after_w: Sequence[float]) -> float:
    return task.added(task.highest_kw(_import(after_w))) - task.added(task.highest_kw(_import(before_w)))


def _import(grid_w: Sequence[float]) -> list[float]:
    return [max(0.0, watts) / 1000 for watts in grid_w]
