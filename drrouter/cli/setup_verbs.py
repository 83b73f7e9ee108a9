"""Verbs that set a home up: certificates, so that phones and other machines at home may reach the router."""

from pathlib import Path
from typing import Annotated

import typer

_FOLDER = "tls"


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
    screen.say(
        f"The certificate is good until {ends_at(files.certificate):%Y-%m-%d}, for {', '.join(names)}.\n"
        f"Let phones and browsers trust {files.authority}; keep {files.authority_key.name} to yourself."
    )


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
