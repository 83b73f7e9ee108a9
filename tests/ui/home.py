"""A home of five devices for the screens: a limit in the evening, prices that end, and one below zero."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.device import DeviceClass, DeviceProfile, DeviceState, Presence
from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.flexibility import (
    DemandFlexibility,
    Flexibility,
    Phase,
    ProfileFlexibility,
    Programme,
    StorageFlexibility,
)
from drrouter.domain.ids import DeviceId, EventId, HoldToken, ModelId, ProgramId, ProgrammeId
from drrouter.domain.interval import Interval, slots
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.limit import Band
from drrouter.domain.owner import HandsOff, OptOut, Vacation
from drrouter.domain.plan import (
    CostSplit,
    DataRung,
    Explanation,
    Miss,
    MissKind,
    Plan,
    ScheduledCycle,
    SolveRung,
)
from drrouter.domain.timeline import TariffRates, Timeline, resolve
from drrouter.domain.wish import Commitment, CycleWish, Override, OverrideMode
from drrouter.router.facade import Change, Topic
from drrouter.router.viewed import DeviceView, LinkView, StatusView
from tests.adapters.api.memory_router import MemoryRouter
from tests.builders import CAR, FREEZER, HOUR, HVAC, MINUTE, SP, WASHER, at

DISHWASHER = DeviceId("dishwasher")
NORMAL = Programme(
    ProgrammeId("normal"), "Normal", (Phase("heat", 30 * MINUTE, 2000.0), Phase("turn", HOUR, 200.0))
)
NOW = at("12:20")
"""14:20 in Amsterdam."""

SATURDAY_PRICES = (0.21, 0.19, 0.18, 0.20, 0.24, 0.29, 0.33, 0.31, 0.27, 0.22, 0.12, 0.08)
"""Per hour from noon in UTC; what follows is assumed, not published, but for the hour below zero."""


def _profile(name: str, said: str, kind: DeviceClass, flexibility: Flexibility) -> DeviceProfile:
    return DeviceProfile(DeviceId(name), said, kind, ModelId(f"generic/{name}"), flexibility)


_COLD = StorageFlexibility("°C", -24.0, -16.0, -18.0, -0.04, 1.0, 160.0, duty=True)
_BATTERY = StorageFlexibility("Wh", 0.0, 40_000.0, 40_000.0, 0.9, 0.0, 2300.0, 2300.0)
PROFILES = (
    _profile(FREEZER, "Freezer", DeviceClass.FREEZER, _COLD),
    _profile(WASHER, "Washer", DeviceClass.WASHING_MACHINE, ProfileFlexibility((NORMAL,))),
    _profile(DISHWASHER, "Dishwasher", DeviceClass.DISHWASHER, ProfileFlexibility((NORMAL,))),
    _profile(CAR, "Car", DeviceClass.EV_CHARGER, _BATTERY),
    _profile(HVAC, "Air conditioning", DeviceClass.HVAC, DemandFlexibility(600.0, 1200.0)),
)


class FullHome(MemoryRouter):
    """Tells its orders in the journal, as the true router does."""

    def __init__(self, clock: SimulatedClock, names: Mapping[DeviceId, str] | None = None) -> None:
        super().__init__(clock)
        self.profiles = tuple(
            replace(profile, name=(names or {}).get(profile.id, profile.name)) for profile in PROFILES
        )
        self.states = {
            FREEZER: DeviceState(Presence.PRESENT, on=True, power_w=158.0, level=-18.4),
            WASHER: DeviceState(Presence.PRESENT, on=False, power_w=0.0),
            DISHWASHER: DeviceState(Presence.EXPECTED),
            CAR: DeviceState(Presence.PRESENT, on=False, power_w=0.0),
            HVAC: DeviceState(Presence.PRESENT, on=True, power_w=1204.0),
        }
        self.wishes = {WASHER: CycleWish(WASHER, NORMAL.id, at("12:00"), at("20:00"))}
        self.entries = [
            JournalEntry(at("12:00"), JournalKind.STARTED, "The router started."),
            JournalEntry(at("12:05"), JournalKind.LINK, "The link to grid is up."),
            JournalEntry(at("12:15"), JournalKind.PLAN, "Plan by optimal on live data because: start."),
        ]
        self.limited = True
        self.the_plan = full_plan()
        self.rung = DataRung.LIVE
        self.alerts: tuple[str, ...] = ()
        self.offline_since: datetime | None = None
        self.hands_off: HandsOff | None = None
        self.vacation: Vacation | None = None
        self.opt_outs: tuple[OptOut, ...] = ()
        self.sentence = "All is well; next, washer starts at 22:00."

    def status(self) -> StatusView:
        sentence = "The link to grid is down." if self.degraded else self.sentence
        return StatusView(
            "Canal house",
            "Europe/Amsterdam",
            "0.1.0",
            self.clock.now(),
            at("12:00"),
            self.degraded,
            sentence,
            self.rung,
            SolveRung.OPTIMAL,
            at("12:15"),
            price_per_kwh=0.21,
            co2_g_per_kwh=310.0,
            power_w=1362.0,
            links=(LinkView(SP, not self.degraded, at("12:05"), sentence),),
            alerts=self.alerts,
            offline_since=self.offline_since,
            hands_off=self.hands_off,
            vacation=self.vacation,
            opt_outs=self.opt_outs,
        )

    def timeline(self) -> Timeline:
        return resolve([prices(), *([limit()] if self.limited else [])], TariffRates(), {})

    def devices(self) -> tuple[DeviceView, ...]:
        return tuple(self._view(profile) for profile in self.profiles)

    def told(self, *views: DeviceId) -> None:
        """Tell who listens that these devices are new."""
        for view in self.devices():
            if view.profile.id in views:
                self.broadcast.tell(Change(Topic.DEVICE, view))

    def tell_status(self) -> None:
        """Tell who listens how the router is."""
        self.broadcast.tell(Change(Topic.STATUS, self.status()))

    async def override(
        self, device_id: DeviceId, mode: OverrideMode, until: datetime, by: str = "owner"
    ) -> Override:
        made = Override(device_id, mode, until, by)
        self._profile(device_id)
        self.overrides[device_id] = made
        self.tell(
            JournalKind.OVERRIDE,
            f"{device_id} is switched {mode} by the {by} until {until:%H:%M}.",
            device_id,
        )
        return made

    async def clear_override(self, device_id: DeviceId, by: str = "owner") -> None:
        self._profile(device_id)
        if self.overrides.pop(device_id, None):
            self.tell(JournalKind.OVERRIDE, f"{device_id} is given back to the plan by the {by}.", device_id)

    async def clear_wish(self, device_id: DeviceId, by: str = "owner") -> None:
        await super().clear_wish(device_id, by)
        self.tell(JournalKind.WISH, f"{device_id}: the {by} asks for nothing.", device_id)

    async def accept(self, token: HoldToken) -> Commitment:
        made = await super().accept(token)
        sentence = f"{made.device_id}: {made.programme_id} is promised for {made.start:%H:%M}."
        self.tell(JournalKind.COMMITMENT, sentence, made.device_id)
        return made

    def _profile(self, device_id: DeviceId) -> DeviceProfile:
        return next(profile for profile in self.profiles if profile.id == device_id)

    def _view(self, profile: DeviceProfile) -> DeviceView:
        plan = self.the_plan
        made = next((made for made in self.commitments.values() if made.device_id == profile.id), None)
        return DeviceView(
            profile,
            self.states[profile.id],
            Band(0.0, 2300.0),
            0.0,
            plan.cycle_of(profile.id) if plan and profile.id in self.wishes else None,
            made,
            self.overrides.get(profile.id),
            self.wishes.get(profile.id),
            "runs as it likes" if profile.id == HVAC else "",
            profile.id in self.watched,
        )


def prices() -> Event:
    """Published until midnight in UTC."""
    payloads = tuple(
        Payload(PayloadType.PRICE, Interval(at("12:00") + number * HOUR, at("13:00") + number * HOUR), price)
        for number, price in enumerate((*SATURDAY_PRICES, 0.05, -0.02))
    )
    return Event(EventId("prices"), SP, ProgramId("p"), "prices", NOW, payloads, currency="EUR")


def limit() -> Event:
    """A limit of 2.2 kW in the evening."""
    span = Interval(at("17:00"), at("18:30"))
    payload = Payload(PayloadType.IMPORT_CAPACITY_LIMIT, span, 2200.0)
    return Event(EventId("limit"), SP, ProgramId("p"), "limit", NOW, (payload,))


def full_plan() -> Plan:
    """The car at night, the washer before it, the freezer now and then."""
    times = slots(at("12:15"), at("36:00"))
    power = {
        FREEZER: tuple(150.0 if number % 8 < 2 else 0.0 for number in range(len(times))),
        WASHER: tuple(_washing_w(slot.start) for slot in times),
        CAR: tuple(2300.0 if at("22:00") <= slot.start < at("27:00") else 0.0 for slot in times),
        HVAC: (600.0,) * len(times),
    }
    load_w = tuple(200.0 + sum(column) for column in zip(*power.values(), strict=True))
    washer = Explanation(
        WASHER,
        "Washer starts at 22:00 and is ready at 23:30: it costs 0.09 EUR then, 0.17 EUR less than now.",
        0.26,
        0.09,
        "ready by 22:00",
        "ready by 02:00 would save 0.05 EUR more",
    )
    return Plan(
        made_at=at("12:15"),
        slots=times,
        currency="EUR",
        power_w=power,
        level={FREEZER: (-18.0,) * len(times)},
        cycles=(ScheduledCycle(WASHER, NORMAL.id, at("20:00"), at("21:30")),),
        grid_w=load_w,
        misses=(Miss(MissKind.DEADLINE, WASHER, 90.0, "min", "the limit of the evening"),),
        cost=CostSplit(import_cost=3.11),
        marginal_price=(0.15,) * len(times),
        headroom_w=(5000.0,) * len(times),
        solve_rung=SolveRung.OPTIMAL,
        data_rung=DataRung.LIVE,
        explanations=(
            washer,
            Explanation(HVAC, "Air conditioning draws the 600 W that it wants, for 2.05 EUR."),
        ),
        changes=("Washer starts 30 min later than planned before (limit).",),
        trigger="time has passed",
    )


def _washing_w(start: datetime) -> float:
    if not at("20:00") <= start < at("21:30"):
        return 0.0
    return 2000.0 if start < at("20:30") else 200.0
