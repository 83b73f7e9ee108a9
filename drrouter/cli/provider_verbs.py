"""Verbs about service providers: part with one."""

from typing import TYPE_CHECKING, Annotated

import typer

from drrouter.cli import completion
from drrouter.cli.exits import DEGRADED

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient


async def leave(
    client: "DrClient",
    provider: Annotated[
        str,
        typer.Argument(
            help="Its id in the home file.", show_default=False, autocompletion=completion.providers
        ),
    ],
) -> int | None:
    """Part with a service provider for good, and lose nothing of your own.

    What waits for it is delivered, it is asked to forget the home, and all that is kept of it is erased.
    Devices, history, wishes and promises stay. Then take it out of the home file, add the new one, and start
    again.

    Examples: `drrouter provider leave energy`
    """
    from drrouter.cli import screen, show
    from drrouter.domain.ids import ProviderId

    local = show.local_time(await client.status())
    parting = await client.leave_provider(ProviderId(provider))
    screen.say(local.tell(parting.sentence, 400))
    return None if parting.forgotten and not parting.let_go else DEGRADED
