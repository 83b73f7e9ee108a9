"""The table of feed formats: which parser reads which, and how its answers are asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drrouter.errors import MessageError
from drrouter.tariff.feeds import awattar, energyzero, entsoe_a44, midas, nord_pool, octopus, tibber
from drrouter.tariff.feeds.prices import Asked, FeedPrices

Parser = Callable[[bytes, str, Asked], FeedPrices]


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """How one feed is read.

    Attributes:
        parse: its parser.
        question: what is sent with POST; empty: the address is read with GET.
        token_query: the key of the address's query that a token goes into; empty: a bearer header.
    """

    parse: Parser
    question: str = ""
    token_query: str = ""


FORMATS: Mapping[str, FeedFormat] = {
    "awattar": FeedFormat(awattar.parse),
    "energyzero": FeedFormat(energyzero.parse),
    "entsoe_a44": FeedFormat(entsoe_a44.parse, token_query="securityToken"),  # noqa: S106 -- the name of a key
    "midas": FeedFormat(midas.parse),
    "nord_pool": FeedFormat(nord_pool.parse),
    "octopus": FeedFormat(octopus.parse),
    "tibber": FeedFormat(tibber.parse, question=tibber.QUERY),
}


def read_feed(format_name: str, data: bytes, where: str, asked: Asked) -> FeedPrices:
    """The prices of a document.

    Args:
        format_name: a key of ``FORMATS``.
        data: the whole document.
        where: its file or address, for the sentence.
        asked: which part of it is wanted.

    Raises:
        MessageError: the document is not what it should be; nothing of it is used.
    """
    if format_name not in FORMATS:
        raise MessageError(
            where, "format", f"{format_name!r} is no feed", f"Write one of: {', '.join(FORMATS)}"
        )
    return FORMATS[format_name].parse(data, where, asked)
