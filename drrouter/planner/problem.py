"""The frozen question that the planner answers; see ``drrouter.domain.plan`` for the answer.

Everything that may influence a plan stands here: no clock is read, no file opened, nothing drawn.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import isfinite

from drrouter.domain.demand_response import Rebate, Recovery
from drrouter.domain.flexibility import Line, ModesFlexibility, PlannedFlexibility, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.outage import Outage
from drrouter.domain.plan import DataRung, Plan
from drrouter.domain.tariff_terms import CapacityTerm, PeakTerm, TierTerm
from drrouter.domain.wish import ComfortBand, Commitment, PlugIn, Precedence, RunningCycle, Setpoint, Wish

_SHARES = 1e-6
"""How far shares may be from the whole: decimals do not add up exactly."""


@dataclass(frozen=True, slots=True)
class Effort:
    """Deterministic work, never wall time, so that equal problems give equal plans.

    Attributes:
        nodes: branch-and-bound nodes at most.
        gap: relative distance to the proven bound that is good enough.
        near: for how long a device that cannot run below its ``min_power_w`` is planned exactly; in later
            slots a smaller mean power means that it runs for a part of the slot, settled by a later plan.
        repair: only mend the previous plan, in a fraction of the work (``drrouter.planner.repair``).
        cautious: for how long room below the site's limits is kept for what the bands allow to go wrong;
            none, because measured it saved nothing.
    """

    nodes: int = 2000
    gap: float = 0.005
    near: timedelta = timedelta(hours=6)
    repair: bool = False
    cautious: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of misses, per unit, in the plan's currency: what goals are worth when not all can be met.

    Attributes:
        less_liked: what a programme must save for each place by which it is liked less than the wished one.
    """

    limit_per_kwh: float = 10.0
    level_per_kwh: float = 2.0
    comfort_per_unit_hour: float = 1.0
    setpoint_per_unit_hour: float = 3.0
    recovery_per_kwh: float = 5.0
    cycle: float = 4.0
    lateness_per_hour: float = 1.0
    less_liked: float = 0.0


@dataclass(frozen=True, slots=True)
class Margin:
    """How much better a plan must be than the previous one to take its place for no other reason (P4).

    Attributes:
        money: in the plan's currency, misses at their prices included.
        share: of the money that the previous plan costs; the larger of both counts.
    """

    money: float = 0.02
    share: float = 0.01


