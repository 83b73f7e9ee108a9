"""ENTSO-E Transparency day-ahead prices (document A44), an XML publication document.

    Period 2026-03-28T23:00Z .. 2026-03-29T22:00Z, PT15M: 92 positions on a day of 23 hours
    position   1     2     5        (A03: a price that repeats is left out)
    price    |--50-|--40-----------|--45-- ... to the end of the period

Interpretation: where a zone has several auctions (SDAC and EXAA in Germany and Austria) the lowest sequence
counts, which is the coupled one; where a sequence has series of two resolutions, the finer one.

Source: ENTSO-E, Transparency Platform web API, A44; IEC 62325-451-3 (curve types A01, A03).
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from drrouter.domain.rates import Rates
from drrouter.errors import MessageError
from drrouter.tariff.feeds.prices import (
    MOST_POINTS,
    Asked,
    FeedPrices,
    Point,
    instant,
    number,
    per_kwh,
    same_currency,
    series,
)
from drrouter.tariff.feeds.xml_text import Node, xml_of

_RESOLUTION = re.compile(r"PT(?:(?P<hours>\d{1,2})H)?(?:(?P<minutes>\d{1,4})M)?")
_REPEATED_LEFT_OUT = "A03"
_WITHOUT = 1 << 30


def parse(data: bytes, where: str, asked: Asked) -> FeedPrices:
    """The prices of one bidding zone.

    Raises:
        MessageError: it is no such document, or holds no prices of that zone.
    """
    root = xml_of(data, where)
    if root.name == "Acknowledgement_MarketDocument":
        said = " ".join(root.said("Reason", "text").split())[:200]
        raise MessageError(where, "", f"the platform has no prices ({said or 'no reason given'})")
    if root.name != "Publication_MarketDocument":
        raise MessageError(where, "", f"{root.name[:60]!r} is no publication of prices")
    wanted = [one for one in root.all("TimeSeries") if not asked.area or _area(one) == asked.area]
    if not wanted:
        raise MessageError(where, "", f"it holds no prices of the area {asked.area!r}")
    if len({_area(one) for one in wanted}) > 1:
        raise MessageError(where, "", "it holds several areas", "Name one as area")
    sequence = min(_sequence(one) for one in wanted)
    chosen = [one for one in wanted if _sequence(one) == sequence]
    left_out = len(wanted) - len(chosen)
    notes = (f"{left_out} series of another auction are left out.",) if left_out else ()
    return FeedPrices(_rates(chosen, where), _currency(chosen, asked, where), notes=notes)


def _area(node: Node) -> str:
    return node.said("in_Domain.mRID")


def _sequence(node: Node) -> int:
    """The auction's number; a series without one stands behind those with one."""
    text = node.said("classificationSequence_AttributeInstanceComponent.position")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else _WITHOUT


def _currency(chosen: Sequence[Node], asked: Asked, where: str) -> str:
    currencies = {node.said("currency_Unit.name") for node in chosen}
    if len(currencies) > 1:
        raise MessageError(where, "currency_Unit.name", "prices are in several currencies")
    return same_currency(currencies.pop(), asked, where)


def _rates(chosen: Sequence[Node], where: str) -> Rates:
    """All periods, those of finer resolution above."""
    periods: dict[timedelta, list[Point]] = {}
    for node in chosen:
        unit = per_kwh(node.said("price_Measure_Unit.name"), where, "price_Measure_Unit.name")
        fills = node.said("curveType") == _REPEATED_LEFT_OUT
        for period in node.all("Period"):
            resolution = _duration(period.said("resolution"), where)
            periods.setdefault(resolution, []).extend(_points(period, resolution, unit, fills, where))
    if not any(periods.values()):
        raise MessageError(where, "Period", "it holds no price")
    rates = Rates()
    for resolution in sorted(periods, reverse=True):
        rates = rates.overlay(series(periods[resolution], where))
    return rates


def _points(period: Node, resolution: timedelta, unit: float, fills: bool, where: str) -> Iterator[Point]:
    """The points of a period; under A03 each holds until the next."""
    start, end = (instant(period.said("timeInterval", edge), where, edge) for edge in ("start", "end"))
    prices = _by_position(period, where)
    count, rest = divmod(end - start, resolution)
    if end <= start or rest or count > MOST_POINTS or max(prices, default=1) > count:
        raise MessageError(where, "Period", "its interval, resolution and positions do not fit together")
    following = sorted(prices)[1:]
    for place, position in enumerate(sorted(prices)):
        until = following[place] if place < len(following) else count + 1
        if not fills:
            until = position + 1
        yield Point(_at(start, resolution, position), _at(start, resolution, until), prices[position] / unit)


def _by_position(period: Node, where: str) -> dict[int, float]:
    prices: dict[int, float] = {}
    for point in period.all("Point"):
        text = point.said("position")
        position = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
        if position < 1 or position in prices:
            raise MessageError(where, "position", f"{text[:20]!r} is no position, or stands twice")
        prices[position] = number(point.said("price.amount"), where, "price.amount")
    return prices


def _at(start: datetime, resolution: timedelta, position: int) -> datetime:
    return start + resolution * (position - 1)


def _duration(text: str, where: str) -> timedelta:
    found = _RESOLUTION.fullmatch(text)
    span = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0)) if found else None
    if not span:
        raise MessageError(where, "resolution", f"{text[:20]!r} is no resolution that is known")
    return span
