"""The whole home by its meter: base load and sun, measured, learned and expected."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.device import DeviceClass, DeviceProfile, Presence
from drrouter.domain.flexibility import Line
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import SLOT, Interval
from drrouter.domain.measurement import Quantity
from drrouter.router.follow import Meter
from drrouter.router.forecast import BaseLoad, History, Means, Place, Roof, expected_load, expected_sun
from drrouter.router.forecast.remembered import Remembered
from drrouter.router.outlook import LATELY, METER_AGE, Outlook
from drrouter.router.registry import Registry
from tests.builders import (
    BATTERY,
    DAY,
    HOUR,
    HVAC,
    INVERTER,
    METER,
    MINUTE,
    NOON,
    at,
    battery,
    hvac,
    inverter,
    meter,
    profile,
    reading,
    span,
)
from tests.fakes import FakePlug

UTC_ZONE = ZoneInfo("UTC")
STATED = BaseLoad((300.0,) * 24, UTC_ZONE)
UTRECHT = Place(52.1, 5.1)
NOON_SLOT = (span("12:00", "12:15"),)


class Bench:
    """A home with a meter, an inverter, a battery and an air conditioner."""

    def __init__(self, *profiles: DeviceProfile, roof: Roof | None = None, kept: object = None) -> None:
        self.registry = Registry(profiles or (meter(), inverter(), battery(), hvac()))
        self.outlook = Outlook(self.registry, STATED, METER, roof, kept)

    def read(self, device_id: DeviceId, when: datetime, watts: float, **more: float) -> None:
        values = {"power_w": watts, **more}
        self.registry.take_in(
            device_id, [reading(device_id, Quantity(name), value, when) for name, value in values.items()]
        )
        self.outlook.saw(device_id, when)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_base_load_is_what_the_meter_shows_less_what_the_devices_do(bench: Bench) -> None:
    bench.read(HVAC, NOON, 1000.0)
    bench.read(INVERTER, NOON, -2500.0)
    bench.read(BATTERY, NOON, 500.0)
    bench.read(METER, NOON, -600.0)
    assert bench.outlook.meter(NOON) == Meter(-600.0, NOON)
    assert bench.outlook.base_w(NOON) == 400.0


def test_a_meter_that_is_silent_or_was_never_read_is_not_trusted(bench: Bench) -> None:
    assert bench.outlook.meter(NOON) is None
    assert bench.outlook.base_w(NOON) == 300.0
    bench.read(METER, NOON, 700.0)
    late = NOON + METER_AGE + MINUTE
    assert bench.outlook.meter(late) is None
    assert bench.outlook.base_w(late) == 300.0
    bench.registry.seats[METER].state = replace(bench.registry.state(METER), power_w=None)
    assert bench.outlook.meter(NOON) is None


def test_a_device_that_fell_silent_is_no_longer_taken_off_the_base_load(bench: Bench) -> None:
    bench.read(HVAC, NOON - HOUR, 1000.0)
    bench.registry.gone(HVAC)
    bench.read(METER, NOON, 700.0)
    assert bench.outlook.base_w(NOON) == 700.0


def test_a_device_that_tells_changes_alone_is_trusted_as_long_as_it_is_present(bench: Bench) -> None:
    bench.read(HVAC, NOON - 5 * HOUR, 1000.0)
    bench.read(METER, NOON, 1700.0)
    assert bench.outlook.base_w(NOON) == 700.0


def test_a_machine_that_shows_at_the_meter_first_does_not_count_for_a_moment(bench: Bench) -> None:
    for seconds in (0, 10, 20):
        bench.read(METER, NOON + timedelta(seconds=seconds), 400.0)
    bench.read(METER, NOON + timedelta(seconds=25), 2400.0)
    assert bench.outlook.base_w(NOON + timedelta(seconds=25)) == 400.0
    bench.read(METER, NOON + LATELY + timedelta(seconds=25), 2400.0)
    assert bench.outlook.base_w(NOON + LATELY) == 2400.0


def test_a_home_without_a_meter_keeps_to_its_home_file() -> None:
    outlook = Outlook(Registry([hvac()]), STATED)
    outlook.saw(HVAC, NOON)
    assert outlook.base_w(NOON) == 300.0
    assert outlook.load_w(NOON_SLOT) == (300.0,)
    assert outlook.free_sun_w(NOON_SLOT) == ()


def test_base_load_is_learned_by_the_hour_and_survives_a_restart(bench: Bench) -> None:
    for quarter in range(2 * 96):
        when = DAY - 2 * 24 * HOUR + quarter * SLOT
        bench.read(METER, when, 900.0 if when.hour == 18 else 250.0)
    bench.read(METER, DAY, 250.0)
    slots = (span("03:00", "03:15"), span("18:00", "18:15"))
    assert bench.outlook.load_w(slots) == pytest.approx((250.0, 900.0), abs=20)
    again = Bench(kept=bench.outlook.keep())
    assert again.outlook.load_w(slots) == pytest.approx(bench.outlook.load_w(slots))


def test_what_was_kept_in_another_form_is_left_out() -> None:
    for kept in (
        None,
        7,
        {"base": 3},
        {"base": {"next": "x", "values": []}},
        {"base": {"next": 1, "values": "x"}},
    ):
        assert Bench(kept=kept).outlook.load_w(NOON_SLOT) == (300.0,)


# The sun


def test_an_inverter_that_was_never_measured_is_expected_by_the_height_of_the_sun() -> None:
    bench = Bench(roof=Roof(0.0, UTRECHT))
    (noon, night) = bench.outlook.sun_w(INVERTER, (span("12:00", "12:15"), span("23:00", "23:15")))
    assert 1500 < noon < 2700
    assert night == 0.0
    assert bench.outlook.sun_w(HVAC, NOON_SLOT) == ()


def test_an_inverter_without_a_place_is_expected_once_it_was_measured(bench: Bench) -> None:
    assert bench.outlook.sun_w(INVERTER, NOON_SLOT) == (0.0,)
    for quarter in range(2 * 96):
        when = DAY - 2 * 24 * HOUR + quarter * SLOT
        bench.read(INVERTER, when, -3000.0 if 8 <= when.hour < 18 else 0.0)
    bench.read(INVERTER, DAY, 0.0)
    noon, night = bench.outlook.sun_w(INVERTER, (span("12:00", "12:15"), span("22:00", "22:15")))
    assert noon == pytest.approx(3000.0, rel=0.05)
    assert night == 0.0


def test_what_an_inverter_gives_while_it_is_held_back_teaches_nothing(bench: Bench) -> None:
    bench.read(INVERTER, NOON, -1000.0, setpoint_w=-1000.0)
    assert f"sun{INVERTER}" not in bench.outlook.keep()
    bench.read(INVERTER, NOON, -1000.0, setpoint_w=-4000.0)
    assert f"sun{INVERTER}" in bench.outlook.keep()


def test_sun_that_nobody_can_hold_back_stands_beside_the_base_load() -> None:
    roof = Roof(3000.0, UTRECHT)
    watched = profile("roof", None, DeviceClass.PV)
    bench = Bench(meter(), watched, roof=roof)
    (seen,) = bench.outlook.free_sun_w(NOON_SLOT)
    assert 900 < seen < 1700
    told = Bench(meter(), roof=roof)
    assert told.outlook.free_sun_w(NOON_SLOT) == pytest.approx((seen,))
    steered = Bench(meter(), inverter(), roof=roof)
    steered.read(INVERTER, NOON, -100.0, setpoint_w=-5000.0)
    assert steered.outlook.free_sun_w(NOON_SLOT) == ()


def test_a_roof_of_unknown_size_that_only_reports_is_bounded_by_nothing() -> None:
    bench = Bench(meter(), profile("roof", None, DeviceClass.PV))
    assert bench.outlook.sun_w(DeviceId("roof"), NOON_SLOT) == (0.0,)


def test_the_sun_that_only_the_home_file_tells_of_is_no_part_of_the_base_load() -> None:
    bench = Bench(meter(), roof=Roof(3000.0, UTRECHT))
    for quarter in range(3):
        bench.read(METER, at("11:00") + quarter * SLOT, -800.0)
    values = bench.outlook.keep()["base"]
    assert isinstance(values, dict)
    assert all(value > 100 for value in values["values"])


# Its parts


def test_means_are_of_quarters_and_gaps_stay_gaps() -> None:
    means = Means()
    assert means.history() is None
    for minutes, watts in ((0, 100.0), (5, 300.0), (31, 50.0), (29, 9e9), (46, 0.0)):
        means.add(NOON + minutes * MINUTE, watts)
    assert means.history() == History(NOON, SLOT, (200.0, None, 50.0))


def test_means_begin_anew_after_a_pause_that_is_longer_than_they_remember() -> None:
    means = Means()
    means.add(NOON, 100.0)
    means.add(NOON + timedelta(days=40), 100.0)
    assert means.history() is None
    means.add(NOON + timedelta(days=40) + SLOT, 100.0)
    history = means.history()
    assert history is not None
    assert history.values == (100.0,)


def test_means_remember_so_much_and_no_more() -> None:
    means = Means()
    for quarter in range(29 * 96):
        means.add(NOON + quarter * SLOT, 1.0)
    history = means.history()
    assert history is not None
    assert len(history.values) == 28 * 96
    assert Means(means.keep()).history() == history


def test_kept_means_that_are_no_numbers_are_gaps() -> None:
    history = Means({"next": 4, "values": [1, "x", float("nan"), None]}).history()
    assert history is not None
    assert history.values == (1.0, None, None, None)
    assert history.end == datetime(1970, 1, 1, 1, tzinfo=UTC)


def test_what_was_measured_last_moves_what_is_expected_next() -> None:
    history = History(at("11:00"), SLOT, (300.0, 300.0, 900.0, 900.0))
    soon, later = expected_load(STATED, history, (span("12:00", "12:15"), span("20:00", "20:15")))
    assert soon > 800
    assert later < 310


def test_sun_is_never_more_than_the_roof_can_give_nor_less_than_nothing() -> None:
    history = History(at("10:00"), SLOT, (9000.0,) * 8)
    assert expected_sun(Roof(4000.0, UTRECHT), history, NOON_SLOT) == (4000.0,)
    dark = History(at("10:00"), SLOT, (0.0,) * 8)
    assert expected_sun(Roof(4000.0, UTRECHT), dark, NOON_SLOT)[0] < 300.0


class Stating(FakePlug):
    """A device that states how old its readings may get."""

    silent_after = 10 * MINUTE


def test_freshness_is_asked_of_presence_and_of_the_age_that_is_stated() -> None:
    registry = Registry([inverter()])
    assert not registry.is_fresh(INVERTER, NOON)
    registry.take_in(INVERTER, [reading(INVERTER, Quantity.POWER_W, 0.0, NOON)])
    assert registry.is_fresh(INVERTER, NOON)
    assert registry.fallen_silent(NOON + 24 * HOUR) == ()
    registry.seat(INVERTER).handle = Stating(INVERTER, SimulatedClock(NOON))
    assert registry.is_fresh(INVERTER, NOON + 10 * MINUTE)
    assert registry.fallen_silent(NOON + 11 * MINUTE) == (INVERTER,)
    registry.gone(INVERTER)
    assert registry.state(INVERTER).presence is Presence.GONE
    assert not registry.is_fresh(INVERTER, NOON)
    assert registry.fallen_silent(NOON + HOUR) == ()


def test_a_meter_of_lines_tells_what_flows_on_each_beside_the_devices(bench: Bench) -> None:
    assert bench.outlook.line_base_w(NOON) == {}
    assert bench.outlook.line_shares(NOON) == ()
    bench.read(HVAC, NOON, 1000.0)
    bench.read(METER, NOON, 1700.0, power_l1_w=1300.0, power_l2_w=600.0, power_l3_w=-200.0)
    assert bench.outlook.line_base_w(NOON) == {Line.L1: 300.0, Line.L2: 600.0, Line.L3: -200.0}
    assert bench.outlook.line_shares(NOON) == pytest.approx((1 / 3, 2 / 3, 0.0))


class Counting:
    """Expects nothing and counts how often it was asked."""

    def __init__(self, short: bool = False) -> None:
        self.asked: list[int] = []
        self.short = short

    def expect(self, history: History, slots: Sequence[Interval]) -> tuple[float, ...] | None:
        self.asked.append(len(slots))
        return None if self.short else (0.0,) * len(slots)


def test_a_slot_is_reckoned_once_while_the_history_is_the_same() -> None:
    inner, history = Counting(), History(NOON, SLOT, (1.0,))
    known = Remembered(inner)
    slots = (span("13:00", "13:15"), span("13:15", "13:30"))
    assert known.expect(history, slots[:1]) == (0.0,)
    assert known.expect(history, slots) == (0.0, 0.0)
    assert known.expect(history, slots) == (0.0, 0.0)
    assert inner.asked == [1, 1]
    assert known.expect(History(NOON, SLOT, (1.0, 2.0)), slots) == (0.0, 0.0)
    assert inner.asked == [1, 1, 2]
    assert Remembered(Counting(short=True)).expect(history, slots) is None


def test_the_history_is_the_same_object_until_a_quarter_is_over() -> None:
    means = Means()
    for minutes in (0, 20):
        means.add(NOON + minutes * MINUTE, 1.0)
    before = means.history()
    means.add(NOON + 25 * MINUTE, 1.0)
    assert means.history() is before
    means.add(NOON + 31 * MINUTE, 1.0)
    assert means.history() is not before
