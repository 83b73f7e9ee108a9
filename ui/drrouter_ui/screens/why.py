"""The screen of the reasons: why the chosen device runs when it runs, and what another time would change."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from drrouter.domain.flexibility import ProfileFlexibility, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.wish import LevelWish
from drrouter.domain.words import clean
from drrouter.router.facade import WishRequest
from drrouter.router.viewed import DeviceView, WhatIfView
from drrouter_ui.draw.why import what_if, why
from drrouter_ui.orders import asked_again
from drrouter_ui.screens.page import Page, static
from drrouter_ui.screens.shared import Shared
from drrouter_ui.screens.widgets import grid
from drrouter_ui.words import t

STEP = timedelta(minutes=30)
SETTLE_S = 0.3
"""So long a person may go on pressing before the router is asked."""

_USUAL = timedelta(hours=8)


class WhyScreen(Page):
    """Reasons in numbers; left and right move the time by which it shall be ready."""

    NAME = "why"
    KEYS = (("<", "earlier"), (">", "later"), ("Enter", "make_so"), ("Tab", "device"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,less_than_sign", "move(-1)", show=False),
        Binding("right,greater_than_sign", "move(1)", show=False),
        Binding("enter", "make_so", show=False),
        Binding("escape", "forget", show=False),
    ]

    def __init__(self, shared: Shared) -> None:
        """Nothing is asked yet."""
        super().__init__(shared)
        self._title, self._rows, self._what_if = static("title"), static("rows"), static("what_if")
        self._scroll = VerticalScroll(self._rows, id="details")
        self._about: DeviceId | None = None
        self._ready_by: datetime | None = None
        self._answer: WhatIfView | None = None

    def body(self) -> Iterable[Widget]:
        """The reasons, and below them what another time would change."""
        return self._title, self._what_if, self._scroll

    def on_mount(self) -> None:
        """The arrows up and down scroll the reasons."""
        self._scroll.focus()

    def draw(self) -> None:
        """Draw what was seen."""
        view = self.shared.view
        if view is None:
            self._title.update(t("device.unknown"))
            return
        if view.profile.id != self._about:
            self._about, self._ready_by, self._answer = view.profile.id, None, None
        self._title.update(
            Text(self.pen.plain(t("tui.why.title", name=clean(view.profile.name))), style="bold")
        )
        self._rows.update(grid(why(view, self.shared.seen), self.pen))
        self._what_if.update(grid(self._asked(view), self.pen))

    def _asked(self, view: DeviceView) -> list[tuple[str, str]]:
        if _level(view) is None and not isinstance(view.profile.flexibility, ProfileFlexibility):
            return []
        if self._ready_by is None:
            return [(t("tui.what_if"), t("tui.what_if.hint"))]
        head = (t("tui.what_if"), t("tui.what_if.by", at=self.shared.seen.local.say(self._ready_by)))
        if self._answer is None:
            return [head, ("", t("tui.what_if.asking"))]
        return [head, *what_if(self._answer, self.shared.seen), ("", t("tui.what_if.take"))]

    def action_move(self, steps: int) -> None:
        """Half an hour earlier or later."""
        view = self.shared.view
        if view is None or not self._asked(view):
            self.say(t("tui.what_if.cannot"))
            return
        now = self.shared.seen.status.now
        moved = (self._ready_by or _now_wished(view, now)) + steps * STEP
        self._ready_by, self._answer = max(moved, _half_hour(now) + STEP), None
        self.draw()
        self.run(lambda: self._solve(view), "what-if")

    def action_forget(self) -> None:
        """Ask no more."""
        self._ready_by = self._answer = None
        self.draw()

    def action_make_so(self) -> None:
        """Ask it of the device in earnest."""
        view, ready_by = self.shared.view, self._ready_by
        if view is not None and ready_by is not None:
            self.run(lambda: self._wish(view, self._request(view, ready_by)))

    async def _solve(self, view: DeviceView) -> None:
        await self.shared.pause(SETTLE_S)
        if self._ready_by is not None:
            request = self._request(view, self._ready_by)
            self._answer = await self.shared.client.what_if(view.profile.id, request)
            self.draw()

    async def _wish(self, view: DeviceView, request: WishRequest) -> None:
        said = await self.shared.orders.wish(view, request, self.shared.seen)
        self.shared.undo = asked_again(self.shared.client, view)
        self.say(f"{said} {t('tui.undo.hint')}")
        self.action_forget()

    @staticmethod
    def _request(view: DeviceView, ready_by: datetime) -> WishRequest:
        return WishRequest(ready_by, level=_level(view))


def _level(view: DeviceView) -> float | None:
    """The level to ask for: what is wished, else what the device would keep; None for machines."""
    if isinstance(view.wish, LevelWish):
        return view.wish.level
    flexibility = view.profile.flexibility
    return flexibility.level_target if isinstance(flexibility, StorageFlexibility) else None


def _now_wished(view: DeviceView, now: datetime) -> datetime:
    """By when it shall be ready as things stand."""
    if view.wish is not None:
        return view.wish.by if isinstance(view.wish, LevelWish) else view.wish.ready_by
    return _half_hour(view.next_cycle.end if view.next_cycle else now + _USUAL)


def _half_hour(instant: datetime) -> datetime:
    """The half hour at or before it."""
    return instant.replace(minute=instant.minute - instant.minute % 30, second=0, microsecond=0)
