"""A router in memory with a washer, a freezer and a car, for tests of the local API and of its clients."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.ack import Ack, AckState, received
from drrouter.domain.device import DeviceClass, DeviceProfile, DeviceState, Presence
from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.flexibility import Phase, ProfileFlexibility, Programme, StorageFlexibility
from drrouter.domain.ids import DeviceId, EventId, HoldToken, ModelId, ProgramId, ProgrammeId, ProviderId
from drrouter.domain.interval import Interval, slots
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.limit import Band
from drrouter.domain.mandate import Role
from drrouter.domain.option import Option, OptionKind
from drrouter.domain.plan import CostSplit, DataRung, Explanation, Plan, ScheduledCycle, SolveRung
from drrouter.domain.rates import constant
from drrouter.domain.timeline import TariffRates, Timeline, resolve
from drrouter.domain.wish import Commitment, CycleWish, LevelWish, Override, OverrideMode, Wish
from drrouter.errors import (
    DeviceUnknownError,
    HoldConflictError,
    HoldExpiredError,
    HoldUnknownError,
    MessageError,
    WishImpossibleError,
)
from drrouter.ports import Found
from drrouter.router.broadcast import Broadcast
from drrouter.router.doctor import Finding, Machine, examine
from drrouter.router.evidence import EvidenceEntry
from drrouter.router.facade import EVERY_TOPIC, Change, OptionsRequest, Topic, WishRequest
from drrouter.router.plug_test import PlugTest, Stage
from drrouter.router.provider_views import ProviderView
from drrouter.router.setting_up import NoHomeFile, SetupFacade
from drrouter.router.viewed import (
    DeviceView,
    EventPhase,
    EventView,
    FoundView,
    LedgerView,
    LinkView,
    Parting,
    StatusView,
    WhatIfView,
)
from tests.adapters.api.memory_history import MemoryHistory
from tests.adapters.api.memory_words import MemoryWords
from tests.data_home import resources_at_once

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
WASHER, FREEZER, CAR = DeviceId("washer"), DeviceId("freezer"), DeviceId("car")
ECO = Programme(ProgrammeId("eco"), "Eco 40-60", (Phase("heat", timedelta(hours=2), 1000.0),))
DAY = Interval(NOON, NOON + timedelta(hours=24))
HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e[bold]"

PROFILES = (
    DeviceProfile(
        WASHER, "Washing machine", DeviceClass.WASHING_MACHINE, ModelId("m/w"), ProfileFlexibility((ECO,))
    ),
    DeviceProfile(
        FREEZER,
        "Freezer",
        DeviceClass.FREEZER,
        ModelId("m/f"),
        StorageFlexibility("C", -25.0, -15.0, -18.0, -0.01, 0.5, 100.0),
    ),
    DeviceProfile(
        CAR,
        HOSTILE,
        DeviceClass.EV_CHARGER,
        ModelId("m/c"),
        StorageFlexibility("Wh", 0.0, 5e4, 4e4, 0.9, 0.0, 2300.0),
    ),
)


class MemoryRouter(MemoryHistory, MemoryWords):
    """Implements ``RouterFacade`` without devices or planner; tests turn its knobs."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.clock = clock
        self.resources = resources_at_once(clock)
        self.setup: SetupFacade = NoHomeFile()
        self.broadcast = Broadcast()
        self.states = {
            profile.id: DeviceState(Presence.PRESENT, on=False, power_w=0.0) for profile in PROFILES
        }
        self.overrides: dict[DeviceId, Override] = {}
        self.wishes: dict[DeviceId, Wish] = {}
        self.commitments: dict[HoldToken, Commitment] = {}
        self.holds: dict[HoldToken, Option] = {}
        self.entries = [JournalEntry(NOON, JournalKind.STARTED, "The router started.")]
        self.degraded = False
        self.conflict = False
        self.the_plan: Plan | None = a_plan()
        self.fault: Exception | None = None
        self.by: list[str] = []
        self.watched: frozenset[DeviceId] = frozenset()
        self.plug_tests: dict[DeviceId, PlugTest] = {}
        self.plug_stages: list[Stage] = []
        self.joining_s: int | None = None
        self.words: list[object] = []
        self.let_go = 0

    def status(self) -> StatusView:
        if self.fault:
            raise self.fault
        sentence = "The link to grid is down." if self.degraded else "All is well."
        links = (
            LinkView(ProviderId("grid"), not self.degraded, NOON, "" if not self.degraded else sentence),
        )
        return StatusView(
            "demo",
            "Europe/Amsterdam",
            "0.1.0",
            self.clock.now(),
            NOON,
            self.degraded,
            sentence,
            DataRung.OFFLINE_PROFILE if self.degraded else DataRung.LIVE,
            SolveRung.OPTIMAL,
            NOON,
            price_per_kwh=0.25,
            power_w=120.0,
            links=links,
        )

    def plan(self) -> Plan | None:
        return self.the_plan

    def devices(self) -> tuple[DeviceView, ...]:
        return tuple(self._view(profile) for profile in PROFILES)

    def events(self) -> tuple[EventView, ...]:
        return (EventView(an_event(), EventPhase.IN_FORCE, acknowledged=True, acks=an_end()),)

    def providers(self) -> tuple[ProviderView, ...]:
        entry = EvidenceEntry(0, NOON, an_event().id, "1", f"It sent {HOSTILE}.")
        network = ProviderView(
            ProviderId("grid"),
            "openadr3",
            Role.NETWORK,
            ("limits",),
            in_force=(HOSTILE,),
            conflicts=("grid holds.",),
            evidence=(entry,),
        )
        retailer = ProviderView(
            ProviderId("retailer"),
            "feed",
            None,
            (),
            beyond=(PayloadType.IMPORT_CAPACITY_LIMIT,),
            conflicts=("grid holds.",),
        )
        return network, retailer

    def timeline(self) -> Timeline:
        return resolve([an_event()], TariffRates(import_adder=constant(0.1, DAY)), {})

    def discovered(self) -> tuple[FoundView, ...]:
        found = Found("kasa", "127.1.2.3:9999", {"alias": HOSTILE})
        return (FoundView(found, WASHER, "m/w"), FoundView(Found("kasa", "127.1.2.4:9999")))

    def ledger(self) -> LedgerView:
        return LedgerView({SolveRung.OPTIMAL: 3}, {DataRung.LIVE: 3}, 0, 1.5, {WASHER: 812.0})

    async def options(self, device_id: DeviceId, request: OptionsRequest) -> tuple[Option, ...]:
        self._profile(device_id)
        if request.ready_by and request.ready_by < self.clock.now() + ECO.duration:
            raise WishImpossibleError(
                "Eco 40-60 takes 2 h and cannot be ready by then. Ask for a later time."
            )
        made = tuple(
            self._option(device_id, kind, hours)
            for kind, hours in ((OptionKind.NOW, 0), (OptionKind.CHEAPEST, 3))
        )
        self.holds |= {option.token: option for option in made}
        return made

    def held_for(self, token: HoldToken) -> DeviceId | None:
        return self.holds[token].device_id if token in self.holds else None

    async def accept(self, token: HoldToken) -> Commitment:
        if token in self.commitments:
            return self.commitments[token]
        option = self.holds.get(token)
        if option is None:
            raise HoldUnknownError("No such offer is open. Ask for options again.")
        if option.expires_at <= self.clock.now():
            raise HoldExpiredError("The offer has run out. Ask for options again.")
        if self.conflict:
            raise HoldConflictError(
                "It no longer fits below the limit.", [self._option(option.device_id, OptionKind.LATEST, 5)]
            )
        duration = option.end - option.start
        now = self.clock.now()
        self.commitments[token] = Commitment(
            option.device_id, option.programme_id, option.start, duration, token, now
        )
        return self.commitments[token]

    async def override(
        self, device_id: DeviceId, mode: OverrideMode, until: datetime, by: str = "owner"
    ) -> Override:
        self._profile(device_id)
        self.by.append(by)
        self.overrides[device_id] = Override(device_id, mode, until, by)
        self.tell(JournalKind.OVERRIDE, f"{device_id} is {mode}.", device_id)
        return self.overrides[device_id]

    async def clear_override(self, device_id: DeviceId, by: str = "owner") -> None:
        self._profile(device_id)
        self.overrides.pop(device_id, None)

    async def wish(self, device_id: DeviceId, request: WishRequest, by: str = "owner") -> Wish:
        self._profile(device_id)
        if request.level is not None:
            self.wishes[device_id] = LevelWish(device_id, request.level, request.ready_by)
            return self.wishes[device_id]
        if request.programme_id not in (None, ECO.id):
            raise MessageError("the request", "programme_id", "there is none of that id", "Known: eco")
        self.wishes[device_id] = CycleWish(
            device_id, ECO.id, request.earliest or self.clock.now(), request.ready_by
        )
        return self.wishes[device_id]

    async def clear_wish(self, device_id: DeviceId, by: str = "owner") -> None:
        self._profile(device_id)
        self.wishes.pop(device_id, None)

    async def journal(self, most: int = 100, device_id: DeviceId | None = None) -> tuple[JournalEntry, ...]:
        mine = [entry for entry in self.entries if device_id in (None, entry.device_id)]
        return tuple(mine[::-1][:most])

    async def hand_over(self, device_id: DeviceId, steered: bool, by: str = "owner") -> None:
        self._profile(device_id)
        self.watched = self.watched - {device_id} if steered else self.watched | {device_id}

    def doctor(self) -> tuple[Finding, ...]:
        return examine(self.status(), self.devices(), {}, Machine("3.13.0", 10**10, solver="HiGHS"))

    async def what_if(self, device_id: DeviceId, request: WishRequest) -> WhatIfView:
        self._profile(device_id)
        wish = CycleWish(device_id, ECO.id, self.clock.now(), request.ready_by)
        start = request.ready_by - ECO.duration
        cycle = ScheduledCycle(device_id, ECO.id, start, request.ready_by)
        told = Explanation(device_id, "It waits for the sun.", 0.6, 0.2)
        return WhatIfView(device_id, wish, cycle, told, 0.2, 0.4, (), SolveRung.OPTIMAL)

    async def test_plug(self, device_id: DeviceId) -> PlugTest:
        profile = self._profile(device_id)
        self.plug_tests[device_id] = PlugTest(Stage.WAITING, self.clock.now(), f"Start {profile.name}.")
        return self.plug_tests[device_id]

    async def stop_plug_test(self, device_id: DeviceId) -> None:
        self._profile(device_id)
        self.plug_tests.pop(device_id, None)

    async def permit_join(self, integration: str, seconds: int, by: str = "owner") -> None:
        if integration != "zigbee":
            raise MessageError("join", integration, "is no network that devices join", "There is: zigbee")
        self.joining_s = seconds

    async def leave_provider(self, provider_id: ProviderId, by: str = "owner") -> Parting:
        if provider_id != "grid":
            raise MessageError("provider", provider_id, "is no provider of this home", "There is: grid")
        return Parting(provider_id, 3, 2, self.let_go, self.let_go == 0)

    def changes(self, topics: frozenset[Topic] = EVERY_TOPIC) -> AsyncIterator[Change]:
        return self.broadcast.listen(topics)

    def tell(self, kind: JournalKind, sentence: str, device_id: DeviceId | None = None) -> None:
        """Write into the journal, and tell who listens."""
        self.entries.append(JournalEntry(self.clock.now(), kind, sentence, device_id))
        self.broadcast.tell(Change(Topic.JOURNAL, self.entries[-1]))

    def _profile(self, device_id: DeviceId) -> DeviceProfile:
        for profile in PROFILES:
            if profile.id == device_id:
                return profile
        raise DeviceUnknownError(
            f"No device is called {device_id!r} here. Known devices: car, freezer, washer."
        )

    def _view(self, profile: DeviceProfile) -> DeviceView:
        cycle = self.the_plan.cycle_of(profile.id) if self.the_plan else None
        override, wish = self.overrides.get(profile.id), self.wishes.get(profile.id)
        return DeviceView(
            profile,
            self.states[profile.id],
            Band(0.0, 2300.0, "safety"),
            0.0,
            cycle,
            None,
            override,
            wish,
            "It rests.",
            profile.id in self.watched,
            self._plug_test(profile.id),
        )

    def _plug_test(self, device_id: DeviceId) -> PlugTest | None:
        """The test of a device, one stage further each time somebody looks."""
        test = self.plug_tests.get(device_id)
        if test and self.plug_stages:
            stage = self.plug_stages.pop(0)
            test = self.plug_tests[device_id] = PlugTest(stage, test.since, f"It is {stage}.")
        return test

    def _option(self, device_id: DeviceId, kind: OptionKind, hours: int) -> Option:
        start = self.clock.now() + timedelta(hours=hours)
        cost = 0.5 - 0.1 * hours
        return Option(
            kind,
            device_id,
            ECO.id,
            start,
            start + ECO.duration,
            cost,
            "EUR",
            300.0,
            0.5 - cost,
            f"{kind}: {HOSTILE}",
            HoldToken(f"hold-{device_id}-{kind}"),
            self.clock.now() + timedelta(seconds=120),
            "optimal, live",
            NOON,
        )


