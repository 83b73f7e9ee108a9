"""Screens as text, and their comparison with the pictures that are kept in ``pictures/``.

RENEW_PICTURES=1 writes them anew; look at what changed before you commit it.
"""

import io
import os
import re
from pathlib import Path
from typing import Any

from rich.console import Console
from textual.app import App

COLOUR_CODE = re.compile(r"\x1b\[[\d;]*?\b(?:[349][0-7]|10[0-7]|[34]8;\d[\d;]*)[;m]")
FOLDER = Path(__file__).parent / "pictures"


def shown(app: App[Any]) -> str:
    """All rows of the screen, dialogs and notices included, without colours."""
    rows = _recorded(app).export_text().splitlines()
    return "\n".join(row.rstrip() for row in rows) + "\n"


def coloured(app: App[Any]) -> bool:
    """Whether any colour but the terminal's own reaches the terminal."""
    return COLOUR_CODE.search(_recorded(app).export_text(styles=True)) is not None


def _recorded(app: App[Any]) -> Console:
    width, height = app.size
    console = Console(
        width=width,
        height=height,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
    )
    console.print(app.screen._compositor.render_update(full=True, screen_stack=app._background_screens))
    return console


def compare(name: str, text: str) -> None:
    """Hold a text against the picture of that name, or write it where pictures are renewed."""
    path = FOLDER / f"{name}.txt"
    if os.environ.get("RENEW_PICTURES") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    assert text == kept, (
        f"the screen differs from {path.name}; RENEW_PICTURES=1 renews it. It is now:\n{text}"
    )
