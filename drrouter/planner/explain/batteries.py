"""Explains a battery: what it takes, what it gives back, and what the home saves by it."""

from drrouter.domain.plan import Explanation, Reason
from drrouter.planner.catalogue import reason
from drrouter.planner.explain.outages import before_outages
from drrouter.planner.explain.scene import Scene
from drrouter.planner.explain.storages import trips
from drrouter.planner.explain.telling import Bind, Costs, tell
from drrouter.planner.storage_task import StorageTask

_NOTHING_KWH = 1e-3


def explain_battery(scene: Scene, task: StorageTask) -> Explanation:
    """Why a battery takes and gives when it does; ``cost_now`` is the home without it."""
    device_id, hours = task.device.id, scene.tasks.tariffs.hours
    power_w = scene.entry.schedule.power_w[device_id]
    with scene.without(device_id, power_w) as site:
        cost = scene.bill.added(site.grid_w, power_w)
    taken = sum(max(0.0, watts) * length for watts, length in zip(power_w, hours, strict=True)) / 1000
    given = sum(max(0.0, -watts) * length for watts, length in zip(power_w, hours, strict=True)) / 1000
    label, miss = task.device.label, scene.missed(device_id)
    if max(taken, given) <= _NOTHING_KWH:
        text = reason("battery.rests", label=label)
    else:
        text = reason(
            "battery.saves" if cost <= 0 else "battery.costs",
            _when(scene, power_w),
            label=label,
            taken=taken,
            given=given,
            money=abs(cost),
        )
    missed, bind = None, Bind()
    if miss is not None:
        missed = reason("storage.misses", miss.reason, amount=miss.amount, unit=miss.unit)
        bind = Bind(miss.reason)
    besides = [*trips(scene, task), *before_outages(scene, task)]
    return tell(scene.problem, device_id, text, missed, *besides, costs=Costs(0.0, cost), bind=bind)


def _when(scene: Scene, power_w: tuple[float, ...]) -> Reason | None:
    """The hours in which it gives, from the first to the last."""
    giving = [index for index, watts in enumerate(power_w) if watts < 0]
    if not giving:
        return None
    slots = scene.problem.slots
    return reason("storage.between", since=slots[giving[0]].start, until=slots[giving[-1]].end)
