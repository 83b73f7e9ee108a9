"""The demo's people against the true simulated home; the router answers what a real one could."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from drrouter.adapters.client import DrClient
from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.ids import DeviceId, HoldToken, ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.option import Option, OptionKind
from drrouter.domain.rates import constant
from drrouter.domain.wish import Commitment, CycleWish, Override, OverrideMode, Wish
from drrouter.errors import DaemonUnreachableError, MessageError
from drrouter.router.facade import OptionsRequest, WishRequest
from drrouter.sim.demo.files import write_simulated_home
from drrouter.sim.demo.owner import Household
from drrouter.sim.demo.scenario import (
    AIRCO,
    CAR,
    END,
    HOME_DAY,
    START,
    CarArrives,
    CarLeaves,
    HomeAct,
    LoadMachine,
    Overrule,
)
from drrouter.sim.home_file import SimulatedHome, read_home
from drrouter.sim.home_process import open_home
from drrouter.sim.house import House

HOUR = timedelta(hours=1)


@dataclass
class Router:
    """Offers three starts and remembers what it was asked."""

    clock: SimulatedClock
    accepted: list[HoldToken] = field(default_factory=list)
    wishes: list[tuple[DeviceId, WishRequest]] = field(default_factory=list)
    overrides: list[Override] = field(default_factory=list)

    async def options(self, device_id: DeviceId, request: OptionsRequest) -> tuple[Option, ...]:
        kinds = {OptionKind.NOW: 0.30, OptionKind.CHEAPEST: -0.05, OptionKind.GREENEST: 0.02}
        return tuple(
            Option(
                kind,
                device_id,
                request.programme_id or ProgrammeId(""),
                START + hours * HOUR,
                START + (hours + 2) * HOUR,
                cost,
                "EUR",
                100.0,
                0.30 - cost,
                "because",
                HoldToken(kind),
                START + HOUR,
                "optimal, live",
                START,
            )
            for hours, (kind, cost) in enumerate(kinds.items())
        )

    async def accept(self, token: HoldToken) -> Commitment:
        self.accepted.append(token)
        return Commitment(DeviceId("washer"), ProgrammeId("normal"), START + HOUR, HOUR, token, START)

    async def wish(self, device_id: DeviceId, request: WishRequest) -> Wish:
        self.wishes.append((device_id, request))
        return CycleWish(device_id, request.programme_id or ProgrammeId(""), START, request.ready_by)

    async def override(self, device_id: DeviceId, mode: OverrideMode, until: datetime) -> Override:
        self.overrides.append(Override(device_id, mode, until))
        return self.overrides[-1]


@asynccontextmanager
async def living(tmp_path: Path) -> AsyncIterator[tuple[Household, House, Router]]:
    clock = SimulatedClock(START)
    router = Router(clock)
    async with (
        open_home(_elsewhere(read_home(write_simulated_home(tmp_path))), clock) as (house, addresses),
        Household(addresses.control, cast(DrClient, router), clock) as household,
    ):
        yield household, house, router


def _elsewhere(home: SimulatedHome) -> SimulatedHome:
    """The same home with its plugs at addresses of this test."""
    devices = [device.model_copy(update={"address": device.address + 256 * 3}) for device in home.devices]
    return home.model_copy(update={"devices": tuple(devices)})


def acts(kind: type) -> list[HomeAct]:
    return [act for act in HOME_DAY if isinstance(act, kind)]


async def test_the_cheapest_of_the_offered_starts_is_taken(tmp_path: Path) -> None:
    async with living(tmp_path) as (household, house, router):
        said = await household.perform(acts(LoadMachine)[0])
        assert said == (
            "is offered 3 starts and takes the cheapest: Saturday 19:00, for -0.05 EUR (0.35 less than now)"
        )
        assert router.accepted == ["cheapest"]
        assert [one.device_id for one in house.happenings] == ["washer"]


async def test_a_machine_can_be_left_to_the_router(tmp_path: Path) -> None:
    async with living(tmp_path) as (household, _, router):
        act = acts(LoadMachine)[1]
        assert isinstance(act, LoadMachine)
        assert await household.perform(act) == ""
        assert router.wishes == [(act.device_id, WishRequest(act.ready_by, act.programme_id))]


async def test_the_last_word_goes_to_the_router(tmp_path: Path) -> None:
    async with living(tmp_path) as (household, house, router):
        act = acts(Overrule)[0]
        assert isinstance(act, Overrule)
        assert await household.perform(act) == ""
        assert router.overrides == [Override(AIRCO, OverrideMode.OFF, act.until)]
        assert house.happenings == []


async def test_the_car_comes_and_goes(tmp_path: Path) -> None:
    async with living(tmp_path) as (household, house, _):
        assert await household.perform(acts(CarArrives)[0]) == ""
        assert await household.perform(acts(CarLeaves)[0]) == ""
        assert [one.kind for one in house.happenings] == ["plug_in", "unplug"]
        with pytest.raises(MessageError, match="simulated home: unplug"):
            await household.perform(acts(CarLeaves)[0])


async def test_the_bill_comes_from_the_homes_meters(tmp_path: Path) -> None:
    async with living(tmp_path) as (household, _, router):
        await household.perform(acts(CarArrives)[0])
        await router.clock.advance(HOUR)
        prices = constant(0.2, Interval(START, END))
        comparison = await household.comparison(prices, ())
        assert comparison.routed.record.until == START + HOUR
        assert comparison.baseline.devices_kwh[CAR] == pytest.approx(2.3)
        assert comparison.routed.devices_kwh[CAR] == 0
        assert comparison.routed.cost == pytest.approx(0.2 * comparison.routed.import_kwh)


async def test_a_home_that_does_not_answer_is_named(unused_tcp_port: int) -> None:
    clock = SimulatedClock(START)
    url = f"http://127.0.0.1:{unused_tcp_port}"
    async with Household(url, cast(DrClient, Router(clock)), clock) as household:
        with pytest.raises(DaemonUnreachableError, match=f"simulated home does not answer at {url}"):
            await household.perform(acts(CarArrives)[0])