@dataclass(frozen=True, slots=True)
class DeviceInput:
    """One device as the planner sees it.

    Attributes:
        level: of a storage now, in its unit.
        available: when a storage may use power at all (a plugged-in car); None means always.
        periods: several times at the plug, in order, with trips between them; empty: as ``available`` says.
            Where both are given, both must hold. What a trip uses lowers the level on arrival, and is
            wished by the departure before it.
        wishes: what people ask of it; at most one cycle wish.
        running: its cycle in progress, never touched.
        commitment: an accepted option, never moved.
        caps: upper bounds in W over intervals (sheds, alerts, overrides), already resolved.
        floors: lower bounds in W over intervals (overrides "on").
        line, lines: the conductor that feeds it, or those over which it spreads evenly (three-phase).
        may_discharge: consent to give stored energy back: the owner of a home battery gives it once, the
            driver of a car for V2G. Without it a storage only takes.
        sun_only: whether it may charge only while the home imports nothing (a home battery without grid
            charging, a car on sun). Its safe bounds and its owner's floors stand above that.
        reserve: how much earlier its wishes are put here than people asked; explanations name their time.
        end_value_per_wh: what energy still stored at the horizon is worth, per Wh put in; None lets the
            planner price it by the mean import price, less what giving it back would lose.
        ambient: where a storage's surroundings stand in each slot; empty: always at its ``ambient``.
        gain: how much a Wh counts for in each slot, as a factor on ``level_per_wh`` (a heat pump's
            coefficient of performance by outdoor temperature); empty: 1.
        taken: what people draw off in each slot, in units of the level per hour; empty: nothing.
        comfort: bands that its level should keep; softer than its own bounds.
        setpoints: levels at which an event wants it to stand; dearer to miss than comfort.
        on_since, off_since: when its run or its rest began; the later one holds, None is unknown.
        stays: when a device with modes was in which of them (its number), in order and up to now; empty:
            nobody knows. Those of today count for what a day may hold.
        sun_w: what an inverter could give in each slot, in W and positive, beside the ``pv_w`` of the home;
            empty: nothing. Of its caps only one of 0 W counts: it is off then.
    """

    id: DeviceId
    label: str
    flexibility: PlannedFlexibility
    level: float | None = None
    available: Interval | None = None
    wishes: tuple[Wish, ...] = ()
    running: RunningCycle | None = None
    commitment: Commitment | None = None
    caps: tuple[tuple[Interval, float], ...] = ()
    floors: tuple[tuple[Interval, float], ...] = ()
    line: Line = Line.L1
    groups: tuple[str, ...] = ()
    end_value_per_wh: float | None = None
    reserve: timedelta = timedelta()
    ambient: tuple[float, ...] = ()
    gain: tuple[float, ...] = ()
    taken: tuple[float, ...] = ()
    comfort: tuple[ComfortBand, ...] = ()
    setpoints: tuple[Setpoint, ...] = ()
    on_since: datetime | None = None
    off_since: datetime | None = None
    may_discharge: bool = False
    sun_only: bool = False
    lines: tuple[Line, ...] = ()
    sun_w: tuple[float, ...] = ()
    periods: tuple[PlugIn, ...] = ()
    stays: tuple[tuple[Interval, int], ...] = ()

    def share_on(self, line: Line) -> float:
        """The share of its power that flows on the line."""
        fed_by = self.lines or (self.line,)
        return fed_by.count(line) / len(fed_by)


