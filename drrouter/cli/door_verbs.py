"""Verbs of the door: the claim's code, a link that signs a browser in, the people who may sign in."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from drrouter.cli import completion
from drrouter.cli.connection import Work
from drrouter.cli.exits import USAGE
from drrouter.cli.read_verbs import Json
from drrouter.cli.words import date_of, named, t

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient


class _Role(StrEnum):
    """What a person may be."""

    OWNER = "owner"
    RESIDENT = "resident"
    GUEST = "guest"


_Name = Annotated[
    str, typer.Argument(help="The person.", show_default=False, autocompletion=completion.people)
]
_RoleOption = Annotated[
    _Role, typer.Option("--role", help="What the person may do: everything, live here, or look.")
]


async def claim(
    client: "DrClient",
    renew: Annotated[
        bool, typer.Option("--renew", help="Make another code; the old one is worthless.")
    ] = False,
    json: Json = False,
) -> None:
    """Show the code by which a new router gets its first owner, as a link and for a phone's camera.

    Examples: `drrouter claim`, `drrouter claim --renew`
    """
    from drrouter.adapters.door_views import ClaimView
    from drrouter.cli import screen

    view = await client.claim_code(renew)
    if json:
        screen.print_json(ClaimView, view)
        return
    _show_link(view.url)
    screen.say(t("claim.code", code=view.code))


async def link(
    client: "DrClient",
    role: Annotated[
        _Role | None,
        typer.Option("--role", help="Let somebody in who may do less than you.", show_default=False),
    ] = None,
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=60, help="How long it is good.")] = 10,
    json: Json = False,
) -> None:
    """Make a link, and a code for a phone's camera, that opens the panel signed in, once.

    Examples: `drrouter link`, `drrouter link --role guest --minutes 60`
    """
    from drrouter.adapters.door_views import LinkView
    from drrouter.cli import screen

    view = await client.make_link(role.value if role else None, minutes)
    if json:
        screen.print_json(LinkView, view)
        return
    _show_link(view.url)
    screen.say(t("link.good", count=view.minutes))


async def people_list(client: "DrClient", json: Json = False) -> None:
    """Show who may sign in by a password.

    Examples: `drrouter people list`, `drrouter people list --json`
    """
    from drrouter.adapters.door_views import PersonView
    from drrouter.cli import screen
    from drrouter.domain.words import clean

    views = await client.people()
    if json:
        screen.print_json(tuple[PersonView, ...], views)
        return
    rows = [(clean(one.name), named("role", one.role), date_of(one.created_at)) for one in views]
    heads = (t("people.name"), t("people.role"), t("people.since"))
    screen.console().print(screen.table(heads, rows))


async def people_add(client: "DrClient", name: _Name, role: _RoleOption = _Role.RESIDENT) -> None:
    """Let somebody sign in; asks for the password, or reads it from a pipe.

    Examples: `drrouter people add Anna --role owner`, `drrouter people add Ben --role guest`
    """
    from drrouter.cli import screen
    from drrouter.domain.words import clean

    person = await client.add_person(name, role.value, _new_password())
    screen.say(t("people.added", name=clean(person.name), role=named("role", person.role)))


async def people_remove(client: "DrClient", name: _Name) -> None:
    """Let somebody sign in no more; the person is signed out everywhere at once.

    Examples: `drrouter people remove Ben`
    """
    from drrouter.cli import screen
    from drrouter.domain.words import clean

    await client.remove_person(name)
    screen.say(t("people.removed", name=clean(name)))


async def people_password(client: "DrClient", name: _Name) -> None:
    """Give somebody another password, such as one who forgot it; asks for it, or reads it from a pipe.

    Examples: `drrouter people password Anna`
    """
    from drrouter.cli import screen
    from drrouter.domain.words import clean

    await client.set_password(name, _new_password())
    screen.say(t("people.password", name=clean(name)))


def _new_password() -> str:
    """A password typed twice without showing it, or the first line of a pipe."""
    if sys.stdin.isatty():
        again = t("ask.password_again")
        return str(typer.prompt(t("ask.password"), hide_input=True, confirmation_prompt=again, err=True))
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        typer.echo(t("people.no_password"), err=True)
        raise typer.Exit(USAGE)
    return password


def _show_link(url: str) -> None:
    """The address, and where somebody watches its QR code."""
    from drrouter.adapters import qr

    if sys.stdout.isatty():
        sys.stdout.write(qr.lines(url) + "\n")
    sys.stdout.write(url + "\n")


PEOPLE: dict[str, Work] = {
    "list": people_list,
    "add": people_add,
    "remove": people_remove,
    "password": people_password,
}
"""The verbs of ``drrouter people``."""
