"""Draws the history and the advice for a terminal."""

from zoneinfo import ZoneInfo

from drrouter.cli import screen
from drrouter.domain.words import clean
from drrouter.router.history.advice import AdviceView
from drrouter.router.history.figures import Figures
from drrouter.router.history.history_views import HistoryView
from drrouter.router.history.spans import Span

_FORMS = {Span.DAY: "%H:%M", Span.WEEK: "%a %d", Span.MONTH: "%a %d", Span.YEAR: "%b"}


def history(view: HistoryView) -> None:
    """The home, bar by bar, then device by device, and how the saving is reckoned."""
    out, zone, currency = screen.console(), ZoneInfo(view.time_zone), clean(view.currency, 5)
    days = view.first.isoformat() + ("" if view.first == view.last else f" to {view.last.isoformat()}")
    out.print(f"History of {days}" + ("" if view.metered else ": the sum of the devices, without a meter"))
    numbers = ["Energy kWh", f"Cost {currency}", f"Saved {currency}", "CO2 kg", "Measured"]
    bars = [
        (f"{bar.start.astimezone(zone):{_FORMS[view.span]}}", *_cells(bar.home))
        for bar in view.bars
        if bar.uses and bar.home.coverage
    ]
    devices = [
        (clean(one.name, 40) if one.device_id else "beside the devices", *_cells(one.figures))
        for one in view.devices
    ]
    whole = ("the whole home", *_cells(view.home))
    if bars:
        out.print(screen.table(["Time", *numbers], bars, frozenset(numbers)))
    out.print(screen.table(["Device", *numbers], [*devices, whole], frozenset(numbers)))
    out.print(view.method)


def _cells(figures: Figures) -> tuple[str, ...]:
    return (
        f"{(figures.taken_wh - figures.given_wh) / 1000:.2f}",
        _known(figures.cost),
        _known(figures.saving),
        _known(None if figures.co2_g is None else figures.co2_g / 1000),
        f"{figures.coverage:.0%}",
    )


def _known(amount: float | None) -> str:
    return "-" if amount is None else f"{amount:.2f}"


def advice(view: AdviceView) -> None:
    """The tips, the best first."""
    out = screen.console()
    for tip in view.tips:
        out.print(f"{tip.saving_per_month:.2f} {clean(view.currency, 5)} a month", style="bold")
        out.print(f"  {clean(tip.text, 400)}")
    if view.sentence:
        out.print(view.sentence)
