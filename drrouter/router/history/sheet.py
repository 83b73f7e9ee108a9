"""The history as a table of text (CSV, RFC 4180): one line for each bar and device, and for the home."""

import csv
import io
from datetime import datetime
from zoneinfo import ZoneInfo

from drrouter.router.history.figures import Figures
from drrouter.router.history.history_views import HistoryView

HEAD = (
    "start",
    "end",
    "device",
    "name",
    "taken_wh",
    "given_wh",
    "currency",
    "cost",
    "saving",
    "co2_g",
    "saved_co2_g",
    "unpriced_wh",
    "coverage",
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sheet_of(view: HistoryView) -> str:
    """The bars of a span as CSV; instants are local, with their distance from UTC.

    A name that a spreadsheet would take for a formula stands behind an apostrophe.
    """
    names = {one.device_id: one.name for one in view.devices}
    zone, out = ZoneInfo(view.time_zone), io.StringIO(newline="")
    lines = csv.writer(out)
    lines.writerow(HEAD)
    for bar in view.bars:
        span = (_local(bar.start, zone), _local(bar.end, zone))
        lines.writerow((*span, "home", "", *_cells(bar.home, view.currency)))
        for use in bar.uses:
            name = _harmless(names.get(use.device_id, ""))
            who = _harmless(use.device_id) if use.device_id else "beside the devices"
            lines.writerow((*span, who, name, *_cells(use.figures, view.currency)))
    return out.getvalue()


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).isoformat()


def _cells(figures: Figures, currency: str) -> tuple[object, ...]:
    """Numbers with a point, and nothing where something is not known."""
    return (
        figures.taken_wh,
        figures.given_wh,
        currency,
        figures.cost,
        figures.saving,
        figures.co2_g,
        figures.saved_co2_g,
        figures.unpriced_wh,
        figures.coverage,
    )


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
