"""A model written over a kept structure is, number for number, the model that a new door would hold."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.errors import PlannerError
from drrouter.planner import DeviceInput, Effort, Margin, Planner, Problem, grid_slots, plan
from drrouter.planner.kept_door import Keeper, KeptDoor
from drrouter.planner.model import build
from drrouter.planner.pulp_door import Door, Label, Labels, Sense
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
def test_another_structure_is_written_as_by_a_new_door(other: Callable[[Door], object]) -> None:
    keeper, fresh = Keeper(), Door()
    before = keeper.write(write)
    made = keeper.write(lambda door: (other(door), door)[1])
    other(fresh)
    assert isinstance(made, KeptDoor)
    assert not made.follows
    assert made.numbers == fresh.numbers
    assert str(made.problem()) == str(fresh.problem())
    assert before.numbers == write(Door()).numbers
    again = keeper.write(lambda door: (other(door), door)[1])
    assert isinstance(again, KeptDoor)
    assert again.follows
    assert again.numbers == made.numbers


def test_a_label_stands_once_in_a_kept_model_too() -> None:
    door = KeptDoor(write(Door()))
    door.variable(Label("a", "x"))
    door.variable(Label("a", "z"))
    with pytest.raises(PlannerError, match=r"a\.z stands twice"):
        door.variable(Label("a", "z"))
    assert door.variable(Label("a", "y")) == 2


class Rooms:
    """Two rooms, and what they were told."""

    def __init__(self) -> None:
        self.told: list[float] = []

    def room(self, door: Door, width: float, count: int = 2) -> tuple[int, ...]:
        self.told.append(width)
        columns = door.variables(Labels("room", f"x {width}", range(count)), 0.0, [width] * count)
        terms = [{column: width} for column in columns]
        door.rows(Labels("room", f"row {width}", range(count)), terms, Sense.AT_LEAST, [1.0] * count)
        door.add_constant(width)
        return columns

    def written(self, door: Door, *widths: float, price: float = 1.0) -> Door:
        made = [door.part(self.room, width) for width in widths]
        door.settle()
        for columns in made:
            door.add_prices(columns, [price] * len(columns))
            door.bound(columns, [5.0 * price] * len(columns))
            door.compare(columns, Sense.AT_LEAST, [price] * len(columns))
            door.add_constant(price)
        return door


def test_a_part_that_is_told_the_same_is_taken_over_without_what_changed_around_it() -> None:
    rooms, keeper = Rooms(), Keeper()
    keeper.write(lambda door: rooms.written(door, 2.0, 3.0))
    again = keeper.write(lambda door: rooms.written(door, 2.0, 3.0, price=7.0))
    assert rooms.told == [2.0, 3.0]
    assert again.numbers == Rooms().written(Door(), 2.0, 3.0, price=7.0).numbers
    other = keeper.write(lambda door: rooms.written(door, 2.0, 4.0, 3.0, price=0.5))
    assert rooms.told == [2.0, 3.0, 4.0, 3.0]
    assert other.numbers == Rooms().written(Door(), 2.0, 4.0, 3.0, price=0.5).numbers
    fewer = keeper.write(lambda door: rooms.written(door, 2.0, 4.0))
    assert rooms.told == [2.0, 3.0, 4.0, 3.0]
    assert fewer.numbers == Rooms().written(Door(), 2.0, 4.0).numbers


def test_what_fails_in_the_middle_of_writing_leaves_nothing_behind() -> None:
    rooms, keeper = Rooms(), Keeper()
    kept = keeper.write(lambda door: rooms.written(door, 2.0, 3.0))
    before = deepcopy(kept.numbers)

    def broken(door: Door) -> None:
        door.part(rooms.room, 2.5)
        raise PlannerError("no more")

    with pytest.raises(PlannerError, match="no more"):
        keeper.write(broken)
    assert kept.numbers == before
    again = keeper.write(lambda door: rooms.written(door, 2.0, 3.0, price=2.0))
    assert rooms.told == [2.0, 3.0, 2.5]
    assert again.numbers == Rooms().written(Door(), 2.0, 3.0, price=2.0).numbers
    assert again.solve(Effort()) == Rooms().written(Door(), 2.0, 3.0, price=2.0).solve(Effort())


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


CHANGES: dict[str, Callable[[Problem], Problem]] = {
    "nothing": lambda home: home,
    "prices": lambda home: replace(home, import_price=tuple(price + 0.02 for price in home.import_price)),
    "prices below zero": lambda home: replace(home, import_price=(-0.1,) * len(home.slots)),
    "export at a better price": lambda home: replace(home, export_price=(0.5,) * len(home.slots)),
    "base load": lambda home: replace(home, base_load_w=tuple(load + 33 for load in home.base_load_w)),
    "sun": lambda home: replace(home, pv_w=(2500.0,) * len(home.slots)),
    "a limit": lambda home: replace(home, limits=(limit(3000.0),)),
    "a limit's watts": lambda home: replace(home, limits=(limit(2000.0),)),
    "a limit that is broken": lambda home: replace(home, limits=(limit(1.0),)),
    "levels": lambda home: replace(home, devices=tuple(map(fuller, home.devices))),
    "one device less": lambda home: replace(home, devices=home.devices[1:]),
    "another horizon": lambda home: problem(*home.devices, slots=grid_slots(NOW, timedelta(hours=9))),
    "prices of misses": lambda home: replace(home, prices=replace(home.prices, lateness_per_hour=3.0)),
}


def fuller(device: DeviceInput) -> DeviceInput:
    """The device with a level a little higher, where it has any."""
    return device if device.level is None else replace(device, level=device.level + 0.01)


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_the_kept_model_is_the_one_that_a_new_door_would_hold(change: str) -> None:
    home, keeper = demo_home(), Keeper()
    build(home, tasks_of(home), keeper)
    for asked in (CHANGES[change](home), home, CHANGES[change](CHANGES["sun"](home)), home):
        over, fresh = build(asked, tasks_of(asked), keeper), build(asked, tasks_of(asked))
        assert over.door.numbers == fresh.door.numbers
        assert str(over.door.problem()) == str(fresh.door.problem())
        for mine, others in ((over.cycles, fresh.cycles), (over.storages, fresh.storages)):
            assert mine == others


def test_a_model_that_fails_spoils_none_after_it() -> None:
    keeper = Keeper()
    fine = keeper.write(write).solve(Effort())
    impossible = keeper.write(lambda door: write(door, high=9.0, weight=-1.0))
    impossible.fix(0, 0.0)
    with pytest.raises(PlannerError, match="no plan"):
        impossible.solve(Effort())
    refused = keeper.write(lambda door: write(door, weight=1e300))
    with pytest.raises(PlannerError, match="the solver"):
        refused.solve(Effort())
    assert keeper.write(write).solve(Effort()) == fine
    assert write(Door()).solve(Effort()) == fine
