"""Draws the history and the advice for a terminal."""

from datetime import datetime
from zoneinfo import ZoneInfo

from drrouter.cli import screen
from drrouter.cli.words import LocalTime, date_of, money, month, number, t, weekday
from drrouter.domain.words import clean
from drrouter.router.history.advice import AdviceView
from drrouter.router.history.figures import Figures
from drrouter.router.history.history_views import HistoryView
from drrouter.router.history.spans import Span
from drrouter_ui import advice_text


def history(view: HistoryView, local: LocalTime) -> None:
    """The home, bar by bar, then device by device, and how the saving is reckoned."""
    out, zone, currency = screen.console(), ZoneInfo(view.time_zone), clean(view.currency, 5)
    first, last = date_of(view.first), date_of(view.last)
    days = first if first == last else t("words.from_to", start=first, end=last)
    out.print(t("history.title" if view.metered else "history.title_unmetered", days=days))
    numbers = [
        f"{t('history.energy')} kWh",
        f"{t('history.cost')} {currency}",
        f"{t('history.saved')} {currency}",
        "CO2 kg",
        t("history.measured"),
    ]
    bars = [
        (_begins(bar.start.astimezone(zone), view.span), *_cells(bar.home))
        for bar in view.bars
        if bar.uses and bar.home.coverage
    ]
    devices = [
        (clean(one.name, 40) if one.device_id else t("history.rest"), *_cells(one.figures))
        for one in view.devices
    ]
    whole = (t("history.whole"), *_cells(view.home))
    if bars:
        out.print(screen.table([t("history.time"), *numbers], bars, frozenset(numbers)))
    out.print(screen.table([t("history.device"), *numbers], [*devices, whole], frozenset(numbers)))
    out.print(t("history.method"))


def _begins(start: datetime, span: Span) -> str:
    """When a bar begins, as short as its span allows."""
    if span is Span.DAY:
        return f"{start:%H:%M}"
    return month(start) if span is Span.YEAR else f"{weekday(start)} {start:%d}"


def _cells(figures: Figures) -> tuple[str, ...]:
    return (
        number((figures.taken_wh - figures.given_wh) / 1000, 2),
        _known(figures.cost),
        _known(figures.saving),
        _known(None if figures.co2_g is None else figures.co2_g / 1000),
        f"{number(100 * figures.coverage, 0)}%",
    )


def _known(amount: float | None) -> str:
    return "-" if amount is None else number(amount, 2)


def advice(view: AdviceView, local: LocalTime) -> None:
    """The tips, the best first."""
    out = screen.console()
    for tip in view.tips:
        saving = money(tip.saving_per_month, view.currency)
        out.print(t("advice.saves", saving=saving), style="bold")
        out.print(f"  {advice_text(tip, view.currency, local)}")
    if view.days < view.days_needed:
        out.print(t("advice.wait", days=view.days, needed=view.days_needed))
    elif not view.tips:
        out.print(t("advice.none"))
