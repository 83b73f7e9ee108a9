"""Turns a schedule into a plan: levels, flows, costs, misses and the one number that plans are compared by.

objective = bill with terms + CO2 + prices of misses + what lies behind the horizon - value stored at its end
            + wear of batteries + small prices that settle ties (the previous plan, the target, short runs)
                + safety, where whole steps of power cannot keep a bound
"""

from dataclasses import dataclass, replace
from operator import sub

from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import CostSplit, Plan, ScheduledCycle, SolveRung
from drrouter.planner.cycle_task import CycleTask
from drrouter.planner.demand_task import DemandTask
from drrouter.planner.marginal import marginal_prices
from drrouter.planner.misses import Missed, find_misses
from drrouter.planner.problem import Prices, Problem
from drrouter.planner.schedule import Schedule
from drrouter.planner.site import Site
from drrouter.planner.start import Start
from drrouter.planner.storage_task import SLACK_KWH, StorageTask
from drrouter.planner.tasks import Tasks

TARGET_SHARE = 1e-3
"""The price of standing off a target, as a share of what the drift of one kWh is worth: settles ties only."""

SAFETY_PRICE = 1e3
"""Per kWh and slot outside a bound that could be kept: dearer than any other goal."""

MOVE_SHARE = 0.01
"""The price of moving a planned cycle, as a share of what its energy costs on average."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A schedule with everything that follows from it."""

    schedule: Schedule
    site: Site
    power_w: dict[DeviceId, tuple[float, ...]]
    cost: CostSplit
    missed: Missed
    objective: float


def enter(problem: Problem, tasks: Tasks, schedule: Schedule) -> Entry:
    """Work out what the schedule means."""
    site = Site(problem, tasks.base_w, tasks.tariffs)
    power_w = schedule.device_power(tasks)
    for device_id, watts in power_w.items():
        site.add(device_id, watts)
    missed = find_misses(problem, tasks, schedule, site)
    cost = replace(_cost(problem, tasks, site, missed.penalties), wear_cost=_wear(tasks, schedule))
    objective = cost.money + cost.co2_cost + cost.penalties + cost.wear_cost + _beyond(tasks, schedule)
    objective += sum(_storage_terms(task, schedule, tasks) for task in tasks.storages)
    objective += sum(_break_terms(task, schedule, tasks) for task in tasks.demands)
    hours = tasks.tariffs.hours
    objective += sum(task.beside(schedule.modes[task.device.id], hours) for task in tasks.modes)
    objective += sum(move_price(task, schedule.starts[task.device.id], tasks) for task in tasks.cycles)
    return Entry(schedule, site, power_w, cost, missed, objective)


def relative_gap(objective: float, bound: float | None) -> float | None:
    """How far above its proven bound a plan lies, as a share of it; None where there is no bound."""
    return None if bound is None else max(0.0, objective - bound) / max(abs(bound), 1e-9)


def plan_of(problem: Problem, tasks: Tasks, entry: Entry, rung: SolveRung, *, in_haste: bool = False) -> Plan:
    """The plan, still without words; in haste the next kWh is priced as bought, whoever might give way."""
    count, site = range(tasks.count), entry.site
    marginal = map(site.marginal_price, count)
    return Plan(
        made_at=problem.now,
        slots=problem.slots,
        currency=problem.currency,
        power_w=entry.power_w,
        modes=entry.schedule.modes,
        level={task.device.id: levels(task, entry.schedule) for task in tasks.storages},
        cycles=_cycles(tasks, entry.schedule),
        grid_w=tuple(entry.site.grid_w),
        misses=entry.missed.misses,
        cost=entry.cost,
        marginal_price=tuple(marginal) if in_haste else marginal_prices(problem, tasks, site, entry.power_w),
        headroom_w=tuple(entry.site.headroom_w(index) for index in count),
        solve_rung=rung,
        data_rung=problem.data_rung,
        objective=entry.objective,
        trigger=problem.trigger,
    )


def levels(task: StorageTask, schedule: Schedule) -> tuple[float, ...]:
    """The level at the end of each slot, in the storage's unit."""
    now, per_kwh, moves = task.level, task.unit_per_kwh, task.dynamics
    level, path = now, []
    numbers = zip(moves.keep, moves.span, moves.inflows_kw(schedule.power_w[task.device.id]), strict=True)
    for keep, span, inflow_kw in numbers:
        level += per_kwh * span * inflow_kw - (1 - keep) * (level - now)
        path.append(level)
    return tuple(path)


def move_price(task: CycleTask, start: Start | None, tasks: Tasks) -> float:
    """The small price of leaving the place that the previous plan chose."""
    if task.kept is None or (start is not None and start.place == task.kept):
        return 0.0
    return price_of_moving(task, tasks)


def price_of_moving(task: CycleTask, tasks: Tasks) -> float:
    """What it costs to move the cycle, to wherever."""
    return MOVE_SHARE * task.energy_wh / 1000 * abs(tasks.tariffs.mean_buy)


def target_price(task: StorageTask, tasks: Tasks) -> float:
    """The small price, per kWh and hour, of standing on the drifting side of the target."""
    return 0.0 if task.dynamics.still else TARGET_SHARE * abs(tasks.tariffs.mean_buy)


