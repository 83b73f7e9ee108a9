"""A day in the simulated house: outlets, happenings, records, bills, limits and the honest baseline."""

from datetime import UTC, datetime, timedelta

import pytest

from drrouter.domain.flexibility import (
    DemandFlexibility,
    Phase,
    ProfileFlexibility,
    Programme,
    StorageFlexibility,
)
from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.rates import Rates, constant, from_steps
from drrouter.errors import DeviceUnknownError, MessageError
from drrouter.sim.appliances import Car, CycleMachine, Freezer
from drrouter.sim.house import (
    ApplianceSpec,
    BaseSpec,
    Happening,
    HappeningKind,
    House,
    HouseSpec,
    Outlet,
    live_without_router,
)
from drrouter.sim.ledger import compare, settle
from drrouter.sim.record import record_of

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WASHER, FREEZER, CAR, HVAC = (DeviceId(name) for name in ("washer", "freezer", "car", "hvac"))
ECO = ProgrammeId("eco")
SPEC = HouseSpec(
    (
        ApplianceSpec(
            WASHER, ProfileFlexibility((Programme(ECO, "Eco", (Phase("wash", 2 * HOUR, 1000.0),)),))
        ),
        ApplianceSpec(
            FREEZER,
            StorageFlexibility("°C", -22.0, -18.0, -21.0, -0.04, 1.1, 90.0, duty=True),
            level=-21.0,
            thermostat=(-22.0, -20.0),
        ),
        ApplianceSpec(CAR, StorageFlexibility("Wh", 0.0, 40_000.0, 40_000.0, 0.9, 0.0, 2300.0)),
        ApplianceSpec(HVAC, DemandFlexibility(600.0, 1200.0)),
    ),
    BaseSpec((200.0,) * 24, UTC),
)
LOAD = Happening(START + HOUR, HappeningKind.LOAD, WASHER, ECO)
ARRIVE = Happening(START + 2 * HOUR, HappeningKind.PLUG_IN, CAR, energy_wh=20_000.0)
LEAVE = Happening(START + 20 * HOUR, HappeningKind.UNPLUG, CAR, energy_wh=30_000.0)
CHEAP_AT_NIGHT = from_steps(
    [
        (Interval(START, START + 6 * HOUR), 0.40),
        (Interval(START + 6 * HOUR, START + 12 * HOUR), 0.10),
        (Interval(START + 12 * HOUR, START + DAY), 0.40),
    ]
)


def routed_house(wash_at: int = 7, charge: tuple[int, int] = (6, 12)) -> House:
    """The same day, with plugs switched by hand as a router might."""
    house = House(SPEC, START)
    for device in (FREEZER, HVAC):
        house.appliances[device].set_supply(True)
    switchings = [(wash_at, WASHER, True), (charge[0], CAR, True), (charge[1], CAR, False)]
    for hour in range(24):
        for happening in (LOAD, ARRIVE, LEAVE):
            if happening.at == START + hour * HOUR:
                house.do(happening)
        house.advance(START + hour * HOUR)
        for at, device, on in switchings:
            if at == hour:
                house.appliances[device].set_supply(on)
    house.advance(START + DAY)
    return house


def test_an_outlet_lets_the_house_live_up_to_now_before_it_answers_or_switches() -> None:
    now = [START]
    house = House(SPEC, START)
    outlet = Outlet(house, HVAC, lambda: now[0])
    outlet.set_supply(True)
    now[0] = START + 3 * HOUR
    assert outlet.energy_wh() > 0
    assert outlet.power_w() in (0.0, 1200.0)
    assert house.now == START + 3 * HOUR
    outlet.set_supply(False)
    now[0] = START + 4 * HOUR
    assert outlet.power_w() == 0.0


