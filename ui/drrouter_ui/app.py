"""The screens as one program: it follows the router and gives what it sees to the screen of the day."""

import asyncio
import os
from typing import ClassVar

from textual.app import App
from textual.binding import BindingType

from drrouter.adapters.client import DrClient
from drrouter_ui.draw.pen import ASCII, COLOUR, LETTERS, Pen
from drrouter_ui.draw.rows import WIDE
from drrouter_ui.live import Follower, Pause
from drrouter_ui.orders import Orders
from drrouter_ui.screens.today import TodayScreen
from drrouter_ui.seen import Seen

THEMES = ("textual-dark", "textual-light", "nord", "gruvbox", "solarized-light", "tokyo-night")
_COLOURLESS_THEME = "ansi-dark"


class RouterApp(App[None]):
    """Attached to one router by its local API."""

    CSS_PATH = "style.tcss"
    TITLE = "drrouter"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-low"), (26, "-middle"), (36, "-tall")]  # noqa: RUF012 - the same
    BINDINGS: ClassVar[list[BindingType]] = [("t", "next_theme", "Theme"), ("q", "quit", "Quit")]

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
        self._today = TodayScreen(seen, Orders(client), pen)
        self._follower = Follower(client, seen, self._today.show, pause)
        self.theme = _COLOURLESS_THEME if colourless else THEMES[0]
        self.set_class(plain, "-plain")

    def on_mount(self) -> None:
        """Open the screen of the day, and follow the router from now on."""
        self.push_screen(self._today)
        self.run_worker(self._follower.follow())

    def action_next_theme(self) -> None:
        """Take the next theme of a few."""
        if self.no_color:
            self.notify("Colours are switched off by NO_COLOR or --plain.", markup=False)
            return
        place = THEMES.index(self.theme) if self.theme in THEMES else -1
        self.theme = THEMES[(place + 1) % len(THEMES)]
        self.notify(f"Theme: {self.theme}", markup=False)
