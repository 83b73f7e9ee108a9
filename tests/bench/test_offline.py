"""How exactly an offline profile holds: the link of a home is cut at 200 random instants of a month (A9)."""

import pytest

from tests.cuts import live_through


@pytest.mark.timeout(0)
async def test_two_hundred_cuts_in_a_month(capsys: pytest.CaptureFixture[str]) -> None:
    figures = await live_through(count=200, days=30, seed=9)
    with capsys.disabled():
        print(f"\noffline, with the profile: {figures.told()}")
    assert figures.cuts == 200
    assert max(figures.entered_late_s) <= 1.0
    assert max(figures.left_late_s) <= 1.0
    assert figures.shifted_wh == 0.0
    assert figures.begun == 0
    assert figures.peak_hours > 40
