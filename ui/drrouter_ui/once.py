"""Prints the screen *Today* as text: head, chart, devices with their reasons."""

import os
import shutil
import sys
import textwrap
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from drrouter_ui.draw.chart import chart
from drrouter_ui.draw.headline import headline
from drrouter_ui.draw.pen import ASCII, COLOUR, LETTERS, Pen
from drrouter_ui.draw.rows import HEADS, cells, reason, widths
from drrouter_ui.seen import Seen

_CHART_ROWS = 14
_INDENT = "    "
_WIDEST, _NARROWEST = 160, 40


def page(seen: Seen, *, plain: bool) -> None:
    """Write the page to standard output, as wide as the terminal."""
    out = Console(
        file=sys.stdout, markup=False, highlight=False, emoji=False, no_color=plain or None, soft_wrap=True
    )
    width = min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST)
    for row in text(seen, width, _pen(out, plain)):
        out.print(row, no_wrap=True, crop=False)


def _pen(out: Console, plain: bool) -> Pen:
    """Colours on a terminal that wants them, blocks where they can be written."""
    if plain or not (out.encoding or "").lower().startswith("utf"):
        return ASCII
    return COLOUR if out.is_terminal and not os.environ.get("NO_COLOR") else LETTERS


def text(seen: Seen, width: int, pen: Pen) -> list[Text]:
    """The page in rows, none longer than ``width``."""
    rows = [*headline(seen, width, pen), Text(), *chart(seen, width, _CHART_ROWS, pen), Text()]
    rows.append(_line([f"  {HEADS[0].title}", *(head.title for head in HEADS[1:])], width, pen, "bold"))
    for view in seen.devices:
        rows.append(_line(cells(view, seen, pen), width, pen))
        why = textwrap.wrap(pen.plain(reason(view, seen)), width - len(_INDENT))
        rows += [Text(_INDENT + part, "dim") for part in why]
    for row in rows:
        row.truncate(width)
        row.rstrip()
    return rows


def _line(texts: Sequence[str], width: int, pen: Pen, style: str = "") -> Text:
    """One row of the table."""
    fitted = [pen.fit(text, cells) for text, cells in zip(texts, widths(width), strict=True)]
    return Text(" ".join(fitted).rstrip(), style)
