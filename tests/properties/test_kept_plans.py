"""What a planner keeps between plans makes none of them other than it would have been, over random homes."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from drrouter.planner import DeviceInput, Margin, Planner, Problem, plan
from drrouter.planner.kept_door import Keeper
from drrouter.planner.kept_tasks import TaskKeeper
from drrouter.planner.model import build
from drrouter.planner.tasks import tasks_of
from tests.properties.random_homes import homes

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

CHANGES: list[Callable[[Problem], Problem]] = [
    lambda home: home,
    lambda home: replace(home, import_price=tuple(price + 0.03 for price in home.import_price)),
    lambda home: replace(home, import_price=tuple(-price for price in home.import_price)),
    lambda home: replace(home, export_price=tuple(price * 0.5 for price in home.export_price)),
    lambda home: replace(home, base_load_w=tuple(load + 21.5 for load in home.base_load_w)),
    lambda home: replace(home, pv_w=tuple(sun * 0.9 for sun in home.pv_w)),
    lambda home: replace(home, limits=tuple(replace(one, max_w=one.max_w + 150) for one in home.limits)),
    lambda home: replace(home, limits=home.limits[1:], export_limits=()),
    lambda home: replace(home, devices=tuple(map(_moved_on, home.devices))),
    lambda home: replace(home, devices=home.devices[:-1]),
    lambda home: replace(home, precedences=(), exclusive=(), rebates=()),
    lambda home: replace(home, outages=()),
    lambda home: replace(home, prices=replace(home.prices, cycle=home.prices.cycle + 1)),
]
"""What may have happened since the last plan."""


def _moved_on(device: DeviceInput) -> DeviceInput:
    """The device measured again, with another forecast of its sun."""
    level = None if device.level is None else device.level + 0.01
    return replace(device, level=level, sun_w=tuple(sun * 0.8 for sun in device.sun_w))


@st.composite
def days(draw: st.DrawFn) -> list[Problem]:
    """Questions of a home one after the other, and of another home between them."""
    home, other = draw(homes()), draw(homes(2))
    asked = [home]
    for change in draw(st.lists(st.sampled_from(CHANGES), min_size=2, max_size=4)):
        asked.append(change(asked[-1]))
    return [*asked, other, home]


@pytest.mark.long
@SOME
@given(days())
def test_a_kept_model_is_the_one_that_a_new_door_would_hold(asked: list[Problem]) -> None:
    reader, keeper = TaskKeeper(), Keeper()
    note(repr(asked))
    for home in asked:
        tasks = reader.tasks_of(home)
        assert tasks == tasks_of(home)
        kept, fresh = build(home, tasks, keeper), build(home, tasks)
        assert kept.door.numbers == fresh.door.numbers
        assert str(kept.door.problem()) == str(fresh.door.problem())
        assert (kept.cycles, kept.storages) == (fresh.cycles, fresh.storages)


@pytest.mark.long
@settings(SOME, max_examples=25)
@given(days())
def test_a_planner_that_has_planned_before_plans_as_one_that_has_not(asked: list[Problem]) -> None:
    planner, before = Planner(), None
    note(repr(asked))
    for home in asked[:4]:
        made = planner.plan(home)
        assert made == plan(home)
        if before is not None:
            again = replace(home, previous=before, margin=Margin())
            mending = replace(again, effort=replace(home.effort, repair=True))
            assert planner.plan(again) == plan(again)
            assert planner.plan(mending) == plan(mending)
        before = made