def wear_price(tasks: Tasks) -> float:
    """The price of a run or a rest cut short by one slot: a kilowatt-hour's worth."""
    return abs(tasks.tariffs.mean_buy)


def outside_price(prices: Prices, task: StorageTask, hours: float) -> float:
    """The price of a kWh outside a bound that could be kept, at the end of a slot: comfort, and safety.

    Interpretation: safety stands above every other goal, so it has a price that none of them reaches.
    """
    return SAFETY_PRICE + comfort_price(prices, task, hours)


def comfort_price(prices: Prices, task: StorageTask, hours: float) -> float:
    """The price of a kWh outside a bound at the end of a slot, as the miss tells it."""
    comfort = prices.comfort_per_unit_hour * abs(task.unit_per_kwh) * hours
    return comfort / (1000 if task.flexibility.unit == "Wh" else 1)


def beyond_price(task: CycleTask, start: Start | None, tasks: Tasks) -> float:
    """The cost of a cycle's energy behind the horizon, at its mean price, and of being liked less.

    Interpretation: prices behind the horizon are taken to be what they are inside it, on average. A cycle
    that waits runs the programme that is then cheapest.
    """
    mean_buy = tasks.tariffs.mean_buy
    if start is not None:
        return tail_price(start, tasks) + start.dislike
    return min((energy_wh / 1000 * mean_buy + dislike for energy_wh, dislike in task.waits), default=0.0)


def tail_price(start: Start, tasks: Tasks) -> float:
    """The cost of what a cycle, or a part of it, draws behind the horizon."""
    return start.tail_wh / 1000 * tasks.tariffs.mean_buy


def _beyond(tasks: Tasks, schedule: Schedule) -> float:
    return sum(beyond_price(task, schedule.starts[task.device.id], tasks) for task in tasks.cycles)


def _storage_terms(task: StorageTask, schedule: Schedule, tasks: Tasks) -> float:
    hours = tasks.tariffs.hours
    power_w = schedule.power_w[task.device.id]
    stored = task.stored(power_w)
    per_kwh_h, off_target = target_price(task, tasks), 0.0
    if per_kwh_h:
        ends = zip(hours, stored, strict=True)
        off_target = sum([length * max(0.0, task.target - kwh) for length, kwh in ends])
    terms = (
        per_kwh_h * off_target
        + wear_price(tasks) * task.worn(power_w)
        + SAFETY_PRICE * _outside_kwh(task, stored)
    )
    return terms - task.end_value * stored[-1]


def _outside_kwh(task: StorageTask, stored: list[float]) -> float:
    """How far outside its bounds the ends of the slots are, added up; mostly none is."""
    below, above = max(map(sub, task.low, stored)), max(map(sub, stored, task.high))
    if max(below, above) <= SLACK_KWH:
        return 0.0
    ends = zip(task.low, stored, task.high, strict=True)
    return sum(max(0.0, low - kwh - SLACK_KWH, kwh - high - SLACK_KWH) for low, kwh, high in ends)


def _wear(tasks: Tasks, schedule: Schedule) -> float:
    """What the energy that batteries give back wears off them."""
    return sum(
        task.giving.wear_per_kwh * hours * max(0.0, -watts) / 1000
        for task in tasks.storages
        if task.giving is not None
        for watts, hours in zip(schedule.power_w[task.device.id], tasks.tariffs.hours, strict=True)
    )


def _break_terms(task: DemandTask, schedule: Schedule, tasks: Tasks) -> float:
    """What it costs to hold a demand off for longer than it likes: the missing kWh count once more."""
    power_w, hours = schedule.power_w[task.device.id], tasks.tariffs.hours
    missing = sum(
        max(0.0, kwh - sum(power_w[k] / 1000 * hours[k] for k in range(first, behind)))
        for first, behind, kwh in task.breaks
    )
    return missing * task.flexibility.curtail_price_per_kwh


def _cost(problem: Problem, tasks: Tasks, site: Site, penalties: float) -> CostSplit:
    imported = exported = co2_kg = 0.0
    co2 = problem.co2_g_per_kwh or (0.0,) * tasks.count
    for index, grid_w in enumerate(site.grid_w):
        kwh = tasks.tariffs.hours[index] * grid_w / 1000
        imported += max(kwh, 0.0) * problem.import_price[index]
        exported += max(-kwh, 0.0) * problem.export_price[index]
        co2_kg += max(kwh, 0.0) * co2[index] / 1000
    terms = tasks.tariffs.terms.costs(site.grid_w)
    return CostSplit(
        import_cost=imported,
        export_revenue=exported,
        co2_cost=co2_kg * problem.co2_price_per_kg,
        penalties=penalties,
        peak_cost=terms.peak,
        tier_cost=terms.tier,
        capacity_cost=terms.capacity,
        rebates=sum(site.events.earned()),
    )


def _cycles(tasks: Tasks, schedule: Schedule) -> tuple[ScheduledCycle, ...]:
    placed = [
        ScheduledCycle(
            task.device.id, start.programme.id, start.start, start.end, phase_starts=start.phase_starts
        )
        for task in tasks.cycles
        if (start := schedule.starts[task.device.id]) is not None
    ]
    return tuple(sorted((*tasks.fixed, *placed), key=lambda cycle: (cycle.start, cycle.device_id)))
