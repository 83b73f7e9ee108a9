"""Builders of tariff terms for the planner's tests: a Flemish month, a Norwegian one, windows and blocks."""

from datetime import UTC, datetime, timedelta
from typing import Any

from drrouter.domain.interval import Interval
from drrouter.domain.tariff_terms import (
    HOUR,
    Block,
    CapacityTerm,
    PeakSpan,
    PeakStep,
    PeakTerm,
    TierTerm,
)
from tests.unit.planner.homes import NOW

MONTH = Interval(datetime(2023, 6, 30, 22, tzinfo=UTC), datetime(2023, 7, 31, 22, tzinfo=UTC))
"""July 2023 in Brussels."""

LADDER = (PeakStep(0, 125.0), PeakStep(2, 206.0), PeakStep(5, 350.0), PeakStep(10, 620.0))
"""Steps of kW with their price a month, in the manner of a Norwegian grid company."""


def flemish(so_far_kw: float = 0.0, price_per_kw: float = 4.0, **changes: Any) -> PeakTerm:
    """The highest quarter hour of the month, 2.5 kW at least."""
    terms: dict[str, Any] = {"minimum_kw": 2.5, **changes}
    return PeakTerm("capaciteitstarief", (PeakSpan(MONTH, so_far_kw),), price_per_kw, **terms)


def norwegian(
    counted_kw: tuple[float, ...] = (), today_kw: float = 0.0, days: int = 2, **changes: Any
) -> PeakTerm:
    """A ladder by the mean of the three highest hours on three different days."""
    midnight = NOW.replace(hour=0)
    spans = [Interval(midnight + timedelta(days=d), midnight + timedelta(days=d + 1)) for d in range(days)]
    terms: dict[str, Any] = {"steps": LADDER, "averaging": HOUR, "highest": 3, **changes}
    kept = (today_kw, *(0.0,) * days)
    return PeakTerm(
        "kapasitetsledd",
        tuple(PeakSpan(span, so_far) for span, so_far in zip(spans, kept, strict=False)),
        counted_kw=counted_kw,
        **terms,
    )


def windowed(start: datetime, end: datetime, price_per_kw: float = 4.0, **changes: Any) -> PeakTerm:
    """A price of the highest quarter hour inside a window."""
    term = {"windows": (Interval(start, end),), **changes}
    return PeakTerm("demand window", (PeakSpan(MONTH),), price_per_kw, **term)


def tier(*blocks: tuple[float, float], so_far_kwh: float = 0.0) -> TierTerm:
    """A price by blocks of kWh: (above, price)."""
    return TierTerm("blocks", MONTH, tuple(Block(*block) for block in blocks), so_far_kwh)


def capacity(contracted_kw: float, price_per_kwh: float = 1.0, **changes: Any) -> CapacityTerm:
    """A price of the energy above a contracted capacity, hour by hour."""
    return CapacityTerm("subscription", MONTH, contracted_kw, price_per_kwh, **changes)
