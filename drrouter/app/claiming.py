"""Tells whoever started a new router how to become its owner: by a link, a code, or a phone's camera."""

from collections.abc import Sequence
from ipaddress import ip_address
from typing import TextIO
from urllib.parse import urlsplit

from drrouter.adapters import qr
from drrouter.adapters.api import Entrance
from drrouter.adapters.door_views import page_of


def tell_how_to_claim(entrance: Entrance, url: str, names: Sequence[str], terminal: TextIO) -> None:
    """Write it, once at each start, until the router has an owner.

    Args:
        entrance: knows the code.
        url: where the local API listens.
        names: under which others reach it, as the home file says.
        terminal: a terminal or a log; a QR code is for terminals, and for a router that a phone can reach.
    """
    code = entrance.claim.code
    if code is None or entrance.people.are_claimed:
        return
    page = page_of(_as_seen_by_others(url, names), "claim", code)
    if terminal.isatty() and not _is_loopback(page):
        terminal.write(qr.lines(page) + "\n")
    terminal.write(f"This router has no owner yet. Open {page}\nor open its panel and type the code {code}\n")
    terminal.flush()


def _as_seen_by_others(url: str, names: Sequence[str]) -> str:
    """The address by a name that others know, where the home file tells one."""
    parts = urlsplit(url)
    if not names or _is_loopback(url):
        return url
    return parts._replace(netloc=f"{names[0]}:{parts.port}").geturl()


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
