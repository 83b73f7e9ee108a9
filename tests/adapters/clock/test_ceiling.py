"""The ceiling of a clock's speed: never faster, and no race after a stall."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.sim.ceiling import SHORTEST_SLEEP_S, Ceiling


def _run(ceiling: Ceiling, wanted_s: float, real_s: float) -> float:
    """Wait as told until all that is wanted has passed; the real seconds at the end."""
    while True:
        reach_s, wait_s = ceiling.reach(wanted_s, real_s)
        if wait_s is None:
            return real_s
        wanted_s -= reach_s
        real_s += max(wait_s, 1e-6)


def test_without_a_speed_everything_may_pass_at_once() -> None:
    assert Ceiling(None).reach(86400, 0) == (86400, None)


def test_a_day_at_1200_takes_72_seconds() -> None:
    assert _run(Ceiling(1200), 86400, 0) == pytest.approx(72, abs=0.5)


def test_a_long_wait_passes_in_pieces_so_that_the_shown_time_moves() -> None:
    ceiling, pieces, real_s = Ceiling(60), 0, 0.0
    wanted_s = 60.0
    while True:
        reach_s, wait_s = ceiling.reach(wanted_s, real_s)
        if wait_s is None:
            break
        pieces += reach_s > 0
        wanted_s, real_s = wanted_s - reach_s, real_s + max(wait_s, 1e-6)
    assert pieces >= 2
    assert real_s == pytest.approx(1, abs=0.05)


def test_after_a_stall_only_a_quarter_of_a_second_is_made_up() -> None:
    ceiling = Ceiling(100)
    ceiling.reach(1, 0)
    assert ceiling.reach(100 * SHORTEST_SLEEP_S, 3600)[1] is None
    assert ceiling.reach(1, 3600)[1] is not None


@given(
    st.floats(0.5, 1e5),
    st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 5)), min_size=1, max_size=30),
)
def test_simulated_time_is_never_faster_than_allowed(speed: float, steps: list[tuple[float, float]]) -> None:
    ceiling, real_s, simulated_s = Ceiling(speed), 0.0, 0.0
    for wanted_s, idle_s in steps:
        real_s = _run(ceiling, wanted_s, real_s + idle_s)
        simulated_s += wanted_s
        assert simulated_s <= speed * (real_s + SHORTEST_SLEEP_S) * 1.001 + 0.01


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_speed_is_above_zero(speed: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Ceiling(speed)
