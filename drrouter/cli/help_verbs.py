"""Verbs for whoever needs help: the doctor, and a bundle for somebody who looks into it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drrouter.cli.exits import DEGRADED, FAILURE
from drrouter.cli.read_verbs import Json
from drrouter.cli.words import named, number, t

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient

_LEVEL = 8
_STYLES = {"ok": "green", "note": "cyan", "warning": "yellow", "fault": "bold red"}


async def doctor(
    client: "DrClient",
    all_: Annotated[bool, typer.Option("--all", help="What is well, too.")] = False,
    json: Json = False,
) -> int | None:
    """Examine the router and its home; ends with 4 where something is missing and 1 where something is wrong.

    Examples: `drrouter doctor`, `drrouter doctor --all`, `drrouter doctor --json`
    """
    from rich.text import Text

    from drrouter.cli import screen, show
    from drrouter.router.doctor import Finding, Level, worst

    found = await client.doctor()
    level = worst(found)
    if json:
        screen.print_json(tuple[Finding, ...], found)
    else:
        out, local = screen.console(), show.local_time(await client.status())
        for one in found:
            if all_ or one.level is not Level.OK:
                word = f"{named('doctor', one.level):{_LEVEL}}"
                out.print(Text(word, _STYLES[one.level]) + Text(local.tell(one.sentence, 400)))
                if one.remedy:
                    out.print(Text(" " * _LEVEL + local.tell(one.remedy, 400), "dim"))
        well = sum(one.level is Level.OK for one in found)
        out.print(t("doctor.well" if all_ else "doctor.well_see", well=well, all=len(found)))
    return {Level.WARNING: DEGRADED, Level.FAULT: FAILURE}.get(level)


async def bundle(
    client: "DrClient",
    file: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("drrouter-bundle.zip"),
) -> int | None:
    """Write a ZIP file for whoever helps you: no addresses, secrets, names or texts of providers are in it.

    Examples: `drrouter bundle`, `drrouter bundle /tmp/router.zip`
    """
    from drrouter.cli import screen
    from drrouter.cli.files import write_new

    if file.exists():
        screen.say(t("file.exists", file=file))
        return FAILURE
    content = await client.bundle()
    code = write_new(file, content)
    if code is None:
        screen.say(t("bundle.written", file=file, size=number(len(content) / 1000, 0)))
    return code
