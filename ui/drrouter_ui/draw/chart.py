"""Draws the plan: stacked loads, events above them, the price below, and the hours of the site.

4 kW │      CC
│ WW   CC░░░
0 │BBBBBBBBBBBB
▒▒▒▒▒▒ limit 2.20 kW
0.31  ▂▃▅▇█▇▅▃▂▁▁░
0.02  ████████████░
18    21   Sun
"""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from rich.cells import cell_len
from rich.text import Text

from drrouter.domain.words import clean
from drrouter_ui.draw.columns import Column, Layer, Mark, Picture, picture
from drrouter_ui.draw.pen import ACCENT, BASE_COLOUR, CHEAP, COLOURS, DEAR, MIDDLE, PAID, Pen
from drrouter_ui.seen import Seen
from drrouter_ui.words import SiteTime, number, t
from drrouter_ui.words.values import weekday

GUTTER = 8
LEAST_ROWS = 6

_TALL = 14
_SIGN_AND_GAP = len("█ " + "  ")
_HOUR = timedelta(hours=1)
_HOURS_A_LABEL = 3
_LEAST_TOP_W = 500.0
_TOPS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def chart(seen: Seen, width: int, height: int, pen: Pen) -> list[Text]:
    """The chart in exactly ``height`` rows, none longer than ``width``."""
    if seen.plan is None or not seen.plan.slots or width <= GUTTER + 1:
        return _fit([Text(t("tui.no_plan"))], width, height)
    shown = picture(seen, seen.plan, width - GUTTER)
    prices = _prices(shown.columns, 3 if height >= _TALL else 2, pen)
    axis = _row(f"{clean(seen.status.currency, 3)}/kWh", [(_axis(shown.columns, seen.local), "dim")])
    below = [*_events(shown, pen, width - GUTTER), *prices, axis, _legend(shown.layers, width, pen)]
    bars = _bars(shown, seen.status.now, max(height - len(below), 1), pen)
    return _fit([*bars, *below], width, height)


def _fit(rows: list[Text], width: int, height: int) -> list[Text]:
    """Exactly so many rows, cut where they are too long."""
    for row in rows:
        row.truncate(width)
    return [*rows, *(Text() for _ in range(height - len(rows)))][:height]


def _row(label: str, cells: Iterable[tuple[str, str]]) -> Text:
    """A label and cells; neighbours of one style are one piece, which terminals draw much faster."""
    runs = groupby(cells, key=lambda cell: cell[1])
    pieces = (("".join(sign for sign, _ in run), style) for style, run in runs)
    return Text.assemble((f"{label:>{GUTTER - 1}} ", "dim"), *pieces)


# Loads


def _bars(shown: Picture, now: datetime, height: int, pen: Pen) -> list[Text]:
    """The stacks, from the top row down."""
    top_w = _top_w(shown.highest_w)
    rows = []
    for row in range(height - 1, -1, -1):
        label = _kilowatts(top_w) if row == height - 1 else "0 kW" if row == 0 else ""
        cells = [_cell(column, shown.layers, row, top_w / height, now, pen) for column in shown.columns]
        rows.append(_row(label, cells))
    return rows


def _top_w(highest_w: float) -> float:
    """A round number at or above the highest stack."""
    wanted = max(highest_w, _LEAST_TOP_W)
    scale = 10.0 ** math.floor(math.log10(wanted))
    return next(top * scale for top in _TOPS if top * scale >= wanted * 0.999)


def _kilowatts(power_w: float) -> str:
    return f"{number(power_w / 1000)} kW"


def _cell(
    column: Column, layers: Sequence[Layer], row: int, cell_w: float, now: datetime, pen: Pen
) -> tuple[str, str]:
    """One cell of one stack: halves in two colours, or the letter of what fills most of it."""
    if not pen.colours:
        layer = _layer_at(column, layers, (row + 0.5) * cell_w)
        return (layer.letter, "") if layer else _air(column, row * cell_w, now, pen)
    lower = _layer_at(column, layers, (row + 0.25) * cell_w)
    upper = _layer_at(column, layers, (row + 0.75) * cell_w)
    if lower is None:
        return _air(column, row * cell_w, now, pen)
    if upper is None:
        return "▄", _colour(lower)
    return ("█", _colour(lower)) if upper is lower else ("▀", f"{_colour(upper)} on {_colour(lower)}")


def _layer_at(column: Column, layers: Sequence[Layer], power_w: float) -> Layer | None:
    """The load that the stack has at this height."""
    reached_w = 0.0
    for layer, load_w in zip(layers, column.loads_w, strict=True):
        reached_w += load_w
        if reached_w > power_w:
            return layer
    return None