def test_people_load_machines_and_come_and_go_by_car() -> None:
    house = House(SPEC, START)
    for happening in (LOAD, ARRIVE, LEAVE):
        house.do(happening)
    machine, car = house.appliances[WASHER], house.appliances[CAR]
    assert isinstance(machine, CycleMachine)
    assert isinstance(car, Car)
    assert machine.cycle is not None
    assert car.departures[0].missing_wh == 10_000.0
    assert house.happenings == [LOAD, ARRIVE, LEAVE]


def test_what_cannot_happen_is_refused_and_not_kept() -> None:
    house = House(SPEC, START)
    with pytest.raises(MessageError, match="cannot load"):
        house.do(Happening(START, HappeningKind.LOAD, FREEZER, ECO))
    with pytest.raises(MessageError, match="cannot load"):
        house.do(Happening(START, HappeningKind.LOAD, WASHER))
    with pytest.raises(DeviceUnknownError, match="washer"):
        house.do(Happening(START, HappeningKind.LOAD, DeviceId("wahser"), ECO))
    assert house.happenings == []


def test_a_record_holds_every_minute_of_every_device() -> None:
    record = record_of(routed_house())
    assert {len(minutes) for minutes in (*record.devices_wh.values(), record.base_wh)} == {1440}
    assert sum(record.base_wh) == pytest.approx(4800.0)
    assert sum(record.devices_wh[WASHER]) == pytest.approx(2000.0)
    assert sum(record.total_wh) == pytest.approx(
        sum(record.base_wh) + sum(map(sum, record.devices_wh.values()))
    )
    assert record.cycle_cuts == 0
    assert record.temperatures[FREEZER].highest_c <= -18.0
    assert record.temperatures[FREEZER].outside_s == 0.0


def test_a_record_does_not_change_afterwards() -> None:
    house = House(SPEC, START)
    house.do(LOAD)
    record = record_of(house)
    house.appliances[WASHER].set_supply(True)
    house.advance(START + DAY)
    assert record.cycles[WASHER][0].started_at is None


def test_a_record_counts_cut_cycles_and_missing_charge() -> None:
    house = House(SPEC, START)
    house.do(LOAD)
    house.appliances[WASHER].set_supply(True)
    house.do(ARRIVE)
    house.appliances[WASHER].set_supply(False)
    house.do(LEAVE)
    record = record_of(house)
    assert record.cycle_cuts == 1
    assert record.missing_wh == pytest.approx(10_000.0)


def test_the_bill_prices_every_minute_and_names_what_has_no_price() -> None:
    record = record_of(routed_house())
    ledger = settle(record, CHEAP_AT_NIGHT)
    assert ledger.import_kwh == pytest.approx(sum(record.total_wh) / 1000)
    assert ledger.devices_cost[WASHER] == pytest.approx(2.0 * 0.10)
    assert ledger.devices_cost[CAR] == pytest.approx(6 * 2.3 * 0.10)
    assert ledger.unpriced_kwh == 0.0
    half = settle(record, constant(0.3, Interval(START, START + 12 * HOUR)))
    assert half.unpriced_kwh == pytest.approx(sum(record.total_wh[720:]) / 1000)
    assert settle(record, Rates()).cost == 0.0


def test_peaks_are_means_of_a_minute_and_of_a_quarter() -> None:
    ledger = settle(record_of(routed_house()), CHEAP_AT_NIGHT)
    assert 200 + 1000 + 2300 + 1200 <= round(ledger.peak_import_w) <= 200 + 1000 + 2300 + 90 + 1200
    assert 200 + 1000 + 2300 < ledger.peak_quarter_w <= ledger.peak_import_w


def test_the_part_of_a_limit_that_a_running_cycle_breaks_is_not_held_against_the_router() -> None:
    house = House(HouseSpec(SPEC.appliances[:1], SPEC.base), START)
    house.do(LOAD)
    house.appliances[WASHER].set_supply(True)
    house.advance(START + DAY)
    during = Limit(Interval(START + 2 * HOUR, START + 4 * HOUR), 500.0)
    (kept,) = settle(record_of(house), CHEAP_AT_NIGHT, [during]).limits
    assert kept.over_wh == pytest.approx(700.0 * 59 / 60)
    assert kept.controllable_over_wh == 0.0
    before = Limit(Interval(START + 30 * MINUTE, START + 90 * MINUTE), 500.0)
    (broken,) = settle(record_of(house), CHEAP_AT_NIGHT, [before]).limits
    assert broken.controllable_over_wh == pytest.approx(350.0)
    assert broken.worst_w == pytest.approx(700.0)


