"""What was used and what it cost: the sums, a bar for each hour, day or month, and a row for each device."""

from collections.abc import Iterator
from datetime import timedelta

from drrouter.adapters.client import HistoryView, Span, UsedView
from drrouter.domain.words import clean
from drrouter_ui.draw.pen import Pen
from drrouter_ui.draw.why import Rows
from drrouter_ui.seen import Seen
from drrouter_ui.words import date_of, money, number, t

_BAR, _NAME = 30, 22
_CERTAIN = 0.995
_SHAPES = {Span.DAY: "%H:%M", Span.WEEK: "%d.%m.", Span.MONTH: "%d.%m.", Span.YEAR: "%m/%Y"}


def sums(view: HistoryView) -> Rows:
    """The whole home."""
    home, currency = view.home, view.currency
    taken = t("history.energy_grid" if view.metered else "history.energy_devices")
    rows: Rows = [(taken, _kwh(home.taken_wh))]
    if home.given_wh:
        rows.append((t("tui.history.given"), _kwh(home.given_wh)))
    rows.append((t("history.cost"), money(home.cost, currency)))
    rows.append((t("history.saved"), money(home.saving, currency)))
    if home.co2_g is not None:
        rows.append(("CO2", f"{number(home.co2_g / 1000, 2)} kg"))
    if home.coverage < _CERTAIN:
        rows.append((t("tui.history.measured"), f"{number(100 * home.coverage, 0)} %"))
    return rows


def bars(view: HistoryView, seen: Seen, pen: Pen) -> list[str]:
    """A line for each hour, day or month that took anything."""
    most = max((bar.home.taken_wh for bar in view.bars), default=0.0)
    sign, lines = "█" if pen.blocks else "#", []
    for bar in view.bars:
        if bar.home.taken_wh > 0:
            length = max(round(_BAR * bar.home.taken_wh / most), 1)
            start = f"{bar.start.astimezone(seen.local.zone):{_SHAPES[view.span]}}"
            cost = money(bar.home.cost, view.currency)
            lines.append(f"{start:8} {sign * length:{_BAR}} {_kwh(bar.home.taken_wh):>11} {cost:>11}")
    return lines


def devices(view: HistoryView) -> Iterator[str]:
    """A line for each device, with its head."""
    yield _row(t("tui.column.device"), t("history.energy"), t("history.cost"), t("history.saved"))
    for used in view.devices:
        figures = used.figures
        cost, saving = money(figures.cost, view.currency), money(figures.saving, view.currency)
        yield _row(_name(used), _kwh(figures.taken_wh), cost, saving)


def title(view: HistoryView) -> str:
    """The days that it is about."""
    first, last = date_of(view.first), date_of(view.last)
    days = first if view.last - view.first < timedelta(days=1) else t("tui.from_to", start=first, end=last)
    return f"{t(f'tui.history.{view.span.value}')}: {days}"


def _name(used: UsedView) -> str:
    return clean(used.name, _NAME) if used.device_id else t("chart.rest")


def _row(name: str, *values: str) -> str:
    return f"{name:{_NAME}}" + "".join(f"{value:>13}" for value in values)


def _kwh(energy_wh: float) -> str:
    return f"{number(energy_wh / 1000, 2)} kWh"
