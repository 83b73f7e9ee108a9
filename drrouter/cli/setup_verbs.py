"""Verbs that set a home up: place, tariff, providers, devices; certificates, so that phones may reach it."""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from drrouter.cli import completion
from drrouter.cli.connection import CaFile, Token, TokenFile, Url, find, speak_as_set
from drrouter.cli.words import date_of, t

if TYPE_CHECKING:
    from drrouter.cli.setup_steps import Step

Where: TypeAlias = tuple[str | None, str | None, Path | None, Path | None]
_FOLDER = "tls"
_Home = Annotated[
    Path | None,
    typer.Option(
        "--home", metavar="HOME.toml", help="Change this file, and ask no running router.", show_default=False
    ),
]
_Later = Annotated[bool, typer.Option("--later", help="Do not apply it to the running home yet.")]
_Name = Annotated[str | None, typer.Option("--name", help="What you call the home.")]
_Zone = Annotated[str | None, typer.Option("--zone", help="Its time zone, such as Europe/Berlin.")]
_Currency = Annotated[str | None, typer.Option("--currency", help="Its currency, such as EUR.")]
_Place = Annotated[
    str | None, typer.Option("--place", metavar="LAT,LON", help="Where it is, in degrees north and east.")
]
_Fuse = Annotated[float | None, typer.Option("--fuse", help="What its main fuse bears, in W.")]
_Tariff = Annotated[
    str | None,
    typer.Option("--tariff", help="A tariff of `drrouter tariff list`, or a price per kWh such as 0.30."),
]
_Device = Annotated[
    str | None,
    typer.Option("--device", help="A found device to add, by its name or address; or one of yours."),
]
_Model = Annotated[str | None, typer.Option("--model", help="Its object model, such as generic/freezer.")]
_Called = Annotated[str | None, typer.Option("--called", help="What you call the device.")]
_Json = Annotated[bool, typer.Option("--json", help="Print what is set as JSON.")]
_ProviderId = Annotated[str, typer.Argument(metavar="ID", help="Its name here.", show_default=False)]
_Kind = Annotated[str, typer.Option("--kind", help="What it speaks: openadr3, openadr2b or feed.")]
_At = Annotated[str | None, typer.Option("--at", metavar="URL", help="Its address.")]
_Role = Annotated[str | None, typer.Option("--role", help="Its trade: energy, network or aggregator.")]
_Format = Annotated[str | None, typer.Option("--format", help="Of a feed, such as awattar.")]
_ClientId = Annotated[str | None, typer.Option("--client-id", help="Who you are to it.")]
_SecretFile = Annotated[
    Path | None,
    typer.Option("--secret-file", help="A file with the secret on its first line; - is standard input."),
]
_Gone = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="A device or a provider.",
        show_default=False,
        autocompletion=completion.parts,
    ),
]


def setup(
    context: typer.Context,
    home: _Home = None,
    name: _Name = None,
    zone: _Zone = None,
    currency: _Currency = None,
    place: _Place = None,
    fuse: _Fuse = None,
    tariff: _Tariff = None,
    device: _Device = None,
    model: _Model = None,
    called: _Called = None,
    later: _Later = False,
    json: _Json = False,
    url: Url = None,
    token: Token = None,
    token_file: TokenFile = None,
    ca_file: CaFile = None,
) -> None:
    """Set the home up: place, tariff, providers, devices. Without options it asks, step by step.

    What is changed goes into the home file, whose comments stay; the running router begins anew with it.
    New devices are only watched: `drrouter hand-over` lets the router steer them.

    Examples: `drrouter setup`, `drrouter setup --zone Europe/Berlin --tariff generic.nl_dynamic`,
    `drrouter setup --tariff 0.30 --fuse 8050`, `drrouter setup --device plug-1 --model generic/freezer`,
    `drrouter setup --home home.toml --name "Our house"`, `drrouter setup --json`
    """
    from drrouter.cli.setup_steps import Wanted, site_keys, tariff_keys, wizard

    if context.invoked_subcommand:
        return
    site = site_keys(name, zone, currency, place, fuse)
    wanted = Wanted(site, tariff_keys(tariff), device, model, called, json=json, asks=sys.stdin.isatty())
    _do(wizard(wanted), home, later or json, (url, token, token_file, ca_file))


