"""Random tariff terms for the planner's properties: ordinary ones, and absurd ones."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from drrouter.domain.interval import Interval
from drrouter.domain.tariff_terms import Block, CapacityTerm, PeakSpan, PeakStep, PeakTerm, TierTerm

AVERAGING = st.sampled_from([15, 15, 60, 60, 5, 30, 45]).map(lambda minutes: timedelta(minutes=minutes))
KILOWATTS = st.sampled_from([0.0, 0.5, 1.7, 2.5, 6.0])
FEES = st.sampled_from([0.0, 0.05, 1.0, 4.0, 90.0])


@st.composite
def billing_spans(draw: st.DrawFn, now: datetime) -> Interval:
    """From days before now to days behind the horizon, or ending in the middle of it."""
    start = now - timedelta(minutes=draw(st.sampled_from([0, 7, 600, 20_000, -90])))
    return Interval(start, start + timedelta(hours=draw(st.sampled_from([1, 6, 20, 700]))))


def windows(now: datetime) -> st.SearchStrategy[tuple[Interval, ...]]:
    evening = Interval(now + timedelta(hours=1), now + timedelta(hours=3, minutes=20))
    return st.sampled_from(
        [(), (), (evening,), (evening, Interval(evening.end, evening.end + evening.duration))]
    )


@st.composite
def peak_terms(draw: st.DrawFn, now: datetime) -> PeakTerm:
    edges = sorted(draw(st.sets(KILOWATTS, max_size=4)))
    prices = sorted(draw(st.lists(FEES, min_size=len(edges), max_size=len(edges))))
    spans = draw(st.lists(st.builds(PeakSpan, billing_spans(now), KILOWATTS), max_size=3))
    return PeakTerm(
        "peak",
        tuple(spans),
        price_per_kw=draw(FEES),
        steps=tuple(PeakStep(edge, price) for edge, price in zip(edges, prices, strict=True)),
        averaging=draw(AVERAGING),
        highest=draw(st.integers(1, 3)),
        counted_kw=tuple(draw(st.lists(KILOWATTS, max_size=4))),
        minimum_kw=draw(KILOWATTS),
        windows=draw(windows(now)),
        running_kwh=draw(st.sampled_from([0.0, 0.0, 0.4])),
    )


@st.composite
def tiers(draw: st.DrawFn, now: datetime) -> TierTerm:
    edges = sorted(draw(st.sets(st.sampled_from([1.0, 4.0, 5.0, 30.0]), max_size=3)))
    price = st.sampled_from([-0.1, 0.0, 0.1, 0.3, 0.9])
    blocks = tuple(Block(edge, draw(price)) for edge in (0.0, *edges))
    return TierTerm("tier", draw(billing_spans(now)), blocks, draw(st.sampled_from([0.0, 0.9, 4.0, 70.0])))


@st.composite
def capacities(draw: st.DrawFn, now: datetime) -> CapacityTerm:
    return CapacityTerm(
        "capacity",
        draw(billing_spans(now)),
        draw(KILOWATTS),
        draw(FEES),
        draw(AVERAGING),
        draw(windows(now)),
        draw(st.sampled_from([0.0, 3.0])),
    )


@st.composite
def terms(draw: st.DrawFn, now: datetime) -> dict[str, Any]:
    """The three fields of a Problem; most homes have none."""
    if draw(st.sampled_from([True, True, False])):
        return {}
    return {
        "peak_terms": tuple(draw(st.lists(peak_terms(now), max_size=2))),
        "tiers": tuple(draw(st.lists(tiers(now), max_size=2))),
        "capacity_terms": tuple(draw(st.lists(capacities(now), max_size=1))),
    }
