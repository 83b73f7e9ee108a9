"""The screen of the day: how the home is, the plan as a chart, and a row for each device to act on."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import DataTable, Footer

from drrouter.domain.option import Option
from drrouter.domain.words import clean
from drrouter.errors import DrrouterError, HoldConflictError, HoldExpiredError
from drrouter.router.viewed import DeviceView
from drrouter_ui.draw.pen import Pen
from drrouter_ui.draw.why import why
from drrouter_ui.orders import Orders
from drrouter_ui.screens.dialogs import OffersDialog, PagesDialog, PauseDialog
from drrouter_ui.screens.help import HELP
from drrouter_ui.screens.widgets import Decisions, DeviceTable, Headline, PlanChart, WhyLine
from drrouter_ui.seen import Seen

_MARGIN = 2


class TodayScreen(Screen[None]):
    """Everything at a glance; each key acts on the device under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "start_now", "Now"),
        Binding("s", "skip", "Skip"),
        Binding("p", "pause", "Pause"),
        Binding("a", "auto", "Auto"),
        Binding("o", "options", "Options"),
        Binding("w", "why", "Why"),
        Binding("question_mark", "help", "Help", key_display="?"),
    ]

    def __init__(self, seen: Seen, orders: Orders, pen: Pen) -> None:
        """Show this at first; ``show`` brings what is new."""
        super().__init__()
        self._seen, self._orders, self._pen = seen, orders, pen
        self._headline, self._chart = Headline(pen), PlanChart(seen, pen)
        self._table, self._why, self._decisions = DeviceTable(pen), WhyLine(pen), Decisions(pen)

    def compose(self) -> ComposeResult:
        """From top to bottom."""
        yield self._headline
        yield self._chart
        yield self._table
        yield self._why
        yield self._decisions
        yield Footer(show_command_palette=False)

    def show(self, seen: Seen) -> None:
        """Draw what was seen."""
        self._seen = seen
        if not self.is_mounted:
            return
        width = self.app.size.width
        self._headline.show(seen, width - _MARGIN)
        self._chart.show(seen)
        self._table.show(seen, width)
        self._why.show(seen, self._table.chosen)
        self._decisions.show(seen, width - _MARGIN)

    def on_mount(self) -> None:
        """The arrows belong to the table."""
        self._table.focus()

    def on_resize(self) -> None:
        """Widths have changed; also called when the screen opens."""
        self.call_after_refresh(lambda: self.show(self._seen))

    @on(DataTable.RowHighlighted)
    def move_marks(self) -> None:
        """Another device is chosen."""
        self.show(self._seen)

    @on(DataTable.RowSelected)
    def open_options(self) -> None:
        """Enter asks for options."""
        self.action_options()

    # Keys

    def action_start_now(self) -> None:
        """Start the device, or its programme, now."""
        if view := self._chosen():
            self._tell(lambda: self._orders.start_now(view, self._seen))

    def action_skip(self) -> None:
        """Forget what was asked of it."""
        if view := self._chosen():
            self._tell(lambda: self._orders.skip(view))

    def action_auto(self) -> None:
        """Give it back to the plan."""
        if view := self._chosen():
            self._tell(lambda: self._orders.auto(view))

    def action_pause(self) -> None:
        """Ask for how long, then switch it off."""
        if view := self._chosen():
            self._run(lambda: self._pause(view))

    def action_options(self) -> None:
        """Ask for options, and take the one that is chosen."""
        if view := self._chosen():
            self._run(lambda: self._choose(view))

    def action_why(self) -> None:
        """All that is known of why it runs when it runs."""
        if view := self._chosen():
            title = f"{clean(view.profile.name)}: why it runs when it runs"
            self.app.push_screen(PagesDialog(title, why(view, self._seen), self._pen))

    def action_help(self) -> None:
        """What the keys do."""
        self.app.push_screen(PagesDialog("Keys and chart", HELP, self._pen))

    async def _pause(self, view: DeviceView) -> None:
        dialog = PauseDialog(f"Pause {clean(view.profile.name)}", self._pen)
        if span := await self.app.push_screen_wait(dialog):
            self._say(await self._orders.pause(view, span, self._seen))

    async def _choose(self, view: DeviceView) -> None:
        """Offer options until one is taken or the person gives up."""
        offered = await self._orders.options(view.profile.id)
        while offered:
            chosen = await self._pick(view, offered)
            if chosen is None:
                return
            try:
                self._say(await self._orders.accept(chosen, self._seen))
                return
            except HoldConflictError as conflict:
                self._say(conflict.sentence, "warning")
                offered = conflict.options
            except HoldExpiredError as expired:
                self._say(expired.sentence, "warning")
                offered = await self._orders.options(view.profile.id)
        self._say("No start can keep what is asked. Allow a later time.", "warning")

    async def _pick(self, view: DeviceView, offered: tuple[Option, ...]) -> Option | None:
        title = f"{clean(view.profile.name)}: which options are available now?"
        return await self.app.push_screen_wait(OffersDialog(title, offered, self._seen.local, self._pen))

    # Telling

    def _chosen(self) -> DeviceView | None:
        return self._seen.device(self._table.chosen)

    def _tell(self, order: Callable[[], Awaitable[str]]) -> None:
        """Give an order, and tell what the router says to it."""

        async def give() -> None:
            self._say(await order())

        self._run(give)

    def _run(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it beside everything else; what goes wrong is one sentence."""

        async def guarded() -> None:
            try:
                await work()
            except DrrouterError as error:
                self._say(error.sentence, "error")

        self.run_worker(guarded)  # type: ignore[arg-type] # cannot tell callables apart

    def _say(self, sentence: str, severity: Any = "information") -> None:
        """One sentence in a corner; whatever it holds, it is text."""
        self.app.notify(self._pen.plain(clean(sentence, 300)), severity=severity, markup=False)