def provider(
    id_: _ProviderId,
    at: _At = None,
    kind: _Kind = "openadr3",
    role: _Role = None,
    format_: _Format = None,
    client_id: _ClientId = None,
    secret_file: _SecretFile = None,
    home: _Home = None,
    later: _Later = False,
    url: Url = None,
    token: Token = None,
    token_file: TokenFile = None,
    ca_file: CaFile = None,
) -> None:
    """Add a service provider, or change it; its secret goes into a private file beside the home file.

    Examples: `drrouter setup provider grid --at https://vtn.example/3.1.0 --client-id us --secret-file -`,
    `drrouter setup provider spot --kind feed --format awattar --at https://api.awattar.de/v1/marketdata`
    """
    from drrouter.cli.setup_steps import read_secret, with_provider

    given = {"url": at, "role": role, "format": format_, "client_id": client_id}
    keys = {"id": id_, "kind": kind, **{key: value for key, value in given.items() if value is not None}}
    _do(with_provider(keys, read_secret(secret_file)), home, later, (url, token, token_file, ca_file))


def remove(
    id_: _Gone,
    home: _Home = None,
    later: _Later = False,
    url: Url = None,
    token: Token = None,
    token_file: TokenFile = None,
    ca_file: CaFile = None,
) -> None:
    """Take a device or a provider out of the home; a provider's secret goes, too.

    Examples: `drrouter setup remove freezer`, `drrouter setup remove grid --later`
    """
    from drrouter.cli.setup_steps import without

    _do(without(id_), home, later, (url, token, token_file, ca_file))


def _do(step: "Step", home: Path | None, later: bool, where: "Where") -> None:
    """Do it in a file, or at the running router, which begins anew afterwards unless it is for later."""
    asyncio.run(_in_file(step, home) if home else _at_router(step, later, where))


async def _in_file(step: "Step", home: Path) -> None:
    from drrouter.adapters.executor import InlineExecutor
    from drrouter.config.setup import HomeDesk

    await step(HomeDesk(home, InlineExecutor()), ())


async def _at_router(step: "Step", later: bool, where: "Where") -> None:
    from drrouter.cli import screen
    from drrouter.cli.patient import PatientClient

    url, token, token_file, ca_file = where
    access = find(url, token, token_file, ca_file=ca_file)
    async with PatientClient(access.url, access.token, ca_file=access.ca_file) as client:
        await speak_as_set(client)
        await step(client.setup, await client.setup.found())
        view = await client.setup.view()
        if view.is_pending and view.can_apply and not later:
            await client.setup.apply()
            screen.say(t("setup.applied"))
        elif view.is_pending:
            screen.say(t("setup.later"))


def tls(
    home: Annotated[Path, typer.Argument(metavar="HOME.toml", help="The home file.", show_default=False)],
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name",
            help="A host name or address by which the router is reached; may be given several times.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Make a certificate for the router, and the home's own authority for it, beside the home file.

    Prints what to write into the home file. The authority vouches for addresses and names of a home alone.
    Run it again to renew the certificate, which is good for two years; the authority stays the same.

    Examples: `drrouter setup tls home.toml`, `drrouter setup tls home.toml --name pi.home --name 10.0.0.5`
    """
    from drrouter.adapters.clock.system import SystemClock
    from drrouter.adapters.own_authority import ends_at, issue
    from drrouter.adapters.this_machine import address_at_home, names_of
    from drrouter.cli import screen

    address = address_at_home()
    names = tuple(name or (*names_of(), *((address,) if address else ())))
    files = issue(home.parent / _FOLDER, names, SystemClock().now())
    typer.echo(_table(names, address))
    until = date_of(ends_at(files.certificate))
    screen.say(t("tls.good", until=until, names=", ".join(names)))
    screen.say(t("tls.trust", authority=files.authority, key=files.authority_key.name))


def _table(names: tuple[str, ...], address: str | None) -> str:
    """What belongs into the home file."""
    interface = address or "0.0.0.0"  # noqa: S104 - written for the owner, who states the exposure
    listed = ", ".join(f'"{name}"' for name in names if name != address)
    lines = (
        "[api]",
        f'host = "{interface}"',
        f'cert_file = "{_FOLDER}/router.pem"',
        f'key_file = "{_FOLDER}/router-key.pem"',
        f"names = [{listed}]",
        "",
        "[[exposure]]",
        'what = "api"',
        f'interface = "{interface}"',
        'reason = "people use the panel at home"',
    )
    return "\n".join(lines)
