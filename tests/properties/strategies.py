"""What hypothesis draws: minutes of a day, rates, events and homes."""

import itertools
from datetime import timedelta

from hypothesis import strategies as st

from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates
from tests.builders import DAY, MINUTE, OTHER_SP, SP, event

MINUTES = st.integers(min_value=0, max_value=24 * 60)
VALUES = st.integers(min_value=-50, max_value=50).map(lambda n: n / 4)
"""Quarters add up exactly, so that sums can be compared."""


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """Part of a day, to the minute."""
    first, second = sorted(draw(st.lists(MINUTES, min_size=2, max_size=2, unique=True)))
    return Interval(DAY + first * MINUTE, DAY + second * MINUTE)


@st.composite
def rates(draw: st.DrawFn) -> Rates:
    """Some steps with gaps between some of them."""
    edges = sorted(draw(st.lists(MINUTES, unique=True, max_size=12)))
    spans = [Interval(DAY + start * MINUTE, DAY + end * MINUTE) for start, end in itertools.pairwise(edges)]
    kept = [one for one in spans if draw(st.booleans())]
    return Rates(tuple((one, draw(VALUES)) for one in kept))


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """A few events of two providers, of any type, for anybody; no two have the same id."""
    made = []
    for number in range(draw(st.integers(min_value=0, max_value=6))):
        payloads = draw(st.lists(payloads_of_a_day(), min_size=1, max_size=3))
        made.append(
            event(
                f"e{number}",
                *payloads,
                provider=draw(st.sampled_from((SP, OTHER_SP))),
                priority=draw(st.none() | st.integers(min_value=0, max_value=2)),
                targets=draw(st.sampled_from(((), ("freezer",), ("big",), ("home",), ("neighbour",)))),
                modified_at=DAY + draw(st.integers(min_value=0, max_value=2)) * timedelta(hours=1),
            )
        )
    return made


@st.composite
def payloads_of_a_day(draw: st.DrawFn) -> Payload:
    """A payload of any type."""
    kind = draw(st.sampled_from(list(PayloadType)))
    return Payload(kind, draw(intervals()), abs(draw(VALUES)))
