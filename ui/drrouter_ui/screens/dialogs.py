"""Dialogs that open above the day: options, pause, why, help; Escape closes each and asks nothing."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Generic, TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import OptionList, Static

from drrouter.domain.option import Option
from drrouter_ui.draw import offers
from drrouter_ui.draw.pen import Pen
from drrouter_ui.screens.widgets import grid
from drrouter_ui.words import SiteTime, t

_MINUTES = (30, 60, 120)
_EVENING, _MORNING = 18, 7


def pauses(local: SiteTime) -> list[tuple[timedelta, str]]:
    """How long a device may be switched off by one key; no pause is for ever."""
    lengths = [(timedelta(minutes=minutes), t("tui.minutes", count=minutes)) for minutes in _MINUTES]
    for instant in sorted((local.next_at(_EVENING), local.next_at(_MORNING))):
        lengths.append((instant - local.now, t("tui.until", at=local.say(instant))))
    return lengths


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
            yield Static(self._pen.plain(self.hint()), classes="hint", markup=False)

    def body(self) -> Iterable[Widget]:
        """What stands between title and hint."""
        raise NotImplementedError

    def hint(self) -> str:
        """Which keys do what."""
        return t("tui.escape")


class OffersDialog(Dialog[Option]):
    """The priced options of a machine; Enter chooses one."""

    def __init__(self, title: str, offered: Sequence[Option], local: SiteTime, pen: Pen) -> None:
        """Show these options."""
        super().__init__(title, pen)
        self._offered, self._local = offered, local

    def body(self) -> Iterable[Widget]:
        """The options, and below them the reason of the one under the cursor."""
        yield Static(self._pen.plain(f" {offers.head()}"), classes="head", markup=False)
        yield OptionList(
            *(Text(self._pen.plain(f" {offers.offer(option, self._local)}")) for option in self._offered),
            markup=False,
        )
        yield Static(id="because", markup=False)
        yield Static(
            self._pen.plain(offers.basis(self._offered[0], self._local)), classes="hint", markup=False
        )

    def hint(self) -> str:
        """Enter is a promise."""
        return f"{t('tui.options.hint')} {super().hint()}"

    @on(OptionList.OptionHighlighted)
    def tell_why(self, event: OptionList.OptionHighlighted) -> None:
        """Tell the reason of the option under the cursor."""
        text = offers.because(self._offered[event.option_index], self._local)
        self.query_one("#because", Static).update(Text(self._pen.plain(text)))

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Take this one."""
        self.dismiss(self._offered[event.option_index])


class ChoiceDialog(Dialog[Any]):
    """Some choices, each with its words; Enter takes one."""

    def __init__(self, title: str, choices: Sequence[tuple[Any, str]], hint: str, pen: Pen) -> None:
        """Show these choices."""
        super().__init__(title, pen)
        self._choices, self._hint = choices, hint

    def body(self) -> Iterable[Widget]:
        """A line for each."""
        yield OptionList(*(Text(self._pen.plain(words)) for _, words in self._choices), markup=False)

    def hint(self) -> str:
        """What a choice does."""
        return f"{self._hint} {super().hint()}".strip()

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Take this one."""
        self.dismiss(self._choices[event.option_index][0])


class PagesDialog(Dialog[None]):
    """Names and what they are; why a device runs when it runs, and the help."""

    def __init__(self, title: str, rows: Sequence[tuple[str, str]], pen: Pen) -> None:
        """Show these names and values."""
        super().__init__(title, pen)
        self._rows = rows

    def body(self) -> Iterable[Widget]:
        """The rows; arrows scroll them where the screen is small."""
        with VerticalScroll():
            yield Static(grid(self._rows, self._pen), markup=False)
