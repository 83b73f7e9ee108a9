"""Nord Pool's data portal: day-ahead prices of several areas at once, per MWh, in the currency asked for.

Source: Nord Pool, data portal, ``DayAheadPrices``.
"""

from drrouter.errors import MessageError
from drrouter.tariff.feeds.json_text import json_of, rows_of, value_of
from drrouter.tariff.feeds.prices import Asked, FeedPrices, Point, instant, number, same_currency, series

_PER_MWH = 1000.0


def parse(data: bytes, where: str, asked: Asked) -> FeedPrices:
    """The prices of one area.

    Raises:
        MessageError: it is no such document, or has no such area.
    """
    document = json_of(data, where)
    currency = value_of(document, where, "currency")
    rows = rows_of(document, where, "multiAreaEntries")
    points = []
    for row in rows:
        prices = value_of(row, where, "entryPerArea")
        area = asked.area or (next(iter(prices)) if isinstance(prices, dict) and len(prices) == 1 else "")
        if not isinstance(prices, dict) or area not in prices:
            known = ", ".join(sorted(map(str, prices))[:10]) if isinstance(prices, dict) else "none"
            raise MessageError(
                where, "entryPerArea", f"there is no area {area!r}", f"Name one of: {known[:200]}"
            )
        start, end = (instant(row.get(key), where, key) for key in ("deliveryStart", "deliveryEnd"))
        points.append(Point(start, end, number(prices[area], where, f"entryPerArea.{area}") / _PER_MWH))
    return FeedPrices(
        series(points, where), same_currency(str(currency), asked, where), notes=_notes(document)
    )


def _notes(document: object) -> tuple[str, ...]:
    """Whether prices may still change."""
    states = document.get("areaStates") if isinstance(document, dict) else None
    found = [one.get("state") for one in states if isinstance(one, dict)] if isinstance(states, list) else []
    return ("The prices are preliminary.",) if "Preliminary" in found else ()
