"""Explains a storage: what its energy costs when planned, at once and at best, and what binds it."""

from collections.abc import Iterator

from drrouter.domain.plan import Explanation, Reason
from drrouter.planner.catalogue import reason
from drrouter.planner.explain.outages import before_outages
from drrouter.planner.explain.relief import Relief
from drrouter.planner.explain.scene import Scene
from drrouter.planner.explain.telling import Bind, Costs, tell
from drrouter.planner.ledger import levels
from drrouter.planner.storage_task import StorageTask

_NEAR_BOUND = 0.01
"""A level this share of its span away from a bound stands at it."""


def explain_storage(scene: Scene, task: StorageTask) -> Explanation:
    """Why a storage draws its energy when it does."""
    device_id = task.device.id
    power_w = scene.entry.schedule.power_w[device_id]
    with scene.without(device_id, power_w) as site:
        cost = scene.bill.added(site.grid_w, power_w)
        unplanned = _unplanned(task, power_w, scene.tasks.tariffs.hours)
        cost_now = scene.bill.added(site.grid_w, unplanned)
        relief = Relief(scene, task, site, power_w, cost)
        fits = all(watts <= room_w + 1 for watts, room_w in zip(unplanned, relief.rooms_w, strict=True))
        best = relief.best()
        bind = relief.bind() if task.dynamics.still else Bind(_at_bound(scene, task))
    miss = scene.missed(device_id)
    missed = None
    if miss is not None:
        missed = reason("storage.misses", miss.reason, amount=miss.amount, unit=miss.unit)
        bind = bind if bind.binding else Bind(miss.reason)
    costs = Costs(cost_now, cost, min(best, cost, cost_now))
    text = _drawn(scene, task, power_w, cost_now - cost, cost, fits=fits)
    besides = [*trips(scene, task), *before_outages(scene, task)]
    return tell(scene.problem, device_id, text, missed, *besides, costs=costs, bind=bind)


def trips(scene: Scene, task: StorageTask) -> Iterator[Reason]:
    """What each trip takes that ends in the planned hours."""
    now, end, unit = scene.problem.now, scene.problem.horizon.end, task.flexibility.unit
    for period in task.device.periods:
        if period.used and now < period.interval.start < end:
            used = period.used / 1000 if unit == "Wh" else period.used
            told = "kWh" if unit == "Wh" else unit
            yield reason("storage.trip", at=period.interval.start, used=used, unit=told)


def _drawn(
    scene: Scene, task: StorageTask, power_w: tuple[float, ...], saving: float, cost: float, *, fits: bool
) -> Reason:
    """How much it draws, when, and for what, beside what it would do without a plan."""
    hours, label = scene.tasks.tariffs.hours, task.device.label
    energy = sum(watts * length for watts, length in zip(power_w, hours, strict=True)) / 1000
    if energy <= 0:
        return reason("storage.nothing", label=label)
    told: dict[str, float | str] = {"label": label, "energy": energy, "cost": cost}
    told["difference"] = abs(saving)
    when = _when(scene, power_w)
    if not task.dynamics.still:
        if saving >= 0:
            return reason("storage.less_thermostat", when, **told)
        return reason("storage.more_thermostat" if fits else "storage.more_thermostat_limited", when, **told)
    if saving >= 0:
        return reason("storage.less_full", when, **told)
    return reason("storage.more_full" if fits else "storage.more_full_limited", when, **told)


def _unplanned(task: StorageTask, power_w: tuple[float, ...], hours: tuple[float, ...]) -> tuple[float, ...]:
    """The same energy without a plan: evenly on a thermostat, else at full power from now on."""
    left_wh = sum(watts * length for watts, length in zip(power_w, hours, strict=True))
    if not task.dynamics.still:
        return (left_wh / sum(hours),) * len(hours)
    drawn = []
    for length, most_kw in zip(hours, task.max_kw, strict=True):
        drawn.append(min(1000 * most_kw, left_wh / length))
        left_wh -= drawn[-1] * length
    return tuple(drawn)


def _when(scene: Scene, power_w: tuple[float, ...]) -> Reason | None:
    """Its first and last hours, where it does not draw all the time."""
    drawn = [index for index, watts in enumerate(power_w) if watts > 0]
    if not drawn or len(drawn) == len(power_w):
        return None
    slots = scene.problem.slots
    return reason("storage.between", since=slots[drawn[0]].start, until=slots[drawn[-1]].end)


def _at_bound(scene: Scene, task: StorageTask) -> Reason | None:
    """When a drifting storage first stands at the bound towards which it drifts."""
    flexibility, path = task.flexibility, levels(task, scene.entry.schedule)
    bound = flexibility.level_max if flexibility.runs_downwards else flexibility.level_min
    near = _NEAR_BOUND * (flexibility.level_max - flexibility.level_min)
    for slot, level in zip(scene.problem.slots, path, strict=True):
        if abs(level - bound) <= near:
            return reason("storage.at_bound", bound=round(bound, 1), unit=flexibility.unit, at=slot.end)
    return None
