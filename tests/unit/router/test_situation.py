"""The home as the planner is told of it: prices, limits, and each device with what is asked and ordered."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from drrouter.domain.device import Binding, DeviceClass, DeviceProfile, DeviceState, Presence
from drrouter.domain.event import Event
from drrouter.domain.flexibility import (
    Consent,
    Discharge,
    Line,
    Phase,
    ProfileFlexibility,
    StorageFlexibility,
)
from drrouter.domain.ids import HoldToken
from drrouter.domain.plan import DataRung
from drrouter.domain.rates import constant
from drrouter.domain.timeline import TariffRates, resolve
from drrouter.domain.wish import (
    Commitment,
    CycleWish,
    LevelWish,
    Override,
    OverrideMode,
    RunningCycle,
)
from drrouter.planner import DeviceInput, Problem
from drrouter.ports import Collection
from drrouter.router.book import Book
from drrouter.router.forecast import BaseLoad, Place, Roof
from drrouter.router.registry import Registry
from drrouter.router.situation import UNKNOWN_PRICE, describe
from drrouter.router.steering import Site
from tests.builders import (
    BATTERY,
    CAR,
    ECO,
    FREEZER,
    HEAT_PUMP,
    HOUR,
    HVAC,
    INVERTER,
    METER,
    MINUTE,
    NOON,
    WASHER,
    a_plan,
    at,
    battery,
    capacity,
    car,
    freezer,
    heat_pump,
    hvac,
    inverter,
    meter,
    price,
    profile,
    programme,
    shed,
    span,
    washer,
)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NO_TARIFF = TariffRates()


class Situation:
    """A home with one of each kind at noon."""

    def __init__(self, *profiles: DeviceProfile) -> None:
        self.registry = Registry(profiles or (freezer(), washer(), car(), hvac()))
        self.book = Book()
        self.events: list[Event] = []
        self.tariff = NO_TARIFF
        self.site = Site(BaseLoad((200.0,) * 24, AMSTERDAM), lambda _: self.tariff)

    def knows(self, device_id: str, state: DeviceState) -> None:
        self.registry.seats[device_id].state = state  # type: ignore[index]

    def problem(self) -> Problem:
        directory = self.registry.directory()
        timeline = resolve(self.events, self.tariff, directory)
        return describe(NOON, "test", self.site, self.registry, self.book, timeline, 2 * HOUR, DataRung.LIVE)

    def device(self, device_id: str) -> DeviceInput:
        return next(device for device in self.problem().devices if device.id == device_id)

    @property
    def taking_part(self) -> set[str]:
        return {device.id for device in self.problem().devices}


@pytest.fixture
def situation() -> Situation:
    return Situation()


HERE = DeviceState(Presence.PRESENT, plugged=True, level=1000.0)
ON, OFF = OverrideMode.ON, OverrideMode.OFF


def test_what_the_router_does_not_steer_is_no_part_of_the_problem() -> None:
    home = Situation(freezer(), heat_pump(), inverter(), meter())
    assert home.taking_part == {FREEZER}


def test_no_pause_is_planned_that_the_router_would_not_carry_out() -> None:
    able = washer(
        WASHER, replace(programme(), phases=(Phase("a", HOUR, 100.0, HOUR), Phase("b", HOUR, 50.0)))
    )
    planned = Situation(able).device(WASHER).flexibility
    assert isinstance(planned, ProfileFlexibility)
    assert not planned.programmes[0].may_pause


def test_a_device_on_three_lines_spreads_over_them() -> None:
    home = Situation(replace(freezer(), lines=tuple(Line)))
    assert home.device(FREEZER).share_on(Line.L3) == pytest.approx(1 / 3)


# The site


def test_a_problem_begins_now_and_is_cut_at_the_edges_of_orders(situation: Situation) -> None:
    situation.events = [shed("s", "12:20", "12:40")]
    starts = [f"{slot.start:%H:%M}" for slot in situation.problem().slots[:5]]
    assert starts == ["12:00", "12:15", "12:20", "12:30", "12:40"]


def test_prices_come_from_the_timeline_and_where_there_are_none_waste_still_costs(
    situation: Situation,
) -> None:
    assert set(situation.problem().import_price) == {UNKNOWN_PRICE}
    assert set(situation.problem().export_price) == {0.0}
    assert situation.problem().co2_g_per_kwh == ()
    situation.events = [price("p", 0.1, "12:00", "16:00")]
    situation.tariff = TariffRates(co2_g_per_kwh=constant(300.0, span("00:00", "24:00")), currency="SEK")
    assert set(situation.problem().import_price) == {0.1}
    assert set(situation.problem().co2_g_per_kwh) == {300.0}
    assert situation.problem().currency == "SEK"


def test_the_problem_names_trigger_rung_zone_base_load_and_the_previous_plan(situation: Situation) -> None:
    situation.book.keep_plan(plan := a_plan())
    problem = situation.problem()
    assert (problem.trigger, problem.data_rung, problem.previous) == ("test", DataRung.LIVE, plan)
    assert problem.timezone == "Europe/Amsterdam"
    assert set(problem.base_load_w) == {200.0}


def test_limits_within_the_horizon_stand_beside_the_main_fuse(situation: Situation) -> None:
    situation.events = [capacity("near", 2000, "13:00", "14:00"), capacity("far", 1000, "18:00", "19:00")]
    assert [limit.event_id for limit in situation.problem().limits] == ["near"]
    situation.site = replace(situation.site, fuse_w=5750.0)
    fuse, near = situation.problem().limits
    assert (fuse.program, fuse.provider) == ("main fuse", None)
    assert near.event_id == "near"


# Who takes part


def test_machines_take_part_always_and_cars_while_they_are_here_and_wish(situation: Situation) -> None:
    assert situation.taking_part == {FREEZER, WASHER, HVAC}
    situation.knows(CAR, HERE)
    assert CAR not in situation.taking_part
    situation.book.put(Collection.WISHES, CAR, LevelWish(CAR, 5000.0, at("13:00")))
    assert CAR in situation.taking_part
    situation.knows(CAR, replace(HERE, plugged=False))
    assert CAR not in situation.taking_part


def test_who_does_not_answer_takes_no_part_but_machines(situation: Situation) -> None:
    situation.book.put(Collection.WISHES, CAR, LevelWish(CAR, 5000.0, at("13:00")))
    for device_id in (FREEZER, WASHER, CAR, HVAC):
        situation.knows(device_id, replace(HERE, presence=Presence.GONE))
    assert situation.taking_part == {WASHER}


# What is told of a device


def test_a_machine_is_told_with_its_wish_its_promise_and_its_running_cycle(situation: Situation) -> None:
    wish = CycleWish(WASHER, ECO, NOON, at("18:00"))
    promise = Commitment(WASHER, ECO, at("13:00"), 90 * MINUTE, HoldToken("t"), NOON)
    running = RunningCycle(WASHER, ECO, at("11:00"))
    situation.book.put(Collection.WISHES, WASHER, wish)
    situation.book.put(Collection.COMMITMENTS, WASHER, promise)
    situation.registry.began(running)
    told = situation.device(WASHER)
    assert (told.wishes, told.commitment, told.running) == ((wish,), promise, running)
    assert (told.label, told.level) == ("Washer", None)


def test_a_car_can_be_charged_until_it_leaves(situation: Situation) -> None:
    situation.knows(CAR, replace(HERE, level=None))
    situation.book.put(Collection.WISHES, CAR, LevelWish(CAR, 5000.0, at("13:00")))
    told, whole = situation.device(CAR), car().flexibility
    assert (told.available, told.level) == (span("12:00", "13:00"), 0.0)
    assert isinstance(whole, StorageFlexibility)
    assert told.flexibility == replace(whole, level_max=5000.0)


@pytest.mark.parametrize(("asked", "level", "top"), [(0.0, 0.0, 1.0), (5000.0, 6000.0, 6000.0)])
def test_a_car_is_planned_no_further_than_it_was_asked_for_or_is(
    situation: Situation, asked: float, level: float, top: float
) -> None:
    situation.knows(CAR, replace(HERE, level=level))
    situation.book.put(Collection.WISHES, CAR, LevelWish(CAR, asked, at("13:00")))
    told = situation.device(CAR)
    assert isinstance(told.flexibility, StorageFlexibility)
    assert told.flexibility.level_max == top


@pytest.mark.parametrize(("level", "by"), [(0.0, "17:15"), (7500.0, "17:15"), (-10000.0, "18:00")])
def test_a_departure_is_planned_with_a_reserve_until_the_reserve_is_needed(
    situation: Situation, level: float, by: str
) -> None:
    situation.knows(CAR, replace(HERE, level=level))
    situation.book.put(Collection.WISHES, CAR, LevelWish(CAR, 8000.0, at("18:00")))
    told = situation.device(CAR)
    assert told.wishes == (LevelWish(CAR, 8000.0, at(by)),)
    assert told.reserve == at("18:00") - at(by)
    assert told.available == span("12:00", "18:00")


def test_a_car_whose_time_is_just_over_has_no_end(situation: Situation) -> None:
    situation.knows(CAR, HERE)
    situation.book.put(Collection.WISHES, CAR, LevelWish(CAR, 5000.0, NOON))
    assert situation.device(CAR).available is None


def test_a_freezer_is_planned_between_its_thermostat_and_the_guard_with_room_for_an_order(
    situation: Situation,
) -> None:
    told = situation.device(FREEZER)
    assert isinstance(told.flexibility, StorageFlexibility)
    assert told.flexibility.level_min == -20.0
    assert told.flexibility.level_max == pytest.approx(-17.3)  # half an hour's drift below the guard
    assert told.level == -18.0
    situation.knows(FREEZER, replace(HERE, level=-19.5))
    assert situation.device(FREEZER).level == -19.5


def test_a_freezer_that_shall_be_colder_by_noon_may_run_after_noon_too(situation: Situation) -> None:
    wish = LevelWish(FREEZER, -19.5, at("13:00"))
    situation.book.put(Collection.WISHES, FREEZER, wish)
    told = situation.device(FREEZER)
    assert (told.wishes, told.available) == ((wish,), None)


@pytest.mark.parametrize("binding", [Binding(), Binding(thermostat=(-17.0, -16.5))])
def test_a_freezer_whose_thermostat_gives_no_room_is_planned_to_its_own_bound(binding: Binding) -> None:
    told = Situation(replace(freezer(), binding=binding)).device(FREEZER)
    assert isinstance(told.flexibility, StorageFlexibility)
    assert told.flexibility.level_min == -24.0


# Orders and overrides


def test_sheds_and_alerts_cap_whom_they_mean(situation: Situation) -> None:
    situation.events = [
        shed("mine", "12:30", "13:00", targets=(HVAC,)),
        shed("others", "13:00", "13:30", targets=(WASHER,)),
        shed("soft", "13:00", "13:30", level=0.5),
        shed("late", "20:00", "21:00"),
    ]
    assert situation.device(HVAC).caps == ((span("12:30", "13:00"), 0.0),)
    assert situation.device(HVAC).floors == ()


def test_the_owners_off_caps_until_it_ends_and_orders_cap_besides(situation: Situation) -> None:
    situation.events = [shed("s", "13:00", "13:30")]
    situation.book.put(Collection.OVERRIDES, HVAC, Override(HVAC, OFF, at("12:45")))
    caps = situation.device(HVAC).caps
    assert caps == ((span("12:00", "12:45"), 0.0), (span("13:00", "13:30"), 0.0))


def test_the_owners_on_stands_above_orders_while_it_holds(situation: Situation) -> None:
    situation.events = [shed("s", "12:15", "13:30")]
    situation.book.put(Collection.OVERRIDES, HVAC, Override(HVAC, ON, at("13:00")))
    told = situation.device(HVAC)
    assert told.caps == ((span("13:00", "13:30"), 0.0),)
    assert told.floors == ((span("12:00", "13:00"), 1000.0),)


def test_an_override_longer_than_the_horizon_fills_it(situation: Situation) -> None:
    situation.events = [shed("s", "12:15", "13:30")]
    situation.book.put(Collection.OVERRIDES, HVAC, Override(HVAC, ON, at("30:00")))
    told = situation.device(HVAC)
    assert told.caps == ()
    assert told.floors == ((span("12:00", "14:00"), 1000.0),)


def test_a_slot_is_cut_where_an_override_ends(situation: Situation) -> None:
    situation.book.put(Collection.OVERRIDES, HVAC, Override(HVAC, ON, at("12:22")))
    assert at("12:22") in [slot.end for slot in situation.problem().slots]


def test_a_machine_that_the_owner_switched_on_has_the_power_of_its_cycle(situation: Situation) -> None:
    situation.book.put(Collection.OVERRIDES, WASHER, Override(WASHER, ON, at("13:00")))
    assert situation.device(WASHER).floors == ()


def test_an_override_that_has_ended_says_nothing(situation: Situation) -> None:
    situation.book.put(Collection.OVERRIDES, HVAC, Override(HVAC, OFF, NOON))
    assert situation.device(HVAC).caps == ()


# What is set to a power or a mode, and the sun


def test_a_battery_takes_part_while_it_can_be_set_and_tells_how_full_it_is() -> None:
    home = Situation(battery())
    assert home.taking_part == set()
    home.knows(BATTERY, replace(HERE, setpoint_w=0.0, level=None))
    assert home.taking_part == set()
    home.knows(BATTERY, replace(HERE, setpoint_w=0.0, level=5000.0))
    seen = home.device(BATTERY)
    assert (seen.level, seen.may_discharge, seen.wishes, seen.available) == (5000.0, True, (), None)
    home.knows(BATTERY, replace(HERE, setpoint_w=0.0, presence=Presence.GONE))
    assert home.taking_part == set()


def test_a_heat_pump_takes_part_with_the_modes_that_it_was_in_today() -> None:
    home = Situation(heat_pump())
    home.knows(HEAT_PUMP, DeviceState(Presence.PRESENT, mode=2))
    home.registry.seat(HEAT_PUMP).stays = [(at("10:00"), 1), (at("11:30"), 2), (NOON, 0)]
    assert home.device(HEAT_PUMP).stays == ((span("10:00", "11:30"), 1), (span("11:30", "12:00"), 2))


def test_a_heat_pump_that_its_owner_keeps_on_is_planned_in_its_normal_mode_at_least() -> None:
    home = Situation(heat_pump())
    home.knows(HEAT_PUMP, DeviceState(Presence.PRESENT, mode=1))
    home.book.put(Collection.OVERRIDES, HEAT_PUMP, Override(HEAT_PUMP, ON, at("13:00")))
    assert [floor for _, floor in home.device(HEAT_PUMP).floors] == [1000.0]


def test_an_inverter_that_can_be_held_back_is_offered_the_sun_and_any_other_sun_stands_beside_the_load() -> (
    None
):
    home = Situation(inverter())
    home.site = replace(home.site, roof=Roof(0.0, Place(52.1, 5.1)))
    assert home.problem().devices == ()
    assert min(home.problem().pv_w) > 1000
    home.knows(INVERTER, DeviceState(Presence.PRESENT, setpoint_w=-5000.0))
    assert min(home.device(INVERTER).sun_w) > 1000
    assert home.problem().pv_w == ()


def test_a_tank_keeps_clear_of_its_cold_bound_and_without_a_known_level_stands_where_it_keeps_itself() -> (
    None
):
    store = StorageFlexibility("degC", 45.0, 65.0, 55.0, 0.01, -0.5, 2000.0)
    home = Situation(profile("tank", store, DeviceClass.HOT_WATER))
    home.knows("tank", DeviceState(Presence.PRESENT))
    seen = home.device("tank")
    assert seen.level == 55.0
    assert isinstance(seen.flexibility, StorageFlexibility)
    assert (seen.flexibility.level_min, seen.flexibility.level_max) == (48.0, 65.0)
    assert seen.available is None


def test_a_car_that_is_lent_is_planned_with_its_whole_battery() -> None:
    gives = Discharge(2300.0, 1.1, consent=Consent.ONCE)
    store = StorageFlexibility("Wh", 0.0, 10_000.0, 10_000.0, 1.0, 0.0, 2300.0, discharge=gives)
    for agreed, most in ((False, 4000.0), (True, 10_000.0)):
        lent = replace(car(), flexibility=store, may_discharge=agreed)
        home = Situation(lent)
        home.knows(CAR, replace(HERE, setpoint_w=0.0))
        home.book.put(Collection.WISHES, CAR, LevelWish(CAR, 4000.0, at("18:00")))
        seen = home.device(CAR)
        assert isinstance(seen.flexibility, StorageFlexibility)
        assert (seen.may_discharge, seen.flexibility.level_max) == (agreed, most)


def test_the_fuses_of_measured_lines_are_planned_with(situation: Situation) -> None:
    situation.registry = Registry([meter()])
    situation.site = replace(situation.site, meter=METER, line_fuse_w=5750.0)
    assert situation.problem().limits == ()
    lines = ((Line.L1, 100.0), (Line.L2, 300.0), (Line.L3, 0.0))
    situation.knows(METER, DeviceState(Presence.PRESENT, power_w=400.0, line_w=lines, seen_at=NOON))
    problem = situation.problem()
    assert [(limit.line, limit.max_w, limit.program) for limit in problem.limits] == [
        (line, 5750.0, f"fuse of {line}") for line in Line
    ]
    assert problem.base_line_shares == (0.25, 0.75, 0.0)
