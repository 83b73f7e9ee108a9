"""Demand response of random homes: rebates and recoveries, sensible ones and absurd ones."""

from datetime import timedelta

from hypothesis import strategies as st

from drrouter.domain.demand_response import Rebate, Recovery
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from tests.unit.planner.homes import NOW

WATTS = st.sampled_from([0.0, 300.0, 1500.0, 6000.0])


@st.composite
def spans(draw: st.DrawFn) -> Interval:
    start = NOW + timedelta(minutes=draw(st.integers(-120, 1200)))
    return Interval(start, start + timedelta(minutes=draw(st.integers(1, 400))))


def recoveries() -> st.SearchStrategy[tuple[Recovery, ...]]:
    return st.lists(st.builds(Recovery, spans(), WATTS), max_size=2).map(tuple)


def rebates(names: list[DeviceId]) -> st.SearchStrategy[tuple[Rebate, ...]]:
    members = st.lists(st.sampled_from([*names, DeviceId("nobody")]), max_size=3).map(tuple)
    one = st.builds(
        Rebate,
        spans(),
        WATTS,
        st.sampled_from([0.0, 0.4, 3.0]),
        members,
        st.sampled_from([None, None, 0.0, 0.5]),
    )
    return st.lists(one, max_size=2).map(tuple)
