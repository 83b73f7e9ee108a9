"""Explains an inverter: what it gives, what is held back of it, because of what, and what that saves."""

from dataclasses import replace

from drrouter.domain.plan import Explanation, Reason
from drrouter.planner.catalogue import reason
from drrouter.planner.explain.scene import Scene
from drrouter.planner.explain.telling import Bind, Costs, tell
from drrouter.planner.inverter_task import InverterTask

_NOTHING_KWH = 1e-3


def explain_inverter(scene: Scene, task: InverterTask) -> Explanation:
    """Why an inverter gives what it gives; ``cost_now`` is that of giving all, negative where it earns."""
    device_id, hours, label = task.device.id, scene.tasks.tariffs.hours, task.device.label
    power_w = scene.entry.power_w[device_id]
    bill = replace(scene.bill, prices=replace(scene.bill.prices, spare_w=()))
    without = [flow - watts for flow, watts in zip(scene.entry.site.grid_w, power_w, strict=True)]
    cost, cost_all = bill.added(without, power_w), bill.added(without, task.offered_w)
    held = [max(0.0, task.held_kw(index, watts)) for index, watts in enumerate(power_w)]
    held_kwh = sum(length * kilowatts for length, kilowatts in zip(hours, held, strict=True))
    given_kwh = (0.0 - sum(length * watts for length, watts in zip(hours, power_w, strict=True))) / 1000
    costs = Costs(cost_all, cost, min(cost, cost_all))
    if held_kwh <= _NOTHING_KWH:
        text = reason("inverter.gives", label=label, given=given_kwh, cost=0.0 - cost)
        return tell(scene.problem, device_id, text, costs=costs)
    why = _why(scene, held)
    when = _when(scene, held)
    text = reason("inverter.held", when, label=label, held=held_kwh, given=given_kwh)
    cause = reason("inverter.because", why)
    return tell(scene.problem, device_id, text, cause, costs=costs, bind=Bind(why))


def _when(scene: Scene, held: list[float]) -> Reason:
    """The hours in which it is held back, from the first to the last."""
    slots, times = scene.problem.slots, [index for index, kilowatts in enumerate(held) if kilowatts > 0]
    return reason("storage.between", since=slots[times[0]].start, until=slots[times[-1]].end)


def _why(scene: Scene, held: list[float]) -> Reason:
    """What holds back most of it, as it is in the slot in which that holds it back most."""
    causes: dict[str, list[int]] = {}
    for index, kilowatts in enumerate(held):
        if kilowatts > 0:
            causes.setdefault(_why_in(scene, index).code, []).append(index)
    hours = scene.tasks.tariffs.hours
    slots = max(causes.values(), key=lambda some: sum(hours[k] * held[k] for k in some))
    return _why_in(scene, max(slots, key=lambda k: held[k]))


def _why_in(scene: Scene, index: int) -> Reason:
    """What holds it back in the slot."""
    tariffs = scene.tasks.tariffs
    if tariffs.least_buy(index) < 0:
        return reason("inverter.import_pays", price=-tariffs.least_buy(index))
    if tariffs.sell[index] < 0:
        return reason("inverter.export_costs", price=-tariffs.sell[index])
    return reason("inverter.export_limit", limit_w=scene.site.export_w[index])
