"""MIDAS, the rate server of the California Energy Commission, editions 1 and 2: one rate (RIN) a document.

    DateStart 2026-07-01, TimeStart 16:00:00 .. DateEnd 2026-07-01, TimeEnd 20:59:59   both ends included

Interpretation: times are UTC, as edition 2 has them. Edition 1 wrote ``value`` and kg of CO2; edition 2
writes ``Value`` and g.

Source: California Energy Commission, MIDAS technical specification; upgrade notes of edition 2 (June 2026).
"""

from collections.abc import Mapping
from datetime import UTC, timedelta
from typing import Any

from drrouter.domain.rates import Rates
from drrouter.errors import MessageError
from drrouter.tariff.feeds.json_text import either, json_of, rows_of
from drrouter.tariff.feeds.prices import Asked, FeedPrices, Point, instant, number, same_currency, series

_PRICE = ("$/kwh", "export $/kwh")
_CO2 = {"g/kwh": 1.0, "kg/kwh": 1000.0}
_MOST_CO2 = 5000.0


def parse(data: bytes, where: str, asked: Asked) -> FeedPrices:
    """The prices in USD, or the CO2 content, of one rate.

    Raises:
        MessageError: it is no such document, or tells neither.
    """
    document = json_of(data, where)
    rows = rows_of(document, where, "ValueInformation")
    prices, co2, others = [], [], 0
    for row in rows:
        unit = " ".join(str(row.get("Unit")).lower().replace("co2", "").split())
        if unit in _PRICE:
            prices.append(_point(row, 1.0, where))
        elif unit in _CO2:
            co2.append(_point(row, _CO2[unit], where))
        else:
            others += 1
    if others == len(rows) and rows:
        raise MessageError(where, "Unit", "it tells neither prices per kWh nor CO2 per kWh")
    if any(not 0 <= point.value <= _MOST_CO2 for point in co2):
        raise MessageError(where, "Value", "it tells of CO2 that no energy contains")
    notes = (f"{others} values of other units are left out.",) if others else ()
    currency = same_currency("USD", asked, where) if prices else ""
    return FeedPrices(series(prices, where), currency, _plain(co2, where), notes=notes)


def _plain(points: list[Point], where: str) -> Rates:
    """CO2 in g is a larger number than any price, so it is checked as kg."""
    small = [Point(point.start, point.end, point.value / 1000) for point in points]
    return series(small, where).times(1000)


def _point(row: Mapping[str, Any], factor: float, where: str) -> Point:
    """One value with its span; an end of 59 seconds is the end of the minute."""
    start = instant(_joined(row, "Start"), where, "DateStart", UTC)
    end = instant(_joined(row, "End"), where, "DateEnd", UTC)
    if end.second == 59:
        end += timedelta(seconds=1)
    value = number(either(row, ("Value", "value")), where, "Value")
    return Point(start, end, value * factor)


def _joined(row: Mapping[str, Any], edge: str) -> str:
    """Date and time of an edge as one text; times may lack their seconds."""
    return f"{str(row.get(f'Date{edge}'))[:10]}T{str(row.get(f'Time{edge}'))[:8].removesuffix('Z')}"
