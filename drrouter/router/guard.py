"""Keeps each device inside the band that orders, safety and overrides leave it; waits for nothing.

``judge`` is a pure function of what is known now: no solver, no disk, no clock. Limits and orders lower
the upper end; device safety, running cycles and overrides raise the lower end; safety wins.

Precedence (DESIGN): installation and device safety > owner's override > network limit > emergency
alert > commitment > prices and wishes. A running cycle is never cut: it counts as unshiftable load. A
limit is met first by what can be set to any power: batteries give, then cars take less; then by storages,
then by demands, then by cycles that have not begun; what remains is reported as impossible, in W. A limit of
the site is one of net import: what the sun and batteries give counts for it, as it does for the fuse of a
line. A peak window of an offline profile stands where a network limit stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.domain.flexibility import Line, ModesFlexibility, StorageFlexibility
from drrouter.domain.ids import DeviceId, EventKey
from drrouter.domain.limit import Band, Limit, Scope
from drrouter.domain.owner import called
from drrouter.domain.said import said
from drrouter.domain.timeline import Order
from drrouter.domain.wish import Override, OverrideMode
from drrouter.router.kinds import Kind, kind_of
from drrouter.router.levers import Lever, lever_of
from drrouter.router.safety import lowest_w, must_run, nominal_w

NO_LINES: Mapping[Line, float] = MappingProxyType({})

_GIVES_WAY = {
    Kind.MACHINE: 0,
    Kind.LOAD: 1,
    Kind.MODES: 1,
    Kind.COLD: 2,
    Kind.WARM: 2,
    Kind.CAR: 3,
    Kind.BATTERY: 4,
    Kind.SUN: 5,
    Kind.WATCHED: 5,
}
"""Who gives way to a limit, the last first."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one device would do now if nobody interfered.

    Attributes:
        running_w: what its running cycle may draw in the next moments, by its model.
        held_back: why it gives way to a peak window of an offline profile, empty where it does not.
        recovery: why it gets power after having been held off, empty where it does not; the owner and the
            main fuse stand above that.
        kept: why it keeps its power beside what its state alone says, and nobody stands above that: a
            freezer that cools down from its bound, a machine that somebody has just switched on.
        gives_w: what it was seen to give where that was less than it should; None where its word is taken.
    """

    profile: DeviceProfile
    state: DeviceState
    proposed_w: float
    override: Override | None = None
    running_w: float | None = None
    recovery: str = ""
    held_back: str = ""
    kept: str = ""
    gives_w: float | None = None

    @property
    def id(self) -> DeviceId:
        """The device."""
        return self.profile.id

    @property
    def modulates(self) -> bool:
        """Whether it can be set to a power of any size, or to a mode of less."""
        kind, lever = kind_of(self.profile), lever_of(self.state)
        return kind is not Kind.MACHINE and lever is (Lever.MODE if kind is Kind.MODES else Lever.POWER)

    @property
    def least_w(self) -> float:
        """The least that it may be told: negative where it can give, and has something to give."""
        store = self.profile.flexibility
        empty = isinstance(store, StorageFlexibility) and (self.state.level or 0.0) <= store.level_min
        return 0.0 if empty or not self.modulates else lowest_w(self.profile)

    @property
    def lends_w(self) -> float:
        """The least that it can be counted with: what it may be told, or gives where that is less."""
        return self.least_w if self.gives_w is None else max(self.least_w, self.gives_w)

    @property
    def gives_on_demand(self) -> bool:
        """Whether it gives what a limit lacks: a battery that answers, and has something to give."""
        is_here = self.state.presence is not Presence.GONE
        return self.least_w < 0 and kind_of(self.profile) is not Kind.SUN and is_here

    @property
    def rests_w(self) -> float:
        """What it draws while it gives way: nothing, or what its lowest mode needs."""
        modes = self.profile.flexibility
        return min(mode.power_w for mode in modes.modes) if isinstance(modes, ModesFlexibility) else 0.0

    @property
    def works_w(self) -> float:
        """What it shall have where it must have power: its most, or what its normal mode needs."""
        modes = self.profile.flexibility
        if isinstance(modes, ModesFlexibility):
            return modes.modes[modes.normal].power_w
        return nominal_w(self.profile)

    @property
    def step_w(self) -> float:
        """The least that it draws while it runs at all."""
        store = self.profile.flexibility
        least_w = store.min_power_w if isinstance(store, StorageFlexibility) else self.rests_w
        return max(least_w, 1.0)


@dataclass(frozen=True, slots=True)
class Orders:
    """What providers order for this instant, and the installation's own limit (the main fuse)."""

    limits: tuple[Limit, ...] = ()
    sheds: tuple[Order, ...] = ()
    alerts: tuple[Order, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The bands, and what could not be obeyed.

    Attributes:
        impossible_w: per event, the power above its limit that no switch of ours can remove.
        opted_out: per event, the devices that the owner keeps out of it.
        unable: per event, the devices that it should stop and that must run.
        must_run: why each of these must, in words that name no provider and no programme.
    """

    bands: dict[DeviceId, Band]
    impossible_w: dict[EventKey, float] = field(default_factory=dict)
    opted_out: dict[EventKey, tuple[DeviceId, ...]] = field(default_factory=dict)
    unable: dict[EventKey, tuple[DeviceId, ...]] = field(default_factory=dict)
    must_run: dict[DeviceId, str] = field(default_factory=dict)


def judge(
    claims: Iterable[Claim],
    orders: Orders,
    base_load_w: float,
    line_base_w: Mapping[Line, float] = NO_LINES,
) -> Verdict:
    """Give every device its band for this instant.

    Args:
        claims: what each device would do, with its state and override.
        orders: the limits, sheds and alerts of this instant.
        base_load_w: the load that no device of ours explains, in W.
        line_base_w: how much of it flows on each line, where that is measured.
    """
    ranked = sorted(claims, key=lambda claim: (_GIVES_WAY[kind_of(claim.profile)], claim.id))
    held = {claim.id: must_run(claim.profile, claim.state) or claim.kept for claim in ranked}
    blocked = {claim.id: "" if held[claim.id] else _blocked(claim, orders) for claim in ranked}
    bench = _Bench(ranked, held, blocked)
    impossible_w: dict[EventKey, float] = {}
    # The house's own limit comes first: what it takes from the owner exceeds no limit of a provider.
    for limit in sorted(orders.limits, key=lambda limit: (limit.provider is not None, limit.effective_w)):
        rest_w = bench.share(limit, line_base_w.get(limit.line, 0.0) if limit.line else base_load_w)
        if rest_w < 0 and limit.provider and limit.event_id:
            impossible_w[limit.provider, limit.event_id] = -rest_w
    bands = {claim.id: bench.band(claim) for claim in ranked}
    stays = [claim for claim in ranked if held[claim.id] or (claim.recovery and not claim.override)]
    unable = _by_event([claim for claim in stays if not blocked[claim.id]], orders)
    kept = [claim for claim in ranked if claim.override and _kept_on(claim) and not blocked[claim.id]]
    why = {claim.id: held[claim.id] or claim.recovery for claim in stays}
    return Verdict(bands, impossible_w, _opted_out(kept, orders, impossible_w), unable, why)


def _kept_on(claim: Claim) -> bool:
    """Whether the owner, or its longest time off, keeps it on; only safety and the fuse stand above that."""
    return claim.override.mode is OverrideMode.ON if claim.override else bool(claim.recovery)


def _blocked(claim: Claim, orders: Orders) -> str:
    """Why the device gets no power, before limits are shared out."""
    if claim.override:
        return "" if _kept_on(claim) else said("held.off_by", called(claim.override.by))
    if claim.recovery:
        return ""
    for alert in orders.alerts:
        if _means(alert.members, claim):
            return said("held.emergency")
    for shed in orders.sheds:
        if _means(shed.members, claim) and sheds_at(claim.profile, shed.value):
            return said("held.shed", level=shed.value)
    return claim.held_back


def sheds_at(profile: DeviceProfile, level: float) -> bool:
    """Whether a SIMPLE level sheds this device."""
    return profile.shed_from_level is not None and level >= profile.shed_from_level


def _means(members: tuple[DeviceId, ...], claim: Claim) -> bool:
    """Whether an order means this device; no members is the whole site."""
    return not members or claim.id in members


@dataclass(slots=True)
class _Bench:
    """What the guard has found so far.

    Attributes:
        held: why a device keeps its power, empty where it need not.
        blocked: why it gets none, empty where it may have some.
        most_w: how much power limits leave to what can be set to any, with the limit in words.
    """

    ranked: list[Claim]
    held: dict[DeviceId, str]
    blocked: dict[DeviceId, str]
    most_w: dict[DeviceId, tuple[float, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Whom an order stops may take nothing, and still give."""
        for claim in self.ranked:
            if claim.override is None and claim.least_w < 0 and (why := self.blocked[claim.id]):
                self.most_w[claim.id], self.blocked[claim.id] = (0.0, why), ""

    def share(self, limit: Limit, base_w: float) -> float:
        """Take back what does not fit under the limit; return the power left over, in W (negative: exceeded).

        What batteries may give counts as room for all the others, and is claimed afterwards.
        """
        bound = [claim for claim in self.ranked if _bound(limit, claim)]
        kept = [
            claim
            for claim in bound
            if _kept_on(claim) and limit.provider is not None and not self.blocked[claim.id]
        ]
        firm = [claim for claim in bound if self.held[claim.id] or claim in kept]
        rest_w = limit.effective_w - sum(_part(limit, claim) * _firm_w(claim) for claim in firm)
        free = [claim for claim in bound if claim not in firm and not self.blocked[claim.id]]
        givers: list[Claim] = []
        if limit.scope is Scope.SITE or limit.line:
            rest_w -= base_w + sum(_part(limit, claim) * _sun_w(claim) for claim in bound)
            givers = [claim for claim in free if claim.gives_on_demand]
        rest_w = self._takers(limit, [claim for claim in free if claim not in givers], rest_w, givers)
        return self._givers(limit, givers, rest_w)

    def _takers(self, limit: Limit, free: list[Claim], rest_w: float, givers: list[Claim]) -> float:
        """Let in who fits. Who would run comes first: an idle device never takes the room of a busy one."""
        lent_w = -sum(_part(limit, claim) * claim.lends_w for claim in givers)
        for claim in sorted(free, key=lambda claim: (not _kept_on(claim), claim.proposed_w <= 0)):
            part, need_w = _part(limit, claim), nominal_w(claim.profile)
            most_w = max(rest_w + lent_w, 0.0) / part
            if need_w > most_w and claim.modulates and (most_w >= claim.step_w or claim.least_w < 0):
                self._at_most(claim, most_w if most_w >= claim.step_w else 0.0, limit)
            elif need_w > most_w:
                self.blocked[claim.id] = _over(limit)
                rest_w -= part * claim.rests_w
                continue
            rest_w -= part * max(self._expected_w(claim), 0.0)
        return rest_w

    def _givers(self, limit: Limit, givers: list[Claim], rest_w: float) -> float:
        """Batteries charge from what is left over, or give what is missing, as far as they are seen to."""
        for claim in givers:
            part = _part(limit, claim)
            if rest_w / part < nominal_w(claim.profile):
                self._at_most(claim, max(rest_w / part, claim.least_w), limit)
            rest_w -= part * max(self._expected_w(claim), claim.lends_w)
        return rest_w

    def _at_most(self, claim: Claim, watts: float, limit: Limit) -> None:
        """Remember the tightest."""
        if claim.id not in self.most_w or watts < self.most_w[claim.id][0]:
            self.most_w[claim.id] = watts, _over(limit)

    def _expected_w(self, claim: Claim) -> float:
        """What a device that is let in takes of the room: its wish where it can be set, else its most."""
        most_w = self.most_w.get(claim.id, (nominal_w(claim.profile), ""))[0]
        if _kept_on(claim):
            return min(claim.works_w, most_w)
        if not claim.modulates:
            return most_w if claim.proposed_w > 0 else 0.0
        return min(claim.proposed_w, most_w)

    def band(self, claim: Claim) -> Band:
        """Safety first, then orders and the fuse, then what keeps it on, else the whole range."""
        top_w, least_w, works_w = nominal_w(claim.profile), claim.least_w, claim.works_w
        if self.held[claim.id]:
            return Band(works_w, works_w, self.held[claim.id])
        if why := self.blocked[claim.id]:
            return Band(0.0, claim.rests_w, why)
        limited_w, why = self.most_w.get(claim.id, (top_w, ""))
        if claim.override:
            on_w = least_w if kind_of(claim.profile) is Kind.SUN else min(works_w, limited_w)
            return Band(on_w, on_w, said("held.on_by", called(claim.override.by)))
        if claim.recovery:
            return Band(min(works_w, limited_w), min(top_w, limited_w), claim.recovery)
        return Band(min(least_w, limited_w), min(top_w, limited_w), why)


def _sun_w(claim: Claim) -> float:
    """What an inverter gives and may go on giving, in W and negative; nothing where it does not answer."""
    if kind_of(claim.profile) is not Kind.SUN or claim.state.presence is Presence.GONE:
        return 0.0
    most_w = lowest_w(claim.profile)
    if not _kept_on(claim):
        most_w = max(most_w, 0.0 if claim.override else min(claim.proposed_w, 0.0))
    return max(min(claim.state.power_w or 0.0, 0.0), most_w)


def _over(limit: Limit) -> str:
    """The limit in words."""
    if limit.program:
        return said("held.limit_of", limit.program, limit_w=limit.effective_w)
    return said("held.limit", limit_w=limit.effective_w)


def _bound(limit: Limit, claim: Claim) -> bool:
    """Whether the limit binds the device."""
    return _part(limit, claim) > 0


def _part(limit: Limit, claim: Claim) -> float:
    """The share of the device's power that the limit counts: on a fuse, what flows on its line."""
    if limit.line:
        fed_by = claim.profile.lines or (claim.profile.line,)
        return fed_by.count(limit.line) / len(fed_by)
    return float(limit.scope is Scope.SITE or claim.id in limit.members)


def _firm_w(claim: Claim) -> float:
    """What a device that keeps its power draws: its running phase, measured or expected, else its most."""
    if claim.running_w is not None:
        return max(claim.running_w, claim.state.power_w or 0.0)
    return claim.works_w


def _by_event(claims: list[Claim], orders: Orders) -> dict[EventKey, tuple[DeviceId, ...]]:
    """Which of these devices each shed or alert in force would stop."""
    out: dict[EventKey, dict[DeviceId, None]] = {}
    for claim in claims:
        sheds = [shed for shed in orders.sheds if sheds_at(claim.profile, shed.value)]
        for order in (*sheds, *orders.alerts):
            if _means(order.members, claim):
                out.setdefault((order.provider, order.event_id), {})[claim.id] = None
    return {key: tuple(members) for key, members in out.items()}


def _opted_out(
    kept: list[Claim], orders: Orders, impossible_w: dict[EventKey, float]
) -> dict[EventKey, tuple[DeviceId, ...]]:
    """Events that would have stopped a device which the owner keeps on; a limit only where it is exceeded."""
    out = _by_event(kept, orders)
    for limit in orders.limits:
        members = tuple(claim.id for claim in kept if _bound(limit, claim))
        if limit.provider and limit.event_id and (limit.provider, limit.event_id) in impossible_w and members:
            out[limit.provider, limit.event_id] = members
    return out
