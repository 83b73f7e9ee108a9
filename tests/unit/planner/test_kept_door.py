"""A model written over a kept structure is, number for number, the model that a new door would hold."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.errors import PlannerError
from drrouter.planner import Margin, Planner, Problem, grid_slots, plan
from drrouter.planner.kept_door import Keeper, KeptDoor
from drrouter.planner.model import build
from drrouter.planner.pulp_door import Door, Label, Sense
from drrouter.planner.tasks import tasks_of
from tests.unit.planner.homes import NOW, car, demo_home, freezer, limit, machine, problem


def write(door: Door, *, high: float = 3.0, weight: float = 2.0, extra: bool = False) -> Door:
    """A small model."""
    x, y = (
        door.variable(Label("a", "x"), 0.0, high, price=weight),
        door.variable(Label("a", "y"), binary=True),
    )
    door.add_price(y, -weight)
    door.add_constant(weight)
    door.row(Label("a", "nothing"), {x: 0.0}, Sense.AT_MOST, 1.0)
    door.row(Label("a", "row"), {x: 1.0, y: weight}, Sense.AT_LEAST, high / 2)
    if extra:
        door.row(Label("a", "extra"), {x: 1.0}, Sense.AT_MOST, 2.0)
    return door


def test_new_numbers_are_those_of_a_new_door_and_the_old_door_stays_as_it_was() -> None:
    old = write(Door())
    kept = write(KeptDoor(old), high=5.0, weight=1.5)
    assert kept.numbers == write(Door(), high=5.0, weight=1.5).numbers
    assert old.numbers == write(Door()).numbers
    assert write(KeptDoor(kept)).numbers == old.numbers


@pytest.mark.parametrize(
    "other",
    [
        lambda door: door.variable(Label("a", "z")),
        lambda door: door.variable(Label("a", "x"), integer=True),
        lambda door: [door.variable(Label("a", "x")), door.variable(Label("a", "y"))],
        lambda door: [write(door), door.variable(Label("a", "z"))],
        lambda door: write(door, extra=True),
        lambda door: write(door, weight=0.0),
        lambda door: door.row(Label("a", "other"), {}, Sense.AT_MOST, 0.0),
        lambda door: door.variable(Label("a", "x")),
    ],
)
def test_another_structure_is_written_by_a_new_door(other: object) -> None:
    keeper, doors = Keeper(), []

    def written(door: Door) -> Door:
        doors.append(door)
        other(door)  # type: ignore[operator]  # one of the above
        return door

    keeper.write(lambda door: write(door))
    made = keeper.write(written)
    assert [type(door) for door in doors] == [KeptDoor, Door]
    assert made is doors[-1]
    again = keeper.write(written)
    assert isinstance(again, KeptDoor)
    assert again.numbers == made.numbers


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_kept_model_refuses_what_a_new_one_refuses(number: float) -> None:
    with pytest.raises(PlannerError, match=r"refuses a\.x"):
        write(KeptDoor(write(Door())), high=number)
    door = KeptDoor(write(Door()))
    x, y = door.variable(Label("a", "x")), door.variable(Label("a", "y"), binary=True)
    door.row(Label("a", "nothing"), {x: 0.0}, Sense.AT_MOST, 1.0)
    with pytest.raises(PlannerError, match=r"refuses a\.row"):
        door.row(Label("a", "row"), {x: 1.0, y: number}, Sense.AT_LEAST, 1.0)


def a_little_later(home: Problem) -> Problem:
    """The same slots, other prices, other base load, a fuller car."""
    return replace(
        home,
        import_price=tuple(price * 1.1 + 0.01 for price in home.import_price),
        base_load_w=tuple(load + 25 for load in home.base_load_w),
    )


def test_a_planner_that_has_planned_before_plans_as_one_that_has_not() -> None:
    home = demo_home()
    later = a_little_later(home)
    other = problem(machine(), freezer(), slots=grid_slots(NOW, timedelta(hours=12)))
    planner = Planner()
    for asked in (home, later, home, other, later, problem(car()), home):
        assert planner.plan(asked) == plan(asked)


def test_a_planner_that_has_mended_before_mends_as_one_that_has_not() -> None:
    home = demo_home()
    before, planner = plan(home), Planner()
    calm = replace(a_little_later(home), previous=before, margin=Margin())
    struck = replace(home, previous=before, limits=(limit(1500.0),), effort=replace(home.effort, repair=True))
    for asked in (calm, struck, replace(struck, limits=(limit(2500.0),)), calm, struck):
        assert planner.plan(asked) == plan(asked)


def test_other_prices_and_loads_keep_the_structure_of_a_home() -> None:
    home, keeper = demo_home(), Keeper()
    build(home, tasks_of(home), keeper)
    later = a_little_later(home)
    model = build(later, tasks_of(later), keeper)
    assert isinstance(model.door, KeptDoor)
    assert model.door.numbers == build(later, tasks_of(later)).door.numbers
