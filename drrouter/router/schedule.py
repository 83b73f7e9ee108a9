"""What each device should do at this instant, by commitment, plan or its own behaviour.

The guard has the last word; here stands only what is wished. It never asks the solver: a plan that is
hours old still says when the washer starts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from drrouter.domain.device import DeviceProfile, DeviceState
from drrouter.domain.flexibility import (
    DemandFlexibility,
    EnvelopeFlexibility,
    ModesFlexibility,
    ProfileFlexibility,
    RemoteStart,
    StorageFlexibility,
)
from drrouter.domain.ids import DeviceId, EventKey
from drrouter.domain.plan import Plan, ScheduledCycle
from drrouter.domain.said import resaid, said, together
from drrouter.domain.wish import Commitment, CycleWish, LevelWish, Wish
from drrouter.router.kinds import Kind, kind_of
from drrouter.router.levers import Lever, lever_of
from drrouter.router.local import clock_time
from drrouter.router.safety import lowest_w, nominal_w

UTC_ZONE = ZoneInfo("UTC")

WAITS_FOR_BUTTON = said("device.waits_for_button")

DRAWS_W = 1.0
"""Below this planned mean power a device rests."""

BALANCED_W = 100.0
"""Interpretation: a slot planned to import, or export, no more than this is planned to balance the home."""

_FREE = said("device.free")
_NO_PLAN = said("device.no_plan")
_AS_IT_LIKES = said("device.as_it_likes")
_HAS_ASKED = said("device.has_asked")

WHOLE_SLOT = 0.98
"""Interpretation: planned at this share of its power or more, a device runs the whole slot."""

BEGIN_AGAIN = 0.1
"""Interpretation: share of its range by which a cold store must be short before it is switched on again."""


class Following(StrEnum):
    """How a device follows the meter: ``within`` never beyond what is planned."""

    BALANCES = "balances"
    WITHIN = "within"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The power wished for, in W, and why; of a device with modes, the number of the mode too.

    Attributes:
        follows: how it follows the meter inside the slot; None where the plan's power is meant as it stands.
        asked_by: the event of a provider whose word this is; None where it is nobody's.
        by_level: whether it asks for a level, so that any power on the way there will do.
        outvoted: events that ask something else of the device, and do not get it.
    """

    power_w: float
    reason: str
    mode: int | None = None
    follows: Following | None = None
    asked_by: EventKey | None = None
    by_level: bool = False
    outvoted: tuple[EventKey, ...] = ()


def propose(
    profile: DeviceProfile,
    state: DeviceState,
    now: datetime,
    plan: Plan | None = None,
    commitment: Commitment | None = None,
    wish: Wish | None = None,
    zone: ZoneInfo = UTC_ZONE,
    held_w: float | None = None,
) -> Proposal:
    """Say what the device should do now.

    Args:
        profile: the device.
        state: what is known of it.
        now: the instant.
        plan: the last plan, however old; None before the first.
        commitment: an accepted option that has not begun.
        wish: what people ask of it.
        zone: of the home, for the reasons that people read.
        held_w: how much the plan lets an inverter give in this slot, in W; None where it may give all.
    """
    match profile.flexibility:
        case ProfileFlexibility(remote_start=RemoteStart.NONE):
            return Proposal(nominal_w(profile), said("device.own_buttons"))
        case ProfileFlexibility():
            return _cycle(profile, state, now, plan, commitment, wish, zone)
        case StorageFlexibility() as flexibility if lever_of(state) is Lever.POWER or flexibility.discharge:
            return _modulated(profile, flexibility, state, now, plan, wish)
        case StorageFlexibility() as flexibility:
            return _storage(profile, flexibility, state, now, plan, wish)
        case DemandFlexibility() as flexibility:
            return _demand(profile, flexibility, now, plan)
        case ModesFlexibility() as flexibility:
            return _mode(profile, flexibility, state, now, plan)
        case EnvelopeFlexibility() as flexibility:
            return _sun(profile, flexibility, now, plan, held_w)
        case None:
            return Proposal(0.0, said("device.only_read"))


def _cycle(
    profile: DeviceProfile,
    state: DeviceState,
    now: datetime,
    plan: Plan | None,
    commitment: Commitment | None,
    wish: Wish | None,
    zone: ZoneInfo,
) -> Proposal:
    """Start when the commitment or the plan says so; a start that was missed is made up for at once."""
    if state.running:
        return Proposal(nominal_w(profile), said("device.cycle_runs"))
    planned = wished_cycle(profile.id, plan, wish)
    start = commitment.start if commitment else planned.start if planned else None
    if state.armed is False and (commitment or isinstance(wish, CycleWish)):
        return Proposal(0.0, WAITS_FOR_BUTTON)
    if start is None:
        return Proposal(0.0, said("device.nothing_asked"))
    if start > now:
        return Proposal(0.0, said("device.waits_until", at=clock_time(start, zone)))
    return Proposal(nominal_w(profile), _because(profile, plan, said("device.start_has_come")))


