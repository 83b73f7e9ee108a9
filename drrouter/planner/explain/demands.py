"""Explains a demand: that it runs as it likes, or by how much and why it is held off."""

from drrouter.domain.plan import Explanation
from drrouter.planner.catalogue import reason
from drrouter.planner.demand_task import DemandTask
from drrouter.planner.explain.scene import Scene
from drrouter.planner.explain.telling import Bind, Costs, tell


def explain_demand(scene: Scene, task: DemandTask) -> Explanation:
    """Why a demand draws what it draws.

    Interpretation: it comes when it comes, so no other time could be cheaper: the best imaginable is the
    cheaper of all that it wants and what the plan leaves it.
    """
    device_id, problem, label = task.device.id, scene.problem, task.device.label
    power_w = scene.entry.schedule.power_w[device_id]
    expected = (1000 * task.expected_kw,) * len(power_w)
    with scene.without(device_id, power_w) as site:
        cost = scene.bill.added(site.grid_w, power_w)
        cost_now = scene.bill.added(site.grid_w, expected)
        enough_w = _enough_w(scene, task, power_w)
    costs = Costs(cost_now, cost, min(cost, cost_now))
    miss = scene.missed(device_id)
    if miss is None:
        text = reason("demand.as_it_wants", label=label, power=expected[0], cost=cost)
        return tell(problem, device_id, text, costs=costs)
    text = reason(
        "demand.goes_without", miss.reason, label=label, missing=miss.amount, cost=cost, cost_now=cost_now
    )
    change = reason("demand.enough", enough_w=enough_w) if enough_w else None
    return tell(problem, device_id, text, costs=costs, bind=Bind(miss.reason, change))


def _enough_w(scene: Scene, task: DemandTask, power_w: tuple[float, ...]) -> float:
    """How high a limit would leave it all that it wants, in W; 0 where no limit takes anything away."""
    enough_w, wanted_w = 0.0, 1000 * task.expected_kw
    for index, drawn_w in enumerate(power_w):
        row = scene.site.tightest(task.device.id, index)
        room_w = scene.site.room_w(task.device.id, index)
        capped = 1000 * task.max_kw[index] <= drawn_w + 0.5
        if row is not None and not capped and room_w < wanted_w - 0.5:
            enough_w = max(enough_w, row.max_w - room_w + wanted_w)
    return enough_w
