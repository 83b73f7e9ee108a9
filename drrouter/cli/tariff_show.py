"""Draws tariffs and bills: prices of a day with bars, and money by month and part.

00:00  07:00   0.0760  ########
07:00  11:00   0.1580  ################
"""

from collections.abc import Sequence

from drrouter.cli.screen import console, table
from drrouter.cli.words import date_of, named, number, t, weekday
from drrouter.domain.words import clean
from drrouter.tariff import Bill, Line, TariffDocument
from drrouter.tariff.overview import Overview

_BAR = 40


def show(document: TariffDocument, view: Overview, source: str) -> None:
    """The prices of a day, then the charges."""
    out = console()
    day = f"{weekday(view.day)} {date_of(view.day)}"
    out.print(f"{clean(document.name)} ({document.id}), {day}", style="bold")
    out.print(f"{t('tariff.source_is', source=clean(source))} {clean(document.note or '', 200)}".strip())
    if document.source and document.source.left_out:
        out.print(t("tariff.left_out", what=clean(document.source.left_out, 500)))
    if document.follows_provider and not view.published:
        out.print(t("tariff.follows"))
    block = "█" if (out.encoding or "").lower().startswith("utf") else "#"
    highest = max((abs(one.import_price or 0.0) for one in view.stretches), default=0.0) or 1.0
    rows = []
    for one in view.stretches:
        ends = [f"{edge.astimezone(document.zone):%H:%M}" for edge in (one.interval.start, one.interval.end)]
        length = round(abs(one.import_price or 0.0) / highest * _BAR)
        sign = "-" if (one.import_price or 0.0) < 0 else ""
        rows.append((*ends, _price(one.import_price), _price(one.export_price), sign + block * length))
    heads = (t("tariff.from"), t("tariff.to"), f"{document.currency}/kWh", t("tariff.fed_in"), "")
    out.print(table(heads, rows, frozenset(heads[2:4])))
    for charge in view.charges:
        out.print(clean(charge, 400))


def show_bills(document: TariffDocument, bills: Sequence[Bill]) -> None:
    """Parts of all months together, then the months."""
    out, currency = console(), document.currency
    out.print(f"{clean(document.name)} ({document.id})", style="bold")
    rows = [
        (
            line.id,
            named("charge", line.kind),
            *_quantity(line),
            number(line.net, 2),
            number(line.vat, 2),
            number(line.money, 2),
        )
        for line in _sums(bills)
    ]
    heads = [t(f"bill.{name}") for name in ("part", "for", "quantity", "unit", "net", "vat")]
    out.print(table([*heads, currency], rows, frozenset({heads[2], *heads[4:], currency})))
    months = [
        (
            _month(document, bill),
            number(bill.import_kwh, 1),
            number(bill.export_kwh, 1),
            number(bill.money, 2),
        )
        for bill in bills
    ]
    whole = (
        t("bill.together"),
        number(sum(bill.import_kwh for bill in bills), 1),
        number(sum(bill.export_kwh for bill in bills), 1),
        number(sum(bill.money for bill in bills), 2),
    )
    columns = (t("bill.month"), t("bill.import"), t("bill.fed_in"), currency)
    out.print(table(columns, [*months, whole], frozenset(columns[1:])))
    silent = sum(bill.unpublished_kwh for bill in bills)
    if silent > 0:
        out.print(t("bill.silent", energy=number(silent, 1)))


def _sums(bills: Sequence[Bill]) -> list[Line]:
    """The lines of all months together; quantities of kW have no sum and show their highest."""
    sums: dict[tuple[str, str], Line] = {}
    for line in (line for bill in bills for line in bill.lines):
        known = sums.get((line.id, line.unit))
        if known is None:
            sums[line.id, line.unit] = line
            continue
        quantity = max(known.quantity, line.quantity) if line.unit == "kW" else known.quantity + line.quantity
        sums[line.id, line.unit] = Line(
            line.id, line.kind, quantity, line.unit, known.net + line.net, known.vat + line.vat
        )
    return list(sums.values())


def _quantity(line: Line) -> tuple[str, str]:
    unit = t("bill.at_most") if line.unit == "kW" else named("unit", line.unit)
    return number(line.quantity, 2), unit


def _month(document: TariffDocument, bill: Bill) -> str:
    return f"{bill.interval.start.astimezone(document.zone):%Y-%m}"


def _price(price: float | None) -> str:
    return "-" if price is None else number(price, 4)
