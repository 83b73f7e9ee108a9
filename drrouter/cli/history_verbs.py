"""Verbs that look back: what the home used and what that cost, and what would save it more."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drrouter.cli.exits import FAILURE
from drrouter.cli.read_verbs import Json
from drrouter.cli.words import t
from drrouter.router.history.spans import Span

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient


async def history(
    client: "DrClient",
    span: Annotated[Span, typer.Option("--span", help="How much to look at.")] = Span.DAY,
    date: Annotated[
        datetime | None,
        typer.Option("--date", formats=["%Y-%m-%d"], help="A day in it; today where none is named."),
    ] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Write a table for a spreadsheet here.")] = None,
    json: Json = False,
) -> int | None:
    """Show energy, cost, CO2 and saving of a day, week, month or year, device by device.

    Examples: `drrouter history`, `drrouter history --span month --date 2026-11-01`,
    `drrouter history --span year --csv 2026.csv`
    """
    from drrouter.cli import history_show, screen, show
    from drrouter.router.history.history_views import HistoryView

    day = date.date() if date else None
    if csv is not None and csv.exists():
        screen.say(t("file.exists", file=csv))
        return FAILURE
    if csv is not None:
        return _write(csv, await client.history_csv(span, day))
    view = await client.history(span, day)
    if json:
        screen.print_json(HistoryView, view)
    else:
        history_show.history(view, show.local_time(await client.status()))
    return None


def _write(file: Path, content: bytes) -> int | None:
    """Into a new file."""
    from drrouter.cli import screen
    from drrouter.cli.files import write_new

    code = write_new(file, content)
    if code is None:
        screen.say(t("file.written", file=file))
    return code


async def advice(client: "DrClient", json: Json = False) -> None:
    """Show at most three computed suggestions, each with its saving a month.

    Examples: `drrouter advice`, `drrouter advice --json`
    """
    from drrouter.cli import history_show, screen, show
    from drrouter.router.history.advice import AdviceView

    view = await client.advice()
    if json:
        screen.print_json(AdviceView, view)
    else:
        history_show.advice(view, show.local_time(await client.status()))
