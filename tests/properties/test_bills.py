"""A bill has no memory of how its profile was cut, and its energy costs what the timeline's prices say."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.config import shipped_tariffs
from drrouter.domain.interval import Interval
from drrouter.tariff import TariffDocument, cost_of, expand, monthly_bills, read_tariff

TARIFFS = [read_tariff(file.read_bytes(), name) for name, file in sorted(shipped_tariffs().items())]
QUARTER = timedelta(minutes=15)


@st.composite
def profiles(draw: st.DrawFn) -> list[tuple[Interval, float]]:
    """A few quarters in a row, often around a change of clocks or months."""
    days = ["2025-03-30", "2025-10-26", "2025-11-02", "2025-01-31", "2025-01-02", "2025-06-30"]
    start = datetime.fromisoformat(draw(st.sampled_from(days))).replace(tzinfo=UTC)
    start += draw(st.integers(-8, 96)) * QUARTER
    energies = draw(st.lists(st.floats(-3000, 3000), min_size=1, max_size=40))
    edges = [start + n * QUARTER for n in range(len(energies) + 1)]
    return [(Interval(*ends), wh) for ends, wh in zip(pairwise(edges), energies, strict=True)]


@given(st.sampled_from(TARIFFS), profiles())
def test_a_bill_does_not_depend_on_how_finely_the_meter_was_read(
    document: TariffDocument, profile: list[tuple[Interval, float]]
) -> None:
    halves = [
        (part, wh / 2)
        for span, wh in profile
        for part in (
            Interval(span.start, span.start + QUARTER / 2),
            Interval(span.start + QUARTER / 2, span.end),
        )
    ]
    whole, cut = monthly_bills(document, profile), monthly_bills(document, halves)
    assert [bill.money for bill in cut] == pytest.approx([bill.money for bill in whole], abs=1e-9)


@given(st.sampled_from(TARIFFS), profiles())
def test_energy_on_a_bill_costs_what_the_router_plans_with(
    document: TariffDocument, profile: list[tuple[Interval, float]]
) -> None:
    rates = expand(document, Interval(profile[0][0].start, profile[-1][0].end))
    paid = rates.import_energy.plus(rates.import_adder) if rates.import_adder.steps else rates.import_energy
    expected = cost_of([(span, max(wh, 0.0)) for span, wh in profile], paid).money
    expected -= cost_of([(span, max(-wh, 0.0)) for span, wh in profile], rates.export_energy).money
    parts = {part.id for part in document.component}
    billed = sum(
        line.money for bill in monthly_bills(document, profile) for line in bill.lines if line.id in parts
    )
    assert billed == pytest.approx(expected, abs=1e-9)
