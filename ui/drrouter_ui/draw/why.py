"""All that is known of why a device runs when it runs, as names and values."""

from drrouter.domain.plan import Explanation, Plan
from drrouter.domain.words import clean, money, power, span
from drrouter.router.viewed import DeviceView
from drrouter_ui.seen import Seen

_LONG = 400
_MOST_CHANGES = 3


def why(view: DeviceView, seen: Seen) -> list[tuple[str, str]]:
    """Names and values, the most telling first."""
    rows = [("now", clean(view.because, _LONG) or "-"), *_band(view)]
    plan = seen.plan
    if plan is None:
        return [*rows, ("plan", "there is none yet")]
    rows += _times(view, plan, seen)
    if explained := plan.explanation_of(view.profile.id):
        rows += _numbers(explained, plan.currency)
    rows += _misses(view, plan)
    rung = f"{plan.solve_rung.value} on {plan.data_rung.value} prices".replace("_", " ")
    rows.append(("the plan", f"made at {seen.local.say(plan.made_at)}, {rung}; {clean(plan.trigger, 80)}"))
    return rows + [("new in it", clean(change)) for change in plan.changes[:_MOST_CHANGES]]


def _band(view: DeviceView) -> list[tuple[str, str]]:
    if view.band is None:
        return []
    because = clean(view.band.because)
    bounds = f"{power(view.band.min_w)} to {power(view.band.max_w)}"
    return [("may use", f"{bounds} ({because})" if because else bounds)]


def _times(view: DeviceView, plan: Plan, seen: Seen) -> list[tuple[str, str]]:
    """When it runs, and how much it takes."""
    rows = []
    if cycle := view.next_cycle:
        times = f"{seen.local.say(cycle.start)} to {seen.local.say(cycle.end)}"
        length = span(cycle.end - cycle.start) + (", fixed" if cycle.fixed else "")
        rows.append(("planned", f"{times}, {length}"))
    planned_w = plan.power_w.get(view.profile.id)
    if planned_w is not None:
        energy = sum(slot.hours * power_w for slot, power_w in zip(plan.slots, planned_w, strict=False))
        rows.append(("energy", f"{energy / 1000:.2f} kWh until {seen.local.say(plan.slots[-1].end)}"))
    return rows


def _numbers(explained: Explanation, currency: str) -> list[tuple[str, str]]:
    """The explanation of the planner."""
    rows = [("because", clean(explained.text, _LONG))]
    now, planned = explained.cost_now, explained.cost_planned
    rows += [("started now", money(now, currency)), ("as planned", money(planned, currency))]
    if now is not None and planned is not None:
        rows.append(("saved", money(now - planned, currency)))
    rows.append(("what binds", clean(explained.binding) or "nothing"))
    rows.append(("would change it", clean(explained.would_change) or "nothing"))
    return rows


def _misses(view: DeviceView, plan: Plan) -> list[tuple[str, str]]:
    """What cannot be met, by how much and because of what."""
    return [
        ("misses", f"{miss.kind.value} by {miss.amount:g} {clean(miss.unit, 10)}: {clean(miss.cause)}")
        for miss in plan.misses
        if miss.device_id == view.profile.id
    ]
