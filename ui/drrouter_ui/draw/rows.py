"""One row for each device: what it does now, when it runs next, and what people asked of it."""

from dataclasses import dataclass
from datetime import datetime

from drrouter.domain.device import Presence
from drrouter.domain.flexibility import PlannedFlexibility, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Plan
from drrouter.domain.wish import CycleWish
from drrouter.domain.words import clean
from drrouter.router.viewed import DeviceView
from drrouter_ui.draw.pen import Pen
from drrouter_ui.seen import Seen
from drrouter_ui.words import SiteTime, number, power, say, t
from drrouter_ui.words import level as level_of

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

    @property
    def title(self) -> str:
        """What stands above the column."""
        return t(f"tui.column.{self.name}")


HEADS = (
    ColumnHead("device", 18, 32),
    ColumnHead("now", 12, 20),
    ColumnHead("next", 18, 24),
    ColumnHead("order", 22, 32),
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
        return t(f"tui.now.{state.presence.value}")
    if state.running:
        return t("tui.now.runs", power=power(state.power_w))
    if (state.power_w or 0.0) <= -_DRAWS_ABOVE_W:
        return t("tui.now.gives", power=f"{number(-(state.power_w or 0.0) / 1000, 1)} kW")
    if not state.on:
        return t("tui.now.off") if state.on is False else "-"
    draws = (state.power_w or 0.0) >= _DRAWS_ABOVE_W
    return t("tui.now.on", power=power(state.power_w)) if draws else t("tui.now.idle")


def _next(view: DeviceView, seen: Seen) -> str:
    local = seen.local
    if view.commitment:
        return t("tui.next.promised", at=local.say(view.commitment.start))
    if view.next_cycle:
        ends = f"{view.next_cycle.end.astimezone(local.zone):%H:%M}"
        return t("tui.from_to", start=local.say(view.next_cycle.start), end=ends)
    begin = _first_run(seen.plan, view.profile.id, seen.status.now)
    if begin is None:
        return "-"
    if begin <= seen.status.now:
        return t("tui.next.now")
    return t("tui.next.from", at=local.say(begin))


def _first_run(plan: Plan | None, device_id: DeviceId, now: datetime) -> datetime | None:
    """When a device that has no cycles runs next."""
    if plan is None:
        return None
    powers = zip(plan.slots, plan.power_w.get(device_id, ()), strict=False)
    return next((slot.start for slot, power_w in powers if power_w >= _RUNS_ABOVE_W and slot.end > now), None)


def _order(view: DeviceView, local: SiteTime) -> str:
    """What people ask of the device."""
    if view.override:
        return t(f"tui.order.{view.override.mode.value}", until=local.say(view.override.until))
    if isinstance(view.wish, CycleWish):
        return t("tui.order.by", what=clean(view.wish.programme_id, 40), by=local.say(view.wish.ready_by))
    if view.wish:
        what = level_in(view.wish.level, view.profile.flexibility)
        return t("tui.order.by", what=what, by=local.say(view.wish.by))
    return "-"


def level_in(level: float, flexibility: PlannedFlexibility | None) -> str:
    """A level in the storage's unit."""
    return level_of(level, flexibility.unit if isinstance(flexibility, StorageFlexibility) else "")


def reason(view: DeviceView, seen: Seen) -> str:
    """Why it does what it does now, and why it runs when it runs, in one line."""
    explained = seen.plan.explanation_of(view.profile.id) if seen.plan else None
    now, planned = seen.say(view.because, 400), ""
    if explained and seen.plan:
        planned = clean(say(explained.reasons, explained.text, seen.plan.currency, seen.local), 400)
    if not now or (planned and now.startswith(clean(view.profile.name, 60))):  # an older plan's words
        return planned or now or t("tui.no_reason")
    return f"{t('why.now')} {now.rstrip('.')}." + (f" {planned}" if planned else "")
