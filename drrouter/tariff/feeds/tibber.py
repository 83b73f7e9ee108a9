"""Tibber's price info: what the home pays per kWh with everything, today and, in the afternoon, tomorrow.

Points have no end: each holds until the next, the last as long as the one before it. Where there is no price
of tomorrow yet, the list is empty, and that is no fault.

Source: Tibber, developer documentation, GraphQL types ``PriceInfo`` and ``Price``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from drrouter.errors import MessageError
from drrouter.tariff.feeds.json_text import json_of, rows_of, value_of
from drrouter.tariff.feeds.prices import Asked, FeedPrices, Point, instant, number, same_currency, series

QUERY = (
    "{ viewer { homes { id currentSubscription { priceInfo(resolution: QUARTER_HOURLY) {"
    " current { currency } today { total startsAt currency } tomorrow { total startsAt currency } } } } } }"
)
"""What is asked; the answer is the document."""


def parse(data: bytes, where: str, asked: Asked) -> FeedPrices:
    """The prices of one home.

    Raises:
        MessageError: it is no such document, or the query failed.
    """
    document = json_of(data, where)
    if isinstance(document, dict) and document.get("errors"):
        raise MessageError(where, "", f"Tibber refuses the question ({_first_message(document['errors'])})")
    info = _price_info(rows_of(document, where, "data", "viewer", "homes"), asked, where)
    rows = [*rows_of(info, where, "today"), *rows_of(info, where, "tomorrow")]
    current = info.get("current")
    told = [current, *rows] if isinstance(current, dict) else rows
    currencies = {str(row["currency"]) for row in told if row.get("currency")}
    if len(currencies) != 1:
        raise MessageError(where, "currency", "should be one and the same for all prices")
    times = sorted(
        (instant(row.get("startsAt"), where, "startsAt"), number(row.get("total"), where, "total"))
        for row in rows
    )
    points = [Point(start, end, value) for (start, value), end in zip(times, _ends(times), strict=True)]
    return FeedPrices(series(points, where), same_currency(currencies.pop(), asked, where))


def _price_info(homes: Sequence[Mapping[str, Any]], asked: Asked, where: str) -> Mapping[str, Any]:
    """That of the home that is asked for, or of the first that has a subscription."""
    for home in homes:
        if asked.area in ("", home.get("id")) and home.get("currentSubscription"):
            info = value_of(home, where, "currentSubscription", "priceInfo")
            if isinstance(info, dict):
                return info
    raise MessageError(where, "homes", f"there is no home {asked.area!r} with a subscription")


def _ends(times: Sequence[tuple[datetime, float]]) -> list[datetime]:
    """Where each point ends; a step is an hour at most, so a gap stays one."""
    steps = [after[0] - before[0] for before, after in pairwise(times)]
    usual = min([step for step in steps if step] or [timedelta(hours=1)])
    usual = min(usual, timedelta(hours=1))
    return [start + usual for start, _ in times]


def _first_message(errors: object) -> str:
    first = errors[0] if isinstance(errors, list) and errors else {}
    said = str(first.get("message", "")) if isinstance(first, dict) else ""
    return " ".join(said.split())[:200] or "no reason given"
