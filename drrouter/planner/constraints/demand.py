"""Demands: loads that come as they come and may be curtailed for a while (an HVAC relay)."""

from collections.abc import Sequence
from dataclasses import dataclass

from drrouter.planner.constraints import Draw
from drrouter.planner.demand_task import DemandTask
from drrouter.planner.pulp_door import Door, Label, Labels, Sense, Var


@dataclass(frozen=True, slots=True)
class DemandVars:
    """The variables of one demand, one a slot."""

    task: DemandTask
    power: tuple[Var, ...]
    draw: Draw


def add_demand(door: Door, hours: Sequence[float], task: DemandTask) -> DemandVars:
    """Add a demand: its mean power, and what is missing in each stretch longer than it may be held off.

        floor[k] <= power[k] <= most[k]        curtailed kWh cost curtail_price each
        sum(h[k] * power[k] over a stretch longer than max_off) + held_off >= one slot's worth

    A power below the expected one means that the relay is off for a part of the slot. Held off too long,
    the missing kWh cost once more: dear enough to give a break, never dearer than a limit.

    Source: S2 DDBC; TR 102 935, 5.1.3 (direct control of fixed gear).
    """
    owner, price = task.device.id, task.flexibility.curtail_price_per_kwh
    power = door.variables(Labels(owner, "power", range(len(hours))), task.floor_kw, task.max_kw)
    for k, length in enumerate(hours):
        useful = -price * length
        if task.max_kw[k] <= task.expected_kw:
            door.add_price(power[k], useful)
            door.add_constant(-useful * task.expected_kw)
        else:
            _price_curtailment(door, task, k, power[k], length)
    for number, (first, behind, energy) in enumerate(task.breaks):
        held = door.variable(Label(owner, "held_off", number), price=price)
        terms = {power[k]: hours[k] for k in range(first, behind)}
        door.row(Label(owner, "break", number), {**terms, held: 1.0}, Sense.AT_LEAST, energy)
    return DemandVars(task, power, tuple({var: 1.0} for var in power))


def _price_curtailment(door: Door, task: DemandTask, index: int, power: Var, hours: float) -> None:
    """Where a floor lifts the power above the expected one, only what is missing below that has a price."""
    price = task.flexibility.curtail_price_per_kwh * hours
    missing = door.variable(Label(task.device.id, "curtailed", index), price=price)
    terms = {missing: 1.0, power: 1.0}
    door.row(Label(task.device.id, "expected", index), terms, Sense.AT_LEAST, task.expected_kw)
