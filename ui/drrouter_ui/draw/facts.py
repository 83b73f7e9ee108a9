"""All that is known of a device, as names and values."""

from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.words import clean
from drrouter.router.viewed import DeviceView
from drrouter_ui.draw.rows import level_in, reason
from drrouter_ui.draw.why import Rows, times
from drrouter_ui.seen import Seen
from drrouter_ui.words import number, power, span, t

_MOST_PROGRAMMES = 6


def facts(view: DeviceView, seen: Seen) -> Rows:
    """Names and values, what matters now first."""
    rows: Rows = [(t("tui.key.why"), reason(view, seen)), *_orders(view, seen)]
    if seen.plan:
        rows += times(view, seen.plan, seen)
    rows += [*_now(view), *_machine(view)]
    kind = t(f"class.{view.profile.device_class.value}")
    rows.append((t("device.class"), kind))
    rows.append((t("device.model"), clean(str(view.profile.model_id), 60)))
    return rows


def _orders(view: DeviceView, seen: Seen) -> Rows:
    """What people ask of it, and how far the router may go."""
    local, rows = seen.local, []
    if view.trouble:
        rows.append((t("tui.facts.trouble"), seen.say(view.trouble, 300)))
    if view.override:
        said = t(f"tui.order.{view.override.mode.value}", until=local.say(view.override.until))
        left = t("tui.left", left=local.left(view.override.until))
        rows.append((t("device.orders"), f"{said} ({left}, {clean(view.override.by, 30)})"))
    if view.commitment:
        start, end = view.commitment.start, view.commitment.start + view.commitment.duration
        rows.append((t("device.orders"), t("device.agreed", start=local.say(start), end=local.say(end))))
    if view.plug_test:
        rows.append((t("tui.facts.plug_test"), seen.say(view.plug_test.sentence)))
    rows.append((t("device.steered"), t("device.only_watched" if view.watched else "device.steered_yes")))
    return rows


def _now(view: DeviceView) -> Rows:
    """What it measures."""
    state = view.state
    rows: Rows = [(t("device.power"), power(state.power_w))]
    if state.level is not None:
        level = level_in(state.level, view.profile.flexibility)
        shown = t("value.since_arrival", value=level) if view.counts_level else level
        rows.append((t("tui.facts.level"), shown))
    if state.energy_wh is not None:
        rows.append((t("device.energy"), f"{number(state.energy_wh / 1000, 2)} kWh"))
    return rows


def _machine(view: DeviceView) -> Rows:
    """Its programmes, and what was measured of them."""
    flexibility = view.profile.flexibility
    if not isinstance(flexibility, ProfileFlexibility):
        return []
    names = [
        f"{clean(one.name, 40)} ({span(one.duration)})" for one in flexibility.programmes[:_MOST_PROGRAMMES]
    ]
    rows: Rows = [(t("device.programmes"), ", ".join(names))]
    for learned in view.learned:
        energy = f"{number(learned.measured_wh / 1000, 2)} kWh"
        measured = t(
            "device.measured_runs",
            count=learned.runs,
            energy=energy,
            span=f"{number(learned.measured_minutes, 0)} min",
        )
        rows.append((t("device.measured"), f"{clean(learned.programme_id, 40)}: {measured}"))
    return rows
