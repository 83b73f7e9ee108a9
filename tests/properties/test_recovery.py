"""After an event nothing rebounds: the site's peak stays near that of the plan without the event."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.plan import MissKind
from drrouter.domain.wish import ComfortBand, LevelWish
from drrouter.planner import DeviceInput, Problem, plan, recoveries_after, verify
from tests.unit.planner.homes import NOW, car, freezer, machine, problem
from tests.unit.planner.test_thermal import HEATING, room

MOST = 1.05


@st.composite
def ordinary_homes(draw: st.DrawFn) -> Problem:
    """A home of freezers, rooms, cars and a washer, over half a day."""
    bands = (ComfortBand(Interval(NOW, NOW + timedelta(hours=12)), 18.0, 22.0),)
    devices: list[DeviceInput] = [
        replace(freezer(), id=DeviceId(f"freezer{number}")) for number in range(draw(st.integers(0, 2)))
    ]
    devices += [
        replace(room(21.0, HEATING, comfort=bands), id=DeviceId(f"room{number}"))
        for number in range(draw(st.integers(1, 2)))
    ]
    devices += [_staggered(draw, DeviceId(f"car{number}")) for number in range(draw(st.integers(0, 3)))]
    if draw(st.booleans()):
        devices.append(machine(ready_by=NOW + timedelta(hours=11)))
    steps = draw(st.lists(st.sampled_from([0.1, 0.2, 0.4]), min_size=12, max_size=12))
    home = problem(*devices, hours=12)
    return replace(home, import_price=tuple(steps[k // 4] for k in range(len(home.slots))))


def _staggered(draw: st.DrawFn, device_id: DeviceId) -> DeviceInput:
    """A car that is here for a part of the time only, so that cars use different cheap hours."""
    comes = NOW + timedelta(hours=draw(st.integers(0, 5)))
    here = Interval(comes, comes + timedelta(hours=draw(st.integers(2, 6))))
    asked = LevelWish(device_id, 20_000.0 + draw(st.sampled_from([1000.0, 2000.0])), here.end)
    return replace(car(20_000.0, None, available=here, end_value_per_wh=0.0), id=device_id, wishes=(asked,))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ordinary_homes(), st.integers(0, 16), st.integers(4, 12), st.booleans())
def test_after_an_event_the_peak_is_at_most_that_without_it(
    home: Problem, first: int, length: int, by_limit: bool
) -> None:
    before = plan(home)
    span = Interval(home.slots[first].start, home.slots[first + length].start)
    if by_limit:
        shed = replace(home, limits=(Limit(span, 500.0),))
    else:
        shed = replace(
            home,
            devices=tuple(replace(device, caps=((span, 0.0),)) for device in home.devices),
        )
    shed = replace(shed, recoveries=recoveries_after(shed, before))
    after = plan(shed)
    note(repr(shed))
    assert verify(after, shed) == ()
    peak_w = max(
        watts for slot, watts in zip(after.slots, after.grid_w, strict=True) if slot.start >= span.end
    )
    assert peak_w <= MOST * max(before.grid_w)
    assert not [miss for miss in after.misses if miss.kind is MissKind.REBOUND]
