"""aWATTar's market prices of Germany and Austria: net of fees, levies and VAT, with times in milliseconds.

Source: aWATTar, "Data feed" (api.awattar.de/v1/marketdata, api.awattar.at).
"""

from datetime import UTC, datetime

from drrouter.errors import MessageError
from drrouter.tariff.feeds.json_text import json_of, rows_of
from drrouter.tariff.feeds.prices import Asked, FeedPrices, Point, number, per_kwh, same_currency, series

_LATEST_MS = 4_102_444_800_000
"""The end of this century."""


def parse(data: bytes, where: str, asked: Asked) -> FeedPrices:
    """The prices, in EUR.

    Raises:
        MessageError: it is no such document.
    """
    rows = rows_of(json_of(data, where), where, "data")
    points = []
    for row in rows:
        value = number(row.get("marketprice"), where, "marketprice") / per_kwh(row.get("unit"), where, "unit")
        if not str(row.get("unit")).lower().startswith("eur"):
            raise MessageError(where, "unit", f"{str(row.get('unit'))[:40]!r} is not in euro")
        start, end = (_moment(row.get(key), where, key) for key in ("start_timestamp", "end_timestamp"))
        points.append(Point(start, end, value))
    return FeedPrices(series(points, where), same_currency("EUR", asked, where))


def _moment(value: object, where: str, key: str) -> datetime:
    """Milliseconds since 1970; seconds would lie in 1970 and are refused."""
    milliseconds = number(value, where, key)
    if not 946_684_800_000 <= milliseconds < _LATEST_MS:
        raise MessageError(where, key, f"{str(value)[:40]!r} is no time in milliseconds of our time")
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
