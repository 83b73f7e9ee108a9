"""Three providers with one home: who sells energy, who runs the grid, and who dispatches its battery (B10).

sells   a price, and a limit that it has no right to
grid    a limit, a price of its own, an emergency
agg     a set-point for the battery, and an emergency that it has no right to
"""

import pytest

from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import ProviderId
from drrouter.domain.mandate import Mandates, Role, mandate
from drrouter.domain.report import ReportAsk
from drrouter.domain.signal import EventCancelled, EventReceived, LinkChanged
from drrouter.domain.wish import OverrideMode
from drrouter.router.report_values import value_of
from tests.builders import (
    BATTERY,
    FREEZER,
    HOUR,
    MINUTE,
    NOON,
    at,
    battery,
    event,
    freezer,
    meter,
    payload,
    span,
)
from tests.fakes import FakeProvider
from tests.homes import Home, running

GRID, SELLS, AGG = ProviderId("grid"), ProviderId("sells"), ProviderId("agg")
MANDATES: Mandates = {
    SELLS: mandate(Role.ENERGY),
    GRID: mandate(Role.NETWORK),
    AGG: mandate(Role.AGGREGATOR),
}


class Three:
    """A home with a battery, a freezer and a meter, and its three providers."""

    def __init__(self, mandates: Mandates = MANDATES) -> None:
        self.home = Home(battery(), freezer(), meter())
        self.home.mandates = mandates
        self.sells, self.agg = FakeProvider(SELLS), FakeProvider(AGG)
        self.home.others = [self.sells, self.agg]
        self.grid = self.home.provider

    def say(self, provider: FakeProvider, kind: PayloadType, value: float, *targets: str) -> Event:
        one = payload(kind, value, "12:00", "13:00")
        made = event(f"{provider.id}-{kind}", one, provider=provider.id, targets=targets)
        provider.says(EventReceived(made))
        return made

    def conflict(self) -> tuple[Event, Event]:
        """A limit of 2 kW, and a set-point of 3 kW."""
        return (
            self.say(self.grid, PayloadType.IMPORT_CAPACITY_LIMIT, 2000.0),
            self.say(self.agg, PayloadType.DISPATCH_SETPOINT, 3000.0, BATTERY),
        )

    @property
    def battery_w(self) -> float:
        return self.home.boxes[BATTERY].power_w

    def sentences(self, *words: str) -> list[str]:
        return [one for one in self.home.store.sentences() if all(word in one for word in words)]


async def test_the_networks_limit_holds_before_the_aggregators_set_point_until_it_ends() -> None:
    three = Three()
    async with running(three.home):
        three.conflict()
        await three.home.clock.advance(MINUTE)
        assert three.battery_w == pytest.approx(1700.0, abs=120.0)
        assert three.sentences("grid's limit of 2 kW holds before agg's set-point of 3 kW") == [
            "grid's limit of 2 kW holds before agg's set-point of 3 kW: "
            "a network limit stands above a set-point. From Mon 01 Jun 14:00 to Mon 01 Jun 15:00."
        ]
        three.grid.says(EventCancelled(GRID, three.conflict()[0].id, NOON))
        await three.home.clock.advance(MINUTE)
        assert three.battery_w == pytest.approx(3000.0)


async def test_each_is_told_its_own_outcome_and_nothing_of_the_others() -> None:
    three = Three()
    async with running(three.home):
        three.conflict()
        await three.home.clock.advance(MINUTE)
        assert three.grid.heard == [
            "receipt grid-IMPORT_CAPACITY_LIMIT site",
            "started grid-IMPORT_CAPACITY_LIMIT site",
        ]
        assert three.sells.heard == []
        assert three.agg.heard == [
            "receipt agg-DISPATCH_SETPOINT battery",
            "impossible agg-DISPATCH_SETPOINT battery",
        ]
        assert three.agg.received[-1].payloads == {"reason": "it cannot be done in this home now"}


async def test_an_order_beyond_the_role_is_not_obeyed_and_is_told_to_its_sender_alone() -> None:
    three = Three()
    async with running(three.home):
        three.say(three.sells, PayloadType.IMPORT_CAPACITY_LIMIT, 100.0)
        three.say(three.agg, PayloadType.ALERT_GRID_EMERGENCY, 1.0)
        three.say(three.agg, PayloadType.DISPATCH_SETPOINT, 1000.0, BATTERY)
        await three.home.clock.advance(MINUTE)
        assert three.battery_w == pytest.approx(1000.0)
        assert three.home.router.steering.timeline.limits == ()
        (receipt,) = three.sells.received
        beyond = "IMPORT_CAPACITY_LIMIT is beyond what you may send to this home"
        assert receipt.payloads == {"ignored": beyond, "obeyed": "nothing"}
        assert three.grid.received == []
        (said,) = three.sentences("sells sent", "IMPORT_CAPACITY_LIMIT is beyond")
        assert "nothing that it may send" in said


async def test_energy_and_network_add_up_to_the_price_of_the_home() -> None:
    three = Three()
    async with running(three.home):
        three.say(three.sells, PayloadType.PRICE, 0.20)
        three.say(three.grid, PayloadType.PRICE, 0.07)
        three.say(three.agg, PayloadType.PRICE, 9.0)
        await three.home.clock.settle()
        assert three.home.front.status().price_per_kwh == pytest.approx(0.27)
        parts = {part.name: part.rates.at(NOON) for part in three.home.front.timeline().import_parts}
        assert parts == {"energy": 0.20, "network": 0.07}


