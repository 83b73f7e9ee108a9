"""Lets what can be set to any power follow the meter inside a slot, which a plan knows by its mean alone.

A battery that the plan charges from the sun takes what the sun leaves now; one that covers the home gives
what the home needs now; an inverter that is held back gives what stays in the home.

    room = power that the device uses now - power that the home takes from the grid now

Only measurements taken after the devices did as they were last told count, of the meter and of the devices;
until all are there, the set-points stand. Within ``CALM_W`` they stand too. So a correction is made once, and
what a slow device has not done yet is asked of no other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.router.kinds import Kind, kind_of
from drrouter.router.registry import Seat
from drrouter.router.safety import lowest_w, nominal_w

CALM_W = 100.0
"""Interpretation: so much import or export is no reason to move a set-point."""

SETTLES_WITHIN = timedelta(minutes=1)
"""A device whose power does not come near its set-point within this time is taken at its measured power."""

STAYS = timedelta(minutes=3)
"""Interpretation: what cannot draw less than some power is switched on or off this rarely, else every cloud
would move a charger's contactor."""

_NEAR_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Meter:
    """What the home takes from the grid (negative: gives), in W, and when that was measured."""

    net_w: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Follower:
    """A device that follows.

    Attributes:
        planned_w: what the plan has it do on average; its sign says whether it takes or gives.
        within: whether that is the most it shall do: the plan sends energy away, or takes it, besides.
    """

    seat: Seat
    planned_w: float
    within: bool = False

    @property
    def id(self) -> DeviceId:
        """The device."""
        return self.seat.profile.id


def follow(followers: Iterable[Follower], meter: Meter | None, now: datetime) -> dict[DeviceId, float]:
    """The power of each follower by the meter, in W; who is not named keeps to the plan.

    What one takes is no longer there for the next: batteries come first, then cars, then inverters.
    """
    if meter is None:
        return {}
    wished: dict[DeviceId, float] = {}
    some = sorted(followers, key=_rank)
    settled = all(_is_settled(follower.seat, meter, now) for follower in some)
    net_w = meter.net_w
    for follower in some:
        setpoint_w, power_w = follower.seat.state.setpoint_w, follower.seat.state.power_w
        if setpoint_w is None or power_w is None:
            continue
        wished[follower.id] = setpoint_w
        if settled and (abs(net_w) > CALM_W or _contradicts(follower)):
            wished[follower.id] = _bounded(follower, power_w - net_w, now)
            net_w += wished[follower.id] - power_w
    return wished


def _rank(follower: Follower) -> tuple[int, str]:
    order = {Kind.BATTERY: 0, Kind.CAR: 1, Kind.SUN: 3}
    return order.get(kind_of(follower.seat.profile), 2), follower.id


def _is_settled(seat: Seat, meter: Meter, now: datetime) -> bool:
    """Whether meter and device were read after it was told, and it has done it, or had time enough.

    What tells changes alone and has told none by then has not changed.
    """
    state, told_at = seat.state, seat.told_at
    if told_at is None or now - told_at >= SETTLES_WITHIN:
        return True
    if state.seen_at is None or state.seen_at <= told_at or meter.at <= told_at:
        return False
    off_w = abs((state.power_w or 0.0) - (state.setpoint_w or 0.0))
    return off_w <= max(CALM_W, _NEAR_SHARE * abs(state.setpoint_w or 0.0))


def _contradicts(follower: Follower) -> bool:
    """Whether its set-point is on the other side of what is planned."""
    return (follower.seat.state.setpoint_w or 0.0) * follower.planned_w < 0


def _bounded(follower: Follower, room_w: float, now: datetime) -> float:
    """What it may take, or give, of the room: never the other of both, and not less than it can."""
    profile = follower.seat.profile
    room_w = min(max(room_w, lowest_w(profile)), nominal_w(profile))
    if follower.within:
        most_w = max if follower.planned_w <= 0 else min
        room_w = most_w(room_w, follower.planned_w)
    if follower.planned_w <= 0:
        return min(room_w, 0.0)
    store = profile.flexibility
    least_w = store.min_power_w if isinstance(store, StorageFlexibility) else 0.0
    # What runs already goes on a little below its least power, so that a cloud does not switch it.
    runs = (follower.seat.state.setpoint_w or 0.0) > 0
    runs_on = room_w >= least_w - (CALM_W if runs else 0.0)
    if least_w > 0 and runs_on is not runs and _was_just_switched(follower.seat, now):
        runs_on = runs
    return max(room_w, least_w, 0.0) if runs_on else 0.0


def _was_just_switched(seat: Seat, now: datetime) -> bool:
    """Whether it was switched on or off so lately that it stays as it is."""
    changed_at = seat.state.changed_at
    return changed_at is not None and now - changed_at < STAYS
