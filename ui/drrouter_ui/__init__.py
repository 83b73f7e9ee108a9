"""Terminal screens of the router: a client of the local API, which knows no other room of the program.

    async with DrClient(url, token) as client:
        await open_screens(client)       # until the person quits
        await print_today(client)        # once, as text

Textual is loaded when a screen opens, not when this package is imported.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient

__all__ = ["open_screens", "print_today"]


async def open_screens(client: "DrClient", *, plain: bool = False) -> None:
    """Show the screens until the person quits.

    Args:
        plain: without colours, and with the characters of ASCII only.

    Raises:
        DrrouterError: no router answers at the start; later on, the screens say so themselves.
    """
    from drrouter_ui.app import RouterApp
    from drrouter_ui.seen import look

    await RouterApp(client, await look(client), plain=plain).run_async()


async def print_today(client: "DrClient", *, plain: bool = False) -> None:
    """Print the screen *Today* as text.

    Args:
        plain: without colours, and with the characters of ASCII only.

    Raises:
        DrrouterError: no router answers, or it refuses.
    """
    from drrouter_ui.once import page
    from drrouter_ui.seen import look

    page(await look(client), plain=plain)
