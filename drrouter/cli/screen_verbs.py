"""The verb that opens the terminal screens, which live in ``drrouter_ui`` and know the local API alone."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from drrouter.cli import progress
from drrouter.cli.exits import USAGE
from drrouter.cli.words import t

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient


async def tui(
    client: "DrClient",
    once: Annotated[bool, typer.Option("--once", help="Print the first screen as text, and end.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="No colours, and only characters of ASCII.")] = False,
    language: Annotated[
        str | None,
        typer.Option("--language", help="en, de, fr or nl; else that of your settings, else that of LANG."),
    ] = None,
) -> int | None:
    """Open the screens in this terminal: the plan as a chart, each device, and keys that act on it.

    Examples: `drrouter tui`, `drrouter tui --once`, `drrouter tui --plain --language de`
    """
    from drrouter.cli import screen
    from drrouter_ui import LANGUAGES, open_screens, print_today

    if language is not None and language not in LANGUAGES:
        raise typer.BadParameter(t("usage.choice", what="--language", choices=", ".join(LANGUAGES)))
    if once:
        await print_today(client, plain=plain, language=language)
        return None
    if not _in_a_terminal():
        screen.say(t("tui.no_terminal"))
        return USAGE
    progress.hush()
    await open_screens(client, plain=plain, language=language)
    return None


def _in_a_terminal() -> bool:
    """Whether keys come from a terminal and the screens reach one."""
    return sys.stdin.isatty() and sys.stdout.isatty()