def _air(column: Column, bottom_w: float, now: datetime, pen: Pen) -> tuple[str, str]:
    """Above the stack: the line of now, what a limit forbids, or nothing."""
    if column.span.holds(now):
        return pen.now, ACCENT
    if column.at_most_w is not None and bottom_w >= column.at_most_w:
        return pen.shade, DEAR
    return " ", ""


def _colour(layer: Layer) -> str:
    return BASE_COLOUR if layer.number is None else COLOURS[layer.number % len(COLOURS)]


# Events


def _events(shown: Picture, pen: Pen, width: int) -> list[Text]:
    """One row of events, each with its label where there is room; no row without events."""
    if not shown.marks:
        return []
    signs = [" "] * width
    for mark in shown.marks:
        for place, column in enumerate(shown.columns):
            if column.span.overlap(mark.span):
                signs[place] = pen.event
    for mark in shown.marks:
        _label(signs, mark, shown.columns, pen)
    return [_row(t("tui.chart.events"), [("".join(signs), DEAR)])]


def _label(signs: list[str], mark: Mark, columns: Sequence[Column], pen: Pen) -> None:
    """Write a label behind its event, else before it, else not."""
    places = [place for place, column in enumerate(columns) if column.span.overlap(mark.span)]
    text = pen.plain(mark.label)
    if not places or cell_len(text) != len(text):
        return
    for start in (places[-1] + 2, places[0] - 1 - len(text)):
        room = signs[max(start - 1, 0) : start + len(text) + 1]
        if 0 <= start <= len(signs) - len(text) and set(room) - {pen.event} == {" "} and room[1] == " ":
            signs[start : start + len(text)] = text
            return


# Prices


def _prices(columns: Sequence[Column], height: int, pen: Pen) -> list[Text]:
    """Bars from the lowest price to the highest; what is not published yet is only hinted at."""
    known = [column.price for column in columns if column.price is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    rows = []
    for row in range(height - 1, -1, -1):
        label = number(high, 3) if row == height - 1 else number(low, 3) if row == 0 else ""
        cells = [_price_cell(column, row, height, (low, high), pen) for column in columns]
        rows.append(_row(label if known else "", cells))
    return rows


def _price_cell(
    column: Column, row: int, height: int, bounds: tuple[float, float], pen: Pen
) -> tuple[str, str]:
    if column.price is None:
        return " ", ""
    low, high = bounds
    share = (column.price - low) / (high - low) if high > low else 0.5
    eighths = 1 + round(share * (8 * height - 1))
    part = min(max(eighths - 8 * row, 0), 8)
    colour = _price_colour(column.price, share)
    if column.published:
        return pen.eighths[part], colour
    return (pen.unknown if part >= 4 or (row == 0 and part) else " "), f"dim {colour}"


def _price_colour(price: float, share: float) -> str:
    if price < 0:
        return PAID
    return CHEAP if share < 1 / 3 else MIDDLE if share < 2 / 3 else DEAR


# Hours and names


def _axis(columns: Sequence[Column], local: SiteTime) -> str:
    """Local hours below the columns in which they begin; midnight is the name of the day."""
    line = [" "] * (len(columns) + 3)
    for place, column in enumerate(columns):
        label = next((_hour(hour) for hour in _hours(column, local) if hour.hour % _HOURS_A_LABEL == 0), "")
        if "".join(line[max(place - 1, 0) : place + len(label)]).isspace():
            line[place : place + len(label)] = label
    return "".join(line[: len(columns)])


def _hours(column: Column, local: SiteTime) -> list[datetime]:
    """The full local hours that begin in the column; columns begin at full hours or within one."""
    hours = max(column.span.duration // _HOUR, 1)
    starts = [(column.span.start + _HOUR * number).astimezone(local.zone) for number in range(hours)]
    return [start for start in starts if start.minute == 0]


def _hour(local: datetime) -> str:
    return weekday(local) if local.hour == 0 else f"{local:%H}"


def _legend(layers: Sequence[Layer], width: int, pen: Pen) -> Text:
    """What the colours, or letters, stand for; long names are cut where not all have room."""
    longest = max((width - GUTTER) // max(len(layers), 1) - _SIGN_AND_GAP, 1)
    room = width - GUTTER - sum(cell_len(layer.name) + _SIGN_AND_GAP for layer in layers)
    parts: list[tuple[str, str]] = [(" " * GUTTER, "")]
    for layer in layers:
        sign = ("█ ", _colour(layer)) if pen.colours else (f"{layer.letter} ", "bold")
        name = pen.plain(layer.name)
        parts += [sign, (name if room >= 0 else pen.fit(name, min(cell_len(name), longest)), ""), ("  ", "")]
    return Text.assemble(*parts)
