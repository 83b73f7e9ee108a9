"""Octopus Energy's unit rates (Agile and its kin): pence with VAT, newest first, page by page.

    valid_from 2026-10-25T01:00 (London, no zone)  once in summer time, once in winter time
    valid_to   null                                holds until it is replaced

Rows for payment without direct debit stand beside those with it; the latter count, as do rows that say
nothing. Prices may be below zero.

Source: Octopus Energy, developer documentation, "standard-unit-rates".
"""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from drrouter.errors import MessageError
from drrouter.tariff.feeds.json_text import json_of, rows_of
from drrouter.tariff.feeds.prices import Asked, FeedPrices, Point, instant, number, same_currency, series

LONDON = ZoneInfo("Europe/London")
_PENCE = 100.0


def parse(data: bytes, where: str, asked: Asked) -> FeedPrices:
    """One page of prices, in GBP; ``more`` names the next.

    Raises:
        MessageError: it is no such document.
    """
    document = json_of(data, where)
    rows = rows_of(document, where, "results")
    taken = [row for row in rows if row.get("payment_method") in (None, "DIRECT_DEBIT")]
    points = [
        Point(
            instant(row.get("valid_from"), where, "valid_from", LONDON, fold),
            _end(row.get("valid_to"), where, fold_end),
            number(row.get("value_inc_vat"), where, "value_inc_vat") / _PENCE,
        )
        for row, fold, fold_end in _in_order(taken)
    ]
    more = document.get("next")
    if more is not None and not isinstance(more, str):
        raise MessageError(where, "next", "should be an address")
    left_out = len(rows) - len(taken)
    notes = (f"{left_out} prices of other ways to pay are left out.",) if left_out else ()
    return FeedPrices(series(points, where), same_currency("GBP", asked, where), more=more or "", notes=notes)


def _in_order(rows: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], int, int]]:
    """The rows from old to new; a local time that comes a second time is that of winter."""
    starts = [str(row.get("valid_from")) for row in rows]
    if len(starts) > 1 and starts[0] > starts[-1]:
        rows = list(reversed(rows))
    ordered: list[tuple[Mapping[str, Any], int, int]] = []
    began: set[str] = set()
    ended: set[str] = set()
    for row in rows:
        start, end = str(row.get("valid_from")), str(row.get("valid_to"))
        ordered.append((row, int(start in began), int(end in ended)))
        began.add(start)
        ended.add(end)
    return ordered


def _end(text: object, where: str, fold: int) -> Any:
    """The end of a price, None where it is open."""
    return None if text is None else instant(text, where, "valid_to", LONDON, fold)
