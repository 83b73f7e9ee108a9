"""The demo's ledger: orders, deadlines and safety are judged by the home's meters alone."""

from datetime import UTC, datetime, timedelta

import pytest

from drrouter.domain.event import PayloadType
from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.rates import constant
from drrouter.sim.appliances import Cycle, Departure
from drrouter.sim.demo.ledger import (
    RouterAccount,
    deadline_misses,
    draw_up,
    is_obeyed,
    limits_of,
    peak_window_wh,
    safety_breaches,
)
from drrouter.sim.demo.scenario import AIRCO, CAR, END, FREEZER, WASHER, LoadMachine, Order, Outage
from drrouter.sim.ledger import Ledger, compare, settle
from drrouter.sim.record import HouseRecord, ThermalRecord

NOON = datetime(2023, 7, 30, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = Interval(NOON + 10 * MINUTE, NOON + 40 * MINUTE)
NORMAL = ProgrammeId("normal")


def record(
    *,
    cycles: dict[DeviceId, tuple[Cycle, ...]] | None = None,
    departures: dict[DeviceId, tuple[Departure, ...]] | None = None,
    temperatures: dict[DeviceId, ThermalRecord] | None = None,
    until: datetime = NOON + 60 * MINUTE,
    base_w: float = 300.0,
    **powers_w: list[float],
) -> HouseRecord:
    """An hour of the home, from mean powers of its minutes in W; a device that is not named draws nothing."""
    devices = dict.fromkeys(("airco", "car", "freezer", "washer"), [0.0] * 60) | powers_w
    return HouseRecord(
        start=NOON,
        until=until,
        devices_wh={DeviceId(key): tuple(watts / 60 for watts in power) for key, power in devices.items()},
        base_wh=(base_w / 60,) * 60,
        cycles=cycles or {},
        departures=departures or {},
        temperatures=temperatures or {},
        stored_wh={},
    )


def shed(kind: PayloadType = PayloadType.SIMPLE, *targets: str, value: float = 2.0) -> Order:
    return Order(kind, "program", kind, HOUR, value, targets)


def bill(kept: HouseRecord, *orders: Order) -> Ledger:
    return settle(kept, constant(0.2, Interval(NOON, NOON + timedelta(hours=1))), limits_of(orders))


def on_between(begin: int, end: int, power_w: float = 1000.0) -> list[float]:
    return [power_w if begin <= minute < end else 0.0 for minute in range(60)]


def test_a_group_order_is_obeyed_when_its_devices_are_off_after_a_minute_of_grace() -> None:
    order = shed(PayloadType.SIMPLE, "hvac")
    assert is_obeyed(bill(record(airco=on_between(0, 11), car=on_between(0, 60))), order)
    assert is_obeyed(bill(record(airco=on_between(40, 60))), order)
    assert is_obeyed(bill(record(airco=[4.0] * 60)), order)
    assert not is_obeyed(bill(record(airco=on_between(0, 12))), order)
    assert not is_obeyed(bill(record(airco=on_between(39, 40))), order)


def test_an_alert_asks_every_device_to_be_off() -> None:
    order = shed(PayloadType.ALERT_GRID_EMERGENCY, value=1.0)
    assert is_obeyed(bill(record(base_w=2000.0)), order)
    assert not is_obeyed(bill(record(car=on_between(20, 25))), order)


def test_a_cycle_that_ran_before_is_never_cut_and_counts_for_nobody() -> None:
    order = shed(PayloadType.ALERT_GRID_EMERGENCY, value=1.0)
    ran_before = Cycle(NORMAL, NOON, NOON + 5 * MINUTE, NOON + 30 * MINUTE)
    began_within = Cycle(NORMAL, NOON, NOON + 15 * MINUTE, NOON + 30 * MINUTE)
    drawn = on_between(5, 30)
    assert is_obeyed(bill(record(washer=drawn, cycles={WASHER: (ran_before,)})), order)
    assert not is_obeyed(bill(record(washer=drawn, cycles={WASHER: (began_within,)})), order)
    after_its_end = on_between(5, 35)
    assert not is_obeyed(bill(record(washer=after_its_end, cycles={WASHER: (ran_before,)})), order)


def test_a_limit_is_obeyed_when_nothing_that_could_be_off_stands_above_it() -> None:
    order = shed(PayloadType.IMPORT_CAPACITY_LIMIT, value=1200.0)
    fits = record(airco=[800.0] * 60)
    too_much = record(airco=[800.0] * 60, car=on_between(20, 22, 2300.0))
    base_alone = record(base_w=2000.0)
    assert is_obeyed(bill(fits, order), order)
    assert not is_obeyed(bill(too_much, order), order)
    assert is_obeyed(bill(base_alone, order), order)


def thermal(outside_s: float = 0.0, short_rests: int = 0) -> ThermalRecord:
    return ThermalRecord(-22.0, -18.0, -20.0, outside_s, 0.0, short_rests)


def test_safety_counts_cut_cycles_warm_freezers_and_compressors_without_rest() -> None:
    cut = Cycle(NORMAL, NOON, NOON, None, NOON + MINUTE)
    assert safety_breaches(record()) == 0
    assert safety_breaches(record(temperatures={FREEZER: thermal(), AIRCO: thermal(60.0)})) == 0
    assert safety_breaches(record(cycles={WASHER: (cut,)}, temperatures={FREEZER: thermal(5.0, 2)})) == 4


def load(ready_by: datetime) -> LoadMachine:
    return LoadMachine(NOON, WASHER, NORMAL, ready_by, False, "fills the washer")


@pytest.mark.parametrize(
    ("finished_at", "missed"), [(NOON + 30 * MINUTE, 0), (NOON + 31 * MINUTE, 1), (None, 1)]
)
def test_a_machine_misses_its_deadline_when_its_meter_says_so(
    finished_at: datetime | None, missed: int
) -> None:
    kept = record(cycles={WASHER: (Cycle(NORMAL, NOON, NOON, finished_at),)})
    assert deadline_misses(kept, [load(NOON + 30 * MINUTE)]) == missed


def test_a_deadline_that_is_yet_to_come_is_not_missed() -> None:
    assert deadline_misses(record(), [load(NOON + 61 * MINUTE)]) == 0
    assert deadline_misses(record(), [load(NOON + 60 * MINUTE)]) == 1


def test_a_car_that_leaves_with_too_little_misses_its_deadline() -> None:
    enough, short = Departure(NOON, 26_000.0, 26_000.0), Departure(NOON, 25_000.0, 26_000.0)
    assert deadline_misses(record(departures={CAR: (enough, short)}), []) == 1


def test_peak_windows_count_what_can_be_shifted_after_a_grace_but_no_cycle_that_ran_before() -> None:
    outage = Outage(Interval(NOON, NOON + 60 * MINUTE), (HOUR,), "cut", "mended")
    assert peak_window_wh(record(car=on_between(0, 11), airco=on_between(0, 60)), outage) == 0
    assert peak_window_wh(record(car=[4.0] * 60), outage) == 0
    assert peak_window_wh(record(car=on_between(20, 26)), outage) == pytest.approx(100.0)
    ran_before = Cycle(NORMAL, NOON, NOON + 5 * MINUTE, NOON + 30 * MINUTE)
    began_within = Cycle(NORMAL, NOON, NOON + 15 * MINUTE, NOON + 30 * MINUTE)
    washed = on_between(15, 30, 600.0)
    assert peak_window_wh(record(washer=washed, cycles={WASHER: (ran_before,)}), outage) == 0
    counted = peak_window_wh(record(washer=washed, cycles={WASHER: (began_within,)}), outage)
    assert counted == pytest.approx(150.0)


def test_the_ledger_puts_both_days_side_by_side() -> None:
    orders = (shed(PayloadType.IMPORT_CAPACITY_LIMIT, value=1200.0), shed(PayloadType.SIMPLE, "hvac"))
    prices = constant(0.2, Interval(NOON, NOON + timedelta(hours=1)))
    routed = settle(record(until=END, temperatures={AIRCO: thermal(60.0)}), prices, limits_of(orders))
    alone = settle(record(until=END, car=[2300.0] * 60), prices, limits_of(orders))
    account = RouterAccount(1.5, 2, {"optimal": 9})
    made = draw_up(compare(routed, alone, prices), [], orders, account)
    assert made.as_json() == {
        "cost": 0.06,
        "baseline_cost": 0.52,
        "saving": 0.46,
        "currency": "EUR",
        "import_kwh": 0.3,
        "baseline_import_kwh": 2.6,
        "peak_import_w": 300,
        "baseline_peak_import_w": 2600,
        "limit_breaches": 0,
        "baseline_limit_breaches": 1,
        "safety_breaches": 0,
        "deadline_misses": 0,
        "comfort_misses": 1,
        "same_service": True,
        "events_total": 2,
        "events_obeyed": 2,
        "offline_minutes": 1.5,
        "peak_window_wh": 0.0,
        "errors_logged": 2,
        "rungs": {"optimal": 9},
        "until": "2023-07-30T16:00:00+00:00",
        "finished": True,
    }
