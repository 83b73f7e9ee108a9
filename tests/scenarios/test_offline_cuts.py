"""The link is cut at random instants of three days: in force to the second, windows kept to the Wh."""

import pytest

from tests.cuts import live_through


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", [1, 2])
async def test_whenever_the_link_is_cut_the_profile_holds_in_time_and_lets_go(seed: int) -> None:
    figures = await live_through(count=20, days=3, seed=seed)
    print(figures.told())
    assert len(figures.entered_late_s) > 10
    assert max(figures.entered_late_s) <= 1.0
    assert max(figures.left_late_s) <= 1.0
    assert figures.peak_hours > 1.0
    assert figures.shifted_wh == 0.0
    assert figures.begun == 0
    assert figures.cycles >= 2


@pytest.mark.timeout(180)
async def test_without_a_profile_the_same_home_uses_power_in_these_windows() -> None:
    figures = await live_through(count=20, days=3, seed=1, with_profile=False)
    assert figures.shifted_wh > 1000.0