async def test_an_emergency_stands_above_a_set_point_and_the_owner_above_that() -> None:
    three = Three()
    async with running(three.home):
        three.say(three.agg, PayloadType.DISPATCH_SETPOINT, 3000.0, BATTERY)
        three.say(three.grid, PayloadType.ALERT_GRID_EMERGENCY, 1.0)
        await three.home.clock.advance(MINUTE)
        assert three.battery_w <= 0.0
        assert three.sentences("grid's emergency alert holds before agg's set-point of 3 kW")
        await three.home.front.override(BATTERY, OverrideMode.ON, at("12:30"))
        await three.home.clock.advance(MINUTE)
        assert three.battery_w == pytest.approx(3000.0)
        assert "opted_out grid-ALERT_GRID_EMERGENCY battery" in three.grid.heard
        assert "opted_out" not in " ".join(three.agg.heard)


async def test_the_owner_who_switches_a_battery_off_opts_it_out_of_a_set_point() -> None:
    three = Three()
    async with running(three.home):
        three.say(three.agg, PayloadType.DISPATCH_SETPOINT, 3000.0, BATTERY)
        await three.home.clock.advance(MINUTE)
        await three.home.front.override(BATTERY, OverrideMode.OFF, at("12:30"))
        await three.home.clock.advance(MINUTE)
        assert "opted_out agg-DISPATCH_SETPOINT battery" in three.agg.heard


async def test_of_two_that_dispatch_the_same_battery_the_lower_holds_and_the_other_is_told() -> None:
    three = Three({**MANDATES, SELLS: mandate(None)})
    async with running(three.home):
        three.say(three.agg, PayloadType.DISPATCH_SETPOINT, 3000.0, BATTERY)
        three.say(three.sells, PayloadType.DISPATCH_SETPOINT, 1000.0, BATTERY)
        await three.home.clock.advance(MINUTE)
        assert three.battery_w == pytest.approx(1000.0)
        assert three.agg.heard[-1] == "impossible agg-DISPATCH_SETPOINT battery"
        assert three.sells.heard == [
            "receipt sells-DISPATCH_SETPOINT battery",
            "started sells-DISPATCH_SETPOINT battery",
        ]


async def test_the_owner_sees_all_providers_side_by_side() -> None:
    three = Three()
    async with running(three.home):
        three.grid.says(LinkChanged(GRID, True, "up", NOON))
        three.conflict()
        three.say(three.sells, PayloadType.PRICE, 0.20)
        three.say(three.sells, PayloadType.EXPORT_CAPACITY_LIMIT, 100.0)
        three.say(three.grid, PayloadType.SIMPLE, 1.0, FREEZER)
        three.say(three.grid, PayloadType.ALERT_OTHER, 1.0)
        three.say(three.agg, PayloadType.CHARGE_STATE_SETPOINT, 80.0, BATTERY)
        await three.home.clock.advance(MINUTE)
        sells, grid, agg = three.home.front.providers()
        assert [view.id for view in (sells, grid, agg)] == [SELLS, GRID, AGG]
        assert (grid.role, agg.role) == (Role.NETWORK, Role.AGGREGATOR)
        assert agg.may_send == ("sheds", "messages", "setpoints", "curves", "cta2045")
        assert grid.link
        assert grid.link.up
        assert (sells.link, sells.last_heard) == (None, NOON)
        assert sells.in_force == ("price 0.2 EUR/kWh until Mon 01 Jun 15:00",)
        assert sells.beyond == (PayloadType.EXPORT_CAPACITY_LIMIT,)
        assert sells.offline_profile == "none"  # it has given none, so that nothing waits
        assert set(grid.in_force) == {
            "import capacity limit 2 kW until Mon 01 Jun 15:00",
            "simple 1 for freezer until Mon 01 Jun 15:00",
            "alert: Other until Mon 01 Jun 15:00",
        }
        assert grid.conflicts == agg.conflicts
        assert grid.conflicts[0].startswith("grid's limit of 2 kW holds before agg's set-point of 3 kW")
        assert sells.conflicts == ()
        assert [entry.sentence for entry in agg.evidence][-1].startswith("It sent Agg-Dispatch_Setpoint")
        assert all("grid" not in entry.sentence for entry in agg.evidence)
        await three.home.clock.advance(2 * HOUR)
        assert [view.in_force for view in three.home.front.providers()] == [(), (), ()]
        assert three.home.front.providers()[1].conflicts == ()


async def test_a_restart_tells_no_conflict_twice_and_keeps_each_record() -> None:
    three = Three()
    async with running(three.home):
        three.conflict()
        await three.home.clock.advance(MINUTE)
        before = [view.evidence for view in three.home.front.providers()]
    again = Three()
    again.home.store = three.home.store
    async with running(again.home):
        await again.home.clock.advance(MINUTE)
        assert len(again.sentences("holds before")) == 1
        assert [view.evidence for view in again.home.front.providers()] == before


async def test_a_report_tells_its_asker_nothing_of_the_orders_of_others() -> None:
    three = Three()
    async with running(three.home):
        three.say(three.grid, PayloadType.SIMPLE, 1.0, FREEZER)
        await three.home.clock.advance(MINUTE)
        reporter = three.home.router.reporter
        for asker, level in ((GRID, 1.0), (AGG, 0.0), (None, 1.0)):
            sight = reporter._sight(asker)
            found = value_of(ReportAsk("SIMPLE_LEVEL"), FREEZER, span("12:00", "13:00"), sight)
            assert found[0] == level
            state = value_of(ReportAsk("OPERATING_STATE"), FREEZER, span("12:00", "13:00"), sight)
            assert ("CURTAILED" in str(state[0])) is (asker is not AGG)