def test_a_limit_on_a_group_leaves_the_rest_of_the_house_alone() -> None:
    record = record_of(routed_house())
    span = Interval(START + 6 * HOUR, START + 12 * HOUR)
    car_only = Limit(span, 1000.0, Scope.DEVICE, (CAR,), guaranteed_w=1380.0)
    washer_only = Limit(span, 1000.0, Scope.GROUP, (WASHER,))
    kept = settle(record, CHEAP_AT_NIGHT, [car_only, washer_only]).limits
    assert kept[0].worst_w == pytest.approx(2300.0 - 1380.0)
    assert kept[1].worst_w == pytest.approx(0.0)


def test_without_a_router_machines_start_when_loaded_and_the_car_charges_at_once() -> None:
    record = record_of(live_without_router(SPEC, START, START + DAY, [LEAVE, LOAD, ARRIVE]))
    (cycle,) = record.cycles[WASHER]
    assert cycle.started_at == LOAD.at
    assert record.devices_wh[CAR][120] == pytest.approx(2300 / 60)
    assert record.missing_wh == 0.0
    assert record.temperatures[FREEZER].highest_c == pytest.approx(-18.5, abs=1e-3)


def test_without_a_router_what_happens_later_has_not_happened() -> None:
    record = record_of(live_without_router(SPEC, START, START + 10 * HOUR, [LOAD, ARRIVE, LEAVE]))
    assert record.departures[CAR] == ()


def test_a_freezer_may_be_told_how_people_set_it() -> None:
    spec = HouseSpec(
        (
            ApplianceSpec(
                FREEZER, SPEC.appliances[1].flexibility, thermostat=(-22, -20), usual_thermostat=(-19, -18)
            ),
        )
    )
    freezer = live_without_router(spec, START, START + DAY, []).appliances[FREEZER]
    assert isinstance(freezer, Freezer)
    assert freezer.thermostat.stops_at_c == -19


def test_the_comparison_values_both_ends_alike() -> None:
    happenings = [LOAD, ARRIVE, LEAVE]
    routed = settle(record_of(routed_house()), CHEAP_AT_NIGHT)
    baseline = settle(record_of(live_without_router(SPEC, START, START + DAY, happenings)), CHEAP_AT_NIGHT)
    result = compare(routed, baseline, CHEAP_AT_NIGHT)
    assert result.same_service
    assert result.mean_price_per_kwh == pytest.approx((6 * 0.1 + 18 * 0.4) / 24)
    assert result.saving == pytest.approx(
        baseline.cost - routed.cost + result.stored_wh / 1000 * result.mean_price_per_kwh
    )
    assert result.stored_wh < -5000
    assert 0 < result.saving < baseline.cost - routed.cost


def test_a_day_without_a_router_saves_nothing_against_itself() -> None:
    alone = settle(
        record_of(live_without_router(SPEC, START, START + DAY, [LOAD, ARRIVE, LEAVE])), CHEAP_AT_NIGHT
    )
    result = compare(alone, alone, CHEAP_AT_NIGHT)
    assert result.saving == pytest.approx(0.0)
    assert result.same_service


def test_a_router_that_leaves_the_washing_undone_does_not_give_the_same_service() -> None:
    lazy = settle(record_of(routed_house(wash_at=23)), CHEAP_AT_NIGHT)
    baseline = settle(
        record_of(live_without_router(SPEC, START, START + DAY, [LOAD, ARRIVE, LEAVE])), CHEAP_AT_NIGHT
    )
    assert not compare(lazy, baseline, CHEAP_AT_NIGHT).same_service
