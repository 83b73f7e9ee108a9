"""Capacities: what is imported above the contracted power has a price per kWh."""

from collections.abc import Sequence

from drrouter.planner.constraints import Import
from drrouter.planner.pulp_door import Door, Label, Sense
from drrouter.planner.terms import CapacityTask


def add_capacities(door: Door, capacities: Sequence[CapacityTask], meter: Import) -> None:
    """Add every capacity: what each period imports above the contract.

        above[p] >= hours[p] * (before[p] + sum(share[p][k] * import[k]) - contracted)

    What was imported above it before the plan is the same for every plan and has no part in the objective.

    Source: NVE, consultation 5/2017, "abonnert effekt".
    """
    for number, task in enumerate(capacities):
        if task.term.price_per_kwh:
            _add_capacity(door, task, f"capacity {number}", meter)


def _add_capacity(door: Door, task: CapacityTask, owner: str, meter: Import) -> None:
    contracted_kw, price = task.term.contracted_kw, task.term.price_per_kwh
    for number, period in enumerate(period for span in task.spans for period in span):
        if period.mean_kw(meter.most_kw) <= contracted_kw:
            continue
        sunk_kwh = period.hours * max(0.0, period.before_kw - contracted_kw)
        above = door.variable(Label(owner, "above", number), sunk_kwh, price=price)
        door.add_constant(-price * sunk_kwh)
        terms = {above: 1.0, **meter.terms(((k, period.hours * share) for k, share in period.parts), -1.0)}
        least_kwh = period.hours * (period.before_kw - contracted_kw)
        door.row(Label(owner, "least", number), terms, Sense.AT_LEAST, least_kwh)