@dataclass(frozen=True, slots=True)
class Problem:
    """One planning question.

    Every tuple over slots has one entry per slot. Prices are per kWh and may have any sign.

    Attributes:
        slots: consecutive, the first begins at ``now``; lengths may differ.
        base_load_w: unshiftable load, consumption positive; ``pv_w`` generation, positive. What an inverter
            that can be held back gives stands at the device (``sun_w``).
        base_band_w, pv_band_w: between which powers each is expected (low, high); empty where nobody knows.
        timezone: of the home, by its IANA name, for the sentences that people read; it moves no slot.
        recoveries: what the home should draw at most after events; soft and priced.
        rebates: what is paid for using less than a baseline.
        limits: hard in the field, soft and priced in the model, so that a plan always exists.
        base_line_shares, pv_line_shares: how base load and generation spread over L1, L2 and L3.
            Interpretation: empty, all of it is on L1, as are devices of which nothing else is known.
        export_limits: what the home may send to the grid at most, as limits on the site; as soft as others.
        precedences: which machine's cycle follows which; those that contradict each other cost their cycles.
        exclusive: groups of machines of which one runs at a time.
        peak_terms, tiers, capacity_terms: what import costs beside its price per kWh, with what the meter
            has counted in the billing period so far.
        outages: power cuts that are announced: no cycle is planned into one. What else shall be full before
            and off meanwhile is asked of each device (``comfort``, ``caps``).
        margin: the gain for which the previous plan is left; None where something happened, and the best
            plan counts.

    Raises:
        ValueError: a tuple has the wrong length or the slots do not join.
    """

    now: datetime
    slots: tuple[Interval, ...]
    import_price: tuple[float, ...]
    export_price: tuple[float, ...]
    base_load_w: tuple[float, ...]
    devices: tuple[DeviceInput, ...]
    currency: str = "EUR"
    co2_g_per_kwh: tuple[float, ...] = ()
    co2_price_per_kg: float = 0.0
    pv_w: tuple[float, ...] = ()
    limits: tuple[Limit, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    rebates: tuple[Rebate, ...] = ()
    export_limits: tuple[Limit, ...] = ()
    base_line_shares: tuple[float, ...] = ()
    pv_line_shares: tuple[float, ...] = ()
    data_rung: DataRung = DataRung.LIVE
    previous: Plan | None = None
    prices: Prices = Prices()
    effort: Effort = Effort()
    trigger: str = ""
    timezone: str = "UTC"
    precedences: tuple[Precedence, ...] = ()
    exclusive: tuple[tuple[DeviceId, ...], ...] = ()
    peak_terms: tuple[PeakTerm, ...] = ()
    tiers: tuple[TierTerm, ...] = ()
    capacity_terms: tuple[CapacityTerm, ...] = ()
    base_band_w: tuple[tuple[float, float], ...] = ()
    pv_band_w: tuple[tuple[float, float], ...] = ()
    problem_schema: int = 1
    margin: Margin | None = None
    outages: tuple[Outage, ...] = ()

    def __post_init__(self) -> None:
        """Refuse tuples of the wrong length, slots with gaps, what is no number, and a device twice."""
        if not self.slots or self.slots[0].start != self.now:
            raise ValueError("the first slot must begin at now")
        for before, after in zip(self.slots, self.slots[1:], strict=False):
            if before.end != after.start:
                raise ValueError(f"slots do not join at {before.end}")
        for name in ("import_price", "export_price", "base_load_w"):
            if len(getattr(self, name)) != len(self.slots):
                raise ValueError(f"{name} needs one value per slot")
        for shares in (self.base_line_shares, self.pv_line_shares):
            if shares and (len(shares) != len(Line) or abs(sum(shares) - 1) > _SHARES or min(shares) < 0):
                raise ValueError("line shares are three, none negative, and make 1 together")
        for name in ("co2_g_per_kwh", "pv_w", "base_band_w", "pv_band_w"):
            if getattr(self, name) and len(getattr(self, name)) != len(self.slots):
                raise ValueError(f"{name} needs one value per slot, or none at all")
        _check_numbers("of the home", self, _SERIES)
        ids = [device.id for device in self.devices]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise ValueError(f"{', '.join(twice)} stands twice among the devices; give each its own id")
        for device in self.devices:
            for name in ("ambient", "gain", "taken", "sun_w"):
                if getattr(device, name) and len(getattr(device, name)) != len(self.slots):
                    raise ValueError(f"{name} of {device.id} needs one value per slot, or none at all")
            _check_numbers(f"of {device.id}", device, ("ambient", "gain", "taken", "sun_w"))
            if device.level is not None and not isfinite(device.level):
                raise ValueError(f"level of {device.id} is no finite number")
            if any(gain <= 0 for gain in device.gain):
                raise ValueError(f"gain of {device.id} needs values above 0: power moves its level one way")
            if device.periods:
                _check_periods(device)
            known = len(device.flexibility.modes) if isinstance(device.flexibility, ModesFlexibility) else 0
            if any(not 0 <= mode < known for _, mode in device.stays):
                raise ValueError(f"{device.id} stayed in a mode that it does not have")

    @property
    def horizon(self) -> Interval:
        """From now to the end of the last slot."""
        return Interval(self.slots[0].start, self.slots[-1].end)


_SERIES = ("import_price", "export_price", "base_load_w", "co2_g_per_kwh", "pv_w")


def _check_numbers(whose: str, holder: object, names: tuple[str, ...]) -> None:
    """Refuse series with what is no finite number."""
    for name in names:
        if not isfinite(sum(getattr(holder, name))):
            raise ValueError(f"{name} {whose} needs finite numbers")


def _check_periods(device: DeviceInput) -> None:
    """Refuse times at the plug that overlap, and trips of what has no charge to lose."""
    for here, back in pairwise(device.periods):
        if here.interval.end > back.interval.start:
            raise ValueError(f"periods of {device.id} overlap, or are not in order")
    store = device.flexibility
    if not isinstance(store, StorageFlexibility) or (
        store.runs_downwards and any(period.used for period in device.periods)
    ):
        raise ValueError(f"{device.id} has no store that trips could take from")
