"""The row of screens at the top and the row of keys at the bottom, in as many cells as there are."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.text import Text

from drrouter_ui.draw.pen import ACCENT, Pen
from drrouter_ui.words import t

_NAMES = ("today", "devices", "options", "why", "events", "history", "advice", "providers", "settings")
_ALWAYS = (("h", "off"), ("v", "away"), ("?", "help"), ("q", "quit"))
_SHORTEST, _LONGEST = 2, 20


def tabs(current: str, width: int, pen: Pen) -> Text:
    """Every screen with its key; names are cut where not all have room, but for the current one."""
    for most in range(_LONGEST, _SHORTEST - 1, -1):
        row = Text("  " if most == _LONGEST else " ").join(
            _tab(str(place), name, current, most, pen) for place, name in enumerate(_NAMES, 1)
        )
        if cell_len(row.plain) <= width:
            break
    row.truncate(width)
    row.no_wrap = True
    return row


def _tab(key: str, name: str, current: str, most: int, pen: Pen) -> Text:
    words = pen.plain(t(f"nav.{name}"))
    if name == current:
        return Text(f"[{key} {words}]", f"bold {ACCENT}")
    short = words if cell_len(words) <= most else pen.fit(words, most)
    return Text.assemble((key, "bold"), " ", (short, "dim"))


def keys(own: Iterable[Sequence[str]], width: int, pen: Pen) -> Text:
    """Keys with what they do: those of the screen as far as there is room, then those of every screen."""
    mine = list(own)
    while True:
        for gap in ("  ", " "):
            row = Text(gap).join(_key(key, name, pen) for key, name in (*mine, *_ALWAYS))
            if cell_len(row.plain) <= width or not mine:
                row.truncate(width)
                row.no_wrap = True
                return row
        mine.pop()


def _key(key: str, name: str, pen: Pen) -> Text:
    return Text.assemble((key, f"bold {ACCENT}"), " ", pen.plain(t(f"tui.key.{name}")))
