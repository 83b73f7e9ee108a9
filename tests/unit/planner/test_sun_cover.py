"""Rows that follow from the balance for whole numbers: they lift the relaxed bound, and forbid no plan."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from drrouter.domain.ids import DeviceId
from drrouter.planner import DeviceInput, Effort, Problem, model
from drrouter.planner.highs import HighsModel, Numbers
from drrouter.planner.tasks import tasks_of
from tests.unit.planner.homes import CHARGING, at, battery, car, machine, problem, programme

SUN_W = 1200.0


def sunny(*devices: DeviceInput, sun_w: float = SUN_W) -> Problem:
    """Four quarters with sun beside no load, one price, nothing earned."""
    return problem(
        *devices,
        hours=1.0,
        import_price=(0.30,) * 4,
        export_price=(0.0,) * 4,
        base_load_w=(0.0,) * 4,
        pv_w=(sun_w,) * 4,
    )


def without(home: Problem) -> Numbers:
    """The home's model without those rows; its columns are the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "add_sun_cover", lambda *_: None)
        return model.build(home, tasks_of(home)).door.numbers


def relaxed_cost(numbers: Numbers) -> float:
    return HighsModel(numbers, relaxed=True).run().objective


def rows(home: Problem) -> int:
    whole = model.build(home, tasks_of(home)).door.numbers
    return len(whole.row_lower) - len(without(home).row_lower)


def test_what_a_switch_needs_beyond_the_sun_is_bought_in_the_relaxed_model_too() -> None:
    """A car of 2300 W for 0.69 kWh: on for an hour at 30 % would take the sun alone."""
    home = sunny(
        car(level=0.0, wished=0.9 * 2300 / 4, by=problem(hours=1.0).horizon.end, end_value_per_wh=0.0)
    )
    needed = 0.30 * (2.3 - SUN_W / 1000) / 4
    whole = model.build(home, tasks_of(home)).door.numbers
    assert relaxed_cost(without(home)) == pytest.approx(0.0, abs=1e-6)
    assert relaxed_cost(whole) == pytest.approx(needed, abs=1e-6)
    assert HighsModel(whole).search(1000, 0.0, 0.0, {}).objective == pytest.approx(needed, abs=1e-6)


@pytest.mark.parametrize(
    ("home", "count"),
    [
        (sunny(car()), 4),
        (sunny(car(), sun_w=0.0), 0),
        (sunny(car(), sun_w=2300.0), 0),
        (replace(sunny(car()), effort=replace(sunny().effort, near=sunny().slots[0].duration)), 1),
        (sunny(battery()), 0),
        (sunny(machine(ready_by=problem(hours=3.0).horizon.end)), 4),
    ],
    ids=["a switch", "no sun", "sun enough", "near slots alone", "a battery", "a cycle"],
)
def test_a_row_stands_in_slots_with_too_little_sun_for_what_runs_in_whole_steps(
    home: Problem, count: int
) -> None:
    assert rows(home) == count


@st.composite
def sunny_homes(draw: st.DrawFn) -> Problem:
    """Three hours under clouds, with switches and perhaps a machine and a battery; every slot is exact."""
    watts = st.integers(3, 30).map(lambda hundreds: 100.0 * hundreds)
    switches = [
        car(
            level=draw(st.integers(0, 38_000)),
            wished=40_000.0,
            by=at(19),
            flexibility=replace(CHARGING, max_power_w=power_w, min_power_w=power_w / draw(st.integers(1, 2))),
            id=DeviceId(f"car {number}"),
        )
        for number, power_w in enumerate(draw(st.lists(watts, min_size=1, max_size=2)))
    ]
    named = [replace(one, wishes=(replace(one.wishes[0], device_id=one.id),)) for one in switches]
    programmes = st.sampled_from([programme((20, 2000), (40, 300)), programme((45, 900))])
    others = [machine(runs=draw(programmes), ready_by=at(19)), battery(end_value_per_wh=0.0)]
    return problem(
        *named,
        *draw(st.lists(st.sampled_from(others), unique_by=lambda one: one.id, max_size=2)),
        hours=3.0,
        pv_w=tuple(draw(st.lists(watts, min_size=12, max_size=12))),
        effort=Effort(nodes=100_000, gap=0.0),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(sunny_homes())
def test_the_best_plan_costs_the_same_with_them_and_its_bound_is_no_lower(home: Problem) -> None:
    note(repr(home))
    whole, bare = model.build(home, tasks_of(home)).door.numbers, without(home)
    best = [HighsModel(numbers).search(100_000, 0.0, 1e-7, {}).objective for numbers in (whole, bare)]
    assert best[0] == pytest.approx(best[1], abs=1e-5)
    assert relaxed_cost(bare) - 1e-6 <= relaxed_cost(whole) <= best[0] + 1e-6
