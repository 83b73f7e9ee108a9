"""What was held off is seen to come back, or missed aloud."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.domain.flexibility import StorageFlexibility
from drrouter.router.levers import Setpoint
from drrouter.router.registry import Seat
from drrouter.router.restores import LEAST, MOST, Finding, Restores, expected_within
from tests.builders import CAR, FREEZER, HOUR, HVAC, MINUTE, NOON, at, car, freezer, hvac, profile

ON = DeviceState(Presence.PRESENT, on=True, power_w=0.0)
OFF = replace(ON, on=False)
SHED, FREE = Setpoint(0.0, "shed", urgent=True), Setpoint(1000.0, "plan")
REST = Setpoint(0.0, "plan")


class Bench:
    """One device, looked at again and again."""

    def __init__(self, device: DeviceProfile) -> None:
        self.restores, self.seat = Restores(), Seat(device)

    def look(self, state: DeviceState, wish: Setpoint | None, now: datetime) -> list[Finding]:
        self.seat.state = state
        return self.restores.step([self.seat], {self.seat.profile.id: wish} if wish else {}, now)

    def held_off(self, wish: Setpoint = SHED) -> "Bench":
        """It was off until noon, and has its power back."""
        self.look(OFF, wish, at("11:00"))
        self.look(ON, FREE, NOON)
        return self


def test_a_load_that_draws_again_is_not_worth_a_word() -> None:
    bench = Bench(hvac()).held_off()
    assert bench.look(replace(ON, power_w=900.0), FREE, NOON + MINUTE) == []
    assert bench.look(ON, FREE, NOON + 3 * HOUR) == []
    assert bench.restores.missed() == frozenset()


def test_a_load_that_does_not_come_back_is_missed_once_and_found_again() -> None:
    bench = Bench(hvac()).held_off()
    assert bench.look(ON, FREE, NOON + MOST - MINUTE) == []
    (missed,) = bench.look(ON, FREE, NOON + MOST)
    assert missed == Finding(
        HVAC,
        "Hvac was given its power back 120 minutes ago and draws none; look whether it works",
        True,
    )
    assert bench.look(ON, FREE, NOON + MOST + MINUTE) == []
    assert bench.restores.missed() == {HVAC}
    (again,) = bench.look(replace(ON, power_w=900.0), FREE, NOON + 3 * HOUR)
    assert again == Finding(HVAC, "Hvac draws power again", False)
    assert bench.restores.missed() == frozenset()


def test_a_load_that_the_plan_let_rest_is_not_awaited_and_a_freezer_is() -> None:
    assert Bench(hvac()).held_off(REST).look(ON, FREE, NOON + MOST) == []
    assert Bench(freezer()).held_off(REST).look(ON, FREE, NOON + MOST) != []


def test_a_car_has_its_reasons() -> None:
    bench = Bench(car()).held_off()
    assert bench.look(ON, FREE, NOON + 24 * HOUR) == []
    assert CAR not in bench.restores.missed()


def test_who_is_held_off_again_is_awaited_anew() -> None:
    bench = Bench(hvac()).held_off()
    bench.look(OFF, SHED, NOON + HOUR)
    bench.look(ON, FREE, NOON + 2 * HOUR)
    assert bench.look(ON, FREE, NOON + MOST + HOUR) == []
    assert bench.look(ON, FREE, NOON + MOST + 2 * HOUR) != []


@pytest.mark.parametrize(
    "state",
    [
        replace(ON, presence=Presence.GONE),
        replace(ON, on=False),
        replace(ON, power_w=None),
    ],
)
def test_nothing_is_concluded_while_it_is_gone_has_not_obeyed_or_tells_no_power(state: DeviceState) -> None:
    assert Bench(hvac()).held_off().look(state, FREE, NOON + MOST) == []


def test_a_device_that_is_taken_back_by_its_owner_is_awaited_no_longer() -> None:
    bench = Bench(hvac()).held_off()
    bench.look(ON, None, NOON + HOUR)
    assert bench.look(ON, FREE, NOON + MOST) == []


def test_a_freezer_is_awaited_when_its_thermostat_would_start_it() -> None:
    cold = expected_within(freezer(), replace(ON, level=-19.0))
    assert cold == LEAST + timedelta(hours=2)
    assert expected_within(freezer(), replace(ON, level=-16.5)) == LEAST
    assert expected_within(freezer(), ON) == MOST
    assert expected_within(hvac(), ON) == MOST
    assert freezer().id == FREEZER


def test_a_tank_is_awaited_when_it_has_cooled_down_to_its_thermostat() -> None:
    store = StorageFlexibility("degC", 40.0, 65.0, 55.0, 0.01, 0.0, 2000.0, loss_per_h=0.05, ambient=20.0)
    tank = replace(profile("tank", store), binding=replace(freezer().binding, thermostat=(60.0, 50.0)))
    assert expected_within(tank, replace(ON, level=60.0)) == LEAST + 5 * HOUR
    assert expected_within(tank, replace(ON, level=45.0)) == LEAST
