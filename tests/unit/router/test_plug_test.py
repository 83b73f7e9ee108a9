"""The pull-plug test goes from stage to stage by what the plug shows, and ends with a sentence."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from drrouter.domain.device import DeviceState, Presence
from drrouter.router.plug_test import PlugTest, Stage, begin, step
from tests.builders import NOON, washer

WASHER = washer()
SECOND = timedelta(seconds=1)


def walked(*seen: tuple[float, bool, float]) -> PlugTest:
    """The test after the plug was seen, at these seconds, on or off and drawing these watts."""
    test, state = begin(WASHER, NOON), DeviceState(Presence.PRESENT, on=True)
    for second, on, watts in seen:
        now = NOON + second * SECOND
        changed_at = now if on is not state.on else state.changed_at
        state = replace(state, on=on, power_w=watts, changed_at=changed_at)
        test = step(test, WASHER, state, now)
    return test


RUNS = ((0, True, 2000.0), (61, True, 1900.0))
CUT = (*RUNS, (63, False, 0.0), (94, False, 0.0))


@pytest.mark.parametrize(
    ("seen", "stage", "wants_power"),
    [
        ((), Stage.WAITING, True),
        (((0, True, 2000.0),), Stage.WAITING, True),
        (((0, True, 2000.0), (30, True, 1.0), (61, True, 2000.0)), Stage.WAITING, True),
        (RUNS, Stage.CUT, False),
        ((*RUNS, (63, False, 0.0), (80, False, 0.0)), Stage.CUT, False),
        (CUT, Stage.WATCHING, True),
        ((*CUT, (100, True, 1.0)), Stage.WATCHING, True),
        ((*CUT, (100, True, 2000.0)), Stage.RESUMED, None),
        ((*CUT, (100, True, 1.0), (400, True, 1.0)), Stage.STAYED_OFF, None),
        ((*CUT, (100, False, 0.0), (400, False, 0.0)), Stage.GIVEN_UP, None),
        ((*RUNS, (70, True, 1900.0), (130, True, 1900.0)), Stage.GIVEN_UP, None),
        (((0, True, 1.0), (7201, True, 1.0)), Stage.GIVEN_UP, None),
    ],
)
def test_the_stage_follows_what_the_plug_shows(
    seen: tuple[tuple[float, bool, float], ...], stage: Stage, wants_power: bool | None
) -> None:
    test = walked(*seen)
    assert (test.stage, test.wants_power) == (stage, wants_power)
    assert test.sentence.endswith(".")


def test_a_plug_that_cannot_be_reached_ends_the_test() -> None:
    gone = DeviceState(Presence.GONE, on=True)
    assert step(begin(WASHER, NOON), WASHER, gone, NOON).stage is Stage.GIVEN_UP


def test_a_test_that_is_over_stays_so() -> None:
    over = walked(*CUT, (100, True, 2000.0))
    later: datetime = NOON + timedelta(hours=5)
    assert step(over, WASHER, DeviceState(Presence.PRESENT, on=False), later) == over
