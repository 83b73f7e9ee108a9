"""What is printed of devices that are set to a power or a mode, and of those that do not obey."""

from zoneinfo import ZoneInfo

import pytest

from drrouter.cli import show
from drrouter.cli.words import LocalTime
from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.router.viewed import DeviceView
from tests.builders import NOON, battery, heat_pump, hvac

LOCAL = LocalTime(ZoneInfo("UTC"), NOON)


def view(device: DeviceProfile, trouble: str = "", **state: float) -> DeviceView:
    return DeviceView(device, DeviceState(Presence.PRESENT, **state), trouble=trouble)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "word"),
    [
        (view(heat_pump(), mode=2), "recommended"),
        (view(battery(), power_w=-1500.0, setpoint_w=-1500.0), "gives"),
        (view(hvac(), on=True), "on"),
        (view(hvac()), "-"),
    ],
)
def test_a_device_says_what_it_does(one: DeviceView, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    show.devices([one], LOCAL)
    assert word in capsys.readouterr().out.splitlines()[-1].split()


def test_what_is_wrong_with_a_device_stands_below_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    show.devices([view(hvac(), trouble="Hvac draws no power although it may.")], LOCAL)
    assert "Hvac draws no power although it may." in "".join(capsys.readouterr())
