"""One row for each device: what it does now, when it runs next, and what people asked of it."""

from dataclasses import dataclass
from datetime import datetime

from drrouter.domain.device import Presence
from drrouter.domain.flexibility import PlannedFlexibility, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Plan
from drrouter.domain.wish import CycleWish
from drrouter.domain.words import LocalTime, clean, power
from drrouter.router.viewed import DeviceView
from drrouter_ui.draw.pen import Pen
from drrouter_ui.seen import Seen

WIDE = 120
"""Screens with at least so many cells a row show more."""

_RUNS_ABOVE_W = 5.0
_DRAWS_ABOVE_W = 1.0


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """A column of the table and how many cells it has, on a narrow and on a wide screen."""

    name: str
    narrow: int
    wide: int


HEADS = (
    ColumnHead("Device", 18, 32),
    ColumnHead("Now", 12, 20),
    ColumnHead("Next", 18, 24),
    ColumnHead("Order", 22, 32),
)
"""Widths are fixed: columns that fit themselves to their content jump, and cut names."""


def widths(screen_cells: int) -> tuple[int, ...]:
    """How wide the columns are on a screen of this width."""
    return tuple(head.wide if screen_cells >= WIDE else head.narrow for head in HEADS)


def cells(view: DeviceView, seen: Seen, pen: Pen, *, here: bool = False) -> tuple[str, ...]:
    """The texts of one row; ``here`` marks the cursor for eyes that see no colours."""
    name = f"{pen.here if here else ' '} {clean(view.profile.name, 60)}"
    return (name, _now(view), _next(view, seen), _order(view, seen.local))


def _now(view: DeviceView) -> str:
    state = view.state
    if state.presence is not Presence.PRESENT:
        return {Presence.EXPECTED: "not seen yet", Presence.GONE: "gone"}[state.presence]
    if state.running:
        return f"runs {power(state.power_w)}"
    if (state.power_w or 0.0) <= -_DRAWS_ABOVE_W:
        return f"gives {-(state.power_w or 0.0) / 1000:.1f} kW"
    if not state.on:
        return "off" if state.on is False else "-"
    return f"on {power(state.power_w)}" if (state.power_w or 0.0) >= _DRAWS_ABOVE_W else "on, idle"


def _next(view: DeviceView, seen: Seen) -> str:
    local = seen.local
    if view.commitment:
        return f"{local.say(view.commitment.start)} promised"
    if view.next_cycle:
        return f"{local.say(view.next_cycle.start)} to {view.next_cycle.end.astimezone(local.zone):%H:%M}"
    begin = _first_run(seen.plan, view.profile.id, seen.status.now)
    if begin is None:
        return "-"
    return "now" if begin <= seen.status.now else f"from {local.say(begin)}"


def _first_run(plan: Plan | None, device_id: DeviceId, now: datetime) -> datetime | None:
    """When a device that has no cycles runs next."""
    if plan is None:
        return None
    powers = zip(plan.slots, plan.power_w.get(device_id, ()), strict=False)
    return next((slot.start for slot, power_w in powers if power_w >= _RUNS_ABOVE_W and slot.end > now), None)


def _order(view: DeviceView, local: LocalTime) -> str:
    """What people ask of the device."""
    if view.override:
        return f"{view.override.mode.value} until {local.say(view.override.until)}"
    if isinstance(view.wish, CycleWish):
        return f"{clean(view.wish.programme_id, 40)} by {local.say(view.wish.ready_by)}"
    if view.wish:
        return f"{_level(view.wish.level, view.profile.flexibility)} by {local.say(view.wish.by)}"
    return "-"


def _level(level: float, flexibility: PlannedFlexibility | None) -> str:
    """A level in the storage's unit."""
    unit = clean(flexibility.unit, 10) if isinstance(flexibility, StorageFlexibility) else ""
    return f"{level / 1000:g} kWh" if unit == "Wh" else f"{level:g} {unit}".strip()


def reason(view: DeviceView, plan: Plan | None) -> str:
    """Why it does what it does now, and why it runs when it runs, in one line."""
    explained = plan.explanation_of(view.profile.id) if plan else None
    now, planned = clean(view.because, 400), clean(explained.text, 400) if explained else ""
    if not now or (planned and now.startswith(clean(view.profile.name, 60))):  # an older plan's words
        return planned or now or "The router has not said yet what it does with it."
    return f"Now: {now.rstrip('.')}." + (f" {planned}" if planned else "")
