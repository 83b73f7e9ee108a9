"""Screens with the table of devices; each key acts on the device under the cursor."""

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import DataTable

from drrouter.domain.option import Option
from drrouter.domain.words import clean
from drrouter.errors import HoldConflictError, HoldExpiredError
from drrouter.router.viewed import DeviceView
from drrouter_ui.draw.why import why
from drrouter_ui.orders import undo_skip
from drrouter_ui.screens.dialogs import OffersDialog, PagesDialog, pauses
from drrouter_ui.screens.page import Page
from drrouter_ui.screens.shared import Shared
from drrouter_ui.screens.widgets import DeviceTable
from drrouter_ui.words import t


class DevicePage(Page):
    """A page whose arrows belong to the table of devices."""

    KEYS = (
        ("n", "now"),
        ("s", "skip"),
        ("p", "pause"),
        ("a", "auto"),
        ("o", "options"),
        ("w", "why"),
        ("g", "hand"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "start_now", show=False),
        Binding("s", "skip", show=False),
        Binding("p", "pause", show=False),
        Binding("a", "auto", show=False),
        Binding("o", "options", show=False),
        Binding("w", "why", show=False),
        Binding("g", "hand", show=False),
    ]

    def __init__(self, shared: Shared) -> None:
        """Nothing is drawn yet."""
        super().__init__(shared)
        self.table = DeviceTable(self.pen)
        self._followed = shared.chosen

    def on_mount(self) -> None:
        """The arrows belong to the table."""
        self.table.focus()

    def draw(self) -> None:
        """Draw the table, its cursor on the chosen device.

        A key may have moved the cursor a moment ago, of which nobody has been told yet: then the cursor is
        right, unless another screen has chosen meanwhile.
        """
        if self.table.chosen and self.shared.chosen == self._followed:
            self.shared.chosen = self.table.chosen
        self._followed = self.shared.chosen
        self.table.show(self.shared.seen, self.app.size.width, self.shared.chosen)

    @on(DataTable.RowHighlighted)
    def move_marks(self) -> None:
        """Another device is chosen."""
        if self.is_current:
            self.shared.chosen = self.table.chosen or self.shared.chosen
            self.show()

    @on(DataTable.RowSelected)
    def open_options(self) -> None:
        """Enter asks for options."""
        self.action_options()

    # Keys

    def action_start_now(self) -> None:
        """Start the device, or its programme, now."""
        if view := self.chosen():
            self.tell(lambda: self.shared.orders.start_now(view, self.shared.seen))

    def action_skip(self) -> None:
        """Forget what was asked of it; a promise only after asking."""
        if view := self.chosen():
            self.run(lambda: self._skip(view))

    def action_auto(self) -> None:
        """Give it back to the plan."""
        if view := self.chosen():
            self.tell(lambda: self.shared.orders.auto(view, self.shared.seen))

    def action_pause(self) -> None:
        """Ask for how long, then switch it off."""
        if view := self.chosen():
            self.run(lambda: self._pause(view))

    def action_hand(self) -> None:
        """Let the router steer it from now on, or only watch it."""
        if view := self.chosen():
            self.run(lambda: self._hand(view))

    def action_options(self) -> None:
        """Ask for options, and take the one that is chosen."""
        if view := self.chosen():
            self.run(lambda: self._choose(view))

    def action_why(self) -> None:
        """All that is known of why it runs when it runs."""
        if view := self.chosen():
            title = t("tui.why.title", name=clean(view.profile.name))
            self.app.push_screen(PagesDialog(title, why(view, self.shared.seen), self.pen))

    def chosen(self) -> DeviceView | None:
        """The device under the cursor."""
        return self.shared.seen.device(self.table.chosen)

    async def _skip(self, view: DeviceView) -> None:
        if view.commitment and not await self.sure(t("tui.skip.sure", name=clean(view.profile.name))):
            return
        said = await self.shared.orders.skip(view, self.shared.seen)
        self.shared.undo = undo_skip(self.shared.client, view)
        self.say(f"{said} {t('tui.undo.hint')}" if self.shared.undo else said)

    async def _pause(self, view: DeviceView) -> None:
        title = t("tui.pause.title", name=clean(view.profile.name))
        if length := await self.ask(title, pauses(self.shared.seen.local), t("tui.pause.hint")):
            self.say(await self.shared.orders.pause(view, length, self.shared.seen))

    async def _hand(self, view: DeviceView) -> None:
        name, steered = clean(view.profile.name), view.watched
        if await self.sure(t("tui.hand.steer" if steered else "tui.hand.watch", name=name)):
            self.say(await self.shared.orders.hand_over(view, steered))

    async def _choose(self, view: DeviceView) -> None:
        """Offer options until one is taken or the person gives up."""
        offered = await self.shared.orders.options(view.profile.id)
        while offered:
            chosen = await self._pick(view, offered)
            if chosen is None:
                return
            try:
                self.say(await self.shared.orders.accept(chosen, self.shared.seen))
                return
            except HoldConflictError as conflict:
                self.say(conflict.sentence, "warning")
                offered = conflict.options
            except HoldExpiredError as expired:
                self.say(expired.sentence, "warning")
                offered = await self.shared.orders.options(view.profile.id)
        self.say(t("tui.options.none"), "warning")

    async def _pick(self, view: DeviceView, offered: tuple[Option, ...]) -> Option | None:
        title = t("tui.options.title", name=clean(view.profile.name))
        return await self.app.push_screen_wait(OffersDialog(title, offered, self.shared.seen.local, self.pen))
