"""The home at its meter: flows, limits, and the cost of the next watt."""

from datetime import timedelta
from typing import Any

import pytest

from drrouter.domain.ids import DeviceId
from drrouter.domain.limit import Scope
from drrouter.planner import plan
from drrouter.planner.bill import bill_of
from drrouter.planner.site import NO_LIMIT_W, Site, limit_rows
from drrouter.planner.timeline import on_slots_of
from tests.unit.planner.homes import CAR, HVAC, NOW, WASHER, at, car, demo_home, limit, machine, problem

HOUR: dict[str, Any] = {"hours": 1, "import_price": (0.3,) * 4, "export_price": (0.1,) * 4}


def site(**changes: Any) -> Site:
    home = problem(**{**HOUR, **changes})
    return Site(home, home.base_load_w)


class TestLimits:
    def test_a_limit_binds_every_slot_that_it_touches(self) -> None:
        home = problem(hours=1, limits=(limit(2000, at(16.3), at(16.6)),))
        assert [row.index for row in limit_rows(home)] == [1, 2]

    def test_the_tightest_of_two_limits_on_the_same_devices_holds(self) -> None:
        home = problem(hours=0.25, limits=(limit(2000), limit(1500), limit(1800)))
        assert [row.max_w for row in limit_rows(home)] == [1500]

    def test_limits_on_different_devices_stand_side_by_side(self) -> None:
        home = problem(hours=0.25, limits=(limit(2000), limit(1500, members=(CAR, HVAC))))
        assert [row.members for row in limit_rows(home)] == [None, frozenset({CAR, HVAC})]

    def test_the_guaranteed_minimum_is_never_undercut(self) -> None:
        home = problem(hours=0.25, limits=(limit(0, members=(CAR,), guaranteed_w=4200),))
        assert limit_rows(home)[0].max_w == 4200

    def test_a_limit_that_names_nobody_binds_the_site(self) -> None:
        home = problem(hours=0.25, limits=(limit(2000, scope=Scope.LINE),))
        assert limit_rows(home)[0].members is None


class TestSite:
    def test_room_is_what_the_tightest_limit_leaves_to_this_device(self) -> None:
        home = site(limits=(limit(2000), limit(1500, members=(CAR,))))
        home.add(CAR, (1000.0, 0.0))
        assert home.room_w(CAR, 0) == 500.0
        assert home.room_w(WASHER, 0) == 700.0
        assert home.room_w(CAR, 1) == 1500.0

    def test_taking_a_device_away_restores_the_room(self) -> None:
        home = site(limits=(limit(2000, members=(CAR,)),))
        home.add(CAR, (1000.0,), first=2)
        home.add(CAR, (1000.0,), first=2, sign=-1)
        assert home.room_w(CAR, 2) == 2000.0

    def test_without_a_limit_there_is_room_for_anything(self) -> None:
        assert site().room_w(CAR, 0) == NO_LIMIT_W
        assert site().tightest(CAR, 0) is None
        assert site().headroom_w(0) == NO_LIMIT_W - 300

    def test_the_tightest_limit_can_be_named(self) -> None:
        home = site(limits=(limit(2000), limit(1500, members=(CAR,))))
        row = home.tightest(CAR, 0)
        assert row is not None
        assert row.max_w == 1500

    def test_the_first_watts_use_the_sun_and_the_next_are_bought(self) -> None:
        home = site(base_load_w=(-500.0,) * 4)
        assert home.added_cost(CAR, 0, 500.0) == pytest.approx(0.25 * 0.5 * 0.1)
        assert home.added_cost(CAR, 0, 1000.0) == pytest.approx(0.25 * (0.5 * 0.1 + 0.5 * 0.3))

    def test_breaking_a_limit_costs_only_what_is_above_it(self) -> None:
        home = site(limits=(limit(500),))
        assert home.added_cost(CAR, 0, 1000.0) == pytest.approx(0.25 * (0.3 + 0.8 * 10))
        home.add(CAR, (1000.0,))
        assert home.added_cost(CAR, 0, 1000.0) == pytest.approx(0.25 * (0.3 + 10))

    def test_one_more_kwh_costs_import_or_lost_export_or_a_broken_limit(self) -> None:
        assert site().marginal_price(0) == 0.3
        assert site(base_load_w=(-500.0,) * 4).marginal_price(0) == 0.1
        assert site(limits=(limit(300),)).marginal_price(0) == pytest.approx(10.3)

    def test_a_site_of_a_plan_has_its_flows(self) -> None:
        home = demo_home(limits=(limit(3000), limit(2500, members=(CAR,))))
        made = plan(home)
        seen = Site.of_plan(home, made)
        assert tuple(seen.grid_w) == made.grid_w
        assert seen.room_w(CAR, 50) == min(3000 - made.grid_w[50], 2500 - made.power_w[CAR][50])


class TestBill:
    def test_co2_counts_only_what_is_imported(self) -> None:
        bill = bill_of(problem(**HOUR, co2_g_per_kwh=(400.0,) * 4))
        assert bill.added_co2((-500.0,) * 4, (1000.0,)) == pytest.approx(0.25 * 0.5 * 400)

    def test_the_bill_leaves_the_price_of_co2_out(self) -> None:
        bill = bill_of(problem(**HOUR, co2_g_per_kwh=(400.0,) * 4, co2_price_per_kg=1.0))
        assert bill.added((0.0,) * 4, (1000.0,), first=3) == pytest.approx(0.25 * 0.3)
        assert bill.mean_co2 == 400.0


class TestTimeline:
    def test_a_plan_of_the_same_slots_is_itself(self) -> None:
        home = problem(machine())
        made = plan(home)
        assert on_slots_of(home, made) is made

    def test_an_older_plan_is_told_as_means_of_the_newer_slots(self) -> None:
        older = problem(car(wished=None), hours=1)
        made = plan(older)
        newer = problem(car(), now=NOW + timedelta(minutes=20), hours=1)
        laid = on_slots_of(newer, made)
        assert laid.slots == newer.slots
        assert laid.grid_w[0] == pytest.approx(made.grid_w[1])
        assert laid.grid_w[-1] == 300.0, "behind the older plan only the base load is known"
        assert laid.power_w[DeviceId("car")][-1] == 0.0
