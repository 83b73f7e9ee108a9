"""Draws tariffs and bills: prices of a day with bars, and money by month and part.

00:00  07:00   0.0760  ########
07:00  11:00   0.1580  ################
"""

from collections.abc import Sequence

from drrouter.cli.screen import console, table
from drrouter.domain.words import clean
from drrouter.tariff import Bill, Line, TariffDocument
from drrouter.tariff.overview import Overview

_BAR = 40


def show(document: TariffDocument, view: Overview, source: str) -> None:
    """The prices of a day, then the charges."""
    out = console()
    out.print(f"{clean(document.name)} ({document.id}), {view.day:%A %Y-%m-%d}", style="bold")
    out.print(f"Source: {clean(source)}. {clean(document.note or '', 200)}".strip())
    if document.source and document.source.left_out:
        out.print(f"Left out: {clean(document.source.left_out, 500)}.")
    if document.follows_provider and not view.published:
        out.print("It follows a provider's prices; those here count only where the provider is silent.")
    block = "█" if (out.encoding or "").lower().startswith("utf") else "#"
    highest = max((abs(one.import_price or 0.0) for one in view.stretches), default=0.0) or 1.0
    rows = []
    for one in view.stretches:
        ends = [f"{edge.astimezone(document.zone):%H:%M}" for edge in (one.interval.start, one.interval.end)]
        length = round(abs(one.import_price or 0.0) / highest * _BAR)
        sign = "-" if (one.import_price or 0.0) < 0 else ""
        rows.append((*ends, _price(one.import_price), _price(one.export_price), sign + block * length))
    heads = ("from", "to", f"{document.currency}/kWh", "fed in", "")
    out.print(table(heads, rows, frozenset({f"{document.currency}/kWh", "fed in"})))
    for charge in view.charges:
        out.print(clean(charge, 400))


def show_bills(document: TariffDocument, bills: Sequence[Bill]) -> None:
    """Parts of all months together, then the months."""
    out, money = console(), document.currency
    out.print(f"{clean(document.name)} ({document.id})", style="bold")
    rows = [
        (
            line.id,
            line.kind.replace("_", " "),
            *_quantity(line),
            f"{line.net:.2f}",
            f"{line.vat:.2f}",
            f"{line.money:.2f}",
        )
        for line in _sums(bills)
    ]
    heads = ("part", "for", "quantity", "unit", "net", "VAT", money)
    out.print(table(heads, rows, frozenset({"quantity", "net", "VAT", money})))
    months = [
        (_month(document, bill), f"{bill.import_kwh:.1f}", f"{bill.export_kwh:.1f}", f"{bill.money:.2f}")
        for bill in bills
    ]
    whole = (
        "together",
        f"{sum(bill.import_kwh for bill in bills):.1f}",
        f"{sum(bill.export_kwh for bill in bills):.1f}",
        f"{sum(bill.money for bill in bills):.2f}",
    )
    columns = ("month", "import kWh", "fed in kWh", money)
    out.print(table(columns, [*months, whole], frozenset(columns[1:])))
    silent = sum(bill.unpublished_kwh for bill in bills)
    if silent > 0:
        out.print(
            f"{silent:.1f} kWh were used where no provider's price is known; the tariff's own price counts."
        )


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
    return f"{line.quantity:.2f}", f"{line.unit} at most" if line.unit == "kW" else line.unit


def _month(document: TariffDocument, bill: Bill) -> str:
    return f"{bill.interval.start.astimezone(document.zone):%Y-%m}"


def _price(price: float | None) -> str:
    return "-" if price is None else f"{price:.4f}"
