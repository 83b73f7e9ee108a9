"""Tells whoever started a new router how to become its owner: by a link, a code, or a phone's camera."""

from collections.abc import Sequence
from typing import TextIO
from urllib.parse import urlsplit

from drrouter.adapters import qr
from drrouter.adapters.api import Entrance
from drrouter.adapters.door_views import page_of
from drrouter.adapters.this_machine import is_loopback


def tell_how_to_claim(
    entrance: Entrance, url: str, host: str, names: Sequence[str], terminal: TextIO
) -> None:
    """Write it, once at each start, until the router has an owner.

    Args:
        entrance: knows the code.
        url: where this machine reaches the local API.
        host: the address on which it listens.
        names: under which others reach it, as the home file says.
        terminal: a terminal or a log; a QR code is for terminals, and for a router that a phone can reach.
    """
    code = entrance.claim.code
    if code is None or entrance.people.are_claimed:
        return
    page = page_of(_as_seen_by_others(url, host, names), "claim", code)
    if terminal.isatty() and not is_loopback(host):
        terminal.write(qr.lines(page) + "\n")
    terminal.write(f"This router has no owner yet. Open {page}\nor open its panel and type the code {code}\n")
    terminal.flush()


def _as_seen_by_others(url: str, host: str, names: Sequence[str]) -> str:
    """The address by a name that others know, where the home file tells one."""
    if not names or is_loopback(host):
        return url
    parts = urlsplit(url)
    return parts._replace(netloc=f"{names[0]}:{parts.port}").geturl()
