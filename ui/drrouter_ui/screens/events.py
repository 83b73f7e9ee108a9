"""The screen of the events: who asks for what and when, what became of it, and opting out and in again."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from drrouter.domain.words import clean
from drrouter.router.viewed import EventView
from drrouter_ui.draw.events import details, line, newest_first
from drrouter_ui.screens.lists import ListScreen
from drrouter_ui.words import t


class EventsScreen(ListScreen):
    """Every event that is kept."""

    NAME = "events"
    KEYS = (("x", "opt_out"), ("i", "opt_in"), ("r", "again"))
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "opt_out", show=False),
        Binding("i", "opt_in", show=False),
    ]

    async def fetch(self) -> Sequence[EventView]:
        """Those in force first, then those to come, then those that are over."""
        return newest_first(await self.shared.client.events())

    def line(self, item: EventView) -> str:
        """When, who, what."""
        return line(item, self.shared.seen)

    def details(self, item: EventView) -> list[tuple[str, str]]:
        """All of it."""
        return details(item, self.shared.seen)

    def action_opt_out(self) -> None:
        """Ask for whom, then take the home or a device out of it."""
        if item := self.item:
            self.run(lambda: self._opt_out(item))

    def action_opt_in(self) -> None:
        """Take part in it again."""
        if item := self.item:
            self.run(lambda: self._opt_in(item))

    async def _opt_out(self, item: EventView) -> None:
        choices: list[tuple[str, str]] = [("", t("tui.opt_out.home"))]
        choices += [
            (view.profile.id, clean(view.profile.name, 60))
            for view in self.shared.seen.devices
            if not view.watched
        ]
        whom = await self.ask(t("tui.opt_out.title"), choices, t("tui.opt_out.hint"))
        if whom is not None:
            self.say(await self.shared.orders.opt_out(item, whom, self.shared.seen))
            await self.renew()

    async def _opt_in(self, item: EventView) -> None:
        words = [word for word in self.shared.seen.status.opt_outs if word.means(item.event)]
        self.say(await self.shared.orders.opt_in(words) if words else t("tui.opt_in.nothing"))
        await self.renew()
