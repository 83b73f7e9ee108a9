"""EnergyZero's prices of the Netherlands, in the old form (``Prices``) and in that with quarters (``base``).

Whether the old form contains VAT is asked for in the address (``inclBtw``) and not said in the answer: the
tariff document must fit it. Of the new form the net series counts.

Source: EnergyZero, ``/v1/energyprices`` and ``/public/v1/prices``.
"""

from datetime import timedelta

from drrouter.tariff.feeds.json_text import json_of, rows_of
from drrouter.tariff.feeds.prices import Asked, FeedPrices, Point, instant, number, same_currency, series


def parse(data: bytes, where: str, asked: Asked) -> FeedPrices:
    """The prices, in EUR.

    Raises:
        MessageError: it is no such document.
    """
    document = json_of(data, where)
    if isinstance(document, dict) and "base" in document:
        points = [
            Point(
                instant(row.get("start"), where, "start"),
                instant(row.get("end"), where, "end"),
                number((row.get("price") or {}).get("value"), where, "price.value"),
            )
            for row in rows_of(document, where, "base")
            if isinstance(row.get("price") or {}, dict)
        ]
    else:
        rows = rows_of(document, where, "Prices")
        starts = [instant(row.get("readingDate"), where, "readingDate") for row in rows]
        steps = [after - before for before, after in zip(sorted(starts), sorted(starts)[1:], strict=False)]
        step = min([timedelta(hours=1), *(step for step in steps if step)])
        points = [
            Point(start, start + step, number(row.get("price"), where, "price"))
            for start, row in zip(starts, rows, strict=True)
        ]
    return FeedPrices(series(points, where), same_currency("EUR", asked, where))
