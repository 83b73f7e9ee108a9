"""The screen of the history: what a day, week, month or year used and cost, and what the router saved."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from drrouter.adapters.client import HistoryView, Span
from drrouter_ui.draw import history
from drrouter_ui.screens.page import Page, static
from drrouter_ui.screens.shared import Shared
from drrouter_ui.screens.widgets import grid
from drrouter_ui.words import t

_DAY = timedelta(days=1)


class HistoryScreen(Page):
    """Left and right go back and forth in time; d, w, m and y choose how much is shown."""

    NAME = "history"
    KEYS = (("<", "earlier"), (">", "later"), ("d", "day"), ("w", "week"), ("m", "month"), ("y", "year"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,less_than_sign", "move(-1)", show=False),
        Binding("right,greater_than_sign", "move(1)", show=False),
        *(Binding(span.value[0], f"span('{span.value}')", show=False) for span in Span),
    ]

    def __init__(self, shared: Shared) -> None:
        """Nothing is asked yet."""
        super().__init__(shared)
        self._title, self._sums, self._rows = static("title"), static("what_if"), static("rows")
        self._scroll = VerticalScroll(self._rows, id="details")
        self._span = Span.DAY
        self._view: HistoryView | None = None

    def body(self) -> Iterable[Widget]:
        """Sums above, bars and devices below."""
        return self._title, self._sums, self._scroll

    def on_mount(self) -> None:
        """The arrows up and down scroll."""
        self._scroll.focus()

    def on_screen_resume(self) -> None:
        """Ask when it opens."""
        super().on_screen_resume()
        self.run(lambda: self._ask(self._view.last if self._view else None), "history")

    def action_span(self, name: str) -> None:
        """Show the day, week, month or year in which what is shown ends."""
        self._span = Span(name)
        self.run(lambda: self._ask(self._view.last if self._view else None), "history")

    def action_move(self, places: int) -> None:
        """The span before, or after, unless that has not begun."""
        if view := self._view:
            day = view.first - _DAY if places < 0 else view.last + _DAY
            if day <= self._today():
                self.run(lambda: self._ask(day), "history")

    def _today(self) -> date:
        return self.shared.seen.status.now.astimezone(self.shared.seen.local.zone).date()

    async def _ask(self, day: date | None) -> None:
        wanted = min(day, self._today()) if day else None
        self._view = await self.shared.client.history(self._span, wanted)
        self.draw()

    def draw(self) -> None:
        """Draw what the router said last."""
        view = self._view
        if view is None:
            self._title.update(self.pen.plain(t("app.loading")))
            return
        self._title.update(Text(self.pen.plain(history.title(view)), "bold"))
        self._sums.update(grid(history.sums(view), self.pen))
        bars = history.bars(view, self.shared.seen, self.pen) or [t("tui.history.none")]
        lines = [*bars, "", *history.devices(view), "", t("tui.history.method")]
        self._rows.update(Text(self.pen.plain("\n".join(lines))))
