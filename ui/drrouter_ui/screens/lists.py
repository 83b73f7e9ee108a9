"""Screens with a list that is asked for when they open, and the details of the row under the cursor."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import OptionList

from drrouter_ui.screens.page import Page, static
from drrouter_ui.screens.shared import Shared
from drrouter_ui.screens.widgets import grid
from drrouter_ui.words import t

_FRESH_S = 10.0


class ListScreen(Page):
    """A list above, details below."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "again", show=False)]

    def __init__(self, shared: Shared) -> None:
        """Nothing is asked yet."""
        super().__init__(shared)
        self.list = OptionList(id="items", markup=False)
        self._title, self._details = static("title"), static("rows")
        self.items: Sequence[Any] = ()

    async def fetch(self) -> Sequence[Any]:
        """Ask the router."""
        raise NotImplementedError

    def line(self, item: Any) -> str:
        """An item in one line."""
        raise NotImplementedError

    def details(self, item: Any) -> list[tuple[str, str]]:
        """All of an item, as names and values."""
        raise NotImplementedError

    def heading(self) -> str:
        """What stands above the list; says so where it is empty."""
        return t(f"tui.{self.NAME}.{'title' if self.items else 'none'}")

    @property
    def item(self) -> Any:
        """What is under the cursor; None where the list is empty."""
        place = self.list.highlighted
        return self.items[place] if place is not None and place < len(self.items) else None

    def body(self) -> Iterable[Widget]:
        """Title, list, details."""
        return self._title, self.list, VerticalScroll(self._details, id="details", can_focus=False)

    def on_mount(self) -> None:
        """The arrows belong to the list; what may change by itself is asked for again and again."""
        self.list.focus()
        self.set_interval(_FRESH_S, self._again)

    def on_screen_resume(self) -> None:
        """Ask when it opens."""
        super().on_screen_resume()
        self.action_again()

    def action_again(self) -> None:
        """Ask again."""
        self.run(self.renew, "list")

    def _again(self) -> None:
        if self.is_current and not self.shared.seen.gone:
            self.action_again()

    async def renew(self) -> None:
        """Ask, and draw the answer; the cursor stays in its row."""
        items = await self.fetch()
        place, before = self.list.highlighted, [self.line(item) for item in self.items]
        self.items = items
        lines = [self.line(item) for item in items]
        if lines != before:
            self.list.clear_options()
            self.list.add_options([Text(self.pen.plain(line), no_wrap=True) for line in lines])
            if lines:
                self.list.highlighted = min(place or 0, len(lines) - 1)
        self.draw()

    def draw(self) -> None:
        """Draw title and details."""
        self._title.update(Text(self.pen.plain(self.heading()), "bold" if self.items else ""))
        rows = self.details(self.item) if self.item is not None else []
        self._details.update(grid(rows, self.pen))

    @on(OptionList.OptionHighlighted)
    def show_details(self) -> None:
        """Another row is under the cursor."""
        self.draw()
