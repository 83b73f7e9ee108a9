"""Completes what only the router knows: names of devices, providers, events, people, leaves.

A shell waits while this runs: where no router answers within a second, nothing is offered, and nothing said.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

import typer

from drrouter.errors import DrrouterError

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient

PATIENCE_S = 1.0

_Read = Callable[["DrClient"], Awaitable[Iterable[str]]]


def devices(context: typer.Context, incomplete: str) -> list[str]:
    """Ids of devices."""

    async def read(client: "DrClient") -> Iterable[str]:
        return [view.profile.id for view in await client.devices()]

    return _offered(context, incomplete, read)


def programmes(context: typer.Context, incomplete: str) -> list[str]:
    """Ids of the programmes of the device that stands on the line, where the line can be read so far."""
    device = context.params.get("device")

    async def read(client: "DrClient") -> Iterable[str]:
        views = [view for view in await client.devices() if device in (None, view.profile.id)]
        return [one.id for view in views for one in getattr(view.profile.flexibility, "programmes", ())]

    return _offered(context, incomplete, read)


def providers(context: typer.Context, incomplete: str) -> list[str]:
    """Ids of service providers."""

    async def read(client: "DrClient") -> Iterable[str]:
        return [view.id for view in await client.providers()]

    return _offered(context, incomplete, read)


def events(context: typer.Context, incomplete: str) -> list[str]:
    """Ids of events."""

    async def read(client: "DrClient") -> Iterable[str]:
        return [view.event.id for view in await client.events()]

    return _offered(context, incomplete, read)


def opt_outs(context: typer.Context, incomplete: str) -> list[str]:
    """Ids of standing opt-outs."""

    async def read(client: "DrClient") -> Iterable[str]:
        return [one.id for one in (await client.status()).opt_outs]

    return _offered(context, incomplete, read)


def people(context: typer.Context, incomplete: str) -> list[str]:
    """Names of those who may sign in."""

    async def read(client: "DrClient") -> Iterable[str]:
        return [one.name for one in await client.people()]

    return _offered(context, incomplete, read)


def leaves(context: typer.Context, incomplete: str) -> list[str]:
    """Paths of opaque data."""

    async def read(client: "DrClient") -> Iterable[str]:
        return [leaf.path for leaf in (await client.data.list("")).leaves]

    return _offered(context, incomplete, read)


def parts(context: typer.Context, incomplete: str) -> list[str]:
    """What can be taken out of the home: devices and providers."""

    async def read(client: "DrClient") -> Iterable[str]:
        view = await client.setup.view()
        return [*(one.id for one in view.devices), *(one.id for one in view.providers)]

    return _offered(context, incomplete, read)


def tariffs(incomplete: str) -> list[str]:
    """Ids of the tariffs that ship."""
    from drrouter.config import shipped_tariffs

    return sorted(name for name in shipped_tariffs() if name.startswith(incomplete))


def languages(incomplete: str) -> list[str]:
    """Those that are spoken here."""
    from drrouter.cli.words import LANGUAGES

    return [name for name in LANGUAGES if name.startswith(incomplete)]


def _offered(context: typer.Context, incomplete: str, read: _Read) -> list[str]:
    """What the router knows and what begins as typed."""
    try:
        found = asyncio.run(_asked(context, read))
    except DrrouterError:
        return []
    return sorted({name for name in found if name.startswith(incomplete) and name.isprintable()})


async def _asked(context: typer.Context, read: _Read) -> Iterable[str]:
    from drrouter.adapters.client import DrClient
    from drrouter.cli.connection import find

    given = context.params
    access = find(given.get("url"), given.get("token"), given.get("token_file"), ca_file=given.get("ca_file"))
    async with DrClient(access.url, access.token, total_s=PATIENCE_S, ca_file=access.ca_file) as client:
        return await read(client)
