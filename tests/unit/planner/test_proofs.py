"""What counts as proven, and what is no home at all."""

import math
from dataclasses import replace
from typing import Any

import pytest

from drrouter.domain.plan import SolveRung
from drrouter.planner import greedy, ladder, plan
from drrouter.planner.fallback import start_now_entry
from drrouter.planner.tasks import tasks_of
from tests.unit.planner.homes import car, demo_home, problem


def test_a_plan_that_is_dearer_than_the_model_thought_proves_nothing_that_greedy_beats(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = demo_home()
    tasks, by_hand = tasks_of(home), greedy(home)
    bad = start_now_entry(home, tasks)
    for bound, told in ((bad.objective, None), (0.0, 0.0)):
        answer = (bad, bound, SolveRung.OPTIMAL, 0.7)
        monkeypatch.setattr(ladder, "solve", lambda *_, answer=answer: answer)
        made = plan(home)
        assert made.objective is not None
        assert made.objective == by_hand.objective
        assert made.objective < bad.objective
        assert made.bound == told
        assert (made.solve_rung is SolveRung.OPTIMAL) is (told is not None)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"devices": (car(), car())}, "car stands twice among the devices"),
        ({"import_price": (math.nan,) * 96}, "import_price of the home needs finite numbers"),
        ({"base_load_w": (math.inf,) * 96}, "base_load_w of the home needs finite numbers"),
        ({"devices": (replace(car(), level=math.nan),)}, "level of car is no finite number"),
        ({"devices": (replace(car(), taken=(math.nan,) * 96),)}, "taken of car needs finite numbers"),
    ],
)
def test_what_is_no_home_is_refused(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        replace(problem(), **changes)
