"""The door to PuLP and HiGHS: names, rows, prices, and a status that can be trusted."""

import pulp
import pytest

from drrouter.errors import PlannerError
from drrouter.planner import Effort
from drrouter.planner.pulp_door import Door, Label, Sense


def test_a_name_holds_only_small_letters_digits_and_underscores() -> None:
    door = Door()
    label = Label("Wäscher 2", "power", 17)
    door.variable(label)
    assert str(door.label_of("w_scher_2__power__017")) == "Wäscher 2.power[17]"
    assert door.name_of(label) == "w_scher_2__power__017"


def test_two_owners_that_read_the_same_stay_apart() -> None:
    door = Door()
    first, second = Label("a b", "x"), Label("a_b", "x")
    assert door.variable(first) != door.variable(second)
    assert (door.name_of(first), door.name_of(second)) == ("a_b__x", "a_b_2__x")
    assert str(door.label_of("a_b_2__x")) == "a_b.x"


def test_the_same_label_twice_is_a_mistake() -> None:
    door = Door()
    door.variable(Label("a", "x", 1))
    with pytest.raises(PlannerError, match=r"a\.x\[1\] stands twice"):
        door.variable(Label("a", "x", 1))


def test_an_empty_owner_has_a_name_too() -> None:
    door, label = Door(), Label("", "x")
    door.variable(label)
    assert door.name_of(label) == "___x"


def test_rows_of_every_sense_hold() -> None:
    door = Door()
    x, y = door.variable(Label("a", "x"), price=1.0), door.variable(Label("a", "y"), None, 8.0, price=-1.0)
    door.row(Label("a", "least"), {x: 1.0, y: 1.0}, Sense.AT_LEAST, 3.0)
    door.row(Label("a", "most"), {y: 1.0}, Sense.AT_MOST, 2.0)
    z = door.variable(Label("a", "z"))
    door.row(Label("a", "equal"), {z: 1.0, x: -1.0}, Sense.EQUAL, 4.0)
    solution = door.solve(Effort())
    assert [solution.values[var] for var in (x, y, z)] == pytest.approx([1.0, 2.0, 5.0])
    assert solution.objective == pytest.approx(-1.0)
    assert solution.bound == pytest.approx(-1.0)
    assert solution.proven
    assert door.size == (3, 3)


def test_a_binary_is_nought_or_one() -> None:
    door = Door()
    pick = [
        door.variable(Label("a", "pick", n), binary=True, price=-price) for n, price in enumerate((3, 5, 4))
    ]
    door.row(Label("a", "room"), dict(zip(pick, (2.0, 3.0, 1.0), strict=True)), Sense.AT_MOST, 4.0)
    solution = door.solve(Effort())
    assert [round(solution.values[var]) for var in pick] == [0, 1, 1]
    assert solution.gap == pytest.approx(0.0)


def test_an_integer_is_a_whole_number_between_its_bounds() -> None:
    door = Door()
    count = door.variable(Label("a", "count"), 0.0, 7.0, integer=True, price=-1.0)
    door.row(Label("a", "room"), {count: 2.0}, Sense.AT_MOST, 9.0)
    assert door.solve(Effort()).values[count] == pytest.approx(4.0)


def test_a_start_is_taken_up_and_completed() -> None:
    door = knapsack()
    door.start({0: 1.0, 1: 0.0})
    begun, plain = door.solve(Effort(nodes=1, gap=0.0)), knapsack().solve(Effort(nodes=1, gap=0.0))
    assert begun.bound == pytest.approx(plain.bound, rel=1e-2)


def test_pulp_holds_the_same_model_as_is_handed_over() -> None:
    door = knapsack(items=8, rows=2)
    x = door.variable(Label("a", "x"), None, 3.0, price=2.0)
    door.row(Label("a", "least"), {x: 1.0}, Sense.AT_LEAST, -1.5)
    door.row(Label("a", "equal"), {x: 1.0, 0: 1.0}, Sense.EQUAL, -0.5)
    door.add_constant(7.0)
    held = door.problem()
    held.solve(pulp.HiGHS(msg=False, threads=1))
    solution = door.solve(Effort(gap=0.0))
    assert pulp.value(held.objective) == pytest.approx(solution.objective)
    named = {str(door.label_of(v.name)): v.varValue for v in held.variables()}
    picks = {f"a.pick[{item}]": solution.values[item] for item in range(8)}
    assert named == pytest.approx({**picks, "a.x": solution.values[x]})


