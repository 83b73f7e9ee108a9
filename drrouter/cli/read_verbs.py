"""Verbs that show what the router is, plans, knows and remembers."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from drrouter.cli import completion
from drrouter.cli.exits import DEGRADED

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient

Json = Annotated[bool, typer.Option("--json", help="Print JSON, with all instants in UTC.")]
Device = Annotated[
    str,
    typer.Argument(
        help="The device's id in the home file.", show_default=False, autocompletion=completion.devices
    ),
]


async def status(client: "DrClient", json: Json = False) -> int | None:
    """Show the router at a glance; ends with 4 where something is missing.

    Examples: `drrouter status`, `drrouter status --json`
    """
    from drrouter.cli import show
    from drrouter.router.viewed import StatusView

    view = await client.status()
    _print(json, StatusView, view, show.status, show.local_time(view))
    return DEGRADED if view.degraded else None


async def plan(client: "DrClient", json: Json = False) -> None:
    """Show the plan: when each device runs, and why.

    Examples: `drrouter plan`, `drrouter plan --json`
    """
    from drrouter.cli import plan_chart, show
    from drrouter.domain.plan import Plan
    from drrouter.domain.rates import Rates

    found = await client.plan()
    names = {} if json else {view.profile.id: view.profile.name for view in await client.devices()}
    prices = Rates() if json else (await client.timeline()).import_price
    local = show.local_time(await client.status())
    _print(json, Plan | None, found, lambda made, times: plan_chart.show(made, names, times, prices), local)


async def why(client: "DrClient", device: Device, json: Json = False) -> None:
    """Tell why a device runs when it runs: cost now, cost as planned, what binds, what would change it.

    Examples: `drrouter why washer`, `drrouter why freezer --json`
    """
    from drrouter.cli import show
    from drrouter.domain.ids import DeviceId
    from drrouter.router.viewed import WhyView

    view, site = await client.why(DeviceId(device)), await client.status()
    _print(json, WhyView, view, show.why, show.local_time(site))


async def devices(client: "DrClient", json: Json = False) -> None:
    """List the devices of the home: what each does, may do and will do.

    Examples: `drrouter devices`, `drrouter devices --json`
    """
    from drrouter.cli import show
    from drrouter.router.viewed import DeviceView

    views, local = await client.devices(), show.local_time(await client.status())
    _print(json, tuple[DeviceView, ...], views, show.devices, local)


async def events(client: "DrClient", json: Json = False) -> None:
    """List the events of the service providers, and whether their receipts were delivered.

    Examples: `drrouter events`, `drrouter events --json`
    """
    from drrouter.cli import show
    from drrouter.router.viewed import EventView

    views, local = await client.events(), show.local_time(await client.status())
    _print(json, tuple[EventView, ...], views, show.events, local)


async def providers(client: "DrClient", json: Json = False) -> None:
    """Show all service providers side by side: what each may send, what holds, and who won a conflict.

    Examples: `drrouter providers`, `drrouter providers --json`
    """
    from drrouter.cli import provider_show, show
    from drrouter.router.provider_views import ProviderView

    views, local = await client.providers(), show.local_time(await client.status())
    _print(json, tuple[ProviderView, ...], views, provider_show.providers, local)


async def journal(
    client: "DrClient",
    device: Annotated[
        str | None,
        typer.Argument(help="Of this device only.", show_default=False, autocompletion=completion.devices),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=1000, help="How many entries.")] = 20,
    json: Json = False,
) -> None:
    """Show the newest decisions, each with its reason, the newest last.

    Examples: `drrouter journal`, `drrouter journal washer --most 100`
    """
    from drrouter.cli import show
    from drrouter.domain.ids import DeviceId
    from drrouter.domain.journal import JournalEntry

    entries = await client.journal(most, DeviceId(device) if device else None)
    local = show.local_time(await client.status())
    _print(json, tuple[JournalEntry, ...], entries, show.journal, local)


async def discover(client: "DrClient", json: Json = False) -> None:
    """List the devices seen on the home network, and what each is taken for.

    Examples: `drrouter discover`, `drrouter discover --json`
    """
    from drrouter.cli import show
    from drrouter.router.viewed import FoundView

    views, local = await client.discovered(), show.local_time(await client.status())
    _print(json, tuple[FoundView, ...], views, show.discovered, local)


def _print(as_json: bool, kind: Any, value: Any, show: Any, local: Any) -> None:
    """The value as JSON, or as ``show`` draws it."""
    from drrouter.cli import screen

    if as_json:
        screen.print_json(kind, value)
    else:
        show(value, local)
