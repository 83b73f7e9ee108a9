"""Checks the meter: balance, limits with what exceeds them, headroom, and the arithmetic of costs."""

from collections.abc import Iterator

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.plan import MissKind, Plan
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.verify.events import rebates_earned, rebound_violations
from drrouter.planner.verify.findings import ENERGY_KWH, WATT, Findings
from drrouter.planner.verify.scope import Counted, counted_by
from drrouter.planner.verify.tariff import term_costs

_MONEY = 5e-3
"""Amounts may differ by this, in the plan's currency, and by as large a share of themselves."""


def site_violations(plan: Plan, problem: Problem, findings: Findings) -> None:
    """Check what flows through the meter and what it costs."""
    _check_balance(plan, problem, findings)
    over_kwh = _excess(plan, problem, findings) + _exported_above(plan, problem)
    told = sum(miss.amount for miss in plan.misses if miss.kind is MissKind.LIMIT)
    findings.expect(
        abs(told - over_kwh) <= ENERGY_KWH + 1e-3 * over_kwh,
        f"Limits are exceeded by {over_kwh:.3f} kWh, and the plan says {told:.3f} kWh.",
    )
    findings.penalties += over_kwh * problem.prices.limit_per_kwh
    rebound_violations(plan, problem, findings)
    _check_cost(plan, problem, findings)


def _check_balance(plan: Plan, problem: Problem, findings: Findings) -> None:
    idle_w = sum(
        d.flexibility.idle_power_w for d in problem.devices if isinstance(d.flexibility, StorageFlexibility)
    )
    for index, slot in enumerate(problem.slots):
        sun_w = problem.pv_w[index] if problem.pv_w else 0.0
        drawn_w = sum([power_w[index] for power_w in plan.power_w.values()])
        meter_w = problem.base_load_w[index] + idle_w - sun_w + drawn_w
        findings.expect(
            abs(plan.grid_w[index] - meter_w) <= WATT + 1e-9 * abs(meter_w),
            "The meter shows {:.1f} W at {}, the home draws {:.1f} W.",
            *(plan.grid_w[index], slot.start, meter_w),
        )


def _excess(plan: Plan, problem: Problem, findings: Findings) -> float:
    """What is drawn above the tightest limit of each scope, in kWh; also checks the headroom told."""
    total, meter = 0.0, Counted()
    for index, limits in enumerate(_in_force(problem)):
        slot = problem.slots[index]
        for counted, limit_w in limits.items():
            used_w = counted.used_w(plan, problem, index)
            total += max(0.0, used_w - limit_w) * slot.hours / 1000
        _check_wished(plan, problem, limits, index, findings)
        if meter in limits:
            left_w = limits[meter] - plan.grid_w[index]
            findings.expect(
                abs(plan.headroom_w[index] - left_w) <= WATT + 1e-9 * abs(left_w),
                "{:.1f} W are left at {}, the plan says {:.1f} W.",
                *(left_w, slot.start, plan.headroom_w[index]),
            )
    return total


def _exported_above(plan: Plan, problem: Problem) -> float:
    """What is exported above the tightest export limit, in kWh."""
    total = 0.0
    for slot, watts in zip(problem.slots, plan.grid_w, strict=True):
        limits = [limit.effective_w for limit in problem.export_limits if limit.interval.overlap(slot)]
        total += max(0.0, -watts - min(limits, default=float("inf"))) * slot.hours / 1000
    return total


def _in_force(problem: Problem) -> Iterator[dict[Counted, float]]:
    """Slot by slot, the tightest limit on each thing that is counted."""
    told = [(counted_by(limit), limit.effective_w) for limit in problem.limits]
    spans, before, limits = [limit.interval for limit in problem.limits], list[int](), dict[Counted, float]()
    for slot in problem.slots:
        bind = [n for n, span in enumerate(spans) if span.start < slot.end and slot.start < span.end]
        if bind != before:
            before, limits = bind, {}
            for counted, limit_w in map(told.__getitem__, bind):
                limits[counted] = min(limits.get(counted, float("inf")), limit_w)
        yield limits


def _check_wished(
    plan: Plan, problem: Problem, limits: dict[Counted, float], index: int, findings: Findings
) -> None:
    """Cycles that may as well start later never stand above a limit, whatever else draws there."""
    slot = problem.slots[index]
    fixed = {c.device_id for c in plan.cycles if c.fixed and c.start < slot.end and c.end > slot.start}
    chosen = {c.device_id for c in plan.cycles if not c.fixed and c.start < slot.end and c.end > slot.start}
    waiting = chosen - fixed
    for counted, limit_w in limits.items() if waiting else ():
        flows = {
            device_id: counted.share(problem, device_id) * power_w[index]
            for device_id, power_w in plan.power_w.items()
        }
        wished_w = sum(flows[device_id] for device_id in waiting)
        rest_w = counted.base_w(problem, index) + sum(flows[device_id] for device_id in fixed)
        rest_w += sum(min(0.0, watts) for watts in flows.values())
        findings.expect(
            wished_w <= max(0.0, limit_w - rest_w) + WATT,
            "Cycles that could wait draw {:.1f} W at {}, and the limit leaves them {:.1f} W.",
            *(wished_w, slot.start, max(0.0, limit_w - rest_w)),
        )


def _check_cost(plan: Plan, problem: Problem, findings: Findings) -> None:
    bought = sold = co2_kg = 0.0
    for index, slot in enumerate(problem.slots):
        energy_kwh = plan.grid_w[index] * slot.hours / 1000
        if energy_kwh > 0:
            bought += energy_kwh * problem.import_price[index]
            co2_kg += energy_kwh * (problem.co2_g_per_kwh[index] if problem.co2_g_per_kwh else 0.0) / 1000
        else:
            sold -= energy_kwh * problem.export_price[index]
    worn = sum(_worn(plan, problem, device) for device in problem.devices)
    worked_out = {
        "wear": (plan.cost.wear_cost, worn),
        "import": (plan.cost.import_cost, bought),
        "export": (plan.cost.export_revenue, sold),
        "CO2": (plan.cost.co2_cost, co2_kg * problem.co2_price_per_kg),
        "rebates": (plan.cost.rebates, rebates_earned(plan, problem)),
        "penalties": (plan.cost.penalties, findings.penalties),
        **term_costs(plan, problem),
    }
    for name, (told, amount) in worked_out.items():
        findings.expect(
            abs(told - amount) <= _MONEY * (1 + abs(amount)),
            f"The plan's {name} cost {told:.4f} {plan.currency}; worked out again they cost {amount:.4f}.",
        )


def _worn(plan: Plan, problem: Problem, device: DeviceInput) -> float:
    """What the energy that a battery gives back wears off it."""
    flexibility = device.flexibility
    if not isinstance(flexibility, StorageFlexibility) or flexibility.discharge is None:
        return 0.0
    given_kwh = sum(
        max(0.0, -watts) * slot.hours / 1000
        for slot, watts in zip(problem.slots, plan.power_w[device.id], strict=True)
    )
    return given_kwh * flexibility.discharge.wear_per_kwh
