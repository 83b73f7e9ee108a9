"""Standard output: tables and lines for people, JSON for programs."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Column, Table
from rich.text import Text

_WIDTH_OF_A_FILE, _ANY_WIDTH = 140, 10_000


def console() -> Console:
    """Standard output; colours on a terminal only, and no text is taken for markup."""
    width = None if sys.stdout.isatty() else _WIDTH_OF_A_FILE
    return Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False)


def print_json(kind: Any, value: object) -> None:
    """The value as the local API would give it."""
    from drrouter.adapters.strict_json import adapter_of

    sys.stdout.write(adapter_of(kind).dump_json(value, indent=2).decode() + "\n")


def say(text: str) -> None:
    """Talk, which is no data."""
    sys.stderr.write(text + "\n")


class Cards:
    """A table; where the terminal is too narrow for its words, each row as names and what they are."""

    def __init__(self, whole: Table, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        self._whole, self._heads, self._rows = whole, heads, rows

    def __rich_console__(self, out: Console, options: ConsoleOptions) -> RenderResult:
        """What fits: no word is cut in two, so that an id or a token can be copied."""
        if (
            self._whole.__rich_measure__(out, options.update(max_width=_ANY_WIDTH)).minimum
            <= options.max_width
        ):
            yield self._whole
            return
        for place, row in enumerate(self._rows):
            if place:
                yield ""
            yield pairs((head, cell) for head, cell in zip(self._heads, row, strict=True) if cell != "-")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[str] = frozenset()) -> Cards:
    """A table of clean texts; the columns named in ``right`` are numbers."""
    rows = list(rows)
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in heads:
        made.add_column(head, justify="right" if head in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return Cards(made, heads, rows)


def pairs(rows: Iterable[tuple[str, str]]) -> Table:
    """Names and what they are, one a line."""
    made = Table.grid(Column(), Column(overflow="fold"), padding=(0, 3))
    for name, value in rows:
        made.add_row(Text(name, style="dim"), Text(value))
    return made