def an_end() -> tuple[Ack, ...]:
    record = received(an_event(), (DeviceId("freezer"), DeviceId("big_car")), NOON)
    freezer, car = record.acks
    return freezer.took(AckState.STARTED, NOON), car.took(AckState.IMPOSSIBLE, NOON, "it is away")


def an_event() -> Event:
    price = Payload(PayloadType.PRICE, DAY, 0.2)
    alert = Payload(PayloadType.ALERT_GRID_EMERGENCY, Interval(NOON, NOON + timedelta(hours=1)), 1.0, HOSTILE)
    return Event(
        EventId("e1"), ProviderId("grid"), ProgramId("p"), HOSTILE, NOON, (price, alert), currency="EUR"
    )


def a_plan() -> Plan:
    times = slots(NOON, NOON + timedelta(hours=24))
    power = tuple(1000.0 if 12 <= index < 20 else 0.0 for index in range(len(times)))
    cycle = ScheduledCycle(WASHER, ECO.id, NOON + timedelta(hours=3), NOON + timedelta(hours=5))
    text = Explanation(
        WASHER, "It waits for the cheapest two hours.", 0.5, 0.2, "ready by 20:00", "a later ready-by"
    )
    return Plan(
        made_at=NOON,
        slots=times,
        currency="EUR",
        power_w={WASHER: power, FREEZER: (50.0,) * len(times)},
        level={FREEZER: (-18.0,) * len(times)},
        cycles=(cycle,),
        grid_w=tuple(power_w + 50.0 for power_w in power),
        misses=(),
        cost=CostSplit(import_cost=0.7),
        marginal_price=(0.25,) * len(times),
        headroom_w=(5000.0,) * len(times),
        solve_rung=SolveRung.OPTIMAL,
        data_rung=DataRung.LIVE,
        explanations=(text,),
    )


def running(router: MemoryRouter) -> None:
    """Let the washer be seen at work."""
    router.states[WASHER] = replace(router.states[WASHER], on=True, power_w=990.0)
