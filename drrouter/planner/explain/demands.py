"""Explains a demand: that it runs as it likes, or by how much and why it is held off."""

from drrouter.domain.plan import Explanation
from drrouter.planner.demand_task import DemandTask
from drrouter.planner.explain.scene import Scene
from drrouter.planner.words import kwh, money, watts


def explain_demand(scene: Scene, task: DemandTask) -> Explanation:
    """Why a demand draws what it draws."""
    device_id, problem = task.device.id, scene.problem
    power_w = scene.entry.schedule.power_w[device_id]
    expected = (1000 * task.expected_kw,) * len(power_w)
    with scene.without(device_id, power_w) as site:
        cost = scene.bill.added(site.grid_w, power_w)
        cost_now = scene.bill.added(site.grid_w, expected)
    miss = scene.missed(device_id)
    label = task.device.label
    if miss is None:
        text = f"{label} draws the {watts(expected[0])} that it wants, for {money(problem, cost)}."
        return Explanation(device_id, text, cost_now, cost)
    text = (
        f"{label} goes without {kwh(miss.amount)} and costs {money(problem, cost)} instead of "
        f"{money(problem, cost_now)}: {miss.cause}."
    )
    return Explanation(device_id, text, cost_now, cost, binding=miss.cause)