def test_a_variable_that_nothing_mentions_stays_at_its_lower_bound() -> None:
    door = Door()
    lonely, free = door.variable(Label("a", "lonely"), 2.0), door.variable(Label("a", "free"), None)
    door.variable(Label("a", "x"), 1.0, price=1.0)
    values = door.solve(Effort()).values
    assert (values[lonely], values[free]) == (2.0, 0.0)


def test_a_row_without_terms_is_left_out() -> None:
    door = Door()
    x = door.variable(Label("a", "x"), 1.0, price=1.0)
    door.row(Label("a", "nothing"), {x: 0.0}, Sense.AT_LEAST, 5.0)
    assert door.size == (1, 0)
    assert door.solve(Effort()).objective == 1.0


def test_prices_add_up() -> None:
    door = Door()
    x = door.variable(Label("a", "x"), 2.0, price=1.0)
    door.add_price(x, 2.5)
    assert door.solve(Effort()).objective == pytest.approx(7.0)


def test_a_constant_counts_in_the_objective() -> None:
    door = Door()
    door.variable(Label("a", "x"), 2.0, price=1.0)
    door.add_constant(-10.0)
    solution = door.solve(Effort())
    assert solution.objective == pytest.approx(-8.0)
    assert solution.bound == pytest.approx(-8.0)


def test_near_zero_the_gap_is_relative_to_the_given_scale() -> None:
    assert knapsack().solve(Effort(nodes=10, gap=0.02), scale=10_000.0).proven
    assert not knapsack().solve(Effort(nodes=10, gap=0.002)).proven


def test_a_model_that_cannot_be_kept_is_an_error() -> None:
    door = Door()
    x = door.variable(Label("a", "x"), 0.0, 1.0, price=1.0)
    door.row(Label("a", "too much"), {x: 1.0}, Sense.AT_LEAST, 2.0)
    with pytest.raises(PlannerError, match="no plan"):
        door.solve(Effort())


def test_a_model_without_a_floor_is_an_error() -> None:
    door = Door()
    x, y = door.variable(Label("a", "x"), None, price=1.0), door.variable(Label("a", "y"))
    door.row(Label("a", "row"), {x: 1.0, y: 1.0}, Sense.AT_MOST, 2.0)
    with pytest.raises(PlannerError, match="no plan"):
        door.solve(Effort())


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_refused_with_the_row_that_holds_it(number: float) -> None:
    door = Door()
    x = door.variable(Label("a", "x"), price=1.0)
    with pytest.raises(PlannerError, match=r"a\.row\[3\]"):
        door.row(Label("a", "row", 3), {x: 1.0}, Sense.AT_LEAST, number)
    with pytest.raises(PlannerError, match=r"a\.row\[4\]"):
        door.row(Label("a", "row", 4), {x: number}, Sense.AT_LEAST, 1.0)
    with pytest.raises(PlannerError, match=r"a\.y"):
        door.variable(Label("a", "y"), number)
    with pytest.raises(PlannerError, match=r"a\.z"):
        door.variable(Label("a", "z"), price=number)


def test_what_only_the_solver_refuses_is_an_error_and_ends_nothing() -> None:
    door = Door()
    x = door.variable(Label("a", "x"), price=1.0)
    door.row(Label("a", "row"), {x: 1e300}, Sense.AT_LEAST, 1.0)
    with pytest.raises(PlannerError, match="the solver"):
        door.solve(Effort())


def knapsack(items: int = 40, rows: int = 5) -> Door:
    """Many near-equal items in several knapsacks at once: easy to fill, hard to prove."""
    door = Door()
    weights = [
        [float((n * n * 7919 + row * 104729 * n + row * 31) % 97 + 20) for n in range(items)]
        for row in range(rows)
    ]
    values = [sum(column) / rows + 10 + n % 3 for n, column in enumerate(zip(*weights, strict=True))]
    pick = [door.variable(Label("a", "pick", n), binary=True, price=-value) for n, value in enumerate(values)]
    for row, weight in enumerate(weights):
        room = sum(weight) // 2 + 0.5
        door.row(Label("a", "room", row), dict(zip(pick, weight, strict=True)), Sense.AT_MOST, room)
    return door


def test_at_the_node_limit_the_best_plan_so_far_comes_back_unproven() -> None:
    solution = knapsack().solve(Effort(nodes=1, gap=0.0))
    assert not solution.proven
    assert solution.bound is not None
    assert solution.gap is not None
    assert solution.bound < solution.objective
    assert solution.gap > 0


def test_equal_models_give_equal_solutions() -> None:
    effort = Effort(nodes=20, gap=0.0)
    assert knapsack().solve(effort) == knapsack().solve(effort)
