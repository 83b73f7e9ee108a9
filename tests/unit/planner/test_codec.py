"""Problems and plans as JSON and back."""

import json
from dataclasses import replace

import pytest

from drrouter.errors import MessageError
from drrouter.planner import codec, greedy, plan
from drrouter.planner.codec import plan_from_json, plan_to_json, problem_from_json, problem_to_json
from tests.unit.planner.homes import (
    COTTON,
    WASHER,
    at,
    committed,
    demo_home,
    limit,
    machine,
    problem,
    running,
)

HOME = demo_home(limits=(limit(2000.0), limit(1500.0, members=(WASHER,), guaranteed_w=100.0)))


def test_a_problem_survives_the_journey_with_its_previous_plan() -> None:
    busy = machine(running=running(WASHER, COTTON, at(15.5)), commitment=committed(WASHER, COTTON, at(20)))
    for home in (HOME, replace(HOME, previous=plan(HOME)), problem(busy)):
        assert problem_from_json(problem_to_json(home)) == home


def test_a_plan_survives_the_journey() -> None:
    for made in (plan(HOME), greedy(HOME)):
        assert plan_from_json(plan_to_json(made)) == made
        assert plan_from_json(plan_to_json(made).encode()) == made


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite_is_not_written(number: float) -> None:
    with pytest.raises(MessageError, match="cannot be told as JSON"):
        problem_to_json(replace(HOME, co2_price_per_kg=number))


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"currency":"EUR"', '"currency":"EUR","currency":"EUR"', "a key stands twice"),
        ('"currency":"EUR"', '"currency":"EUR","colour":"red"', "problem.colour"),
        ('"co2_price_per_kg":0.0', '"co2_price_per_kg":NaN', "NaN is no number"),
        ('"co2_price_per_kg":0.0', '"co2_price_per_kg":1e999', "finite"),
        ('"co2_price_per_kg":0.0', '"co2_price_per_kg":"dear"', "problem.co2_price_per_kg"),
        ('{"problem":', '{"problem":{}, "rest":', "problem"),
        ('{"problem":', "[" * 100_000, "no JSON of ours"),
        ('{"problem":', "", "no JSON of ours"),
    ],
)
def test_what_is_not_a_problem_is_refused_with_its_place(old: str, new: str, complaint: str) -> None:
    text = problem_to_json(HOME)
    assert old in text
    with pytest.raises(MessageError, match=complaint):
        problem_from_json(text.replace(old, new, 1))


def test_slots_that_do_not_join_are_refused() -> None:
    tree = json.loads(problem_to_json(HOME))
    del tree["problem"]["slots"][5]
    with pytest.raises(MessageError, match="slots do not join"):
        problem_from_json(json.dumps(tree))


def test_a_text_too_long_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "MAX_BYTES", 10)
    with pytest.raises(MessageError, match="longer than 10 bytes"):
        plan_from_json("x" * 11)
