"""Dialogs that open above the day: options, pause, why, help; Escape closes each and asks nothing."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import ClassVar, Generic, TypeVar

from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import OptionList, Static

from drrouter.domain.option import Option
from drrouter.domain.words import LocalTime
from drrouter_ui.draw import offers
from drrouter_ui.draw.pen import Pen

PAUSES = (
    (timedelta(minutes=30), "30 minutes"),
    (timedelta(hours=1), "1 hour"),
    (timedelta(hours=2), "2 hours"),
)
"""How long a device may be switched off by one key; no pause is for ever."""

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None], Generic[Answer]):
    """A titled box above the day; the answer is None where it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q", "dismiss", "Close")]

    def __init__(self, title: str, pen: Pen) -> None:
        """Titles may hold names of devices, which are shown as text only."""
        super().__init__()
        self._title, self._pen = title, pen

    def compose(self) -> ComposeResult:
        """The title, what the dialog is about, and a hint."""
        with Vertical(id="dialog"):
            yield Static(self._pen.plain(self._title), classes="title", markup=False)
            yield from self.body()
            yield Static(self.hint(), classes="hint", markup=False)

    def body(self) -> Iterable[Widget]:
        """What stands between title and hint."""
        raise NotImplementedError

    def hint(self) -> str:
        """Which keys do what."""
        return "Escape closes."


class OffersDialog(Dialog[Option]):
    """The priced options of a machine; Enter chooses one."""

    def __init__(self, title: str, offered: Sequence[Option], local: LocalTime, pen: Pen) -> None:
        """Show these options."""
        super().__init__(title, pen)
        self._offered, self._local = offered, local

    def body(self) -> Iterable[Widget]:
        """The options, and below them the reason of the one under the cursor."""
        yield Static(f" {offers.HEAD}", classes="head", markup=False)
        yield OptionList(
            *(Text(f" {offers.offer(option, self._local)}") for option in self._offered), markup=False
        )
        yield Static(id="because", markup=False)
        yield Static(
            self._pen.plain(offers.basis(self._offered[0], self._local)), classes="hint", markup=False
        )

    def hint(self) -> str:
        """Enter is a promise."""
        return "Enter takes the option, and no later plan moves it. Escape closes."

    @on(OptionList.OptionHighlighted)
    def tell_why(self, event: OptionList.OptionHighlighted) -> None:
        """Tell the reason of the option under the cursor."""
        text = offers.because(self._offered[event.option_index])
        self.query_one("#because", Static).update(Text(self._pen.plain(text)))

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Take this one."""
        self.dismiss(self._offered[event.option_index])


class PauseDialog(Dialog[timedelta]):
    """How long a device shall be switched off."""

    def body(self) -> Iterable[Widget]:
        """Three lengths of time."""
        yield OptionList(*(words for _, words in PAUSES), markup=False)

    def hint(self) -> str:
        """Pauses end by themselves."""
        return "Enter switches it off; then the plan goes on. Escape closes."

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Take this one."""
        self.dismiss(PAUSES[event.option_index][0])


class PagesDialog(Dialog[None]):
    """Names and what they are; why a device runs when it runs, and the help."""

    def __init__(self, title: str, rows: Sequence[tuple[str, str]], pen: Pen) -> None:
        """Show these names and values."""
        super().__init__(title, pen)
        self._rows = rows

    def body(self) -> Iterable[Widget]:
        """The rows; arrows scroll them where the screen is small."""
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in self._rows:
            grid.add_row(Text(self._pen.plain(name), "bold"), Text(self._pen.plain(value)))
        with VerticalScroll():
            yield Static(grid, markup=False)
