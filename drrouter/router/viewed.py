"""What clients are shown: frozen views made of domain values.

A text that is the router's own has a field beside it, ``<name>_said``: its reason, by which a screen says it
in any language; None where it is of a stranger.
Texts of devices and providers in them are hostile and are shown as text only.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from drrouter.domain.ack import Ack
from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId, EventId, ProgrammeId, ProviderId
from drrouter.domain.limit import Band
from drrouter.domain.owner import HandsOff, OptOut, Vacation
from drrouter.domain.plan import DataRung, Explanation, Miss, Reason, ScheduledCycle, SolveRung
from drrouter.domain.said import carry, said, sentences
from drrouter.domain.wish import Commitment, Override, Wish
from drrouter.ports import Found
from drrouter.router.feed_state import Freshness
from drrouter.router.plug_test import PlugTest


@dataclass(frozen=True, slots=True)
class LinkView:
    """The link to one provider; ``sentence`` says what is wrong where it is down.

    Attributes:
        freshness: how fresh what is known of the provider is, and when that changes if nothing comes.
    """

    provider: ProviderId
    up: bool
    since: datetime
    sentence: str = ""
    freshness: Freshness | None = None
    sentence_said: Reason | None = None

    def __post_init__(self) -> None:
        """The sentence knows its reason."""
        carry(self, "sentence")


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
        hands_off: set while the router steers nothing because the owner says so.
        vacation: when nobody is at home.
        opt_outs: what the owner has taken the home or a device out of.
        offline_since: since when something is missing; None while all is live.
        prices_until: from when on prices are only expected; None where those of the tariff itself count.
        saved_today: since midnight, against the home without the router; None where nothing can be compared.
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
    hands_off: HandsOff | None = None
    vacation: Vacation | None = None
    opt_outs: tuple[OptOut, ...] = ()
    saved_today: float | None = None
    prices_until: datetime | None = None
    sentence_said: Reason | None = None
    offline_said: Reason | None = None
    alerts_said: tuple[Reason | None, ...] = ()

    def __post_init__(self) -> None:
        """The texts know their reasons."""
        carry(self, "sentence", "offline", "alerts")


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
        counts_level: its level is only what it has taken since it came, for nobody tells what it holds.
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
    counts_level: bool = False
    because_said: Reason | None = None
    trouble_said: Reason | None = None

    def __post_init__(self) -> None:
        """The texts know their reasons."""
        carry(self, "because", "trouble")


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
    because_said: Reason | None = None

    def __post_init__(self) -> None:
        """The text knows its reason."""
        carry(self, "because")


@dataclass(frozen=True, slots=True)
class WhatIfView:
    """What would be planned if this were asked of a device; nobody carries it out.

    Attributes:
        wish: what would be asked.
        cycle: when its cycle would run; None for devices without cycles, or where none fits.
        explanation: of that plan, in words and numbers.
        cost, cost_in_force: of the device by that plan, and by the plan in force; None where not told.
        misses: what of the wish would not be met, and because of what.
    """

    device_id: DeviceId
    wish: Wish
    cycle: ScheduledCycle | None
    explanation: Explanation | None
    cost: float | None
    cost_in_force: float | None
    misses: tuple[Miss, ...]
    solve_rung: SolveRung


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
        home_opted_out: whether the owner has taken the whole home out of it.
        acknowledged: whether its receipt was delivered to the provider.
        acks: what became of it so far, for the site or for each member of the group that it names.
    """

    event: Event
    phase: EventPhase
    acknowledged: bool = False
    opted_out: tuple[DeviceId, ...] = ()
    acks: tuple[Ack, ...] = ()
    home_opted_out: bool = False


@dataclass(frozen=True, slots=True)
class EventCost:
    """What obeying an event costs: two plans compared, of the home with it and without.

    Attributes:
        cost: so much more the bill would show because of it, in ``currency``; negative: less.
        until: how far both plans reach; what comes later is not counted.
        misses: what would not be met because of it.
        solve_rung: how both plans were made.
    """

    provider: ProviderId
    event_id: EventId
    cost: float
    currency: str
    until: datetime
    misses: tuple[Miss, ...]
    solve_rung: SolveRung


@dataclass(frozen=True, slots=True)
class Parting:
    """How a provider was left.

    Attributes:
        events: of it that ended.
        delivered: messages that it still took.
        let_go: messages that it did not take.
        forgotten: whether it has forgotten this home, as far as its protocol lets us ask for that.
    """

    provider: ProviderId
    events: int
    delivered: int
    let_go: int
    forgotten: bool

    @property
    def sentence(self) -> str:
        """All this in words."""
        counts = {"events": self.events, "delivered": self.delivered, "let_go": self.let_go}
        left = said("parting.left", provider=self.provider, **counts)
        last = said("parting.forgotten" if self.forgotten else "parting.may_know")
        return sentences([left, last])


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
