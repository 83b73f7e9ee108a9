"""What providers want of devices that they name: a power, more or less of it, or a state of charge.

    DISPATCH_SETPOINT 2 kW            take 2 kW
    DISPATCH_SETPOINT_RELATIVE -1 kW  take 1 kW less than you would
    CHARGE_STATE_SETPOINT 80 %        charge until 80 %, then rest
    ALERT_POSSIBLE_OUTAGE             a home battery: charge until it is full, then rest

It stands above plans and prices and below what a person was promised (DESIGN, "Precedence"); the guard has
the last word: owner, limits and safety clip it. An order for a group is shared by the size of its members. A
machine's cycle has its own power: nobody dispatches it.

Source: OpenADR 3.1, Definition, "Event Enumerations"; facts on OpenADR 3, obligation 26.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from drrouter.domain.device import DeviceProfile
from drrouter.domain.event import PayloadType
from drrouter.domain.flexibility import ModesFlexibility, StorageFlexibility
from drrouter.domain.ids import DeviceId, EventKey
from drrouter.domain.said import said
from drrouter.domain.timeline import Order
from drrouter.router.kinds import Kind, kind_of
from drrouter.router.levers import Lever, lever_of
from drrouter.router.registry import Seat
from drrouter.router.safety import lowest_w, nominal_w
from drrouter.router.schedule import Proposal

RANK = (
    PayloadType.DISPATCH_SETPOINT,
    PayloadType.DISPATCH_SETPOINT_RELATIVE,
    PayloadType.CHARGE_STATE_SETPOINT,
    PayloadType.ALERT_POSSIBLE_OUTAGE,
)
"""Which of several orders counts: the first of these, then the lower value."""

BY_LEVEL = frozenset({PayloadType.CHARGE_STATE_SETPOINT, PayloadType.ALERT_POSSIBLE_OUTAGE})

HALF = 0.5
"""Interpretation: a mere switch is on where this share of its power, or more, is asked for."""


def directed(
    seat: Seat, proposal: Proposal, orders: Iterable[Order], profile_of: Callable[[DeviceId], DeviceProfile]
) -> Proposal:
    """The proposal as the orders in force for this device change it.

    Interpretation: of several orders the absolute power counts first, and of equal ones the lower.

    Args:
        seat: the device.
        proposal: what it would do.
        orders: the set-points in force now, of all devices.
        profile_of: the members of groups.
    """
    mine = [order for order in orders if order.kind in RANK and _means(order, seat.profile)]
    if not mine or kind_of(seat.profile) in (Kind.MACHINE, Kind.WATCHED):
        return proposal
    order, *others = sorted(mine, key=lambda one: (RANK.index(one.kind or RANK[0]), one.value, _key(one)))
    watts = _asked_w(seat, proposal, order, profile_of)
    if watts is None:
        return proposal
    reason = said("asked.by", _words(order), provider=order.provider)
    outvoted = tuple(_key(one) for one in others if (one.kind, one.value) != (order.kind, order.value))
    asked = replace(
        proposal,
        power_w=watts,
        reason=reason,
        follows=None,
        asked_by=_key(order),
        by_level=order.kind in BY_LEVEL,
        outvoted=outvoted,
    )
    return _settable(seat, asked)


def _key(order: Order) -> EventKey:
    return order.provider, order.event_id


def _means(order: Order, profile: DeviceProfile) -> bool:
    """Whether it is for this device; a possible outage concerns every home battery, unless it names some."""
    if order.kind is PayloadType.ALERT_POSSIBLE_OUTAGE and not order.members:
        return kind_of(profile) is Kind.BATTERY
    return profile.id in order.members


def _asked_w(
    seat: Seat, proposal: Proposal, order: Order, profile_of: Callable[[DeviceId], DeviceProfile]
) -> float | None:
    """The power that is asked of this device; None where the order means nothing to it."""
    if order.kind in BY_LEVEL:
        return _towards(seat, order)
    sizes = {member: _size_w(profile_of(member)) for member in order.members}
    share = sizes[seat.profile.id] / (sum(sizes.values()) or 1.0)
    before_w = proposal.power_w if order.kind is PayloadType.DISPATCH_SETPOINT_RELATIVE else 0.0
    asked_w = before_w + order.value * share
    return min(max(asked_w, lowest_w(seat.profile)), nominal_w(seat.profile))


def _towards(seat: Seat, order: Order) -> float | None:
    """Full power until the level is reached, and nothing after that.

    Interpretation: percent are of the store's highest level, and nothing is given back to get there.
    """
    store, level = seat.profile.flexibility, seat.state.level
    if not isinstance(store, StorageFlexibility) or kind_of(seat.profile) not in (Kind.CAR, Kind.BATTERY):
        return None
    if level is None:
        return None
    if order.kind is PayloadType.ALERT_POSSIBLE_OUTAGE:
        return nominal_w(seat.profile) if level < store.level_max else 0.0
    by_percent = order.unit == "PERCENT"
    wanted = store.level_max * order.value / 100 if by_percent else order.value * store.level_per_wh
    return nominal_w(seat.profile) if level < min(wanted, store.level_max) else 0.0


def _size_w(profile: DeviceProfile) -> float:
    """By how much a device counts in its group."""
    return max(nominal_w(profile), -lowest_w(profile))


def _settable(seat: Seat, proposal: Proposal) -> Proposal:
    """The proposal in steps that the device has: its modes, or on and off."""
    flexibility, watts = seat.profile.flexibility, proposal.power_w
    if isinstance(flexibility, ModesFlexibility):
        modes = flexibility.modes
        mode = min(range(len(modes)), key=lambda number: (abs(modes[number].power_w - watts), number))
        return replace(proposal, mode=mode, power_w=modes[mode].power_w)
    if lever_of(seat.state) is Lever.SWITCH:
        top_w = nominal_w(seat.profile)
        return replace(proposal, power_w=top_w if watts >= HALF * top_w else 0.0)
    return proposal


def _words(order: Order) -> str:
    if order.kind is PayloadType.ALERT_POSSIBLE_OUTAGE:
        return said("asked.full")
    if order.kind is PayloadType.CHARGE_STATE_SETPOINT:
        return said("asked.percent" if order.unit == "PERCENT" else "asked.energy", charge=order.value)
    is_change = order.kind is PayloadType.DISPATCH_SETPOINT_RELATIVE
    return said("asked.more" if is_change else "asked.power", power_w=order.value)
