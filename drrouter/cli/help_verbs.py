"""Verbs for whoever needs help: the doctor, and a bundle for somebody who looks into it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drrouter.cli.exits import DEGRADED, FAILURE
from drrouter.cli.read_verbs import Json

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient

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

    from drrouter.cli import screen
    from drrouter.domain.words import clean
    from drrouter.router.doctor import Finding, Level, worst

    found = await client.doctor()
    level = worst(found)
    if json:
        screen.print_json(tuple[Finding, ...], found)
    else:
        out = screen.console()
        for one in found:
            if all_ or one.level is not Level.OK:
                out.print(Text(f"{one.level:8}", _STYLES[one.level]) + Text(clean(one.sentence, 400)))
                if one.remedy:
                    out.print(Text(f"{'':8}{clean(one.remedy, 400)}", "dim"))
        well = sum(one.level is Level.OK for one in found)
        out.print(f"{well} of {len(found)} things are well." + ("" if all_ else " See them with --all."))
    return {Level.WARNING: DEGRADED, Level.FAULT: FAILURE}.get(level)


async def bundle(
    client: "DrClient",
    file: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("drrouter-bundle.zip"),
) -> int | None:
    """Write a ZIP file for whoever helps you: no addresses, secrets, names or texts of providers are in it.

    Examples: `drrouter bundle`, `drrouter bundle /tmp/router.zip`
    """
    from drrouter.cli import screen

    if file.exists():
        screen.say(f"{file} exists already; name another file, or remove it.")
        return FAILURE
    content = await client.bundle()
    try:
        file.write_bytes(content)
    except OSError as error:
        screen.say(f"{file} cannot be written: {error.strerror}. Name another file.")
        return FAILURE
    screen.say(f"{file} is written ({len(content) / 1000:.0f} kB). Look into it before you give it away.")
    return None
