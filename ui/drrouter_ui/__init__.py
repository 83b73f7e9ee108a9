"""Terminal screens of the router: a client of the local API, which knows no other room of the program.

    async with DrClient(url, token) as client:
        await open_screens(client)       # until the person quits
        await print_today(client)        # once, as text

Textual is loaded when a screen opens, not when this package is imported. How values, and the router's
sentences, are said in a language is there for the command line, too.
"""

from typing import TYPE_CHECKING

from drrouter_ui.words import (
    LANGUAGES,
    SiteTime,
    date_of,
    language,
    level,
    money,
    month,
    number,
    power,
    preferred,
    say,
    sendable,
    speak,
    text_of,
    weekday,
)

if TYPE_CHECKING:
    from drrouter.adapters.client import DrClient, Tip

__all__ = [
    "LANGUAGES",
    "SiteTime",
    "advice_text",
    "date_of",
    "language",
    "level",
    "money",
    "month",
    "number",
    "open_screens",
    "power",
    "preferred",
    "print_today",
    "say",
    "sendable",
    "speak",
    "text_of",
    "weekday",
]


def advice_text(tip: "Tip", currency: str, local: SiteTime) -> str:
    """A suggestion of the router as a sentence in the language that is spoken."""
    from drrouter_ui.draw.tips import tip_text

    return tip_text(tip, currency, local)


async def open_screens(client: "DrClient", *, plain: bool = False, language: str | None = None) -> None:
    """Show the screens until the person quits.

    Args:
        plain: without colours, and with the characters of ASCII only.
        language: such as ``de``; None for that of the environment, else of the person's settings.

    Raises:
        DrrouterError: no router answers at the start; later on, the screens say so themselves.
    """
    from drrouter_ui.app import RouterApp
    from drrouter_ui.chosen_language import choose_language
    from drrouter_ui.seen import look

    seen = await look(client)
    await choose_language(client, language)
    await RouterApp(client, seen, plain=plain).run_async()


async def print_today(client: "DrClient", *, plain: bool = False, language: str | None = None) -> None:
    """Print the screen *Today* as text.

    Args:
        plain: without colours, and with the characters of ASCII only.
        language: as for ``open_screens``.

    Raises:
        DrrouterError: no router answers, or it refuses.
    """
    from drrouter_ui.chosen_language import choose_language
    from drrouter_ui.once import page
    from drrouter_ui.seen import look

    seen = await look(client)
    await choose_language(client, language)
    page(seen, plain=plain)
