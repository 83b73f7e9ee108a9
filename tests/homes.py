"""A whole home in one process: the true router between a provider, plugs, a store and a solver in memory.

    home = Home()
    async with running(home):
        home.provider.says(EventReceived(shed("e", "12:00", "13:00")))
        await home.clock.advance(HOUR)

Behind the plugs stand models of appliances that draw power as the real ones do; time is simulated.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import ProfileFlexibility, Programme, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.interval import Interval
from drrouter.domain.mandate import Mandates
from drrouter.domain.rates import constant
from drrouter.domain.timeline import TariffRates
from drrouter.planner.port import Solver
from drrouter.ports import Collection, DocumentSource, Provider
from drrouter.router.book import Book
from drrouter.router.core import Router, Settings
from drrouter.router.failsafe import Failsafe
from drrouter.router.finder import Finder
from drrouter.router.forecast import BaseLoad, Roof
from drrouter.router.front import Front
from drrouter.router.history.almanac import Almanac
from drrouter.router.household import StandingWish
from drrouter.router.kinds import Kind, kind_of
from drrouter.router.profile_keeper import OfflineSetup
from drrouter.router.recognise import Sought
from drrouter.router.registry import Registry
from drrouter.router.safety import nominal_w
from drrouter.router.steering import Site
from drrouter.supervise import Supervisor
from tests.boxes import BatteryBox, Box, InverterBox, MeterBox, ModesBox, WallBox
from tests.builders import CAR, FREEZER, HVAC, NOON, SP, WASHER, car, freezer, hvac, washer
from tests.fakes import FakeIntegration, FakePlug, FakeProvider, GreedySolver, MemoryStore

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TICK = timedelta(seconds=5)


class Appliance:
    """What stands behind a plug; ``draws`` tells its power, given whether it has any."""

    def __init__(self, profile: DeviceProfile, clock: SimulatedClock) -> None:
        self.profile, self.clock = profile, clock
        self.level = -18.0
        self.cooling = False
        self.armed = False
        self.forgets = False
        self.started_at: datetime | None = None
        self.plugged_in = False
        self.charged_wh = 0.0
        self.broken = False
        self.programme: Programme | None = None
        self._seen_at = clock.now()
        self.coldest, self.warmest = self.level, self.level

    def draws(self, on: bool) -> float:
        """The power, in W, from now on; brings its state up to date."""
        hours = (self.clock.now() - self._seen_at) / timedelta(hours=1)
        self._seen_at = self.clock.now()
        flexibility = self.profile.flexibility
        if self.broken:
            return 0.0
        if isinstance(flexibility, ProfileFlexibility):
            return self._machine(flexibility, on)
        if not isinstance(flexibility, StorageFlexibility):
            return nominal_w(self.profile) if on else 0.0
        if flexibility.runs_downwards:
            return self._freezer(flexibility, on, hours)
        return self._car(flexibility, on, hours)

    def _machine(self, flexibility: ProfileFlexibility, on: bool) -> float:
        if on and self.armed and self.started_at is None:
            self.armed, self.started_at = False, self.clock.now()
        if not on and self.forgets:
            self.started_at = None
        if not on or self.started_at is None:
            return 0.0
        programme = self.programme or flexibility.programmes[0]
        if self.clock.now() >= self.started_at + programme.duration:
            self.started_at = None
            return 0.0
        return programme.power_at(self.clock.now() - self.started_at)

    def _freezer(self, flexibility: StorageFlexibility, on: bool, hours: float) -> float:
        self.level += hours * flexibility.drift_per_h
        if self.cooling:
            self.level += hours * flexibility.level_per_wh * flexibility.max_power_w
        self.coldest, self.warmest = min(self.coldest, self.level), max(self.warmest, self.level)
        stops_at, starts_at = self.profile.binding.thermostat or (-20.0, -17.0)
        if self.level <= stops_at:
            self.cooling = False
        elif self.level >= starts_at:
            self.cooling = True
        self.cooling = self.cooling and on
        return flexibility.max_power_w if self.cooling else 0.0

    def _car(self, flexibility: StorageFlexibility, on: bool, hours: float) -> float:
        charging = on and self.plugged_in and self.charged_wh < flexibility.level_max
        if charging:
            self.charged_wh += hours * flexibility.max_power_w
        return flexibility.max_power_w if charging else 0.0


class Plug(FakePlug):
    """A plug with an appliance behind it that is asked for its power at each reading and switch."""

    def __init__(self, appliance: Appliance, period: timedelta = TICK) -> None:
        super().__init__(appliance.profile.id, appliance.clock, period=period)
        self.appliance = appliance

    async def apply(self, instruction: Instruction) -> Outcome:
        self.appliance.draws(self.on)
        outcome = await super().apply(instruction)
        self.appliance.draws(self.on)
        return outcome

    @property
    def power_w(self) -> float:
        return self.appliance.draws(self.on)


def device_of(profile: DeviceProfile, home: "Home") -> "Plug | Box":
    """What is set to a power has a box of its own; everything else stands behind a plug."""
    match kind_of(profile):
        case Kind.BATTERY:
            return BatteryBox(profile, home.clock, home.tick)
        case Kind.SUN:
            return InverterBox(profile, home.clock, home.tick, home.sun_w)
        case Kind.MODES:
            return ModesBox(profile, home.clock, home.tick)
        case Kind.CAR if home.wallbox:
            return WallBox(profile, home.clock, home.tick)
        case Kind.WATCHED:
            return MeterBox(profile, home.clock, home.tick, home.net_w)
        case _:
            return Plug(Appliance(profile, home.clock), home.tick)


class Home:
    """A home at noon with a freezer, a washer, a car and an air conditioner, each behind a plug.

    Beside its provider it may have ``others``, and ``mandates`` for all of them, set before it is opened.
    Every ``tick`` the plugs are read and the router looks again; a long day is tested with a longer one.
    """

    def __init__(
        self,
        *profiles: DeviceProfile,
        solver: Solver | None = None,
        store: MemoryStore | None = None,
        start: datetime = NOON,
        fuse_w: float | None = None,
        base_w: float = 300.0,
        tariff: Callable[[Interval], TariffRates] | None = None,
        standing: dict[DeviceId, StandingWish] | None = None,
        tick: timedelta = TICK,
        replan: timedelta = timedelta(minutes=15),
        offline: DocumentSource | None = None,
        follows_prices: bool = False,
        sun_w: Callable[[datetime], float] = lambda _: 0.0,
        roof: Roof | None = None,
        wallbox: bool = False,
        failsafe: Failsafe | None = None,
    ) -> None:
        self.sun_w, self.base_w, self.wallbox = sun_w, base_w, wallbox
        self.tick, self.replan, self.offline = tick, replan, offline
        self.failsafes = {SP: failsafe} if failsafe else {}
        self.clock = SimulatedClock(start)
        self.profiles = profiles or (freezer(), washer(), car(), hvac())
        self.store = store or MemoryStore()
        self.provider, self.solver = FakeProvider(), solver or GreedySolver()
        base_load = BaseLoad((base_w,) * 24, AMSTERDAM)
        meters = [one.id for one in self.profiles if kind_of(one) is Kind.WATCHED]
        meter = meters[0] if meters else None
        rates = tariff or flat
        self.site = Site(
            base_load, rates, fuse_w, names=("home",), follows_prices=follows_prices, meter=meter, roof=roof
        )
        self.standing = standing or {}
        self.kasa = FakeIntegration()
        self.devices = {one.id: device_of(one, self) for one in self.profiles}
        self.plugs = {name: one for name, one in self.devices.items() if isinstance(one, Plug)}
        self.boxes = {name: one for name, one in self.devices.items() if isinstance(one, Box)}
        for address, device in self.devices.items():
            self.kasa.put(address, device, alias=address)
        self.others: list[Provider] = []
        self.mandates: Mandates = {}
        self.router: Router
        self.front: Front
        self.supervisor: Supervisor

    def plug(self, device_id: DeviceId) -> Plug:
        return self.plugs[device_id]

    def is_on(self, *device_ids: DeviceId) -> list[bool]:
        return [self.plugs[device_id].on for device_id in device_ids or tuple(self.plugs)]

    def load_w(self) -> float:
        """What all plugs deliver now."""
        return sum(plug.power_w for plug in self.plugs.values())

    def net_w(self) -> float:
        """What the home takes from the grid now."""
        boxes = [box for box in self.boxes.values() if not isinstance(box, MeterBox)]
        return self.base_w + self.load_w() + sum(box.power_w for box in boxes)

    async def open(self) -> None:
        """Read everything back from the store and join the parts, as after a start."""
        registry, book = Registry(self.profiles), await Book.open(self.store)
        self.router = Router(
            Settings("Test home", AMSTERDAM, reconcile=self.tick, replan=self.replan),
            replace(self.site, mandates=self.mandates),
            registry,
            book,
            self.store,
            [self.provider, *self.others],
            self.solver,
            self.clock,
            self.standing,
            (await self.store.load(Collection.LEDGER)).get("router"),
            OfflineSetup(
                {SP: self.offline} if self.offline else {},
                kept=await self.store.load(Collection.SETTINGS),
                failsafes=self.failsafes,
            ),
            await Almanac.open(registry, book, self.store, self.clock, AMSTERDAM, self.site.meter),
        )
        self.front = Front(self.router, self.store)

    def searches(self) -> Finder:
        sought = {one.id: Sought("kasa", {"alias": one.id}) for one in self.profiles}
        router = self.router
        gone = router.household.gone
        return Finder(router.registry, sought, self.clock, 2 * TICK, 6 * TICK, router.readings, gone)


def flat(span: Interval) -> TariffRates:
    """A tariff of 30 cents at any time."""
    return TariffRates(import_energy=constant(0.30, span), export_energy=constant(0.05, span))


@asynccontextmanager
async def running(home: Home, until: Callable[[Home], bool] | None = None) -> AsyncIterator[Home]:
    """The home with its router at work; everything that can happen at the first instant has happened.

    Where something hangs that never comes to rest, ``until`` says what is waited for instead.
    """
    await home.open()
    async with Supervisor(home.clock) as supervisor:
        home.supervisor = supervisor
        for name, work in home.router.tasks():
            supervisor.start(name, work)
        home.router.stop = supervisor.stop
        supervisor.start("search kasa", partial(home.searches().run, home.kasa))
        await (spin_until(lambda: until(home)) if until else home.clock.settle())
        yield home
        assert_healthy(home)


async def spin_until(happened: Callable[[], bool]) -> None:
    """Let the event loop go round, without any time, until this has happened."""
    for _ in range(1000):
        if happened():
            return
        await asyncio.sleep(0)
    raise AssertionError("it has not happened")


def assert_healthy(home: Home, *but: str) -> None:
    """No part of the router has failed."""
    failed = {name: health.error for name, health in home.supervisor.health().items() if health.error}
    assert {name: error for name, error in failed.items() if name not in but} == {}


ALL: Sequence[DeviceId] = (FREEZER, WASHER, CAR, HVAC)
