"""All that is known of why a device runs when it runs, as names and values."""

from dataclasses import replace

from drrouter.domain.plan import Explanation, Plan, Reason
from drrouter.domain.words import clean
from drrouter.router.viewed import DeviceView, WhatIfView
from drrouter_ui.seen import Seen
from drrouter_ui.words import money, number, power, say, span, t

_LONG = 400
_MOST_CHANGES = 3

Rows = list[tuple[str, str]]


def why(view: DeviceView, seen: Seen) -> Rows:
    """Names and values, the most telling first."""
    rows = [(t("tui.why.now"), seen.say(view.because, _LONG) or "-"), *_band(view, seen)]
    plan = seen.plan
    if plan is None:
        return [*rows, (t("tui.why.the_plan"), t("tui.why.no_plan"))]
    rows += times(view, plan, seen)
    if explained := plan.explanation_of(view.profile.id):
        rows += _numbers(explained, plan.currency, seen)
    rows += _misses(view, plan, seen)
    rung = t(f"tui.rung.{plan.solve_rung.value}", at=seen.local.say(plan.made_at))
    data = t(f"tui.prices.{plan.data_rung.value}")
    rows.append((t("tui.why.the_plan"), f"{rung}; {data}; {seen.say(plan.trigger, 80)}"))
    reasons = plan.change_reasons
    for place, change in enumerate(plan.changes[:_MOST_CHANGES]):
        reason = reasons[place] if place < len(reasons) else None
        if reason and reason.values.get("trigger") == plan.trigger:
            reason = replace(reason, values={**reason.values, "trigger": seen.say(plan.trigger)})
        rows.append((t("tui.why.new"), clean(say([reason], change, plan.currency, seen.local))))
    return rows


def what_if(view: WhatIfView, seen: Seen) -> Rows:
    """What another wish would change."""
    currency, local = seen.status.currency, seen.local
    rows: Rows = []
    if view.cycle:
        times = t("tui.from_to", start=local.say(view.cycle.start), end=local.say(view.cycle.end))
        rows.append((t("tui.why.planned"), times))
    rows.append((t("why.costs"), money(view.cost, currency)))
    if view.cost is not None and view.cost_in_force is not None:
        rows.append((t("tui.why.saved"), money(view.cost_in_force - view.cost, currency)))
    if view.explanation:
        told = say(view.explanation.reasons, view.explanation.text, currency, local)
        rows.append((t("tui.why.because"), clean(told, _LONG)))
    rows += [
        (t("tui.why.misses"), clean(say([miss.reason], miss.cause, currency, local))) for miss in view.misses
    ]
    return rows


def _band(view: DeviceView, seen: Seen) -> Rows:
    if view.band is None:
        return []
    because = seen.say(view.band.because)
    bounds = t("tui.from_to", start=power(view.band.min_w), end=power(view.band.max_w))
    return [(t("tui.why.may_use"), f"{bounds} ({because})" if because else bounds)]


def times(view: DeviceView, plan: Plan, seen: Seen) -> Rows:
    """When it runs, and how much it takes."""
    rows = []
    if cycle := view.next_cycle:
        said = t("tui.from_to", start=seen.local.say(cycle.start), end=seen.local.say(cycle.end))
        length = span(cycle.end - cycle.start) + (f", {t('tui.why.fixed')}" if cycle.fixed else "")
        rows.append((t("tui.why.planned"), f"{said}, {length}"))
    planned_w = plan.power_w.get(view.profile.id)
    if planned_w is not None:
        energy = sum(slot.hours * power_w for slot, power_w in zip(plan.slots, planned_w, strict=False))
        until = seen.local.say(plan.slots[-1].end)
        rows.append(
            (t("tui.why.energy"), t("tui.why.until", energy=f"{number(energy / 1000, 2)} kWh", until=until))
        )
    return rows


def _numbers(explained: Explanation, currency: str, seen: Seen) -> Rows:
    """The explanation of the planner."""

    def told(reason: Reason | None, text: str) -> str:

        return clean(say([reason], text, currency, seen.local), _LONG) or t("tui.why.nothing")

    text = clean(say(explained.reasons, explained.text, currency, seen.local), _LONG)
    rows = [(t("tui.why.because"), text)]
    now, planned = explained.cost_now, explained.cost_planned
    rows += [
        (t("tui.why.cost_now"), money(now, currency)),
        (t("why.cost_planned").lower(), money(planned, currency)),
    ]
    if now is not None and planned is not None:
        rows.append((t("tui.why.saved"), money(now - planned, currency)))
    rows.append((t("tui.why.binds"), told(explained.binding_reason, explained.binding)))
    rows.append((t("tui.why.would"), told(explained.would_change_reason, explained.would_change)))
    return rows


def _misses(view: DeviceView, plan: Plan, seen: Seen) -> Rows:
    """What cannot be met, by how much and because of what."""
    return [
        (
            t("tui.why.misses"),
            t(
                "tui.why.missed",
                kind=t(f"tui.miss.{miss.kind.value}"),
                amount=f"{number(miss.amount)} {clean(miss.unit, 10)}",
                cause=clean(say([miss.reason], miss.cause, plan.currency, seen.local)),
            ),
        )
        for miss in plan.misses
        if miss.device_id == view.profile.id
    ]
