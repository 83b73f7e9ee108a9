"""The router as its clients see it: what it shows, what may be asked of it, and what it tells by itself.

The local API knows the router by ``RouterFacade`` alone. What is shown are frozen views made of domain
values; texts of devices and providers in them are hostile and are shown as text only.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId, HoldToken, ProgrammeId, ProviderId
from drrouter.domain.journal import JournalEntry
from drrouter.domain.limit import Band
from drrouter.domain.option import Option
from drrouter.domain.plan import DataRung, Explanation, Plan, ScheduledCycle, SolveRung
from drrouter.domain.timeline import Timeline
from drrouter.domain.wish import Commitment, Override, OverrideMode, Wish
from drrouter.ports import Found
from drrouter.router.plug_test import PlugTest


@dataclass(frozen=True, slots=True)
class LinkView:
    """The link to one provider; ``sentence`` says what is wrong where it is down."""

    provider: ProviderId
    up: bool
    since: datetime
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class StatusView:
    """The router at a glance.

    Attributes:
        time_zone: of the site, an IANA name; people read local times, the API says UTC.
        degraded: whether something is missing that should be there; ``sentence`` says what.
        data_rung, solve_rung: of the plan in force, None before the first one.
        price_per_kwh: of import now, in ``currency``; None where it is not known.
        power_w: of all metered devices together; None before the first reading.
        grid_w: what the home takes from the grid by its meter, in W (negative: gives); None without a meter.
        limit_w: the tightest limit of the site in force, None without one.
        offline: what is missing from providers, and which offline profile is or will be in force; empty
            while all is live.
        offline_since: since when something is missing; None while all is live.
    """

    site: str
    time_zone: str
    version: str
    now: datetime
    started_at: datetime
    degraded: bool
    sentence: str
    data_rung: DataRung | None = None
    solve_rung: SolveRung | None = None
    plan_made_at: datetime | None = None
    currency: str = "EUR"
    price_per_kwh: float | None = None
    co2_g_per_kwh: float | None = None
    power_w: float | None = None
    limit_w: float | None = None
    links: tuple[LinkView, ...] = ()
    alerts: tuple[str, ...] = ()
    offline: str = ""
    offline_since: datetime | None = None
    grid_w: float | None = None


@dataclass(frozen=True, slots=True)
class LearnedProgramme:
    """What was measured of a programme, beside what its maker says.

    Attributes:
        runs: how many whole runs are remembered.
        measured_minutes, measured_wh: of the last of them.
        in_use: whether enough runs agree, and plans go by what was measured.
    """

    programme_id: ProgrammeId
    runs: int
    measured_minutes: float
    measured_wh: float
    makers_minutes: float
    makers_wh: float
    in_use: bool


@dataclass(frozen=True, slots=True)
class DeviceView:
    """One device: what it is, how it is, what it may do and what it will do.

    Attributes:
        wished_w: the power it was last told to use, in W; None before the first instruction.
        next_cycle: planned or committed; None for devices without cycles.
        because: why it does what it does now, in words.
        watched: whether it is only watched until its owner hands it over.
        plug_test: how far the pull-plug test of its machine is; None where none was begun.
        trouble: what it refuses, or does not do although it should, in words; empty where all is well.
        learned: its programmes as they were measured.
    """

    profile: DeviceProfile
    state: DeviceState
    band: Band | None = None
    wished_w: float | None = None
    next_cycle: ScheduledCycle | None = None
    commitment: Commitment | None = None
    override: Override | None = None
    wish: Wish | None = None
    because: str = ""
    watched: bool = False
    plug_test: PlugTest | None = None
    trouble: str = ""
    learned: tuple[LearnedProgramme, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyView:
    """Why a device runs when it runs.

    Attributes:
        because: why it does what it does now.
        cycle: what is planned next; None where nothing is.
        explanation: of the plan, in words and numbers; None before the first plan.
    """

    device_id: DeviceId
    name: str
    because: str
    cycle: ScheduledCycle | None = None
    explanation: Explanation | None = None


class EventPhase(StrEnum):
    """Where an event stands in time."""

    COMING = "coming"
    IN_FORCE = "in_force"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class EventView:
    """One event and where it stands.

    Attributes:
        opted_out: devices that the owner has taken out of it.
        acknowledged: whether its receipt was delivered to the provider.
    """

    event: Event
    phase: EventPhase
    acknowledged: bool = False
    opted_out: tuple[DeviceId, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundView:
    """A device seen on the home network, and what it is taken for.

    Attributes:
        device_id: the device of the home file that it is, None for a stranger.
        model_id: the object model that it has in the home file; None for a stranger.
        proposed_id: the shipped object model that fits it best, None where none fits.
        confidence: from 0 to 1, how well that one knows the device; None where nothing is proposed.
        presence: whether it is there.
        seen_at: when it was seen last, by a search or by a reading.
        gone_after_s: once it falls silent it is shown as gone within this time, in seconds.
    """

    found: Found
    device_id: DeviceId | None = None
    model_id: str | None = None
    proposed_id: str | None = None
    confidence: float | None = None
    presence: Presence = Presence.PRESENT
    seen_at: datetime | None = None
    gone_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The router's own account of its work since it was first started.

    Attributes:
        solve_rungs, data_rungs: how many plans were made on each rung.
        errors_logged: log records of level ERROR and above.
        offline_minutes: time on a data rung below live.
        energy_wh: metered, per device.
    """

    solve_rungs: dict[SolveRung, int] = field(default_factory=dict)
    data_rungs: dict[DataRung, int] = field(default_factory=dict)
    errors_logged: int = 0
    offline_minutes: float = 0.0
    energy_wh: dict[DeviceId, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OptionsRequest:
    """Which options are available now? What is left out, the router chooses."""

    programme_id: ProgrammeId | None = None
    earliest: datetime | None = None
    ready_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class WishRequest:
    """A cycle (programme, ready-by) or a level by a time; which one, the device's kind decides.

    Attributes:
        ready_by: when the cycle shall be done, or the level reached.
        level: in the storage's unit; for storages only.
    """

    ready_by: datetime
    programme_id: ProgrammeId | None = None
    earliest: datetime | None = None
    level: float | None = None


class Topic(StrEnum):
    """What a change is about; each has one type of payload."""

    STATUS = "status"
    PLAN = "plan"
    DEVICE = "device"
    JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class Change:
    """Something is new; the payload is the whole new view, not a difference."""

    topic: Topic
    payload: StatusView | Plan | DeviceView | JournalEntry


class RouterFacade(Protocol):
    """What clients may ask of the router. Reading answers from memory at once.

    Every method that names a device raises ``DeviceUnknownError`` where there is none of that id.
    """

    def status(self) -> StatusView:
        """The router at a glance."""
        ...

    def plan(self) -> Plan | None:
        """The plan in force, None before the first one."""
        ...

    def devices(self) -> tuple[DeviceView, ...]:
        """Every device of the home file."""
        ...

    def events(self) -> tuple[EventView, ...]:
        """Every event that is kept, in the order of their starts."""
        ...

    def timeline(self) -> Timeline:
        """What holds at each instant."""
        ...

    def discovered(self) -> tuple[FoundView, ...]:
        """Every device seen on the home network, ours and strangers."""
        ...

    def ledger(self) -> LedgerView:
        """The router's account of its work."""
        ...

    async def options(self, device_id: DeviceId, request: OptionsRequest) -> tuple[Option, ...]:
        """The priced answer to "which options are available now?", each held for a while.

        Raises:
            WishImpossibleError: no start can keep what is asked.
            OptionError: the device has nothing to choose.
        """
        ...

    def held_for(self, token: HoldToken) -> DeviceId | None:
        """The device that a hold token belongs to, None where no such token was handed out."""
        ...

    async def accept(self, token: HoldToken) -> Commitment:
        """Make the held option a commitment; the same token again gives the same commitment.

        Raises:
            HoldUnknownError: no such token was handed out.
            HoldExpiredError: its life is over.
            HoldConflictError: it no longer fits; ``options`` has fresh ones.
        """
        ...

    async def override(
        self, device_id: DeviceId, mode: OverrideMode, until: datetime, by: str = "owner"
    ) -> Override:
        """The person's final word on a device until then; only safety stands above it."""
        ...

    async def clear_override(self, device_id: DeviceId, by: str = "owner") -> None:
        """Give the device back to the plan; no error where there is no override."""
        ...

    async def wish(self, device_id: DeviceId, request: WishRequest, by: str = "owner") -> Wish:
        """Ask for a cycle or a level; replaces the device's earlier wish.

        Raises:
            WishImpossibleError: it cannot be met, whatever the prices are.
            InputError: the request does not suit the device (an unknown programme, a level out of bounds).
        """
        ...

    async def clear_wish(self, device_id: DeviceId, by: str = "owner") -> None:
        """Forget the device's wish; no error where there is none."""
        ...

    async def hand_over(self, device_id: DeviceId, steered: bool, by: str = "owner") -> None:
        """Let the router steer a device from now on, or only watch it; kept over a restart."""
        ...

    async def test_plug(self, device_id: DeviceId) -> PlugTest:
        """Begin the pull-plug test: does the machine go on by itself after its power was cut?

        Raises:
            MessageError: the device is no machine with cycles.
        """
        ...

    async def stop_plug_test(self, device_id: DeviceId) -> None:
        """End the test and give the machine its power back; no error where none runs."""
        ...

    async def permit_join(self, integration: str, seconds: int, by: str = "owner") -> None:
        """Let new devices join the network of an integration (Zigbee, Z-Wave) for so long; 0 closes it.

        Raises:
            MessageError: the integration has no network to join.
            DeviceError: the network is not there.
        """
        ...

    async def journal(self, most: int = 100, device_id: DeviceId | None = None) -> tuple[JournalEntry, ...]:
        """The newest entries, newest first."""
        ...

    def changes(self) -> AsyncIterator[Change]:
        """What is new from now on, for ever; a reader that is too slow misses the oldest, never stops us."""
        ...