def wished_cycle(device_id: DeviceId, plan: Plan | None, wish: Wish | None) -> ScheduledCycle | None:
    """The cycle in the plan; one that no wish, or only an older one, asked for has been run."""
    if plan is None or not isinstance(wish, CycleWish):
        return None
    asked = (cycle for cycle in plan.cycles if cycle.device_id == device_id and not cycle.fixed)
    fitting = (cycle for cycle in asked if cycle.programme_id == wish.programme_id)
    return next((cycle for cycle in fitting if cycle.start >= wish.earliest), None)


def _storage(
    profile: DeviceProfile,
    flexibility: StorageFlexibility,
    state: DeviceState,
    now: datetime,
    plan: Plan | None,
    wish: Wish | None,
) -> Proposal:
    """Run while the level has not reached what the plan wants at the end of the slot.

    Following the level and not the planned power makes the loop close: what was missed is made up for.
    """
    power_w = plan.power_at(profile.id, now) if plan else None
    if kind_of(profile) is Kind.CAR and not (state.plugged and isinstance(wish, LevelWish)):
        return Proposal(flexibility.max_power_w, _FREE)
    if isinstance(wish, LevelWish) and state.level is not None and _has(flexibility, state.level, wish.level):
        return Proposal(0.0, _HAS_ASKED)
    if plan is None or power_w is None or state.level is None:
        return Proposal(flexibility.max_power_w, _NO_PLAN)
    if _resting(flexibility, state, now):
        return Proposal(0.0, said("device.rests", minutes=flexibility.min_off / timedelta(minutes=1)))
    if _must_go_on(flexibility, state, now):
        return Proposal(flexibility.max_power_w, said("device.shortest_run"))
    if power_w <= DRAWS_W or profile.id not in plan.level:
        return Proposal(0.0, _because(profile, plan, said("device.plan_rests")))
    if _is_short(flexibility, state, state.level, _goal(profile, plan, now), power_w):
        return Proposal(flexibility.max_power_w, _because(profile, plan, said("device.plan_runs")))
    return Proposal(0.0, said("device.has_planned"))


def _has(flexibility: StorageFlexibility, level: float, wished: float) -> bool:
    """Whether the level is at, or beyond, the one wished for."""
    return level <= wished if flexibility.runs_downwards else level >= wished


def _goal(profile: DeviceProfile, plan: Plan, now: datetime) -> float:
    """The level that the plan wants at the end of this slot."""
    index = plan.slot_at(now)
    levels = plan.level.get(profile.id)
    if not levels:  # kept over a restart, and made by an older object model
        return (
            profile.flexibility.level_target if isinstance(profile.flexibility, StorageFlexibility) else 0.0
        )
    return levels[-1 if index is None else index]


def _is_short(
    flexibility: StorageFlexibility, state: DeviceState, level: float, goal: float, power_w: float
) -> bool:
    """Whether it must run to reach the goal.

    A slot that is planned at full power runs to its end; what cycles by itself begins again only some way
    from the goal, so that its compressor is not switched every few minutes.
    """
    if power_w >= WHOLE_SLOT * flexibility.max_power_w:
        return True
    short_by = _short_by(flexibility, level, goal)
    is_off = flexibility.duty and state.on is False
    span = flexibility.level_max - flexibility.level_min
    return short_by > (BEGIN_AGAIN * span if is_off else 0.0)


def _short_by(flexibility: StorageFlexibility, level: float, goal: float) -> float:
    """How far it is from the goal, in its unit; negative beyond it."""
    return level - goal if flexibility.runs_downwards else goal - level


def _resting(flexibility: StorageFlexibility, state: DeviceState, now: datetime) -> bool:
    """Whether it was switched off less than its shortest rest ago."""
    return state.on is False and _since(state, now) < flexibility.min_off


def _must_go_on(flexibility: StorageFlexibility, state: DeviceState, now: datetime) -> bool:
    """Whether it was switched on less than its shortest run ago."""
    return state.on is True and _since(state, now) < flexibility.min_on


def _since(state: DeviceState, now: datetime) -> timedelta:
    """How long the switch has stood; for ever where nothing is known."""
    return now - state.changed_at if state.changed_at else timedelta.max


