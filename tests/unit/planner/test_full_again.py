"""A device that became full stays off: the solver's arithmetic turns nothing on."""

from dataclasses import replace
from datetime import timedelta

from drrouter.domain.wish import LevelWish
from drrouter.planner import grid_slots, plan, verify
from tests.unit.planner.homes import CAR, CHARGING, NOW, at, car, limit, machine, problem

PRICES = (
    *(0.4, -0.01, -0.074, 0.072, 0.107, 0.254, 0.166, 0.376, 0.299, -0.028, 0.021, 0.348),
    *(-0.03, 0.472, 0.387, 0.032, 0.072, 0.051, 0.154, 0.049, -0.081, 0.051, 0.017, 0.11),
    *(0.173, 0.425, 0.296, 0.269, 0.419, 0.132, 0.156, 0.047, 0.398, 0.426, 0.446, 0.263),
)


def test_what_the_solver_calls_equal_is_no_run_that_wears_a_full_device() -> None:
    """Full at 17:55 within the solver's tolerance, 0.12 W more later were a run, and 0.19 EUR of wear."""
    switch = replace(
        CHARGING,
        level_max=3000.0,
        level_target=3000.0,
        max_power_w=2000.0,
        min_power_w=2000.0,
        min_on=timedelta(minutes=20),
        min_off=timedelta(minutes=45),
    )
    wish = LevelWish(CAR, 1605.617511169422, at(18.875))
    slots = grid_slots(NOW, timedelta(hours=3), timedelta(minutes=5))
    charged = replace(
        car(1345.918948037605, flexibility=switch), wishes=(wish,), on_since=NOW - timedelta(minutes=30)
    )
    asked = problem(
        charged,
        machine(ready_by=at(20)),
        slots=slots,
        import_price=PRICES,
        export_price=tuple(price - 0.05 for price in PRICES),
        base_load_w=(300.0,) * len(slots),
        limits=(limit(5000.0),),
    )
    made = plan(asked)
    assert verify(made, asked) == ()
    assert min(watts for watts in made.power_w[CAR] if watts > 0) > 1.0
    assert made.objective is not None
    assert made.objective < 0.0
