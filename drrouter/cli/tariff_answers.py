"""Tariffs and bills for programs: the figures rounded to a millionth, instants in UTC."""

from collections.abc import Iterable, Sequence
from datetime import UTC

from drrouter.adapters.sp.feeds.raw import Look
from drrouter.cli.answers import (
    BillLine,
    KeptDocuments,
    MonthlyBill,
    PriceStretch,
    RateStep,
    Replay,
    TariffCost,
    TariffDay,
    TariffHead,
)
from drrouter.domain.rates import Rates
from drrouter.tariff import Bill, Line, TariffDocument
from drrouter.tariff.overview import Overview

_DIGITS = 6


def head(document: TariffDocument) -> TariffHead:
    """What the tariff is."""
    return TariffHead(document.id, document.name, document.currency, document.time_zone, document.source)


def day_of(document: TariffDocument, view: Overview) -> TariffDay:
    """A day of it."""
    stretches = tuple(
        PriceStretch(
            one.interval.start.astimezone(UTC),
            one.interval.end.astimezone(UTC),
            _rounded(one.import_price),
            _rounded(one.export_price),
        )
        for one in view.stretches
    )
    return TariffDay(
        document.id,
        document.name,
        document.currency,
        document.time_zone,
        document.source,
        view.day,
        view.published,
        stretches,
        view.charges,
    )


def cost_of(document: TariffDocument, bills: Sequence[Bill]) -> TariffCost:
    """What its bills come to."""
    money = round(sum(bill.money for bill in bills), _DIGITS)
    months = tuple(_month(document, bill) for bill in bills)
    return TariffCost(
        document.id, document.name, document.currency, document.time_zone, document.source, money, months
    )


def replay_of(looks: Iterable[Look], prices: Rates, co2: Rates) -> Replay:
    """What was kept of a feed, and what it says."""
    kept = tuple(
        KeptDocuments(one.at, one.format, one.program, tuple(name for name, _ in one.documents))
        for one in looks
    )
    return Replay(kept, _steps(prices), _steps(co2))


def _month(document: TariffDocument, bill: Bill) -> MonthlyBill:
    return MonthlyBill(
        month=f"{bill.interval.start.astimezone(document.zone):%Y-%m}",
        start=bill.interval.start.astimezone(UTC),
        end=bill.interval.end.astimezone(UTC),
        import_kwh=round(bill.import_kwh, _DIGITS),
        export_kwh=round(bill.export_kwh, _DIGITS),
        unpublished_kwh=round(bill.unpublished_kwh, _DIGITS),
        money=round(bill.money, _DIGITS),
        lines=tuple(_line(line) for line in bill.lines),
    )


def _line(line: Line) -> BillLine:
    return BillLine(
        line.id,
        line.kind,
        round(line.quantity, _DIGITS),
        line.unit,
        round(line.net, _DIGITS),
        round(line.vat, _DIGITS),
    )


def _steps(rates: Rates) -> tuple[RateStep, ...]:
    return tuple(RateStep(step.start, step.end, value) for step, value in rates.steps)


def _rounded(price: float | None) -> float | None:
    return None if price is None else round(price, _DIGITS)
