"""What the journal says of a plan."""

from dataclasses import replace

from drrouter.planner import plan
from drrouter.router.minutes import figures_of, said_of_plan
from tests.unit.planner.homes import problem

MADE = plan(problem(trigger="time has passed"))


def test_a_plan_names_its_rungs_and_its_reason() -> None:
    assert said_of_plan(MADE) == "Plan by optimal on live data because: time has passed."
    assert said_of_plan(replace(MADE, trigger="")) == "Plan by optimal on live data because: asked."


def test_a_plan_that_saves_says_how_much() -> None:
    assert said_of_plan(replace(MADE, gain=0.12)).endswith("because: time has passed. It saves 0.12 EUR.")


def test_a_plan_that_is_kept_says_that_the_gain_was_too_small() -> None:
    kept = said_of_plan(replace(MADE, repaired=True, gain=0.01))
    assert kept.startswith("Plan kept on live data because: time has passed.")
    assert kept.endswith("A new one would save 0.01 EUR, too little to leave it.")


def test_a_mended_plan_says_so() -> None:
    made = replace(MADE, repaired=True, trigger="an order")
    assert said_of_plan(made) == "Plan mended on live data because: an order."


def test_the_figures_tell_a_kept_plan_from_a_new_one() -> None:
    assert figures_of(replace(MADE, repaired=True, gain=0.01234))["gain"] == 0.0123
    assert figures_of(MADE)["gain"] is None
    assert figures_of(MADE)["repaired"] is False
