"""Keeps each device inside the band that orders, safety and overrides leave it; waits for nothing.

``judge`` is a pure function of what is known now: no solver, no disk, no clock. Limits and orders lower
the upper end; device safety, running cycles and overrides raise the lower end; safety wins.

Precedence (DESIGN): installation and device safety > owner's override > network limit > emergency
alert > commitment > prices and wishes. A running cycle is never cut: it counts as unshiftable load. A
limit is met first by storages, then by demands, then by cycles that have not begun; what remains is
reported as impossible, in W. A peak window of an offline profile stands where a network limit stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from drrouter.domain.device import DeviceProfile, DeviceState
from drrouter.domain.flexibility import DemandFlexibility, ProfileFlexibility, StorageFlexibility
from drrouter.domain.ids import DeviceId, EventKey
from drrouter.domain.limit import Band, Limit, Scope
from drrouter.domain.timeline import Order
from drrouter.domain.wish import Override, OverrideMode
from drrouter.router.safety import must_run, nominal_w


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
    """

    profile: DeviceProfile
    state: DeviceState
    proposed_w: float
    override: Override | None = None
    running_w: float | None = None
    recovery: str = ""
    held_back: str = ""
    kept: str = ""

    @property
    def id(self) -> DeviceId:
        """The device."""
        return self.profile.id


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
    """

    bands: dict[DeviceId, Band]
    impossible_w: dict[EventKey, float] = field(default_factory=dict)
    opted_out: dict[EventKey, tuple[DeviceId, ...]] = field(default_factory=dict)
    unable: dict[EventKey, tuple[DeviceId, ...]] = field(default_factory=dict)


def judge(claims: Iterable[Claim], orders: Orders, base_load_w: float) -> Verdict:
    """Give every device its band for this instant.

    Args:
        claims: what each device would do, with its state and override.
        orders: the limits, sheds and alerts of this instant.
        base_load_w: the load that no device of ours explains, in W.
    """
    ranked = sorted(claims, key=_rank)
    held = {claim.id: must_run(claim.profile, claim.state) or claim.kept for claim in ranked}
    blocked = {claim.id: "" if held[claim.id] else _blocked(claim, orders) for claim in ranked}
    impossible_w: dict[EventKey, float] = {}
    # The house's own limit comes first: what it takes from the owner exceeds no limit of a provider.
    for limit in sorted(orders.limits, key=lambda limit: (limit.provider is not None, limit.effective_w)):
        rest_w = _share(limit, ranked, held, blocked, base_load_w)
        if rest_w < 0 and limit.provider and limit.event_id:
            impossible_w[limit.provider, limit.event_id] = -rest_w
    bands = {claim.id: _band(claim, held[claim.id], blocked[claim.id]) for claim in ranked}
    stays = [claim for claim in ranked if held[claim.id] or (claim.recovery and not claim.override)]
    unable = _by_event([claim for claim in stays if not blocked[claim.id]], orders)
    kept = [claim for claim in ranked if claim.override and _kept_on(claim) and not blocked[claim.id]]
    return Verdict(bands, impossible_w, _opted_out(kept, orders, impossible_w), unable)


def _rank(claim: Claim) -> tuple[int, str]:
    """Who keeps power longest under a limit: cycles about to begin, then demands, then storages."""
    order = {ProfileFlexibility: 0, DemandFlexibility: 1, StorageFlexibility: 2}
    return order[type(claim.profile.flexibility)], claim.id


def _kept_on(claim: Claim) -> bool:
    """Whether the owner, or its longest time off, keeps it on; only safety and the fuse stand above that."""
    return claim.override.mode is OverrideMode.ON if claim.override else bool(claim.recovery)


def _blocked(claim: Claim, orders: Orders) -> str:
    """Why the device gets no power, before limits are shared out."""
    if claim.override:
        return "" if _kept_on(claim) else f"switched off by the {claim.override.by}"
    if claim.recovery:
        return ""
    for alert in orders.alerts:
        if _means(alert.members, claim):
            return "grid emergency"
    for shed in orders.sheds:
        if _means(shed.members, claim) and sheds_at(claim.profile, shed.value):
            return f"load shed level {shed.value:.0f}"
    return claim.held_back


def sheds_at(profile: DeviceProfile, level: float) -> bool:
    """Whether a SIMPLE level sheds this device."""
    return profile.shed_from_level is not None and level >= profile.shed_from_level


def _means(members: tuple[DeviceId, ...], claim: Claim) -> bool:
    """Whether an order means this device; no members is the whole site."""
    return not members or claim.id in members


def _share(
    limit: Limit, ranked: list[Claim], held: dict[DeviceId, str], blocked: dict[DeviceId, str], base_w: float
) -> float:
    """Block what does not fit under the limit; return the power left over, in W (negative: exceeded)."""
    bound = [claim for claim in ranked if _bound(limit, claim)]
    of_the_house = limit.provider is None
    kept = [claim for claim in bound if _kept_on(claim) and not of_the_house and not blocked[claim.id]]
    firm = [claim for claim in bound if held[claim.id] or claim in kept]
    rest_w = limit.effective_w - (base_w if limit.scope is Scope.SITE else 0.0)
    rest_w -= sum(_firm_w(claim) for claim in firm)
    free = [claim for claim in bound if claim not in firm and not blocked[claim.id]]
    # Those that would run come first, so that an idle device never takes the room of a busy one.
    for claim in sorted(free, key=lambda claim: (not _kept_on(claim), claim.proposed_w <= 0)):
        need_w = nominal_w(claim.profile)
        if need_w > rest_w:
            blocked[claim.id] = _over(limit)
        elif claim.proposed_w > 0 or _kept_on(claim):
            rest_w -= need_w
    return rest_w


def _over(limit: Limit) -> str:
    """The limit in words."""
    return f"limit of {limit.effective_w:.0f} W" + (f" ({limit.program})" if limit.program else "")


def _bound(limit: Limit, claim: Claim) -> bool:
    """Whether the limit binds the device."""
    return limit.scope is Scope.SITE or claim.id in limit.members


def _firm_w(claim: Claim) -> float:
    """What a device that keeps its power draws: its running phase, measured or expected, else its most."""
    if claim.running_w is not None:
        return max(claim.running_w, claim.state.power_w or 0.0)
    return nominal_w(claim.profile)


def _band(claim: Claim, held: str, blocked: str) -> Band:
    """Safety first, then orders and the fuse, then what keeps it on, else the whole range."""
    top_w = nominal_w(claim.profile)
    if held:
        return Band(top_w, top_w, held)
    if blocked:
        return Band(0.0, 0.0, blocked)
    if claim.override:
        return Band(top_w, top_w, f"switched on by the {claim.override.by}")
    return Band(top_w if claim.recovery else 0.0, top_w, claim.recovery)


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
