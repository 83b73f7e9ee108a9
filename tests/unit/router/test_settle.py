"""A proposal in its band: clipped, with the mode that fits, and in the words of whoever decided."""

import pytest

from drrouter.domain.limit import Band
from drrouter.router.levers import Setpoint
from drrouter.router.schedule import Proposal
from drrouter.router.settle import settled
from tests.builders import battery, car, heat_pump


def test_a_proposal_inside_its_band_stands() -> None:
    assert settled(battery(), Proposal(-500.0, "plan"), Band(-3000.0, 3000.0, "limit")) == Setpoint(
        -500.0, "plan"
    )


def test_a_clipped_proposal_says_why_and_goes_before_what_saves_money() -> None:
    made = settled(battery(), Proposal(2500.0, "plan"), Band(-3000.0, -800.0, "limit"))
    assert made == Setpoint(-800.0, "limit", urgent=True)


def test_less_than_a_device_can_take_is_nothing() -> None:
    assert settled(car(), Proposal(2300.0, "plan"), Band(0.0, 1500.0, "limit")).power_w == 0.0


@pytest.mark.parametrize(
    ("band", "mode"),
    [
        (Band(0.0, 2500.0), 2),
        (Band(0.0, 1200.0), 1),
        (Band(0.0, 999.0), 0),
        (Band(0.0, 0.0), 0),
        (Band(2000.0, 2500.0), 3),
        (Band(9000.0, 9000.0), 3),
    ],
)
def test_a_mode_is_the_one_wished_for_or_the_nearest_that_the_band_bears(band: Band, mode: int) -> None:
    made = settled(heat_pump(), Proposal(1500.0, "plan", mode=2), band)
    assert made.mode == mode


def test_without_a_wish_the_normal_mode_is_meant() -> None:
    assert settled(heat_pump(), Proposal(1000.0, "as it likes"), Band(0.0, 2500.0)).mode == 1
