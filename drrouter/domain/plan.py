"""A plan: power per device and slot, what it misses, what it costs, and why."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from drrouter.domain.ids import DeviceId, ProgrammeId
from drrouter.domain.interval import Interval
from drrouter.domain.reason import Reason as Reason  # for everybody who reads plans
from drrouter.domain.said import carry


class SolveRung(StrEnum):
    """Who made the plan (DESIGN, "The two ladders")."""

    OPTIMAL = "optimal"
    INCUMBENT = "incumbent"
    GREEDY = "greedy"
    DEVICE_DEFAULT = "device_default"


class DataRung(StrEnum):
    """What the plan knew of prices and events."""

    LIVE = "live"
    LAST_PUBLISHED = "last_published"
    OFFLINE_PROFILE = "offline_profile"
    BEST_PRACTICE = "best_practice"


class MissKind(StrEnum):
    """A goal that is not met."""

    CYCLE = "cycle"
    DEADLINE = "deadline"
    LEVEL = "level"
    COMFORT = "comfort"
    SETPOINT = "setpoint"
    REBOUND = "rebound"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Miss:
    """What is missed, by how much and because of what (P3); ``device_id`` None means the site.

    Attributes:
        cause: in words; ``reason`` says the same as a code with values.
    """

    kind: MissKind
    device_id: DeviceId | None
    amount: float
    unit: str
    cause: str
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class ScheduledCycle:
    """One whole cycle at its place.

    Attributes:
        fixed: it runs already or was committed.
        phase_starts: when each phase starts, where the programme may pause; empty means without a pause.
    """

    device_id: DeviceId
    programme_id: ProgrammeId
    start: datetime
    end: datetime
    fixed: bool = False
    phase_starts: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class CostSplit:
    """What the plan costs, in its currency; penalties are prices of misses, not money.

    Attributes:
        import_cost, export_revenue: energy at the series of prices.
        peak_cost: what the plan adds to the fees for peaks, beyond what the meter has already counted.
        tier_cost: the plan's import at the prices of its blocks, which stand beside the series.
        capacity_cost: what is imported above a contracted capacity.
        wear_cost: what giving back wears off batteries: no bill shows it, and a plan weighs it.
        rebates: what events pay for using less than a baseline.
    """

    import_cost: float = 0.0
    export_revenue: float = 0.0
    co2_cost: float = 0.0
    penalties: float = 0.0
    peak_cost: float = 0.0
    tier_cost: float = 0.0
    capacity_cost: float = 0.0
    wear_cost: float = 0.0
    rebates: float = 0.0

    @property
    def money(self) -> float:
        """What the bill would show more because of the plan."""
        terms = self.peak_cost + self.tier_cost + self.capacity_cost
        return self.import_cost - self.export_revenue + terms - self.rebates


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a device runs when it runs (P5), in words and numbers.

    Attributes:
        cost_now: if it started, or charged at full power, now.
        cost_planned: as planned.
        cost_best: the cheapest that it could have anywhere in the horizon if nothing but physics bound it.
        binding: the constraint that keeps the plan from being cheaper, in words.
        would_change: what would make it cheaper, in words; empty where nothing would.
        saving_if_changed: what that would save.
        reasons: the sentences of ``text`` as codes with values; ``binding_reason`` and
            ``would_change_reason`` likewise.
    """

    device_id: DeviceId
    text: str
    cost_now: float | None = None
    cost_planned: float | None = None
    binding: str = ""
    would_change: str = ""
    cost_best: float | None = None
    saving_if_changed: float | None = None
    reasons: tuple[Reason, ...] = ()
    binding_reason: Reason | None = None
    would_change_reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer to a Problem; every tuple has one entry per slot.

    Attributes:
        power_w: mean power per device and slot, negative where it gives; devices without a part in the plan
            are absent.
        level: level at the end of each slot, for storages.
        modes: of devices with modes, how much of each slot they run in each of them: the whole slot in one
            where it is planned exactly, shares later.
        grid_w: import (positive) or export (negative).
        marginal_price: what one more kWh in that slot would cost, where storages give way if that is cheaper.
        headroom_w: what is left below the tightest site limit.
        gap, bound: of the solver; None where no solver made the plan.
        changes: what is new against the plan before, in words; ``change_reasons`` the same as codes.
        repaired: whether it is the plan before, carried over and mended, and no new one: an incumbent that
            a solver may still better.
        gain: what a new plan saves against the one before as carried over, in the currency and misses at
            their prices; None where they were not compared. A repaired plan with a gain was kept because
            the gain is too small to turn everything over.
    """

    made_at: datetime
    slots: tuple[Interval, ...]
    currency: str
    power_w: dict[DeviceId, tuple[float, ...]]
    level: dict[DeviceId, tuple[float, ...]]
    cycles: tuple[ScheduledCycle, ...]
    grid_w: tuple[float, ...]
    misses: tuple[Miss, ...]
    cost: CostSplit
    marginal_price: tuple[float, ...]
    headroom_w: tuple[float, ...]
    solve_rung: SolveRung
    data_rung: DataRung
    explanations: tuple[Explanation, ...] = ()
    changes: tuple[str, ...] = ()
    gap: float | None = None
    bound: float | None = None
    objective: float | None = None
    trigger: str = ""
    plan_schema: int = field(default=1)
    change_reasons: tuple[Reason, ...] = ()
    repaired: bool = False
    gain: float | None = None
    modes: dict[DeviceId, tuple[tuple[float, ...], ...]] = field(default_factory=dict)
    trigger_said: Reason | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """The trigger carries its reason."""
        carry(self, "trigger")

    def slot_at(self, instant: datetime) -> int | None:
        """The index of the slot that holds the instant, None outside the plan."""
        return next(
            (index for index, slot in enumerate(self.slots) if slot.holds(instant)),
            None,
        )

    def power_at(self, device_id: DeviceId, instant: datetime) -> float | None:
        """The planned power, in W; None where the plan says nothing."""
        index, power_w = self.slot_at(instant), self.power_w.get(device_id)
        return None if index is None or power_w is None else power_w[index]

    def cycle_of(self, device_id: DeviceId) -> ScheduledCycle | None:
        """The cycle planned for the device, None where there is none."""
        return next((cycle for cycle in self.cycles if cycle.device_id == device_id), None)

    def explanation_of(self, device_id: DeviceId) -> Explanation | None:
        """Why the device runs when it runs."""
        return next((text for text in self.explanations if text.device_id == device_id), None)
