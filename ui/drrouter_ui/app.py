"""The screens as one program: it follows the router and gives what it sees to the screen that is open."""

import asyncio
import os
from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from drrouter.adapters.client import DrClient
from drrouter_ui.draw.pen import ASCII, COLOUR, LETTERS, Pen
from drrouter_ui.draw.rows import WIDE
from drrouter_ui.live import Follower, Pause
from drrouter_ui.orders import Orders
from drrouter_ui.screens.advice import AdviceScreen
from drrouter_ui.screens.devices import DevicesScreen
from drrouter_ui.screens.events import EventsScreen
from drrouter_ui.screens.history import HistoryScreen
from drrouter_ui.screens.options import OptionsScreen
from drrouter_ui.screens.page import Page
from drrouter_ui.screens.providers import ProvidersScreen
from drrouter_ui.screens.settings import SettingsScreen
from drrouter_ui.screens.shared import Shared
from drrouter_ui.screens.today import TodayScreen
from drrouter_ui.screens.why import WhyScreen
from drrouter_ui.seen import Seen
from drrouter_ui.words import t

THEMES = ("textual-dark", "textual-light", "nord", "gruvbox", "solarized-light", "tokyo-night")
_COLOURLESS_THEME = "ansi-dark"
_ROOMS: tuple[type[Page], ...] = (
    TodayScreen,
    DevicesScreen,
    OptionsScreen,
    WhyScreen,
    EventsScreen,
    HistoryScreen,
    AdviceScreen,
    ProvidersScreen,
    SettingsScreen,
)


class RouterApp(App[None]):
    """Attached to one router by its local API."""

    CSS_PATH = "style.tcss"
    TITLE = "drrouter"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (26, "-middle"), (36, "-tall")]  # noqa: RUF012 - the same
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "next_theme", show=False),
        Binding("q", "quit", show=False),
    ]

    def __init__(
        self, client: DrClient, seen: Seen, *, plain: bool = False, pause: Pause = asyncio.sleep
    ) -> None:
        """Begin with what was seen.

        Args:
            plain: without colours, and with the characters of ASCII only.
            pause: waits for real seconds between two tries and between two looks.
        """
        if plain:
            os.environ["NO_COLOR"] = "1"  # how Textual is told
        colourless = "NO_COLOR" in os.environ
        super().__init__(ansi_color=True if colourless else None)
        pen: Pen = ASCII if plain else LETTERS if colourless else COLOUR
        self._shared = Shared(client, Orders(client), pen, pause, seen)
        self._follower = Follower(client, seen, self._know, pause)
        self.theme = _COLOURLESS_THEME if colourless else THEMES[0]
        self.set_class(plain, "-plain")

    def on_mount(self) -> None:
        """Open the screen of the day, and follow the router from now on."""
        for room in _ROOMS:
            self.install_screen(room(self._shared), room.NAME)
        self.push_screen(TodayScreen.NAME)
        self.run_worker(self._follower.follow())

    def _know(self, seen: Seen) -> None:
        """Give what was seen to the screen that is open, below a dialog perhaps."""
        self._shared.seen = seen
        for screen in self.screen_stack:
            if isinstance(screen, Page):
                screen.show()

    def action_go(self, name: str) -> None:
        """Open another screen."""
        if not (isinstance(self.screen, Page) and name == self.screen.NAME):
            self.switch_screen(name)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the command palette offers: every screen, and every word over the whole home."""
        if isinstance(screen, Page):
            for room in _ROOMS:
                name = t(f"nav.{room.NAME}")
                yield SystemCommand(name, t("tui.palette.go", name=name), partial(self.action_go, room.NAME))
            for key, act in (
                ("off", screen.action_hands_off),
                ("away", screen.action_vacation),
                ("undo", screen.action_undo),
                ("help", screen.action_help),
            ):
                yield SystemCommand(t(f"tui.key.{key}"), t(f"tui.help.{key}"), act)
        yield SystemCommand(t("tui.key.theme"), t("tui.help.theme"), self.action_next_theme)
        yield SystemCommand(t("tui.key.quit"), t("tui.help.quit"), self.exit)

    def action_next_theme(self) -> None:
        """Take the next theme of a few."""
        if self.no_color:
            self.notify(t("tui.theme.none"), markup=False)
            return
        place = THEMES.index(self.theme) if self.theme in THEMES else -1
        self.theme = THEMES[(place + 1) % len(THEMES)]
        self.notify(t("tui.theme.now", name=self.theme), markup=False)