def _demand(
    profile: DeviceProfile, flexibility: DemandFlexibility, now: datetime, plan: Plan | None
) -> Proposal:
    """On, unless the plan curtails it to nothing."""
    power_w = plan.power_at(profile.id, now) if plan else None
    if power_w is not None and power_w <= DRAWS_W < flexibility.power_w:
        return Proposal(0.0, _because(profile, plan, said("device.plan_curtails")))
    return Proposal(flexibility.max_power_w, _AS_IT_LIKES)


def _modulated(
    profile: DeviceProfile,
    flexibility: StorageFlexibility,
    state: DeviceState,
    now: datetime,
    plan: Plan | None,
    wish: Wish | None,
) -> Proposal:
    """The planned power itself, which the device can be set to.

    A slot that is planned at less than the lowest power is run at that until the level is where the plan has
    it at its end. A car of which nobody asks anything charges as fast as it likes, and a battery rests.
    """
    is_car = kind_of(profile) is Kind.CAR
    if is_car and not state.plugged:
        return Proposal(0.0, said("device.no_car"))
    asked = isinstance(wish, LevelWish)
    if isinstance(wish, LevelWish) and state.level is not None and _has(flexibility, state.level, wish.level):
        return Proposal(0.0, _HAS_ASKED)
    power_w = plan.power_at(profile.id, now) if plan else None
    if plan is None or power_w is None or (is_car and not asked):
        free_w = 0.0 if kind_of(profile) is Kind.BATTERY else flexibility.max_power_w
        return Proposal(free_w, _NO_PLAN if asked or not is_car else _FREE)
    if abs(power_w) <= DRAWS_W:
        return Proposal(0.0, _because(profile, plan, said("device.plan_rests")))
    if 0 < power_w < flexibility.min_power_w:
        short = state.level is None or _short_by(flexibility, state.level, _goal(profile, plan, now)) > 0
        power_w = flexibility.min_power_w if short else 0.0
    reason = said("device.plan_gives" if power_w < 0 else "device.plan_runs")
    return Proposal(power_w, _because(profile, plan, reason), follows=_following(plan, now, power_w))


def _following(plan: Plan, now: datetime, power_w: float) -> Following | None:
    """How the plan means it to take what the sun leaves, or to give what the home needs.

    A plan that charges and still imports wants cheap energy, and one that gives and exports wants to sell:
    such power is meant as it stands. One that charges and exports besides wants no more than it says.
    """
    index = plan.slot_at(now)
    if index is None or power_w == 0:
        return None
    beside_w = plan.grid_w[index] if power_w > 0 else -plan.grid_w[index]
    if beside_w > BALANCED_W:
        return None
    return Following.BALANCES if beside_w >= -BALANCED_W else Following.WITHIN


def _mode(
    profile: DeviceProfile,
    flexibility: ModesFlexibility,
    state: DeviceState,
    now: datetime,
    plan: Plan | None,
) -> Proposal:
    """The mode in which it is planned to be for most of the slot; its shortest stay is kept.

    A plan that knows other modes was kept over a restart and made by an older object model: it says nothing.
    """
    index, shares = plan.slot_at(now) if plan else None, plan.modes.get(profile.id) if plan else None
    stays = state.mode_since is not None and now - state.mode_since < flexibility.min_dwell
    reason: str = _AS_IT_LIKES
    chosen = flexibility.normal
    if index is not None and shares and len(shares[index]) == len(flexibility.modes):
        chosen = max(range(len(flexibility.modes)), key=lambda mode: shares[index][mode])
        reason = _because(profile, plan, said("device.plan_mode", mode=flexibility.modes[chosen].name))
    if stays and state.mode is not None and state.mode != chosen:
        chosen, reason = state.mode, said("device.mode_stays")
    return Proposal(flexibility.modes[chosen].power_w, reason, mode=chosen)


def _sun(
    profile: DeviceProfile,
    flexibility: EnvelopeFlexibility,
    now: datetime,
    plan: Plan | None,
    held_w: float | None,
) -> Proposal:
    """All that the sun gives, unless the plan holds some of it back."""
    if held_w is None:
        return Proposal(lowest_w(profile), said("device.sun"))
    watts = max(held_w, flexibility.least_power_w)
    follows = _following(plan, now, -watts) if plan else None
    return Proposal(-watts, _because(profile, plan, said("device.plan_holds")), follows=follows)


def _because(profile: DeviceProfile, plan: Plan | None, otherwise: str) -> str:
    """The plan's own words where it has some."""
    explanation = plan.explanation_of(profile.id) if plan else None
    if explanation is None or not explanation.text:
        return otherwise
    return resaid(explanation.text, together(explanation.reasons))
