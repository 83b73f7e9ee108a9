"""What events add to the meter: rebates below a baseline, and no rebound once an event is over."""

from collections.abc import Mapping

from drrouter.domain.ids import DeviceId
from drrouter.planner.constraints import Draw
from drrouter.planner.event_meter import RebateRow, calm_peaks_w, rebate_rows
from drrouter.planner.problem import Problem
from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.tasks import Tasks

RECOVERY, REBATE = "recovery", "rebate"
"""The owners of the variables of events."""


def add_recoveries(door: Door, problem: Problem, tasks: Tasks, imported: tuple[Var, ...]) -> None:
    """Let what was held back not start all at once when the event is over.

        import[k] - rebound[k] <= peak            rebound costs recovery_per_kwh

    ``peak`` is what the home would have imported at most without the event. The row stands in every slot of
    the recovery, and is soft like a limit: what remains above is reported.
    """
    for k, peak_w in calm_peaks_w(problem).items():
        price = problem.prices.recovery_per_kwh * tasks.tariffs.hours[k]
        rebound = door.variable(Label(RECOVERY, "rebound", k), price=price)
        terms = {imported[k]: 1.0, rebound: -1.0}
        door.row(Label(RECOVERY, "peak", k), terms, Sense.AT_MOST, peak_w / 1000)


def add_rebates(
    door: Door,
    problem: Problem,
    tasks: Tasks,
    imported: tuple[Var, ...],
    draws: Mapping[DeviceId, Draw],
    most_kw: Mapping[DeviceId, tuple[float, ...]],
) -> None:
    """Pay for what is used below the baseline, over the whole interval of a rebate.

        saved + used <= baseline + beyond * (1 - below)        beyond = most that can be used - baseline
        saved <= paid * below                below in {0, 1}, 0 <= saved <= most_kwh

    ``used`` is the import of the site, or the power of the members, over the interval. ``below`` exists only
    where more can be used than the baseline: nobody is fined for that.

    Source: OpenADR 3.1, BASELINE; peak-time rebates.
    """
    for number, row in enumerate(rebate_rows(problem)):
        used, fixed_kwh, most_kwh = _used(tasks, row, imported, draws, most_kw)
        baseline = row.rebate.saved_kwh(0.0, row.all_hours)
        full = row.rebate.baseline_w / 1000 * row.all_hours
        saved = door.variable(Label(REBATE, "saved", number), 0.0, baseline, price=-row.rebate.price_per_kwh)
        terms = {**used, saved: 1.0}
        if most_kwh > full:
            below = door.variable(Label(REBATE, "below", number), binary=True)
            terms[below] = most_kwh - full
            door.row(Label(REBATE, "paid", number), {saved: 1.0, below: -baseline}, Sense.AT_MOST, 0.0)
        right = max(full, most_kwh) - fixed_kwh
        door.row(Label(REBATE, "used", number), terms, Sense.AT_MOST, right)


def _used(
    tasks: Tasks,
    row: RebateRow,
    imported: tuple[Var, ...],
    draws: Mapping[DeviceId, Draw],
    most_kw: Mapping[DeviceId, tuple[float, ...]],
) -> tuple[dict[Var, float], float, float]:
    """What counts as used: its variables with their hours, what is fixed, and the most that it can be."""
    members = sorted(set(row.rebate.members) or {*tasks.fixed_w, *most_kw})
    least_w = float("-inf") if row.rebate.members else 0.0  # sun sent away lowers no import
    fixed = sum(
        hours * max(least_w, tasks.fixed_w[member][k]) / 1000
        for member in members
        if member in tasks.fixed_w
        for k, hours in row.hours.items()
    )
    most = fixed + sum(
        hours * most_kw[member][k]
        for member in members
        if member in most_kw
        for k, hours in row.hours.items()
    )
    if not row.rebate.members:
        base = sum(hours * max(0.0, tasks.base_w[k]) / 1000 for k, hours in row.hours.items())
        return {imported[k]: hours for k, hours in row.hours.items()}, 0.0, base + most
    used = {
        var: hours * kilowatts
        for member in members
        if member in draws
        for k, hours in row.hours.items()
        for var, kilowatts in draws[member][k].items()
    }
    return used, fixed, most
