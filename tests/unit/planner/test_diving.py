"""Diving from the relaxed model: whole numbers in a few steps, proven by the relaxed bound, or none."""

from collections.abc import Mapping

import pytest

from drrouter.errors import PlannerError
from drrouter.planner import Effort
from drrouter.planner.diving import minimise
from drrouter.planner.highs import INFINITE, Answer, HandOver, HighsModel, Numbers


def numbers(cost: list[float], *rows: tuple[list[float], float]) -> Numbers:
    """Whole numbers between 0 and 1 at these costs; each row's sum is at least a number."""
    count = len(cost)
    made = Numbers(cost=cost, lower=[0.0] * count, upper=[1.0] * count, integers=list(range(count)))
    for values, least in rows:
        made.start.append(len(made.index))
        made.index.extend(range(count))
        made.value.extend(values)
        made.row_lower.append(least)
        made.row_upper.append(INFINITE)
    return made


@pytest.fixture
def searches(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Counts how often branch and bound is asked."""
    asked: list[object] = []
    search = HighsModel.search

    def counted(
        model: HighsModel, nodes: int, gap: float, gap_abs: float, start: Mapping[int, float]
    ) -> Answer:
        asked.append(model)
        return search(model, nodes, gap, gap_abs, start)

    monkeypatch.setattr(HighsModel, "search", counted)
    return asked


def test_a_relaxed_model_that_is_whole_already_is_the_answer(searches: list[object]) -> None:
    answer = minimise(numbers([1.0, 2.0], ([1.0, 1.0], 1.0)), Effort(), 1e-4, {})
    assert list(answer.values) == [1.0, 0.0]
    assert (answer.objective, answer.bound, answer.proven) == (1.0, 1.0, True)
    assert searches == []


def test_a_dive_within_the_gap_is_proven_by_the_relaxed_bound(searches: list[object]) -> None:
    asked = numbers([10.0, 0.01], ([1.0, 0.3], 1.2))  # relaxed: 0.9 of the first and all of the second, 9.01
    answer = minimise(asked, Effort(gap=0.12), 1e-4, {})
    assert list(answer.values) == [1.0, 1.0]
    assert answer.objective == pytest.approx(10.01)
    assert answer.bound == pytest.approx(9.01)
    assert searches == []


def test_where_no_dive_arrives_within_the_gap_branch_and_bound_does_its_work(searches: list[object]) -> None:
    answer = minimise(numbers([10.0, 0.01], ([1.0, 0.3], 1.2)), Effort(gap=0.01), 1e-4, {})
    assert answer.objective == answer.bound == pytest.approx(10.01)
    assert len(searches) == 1


def test_branch_and_bound_leaves_out_what_costs_more_than_a_known_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half of each of the first two is enough; the third costs 9.5 more than what it spares them."""
    seen: list[tuple[Numbers, Mapping[int, float]]] = []
    made, search = HighsModel.__init__, HighsModel.search

    def noted(
        model: HighsModel, numbers: Numbers, *, relaxed: bool = False, by: HandOver | None = None
    ) -> None:
        made(model, numbers, relaxed=relaxed, by=by)
        if not relaxed:
            seen.append((numbers, {}))

    def counted(
        model: HighsModel, nodes: int, gap: float, gap_abs: float, start: Mapping[int, float]
    ) -> Answer:
        seen[-1] = (seen[-1][0], start)
        return search(model, nodes, gap, gap_abs, start)

    monkeypatch.setattr(HighsModel, "__init__", noted)
    monkeypatch.setattr(HighsModel, "search", counted)
    answer = minimise(numbers([1.0, 1.1, 10.0], ([2.0, 2.0, 1.0], 1.0)), Effort(gap=0.01), 1e-4, {})
    assert list(answer.values) == [1.0, 0.0, 0.0]
    assert answer.objective == answer.bound == pytest.approx(1.0)
    ((narrowed, start),) = seen
    assert (narrowed.upper, start) == ([1.0, 1.0, 0.0], {0: 1.0, 1: 0.0, 2: 0.0})


@pytest.mark.parametrize("objective", [None, 11.0])
def test_a_known_plan_stands_where_branch_and_bound_makes_nothing_better(
    objective: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(model: HighsModel, nodes: int, gap: float, gap_abs: float, start: object) -> Answer:
        if objective is None:
            raise PlannerError("no plan")
        return Answer([1.0, 1.0], objective, 9.5, proven=False)

    monkeypatch.setattr(HighsModel, "search", lost)
    answer = minimise(numbers([10.0, 0.01], ([1.0, 0.3], 1.2)), Effort(gap=0.01), 1e-4, {})
    assert answer.objective == pytest.approx(10.01)
    assert answer.bound == pytest.approx(9.01 if objective is None else 9.5)
    assert not answer.proven


def test_a_fraction_goes_the_other_way_where_that_is_cheaper(searches: list[object]) -> None:
    asked = numbers([1.0, 10.0], ([1.0, 1.0], 0.4), ([1.0, -1.0], -1.0))
    asked.row_upper[0] = 1.0
    asked.integers, asked.cost = [0], [1.0, 1.02]  # 0.4 of the first becomes 1, unless the second takes over
    answer = minimise(asked, Effort(gap=0.05), 1e-4, {})
    assert list(answer.values) == pytest.approx([0.0, 0.4])
    assert searches == []


def test_a_model_that_cannot_be_kept_is_an_error() -> None:
    with pytest.raises(PlannerError, match="no plan"):
        minimise(numbers([1.0], ([1.0], 2.0)), Effort(), 1e-4, {})
    with pytest.raises(PlannerError, match="no plan"):
        minimise(numbers([1.0, 1.0], ([1.0, 1.0], 0.5), ([-1.0, -1.0], -0.6)), Effort(), 1e-4, {})
