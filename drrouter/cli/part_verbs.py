"""Verbs that run a part (router, demo, VTN, simulated home), and the check of a document."""

import asyncio
import json as jsonlib
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drrouter.cli.exits import FAILURE, USAGE
from drrouter.cli.words import t

if TYPE_CHECKING:
    from drrouter.cli.answers import Faulty, Good

_ClockUrl = Annotated[
    str | None, typer.Option("--clock", hidden=True, help="A shared simulated clock: clock://HOST:PORT.")
]
_Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Log warnings and errors only.")]


def check(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Documents to check.", show_default=False)
    ],
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check a home file, an object model or a tariff; every fault is a sentence with its remedy.

    Examples: `drrouter check home.toml`, `drrouter check device_models/acme/*.toml`
    """
    from drrouter.cli import answers, screen

    results = tuple(_check_one(file) for file in files)
    if json:
        screen.print_json(tuple[answers.Good | answers.Faulty, ...], results)
    else:
        for result in results:
            if isinstance(result, answers.Good):
                typer.echo(f"{result.file}: {result.sentence}")
    if not all(result.ok for result in results):
        raise typer.Exit(FAILURE)


def run(
    home: Annotated[
        Path | None,
        typer.Argument(
            metavar="HOME.toml",
            help="The home file; without it, the one in your configuration folder.",
            show_default=False,
        ),
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Where there is no such file yet, make one and set it up.")
    ] = False,
    clock: _ClockUrl = None,
    quiet: _Quiet = False,
) -> None:
    """Run the router of a home until SIGTERM or Ctrl-C; prints one line of JSON when it is ready.

    Without a home file it makes one, with neither devices nor providers; set it up in the panel, or by
    `drrouter setup`.

    Examples: `drrouter run`, `drrouter run home.toml`, `drrouter run home.toml --new --quiet`
    """
    from drrouter.app import Options, run_router
    from drrouter.config.setup import default_home_path, make_home

    _log_to_stderr(quiet)
    file = home or default_home_path()
    if not file.exists() and (new or home is None):
        make_home(file)
        typer.echo(t("run.new", file=file), err=True)
    asyncio.run(run_router(file, Options(clock_url=clock)))


def demo(
    one_day: Annotated[bool, typer.Option("--one-day", help="End after the day.")] = False,
    speed: Annotated[
        float | None,
        typer.Option("--speed", min=0.1, help="Simulated seconds a second, at most.", show_default=False),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print the day's ledger as JSON, and nothing else.")
    ] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave files, logs and database behind.")] = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Of the local API; 0 takes a free one.")
    ] = 0,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="A home with a device of every integration, in real time; no day is played."
        ),
    ] = False,
) -> None:
    """Run a whole router with a simulated home and service provider, on real prices.

    Examples: `drrouter demo`, `drrouter demo --one-day --json`, `drrouter demo --speed 600`,
    `drrouter demo --full`
    """
    if full:
        from drrouter.sim.full.run import FullOptions, run_full

        if one_day or speed is not None:
            typer.echo(t("demo.full_alone"), err=True)
            raise typer.Exit(USAGE)
        raise typer.Exit(run_full(FullOptions(json=json, keep=keep, api_port=port)))
    from drrouter.sim.demo.run import DemoOptions, run_demo

    code = run_demo(DemoOptions(one_day=one_day, speed=speed, json=json, keep=keep, api_port=port))
    raise typer.Exit(code)


def vtn(
    file: Annotated[
        Path | None, typer.Argument(metavar="VTN.toml", help="Its options and clients.", show_default=False)
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", help="The address to listen on.", show_default=False)
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.", show_default=False),
    ] = None,
    mqtt: Annotated[
        str | None,
        typer.Option(
            "--mqtt", metavar="URI", help="A broker on which changes are told, too.", show_default=False
        ),
    ] = None,
    announce: Annotated[
        str | None,
        typer.Option(
            "--announce", metavar="NAME", help="Be found by mDNS under this name.", show_default=False
        ),
    ] = None,
    hash_secret: Annotated[
        bool,
        typer.Option("--hash-secret", help="Read a secret and print its hash for the file; nothing runs."),
    ] = False,
    clock: _ClockUrl = None,
    quiet: _Quiet = False,
) -> None:
    """Run an OpenADR 3.1 VTN, the server of a service provider; prints one line of JSON when it is ready.

    Examples: `drrouter vtn vtn.toml`, `drrouter vtn vtn.toml --port 8090`,
    `drrouter vtn vtn.toml --mqtt mqtt://127.0.0.1:1883`,
    `drrouter vtn vtn.toml --host 192.168.1.5 --announce lab-vtn`, `drrouter vtn --hash-secret`
    """
    if hash_secret:
        _hash_secret()
        return
    if file is None:
        typer.echo(t("vtn.no_file"), err=True)
        raise typer.Exit(USAGE)
    _log_to_stderr(quiet)
    said = {"host": host, "port": port, "mqtt": mqtt, "announce": announce}
    flags = {key: value for key, value in said.items() if value is not None}
    asyncio.run(_run_vtn(file, flags, clock))


def sim_home(
    home: Annotated[
        Path, typer.Argument(metavar="HOME.toml", help="The simulated home.", show_default=False)
    ],
    clock: _ClockUrl = None,
    control_port: Annotated[int, typer.Option("--control-port", help="Of the demo's hand.")] = 0,
    quiet: _Quiet = False,
) -> None:
    """Run a simulated home: fake plugs on loopback, and the physics behind them.

    Examples: `drrouter sim-home simulated-home.toml`
    """
    from drrouter.sim.home_process import serve_home

    _log_to_stderr(quiet)
    asyncio.run(serve_home(home, clock, control_port))


def _check_one(file: Path) -> "Good | Faulty":
    """Check one document; its faults and warnings go to standard error."""
    from drrouter.cli.answers import Faulty, Good
    from drrouter.cli.exits import words_of
    from drrouter.config import check_document
    from drrouter.errors import InputError

    try:
        found = check_document(file)
    except InputError as error:
        faults = words_of(error)
        sys.stderr.writelines(f"{line}\n" for line in faults)
        return Faulty(str(file), False, tuple(faults))
    sys.stderr.writelines(f"{file}: {warning}\n" for warning in found.warnings)
    return Good(str(file), True, found.kind, found.sentence, tuple(found.warnings))


def _hash_secret() -> None:
    """Ask for a secret without showing it, or read it from a pipe."""
    from drrouter.adapters.vtn import hash_secret

    secret = (
        typer.prompt(t("ask.secret"), hide_input=True, err=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().strip()
    )
    if not secret:
        typer.echo(t("vtn.empty_secret"), err=True)
        raise typer.Exit(USAGE)
    typer.echo(hash_secret(secret))


async def _run_vtn(file: Path, flags: Mapping[str, object], clock_url: str | None) -> None:
    from drrouter.adapters.clock import open_clock
    from drrouter.adapters.vtn import read_options, run_vtn

    options = read_options(file, flags)

    def ready(url: str) -> None:
        sys.stdout.write(jsonlib.dumps({"ready": True, "url": url}) + "\n")
        sys.stdout.flush()

    async with open_clock(clock_url, "vtn") as clock:
        await run_vtn(options, clock, ready)


def _log_to_stderr(quiet: bool) -> None:
    """One line a record; the first day of a log is read by people."""
    level = logging.WARNING if quiet else logging.INFO
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    )
