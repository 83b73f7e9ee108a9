"""Standard output: tables and lines for people, JSON for programs."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDTH_OF_A_FILE = 140


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


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[str] = frozenset()) -> Table:
    """A table of clean texts; the columns named in ``right`` are numbers."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in heads:
        made.add_column(head, justify="right" if head in right else "left", overflow="fold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    return made


def pairs(rows: Iterable[tuple[str, str]]) -> Table:
    """Names and what they are, one a line."""
    made = Table.grid(padding=(0, 3))
    for name, value in rows:
        made.add_row(Text(name, style="dim"), Text(value))
    return made
