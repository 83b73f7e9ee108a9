"""What is left of events and orders where the owner has taken the home, or a device, out of them.

    events ---- whole home ----> kept_events -> resolve -> timeline ---- one device ----> kept_orders

Prices are no orders: an opt-out changes none. What has been obeyed until now is past, so that an opt-out
needs no start.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit
from drrouter.domain.owner import OptOut
from drrouter.domain.payload_classes import FEES, SETPOINTS, SHEDS, STOPS
from drrouter.domain.timeline import Order, Timeline

ORDERS = (
    SHEDS
    | STOPS
    | SETPOINTS
    | {PayloadType.ALERT_FLEX_ALERT}
    | {kind for kind in PayloadType if "_CAPACITY_" in kind and kind not in FEES}
)
"""Payload types by which devices are moved."""


def gives_orders(event: Event) -> bool:
    """Whether there is anything in the event that one could be taken out of."""
    return any(payload.type in ORDERS for payload in event.payloads)


def takes_from(event: Event, word: OptOut) -> bool:
    """Whether an opt-out that means the event takes anything of it."""
    starts = [payload.interval.start for payload in event.payloads if payload.type in ORDERS]
    return any(start < word.until for start in starts)


def kept_events(events: Iterable[Event], opt_outs: Collection[OptOut]) -> list[Event]:
    """The events with what still counts of their orders for the home as a whole."""
    out = [one for one in opt_outs if one.device_id is None]
    return [_kept_event(event, out) for event in events] if out else list(events)


def _kept_event(event: Event, opt_outs: Iterable[OptOut]) -> Event:
    until = max((one.until for one in opt_outs if one.means(event)), default=None)
    if until is None or not gives_orders(event):
        return event
    kept: list[Payload] = []
    for payload in event.payloads:
        start, end = payload.interval.start, payload.interval.end
        if payload.type not in ORDERS or start >= until:
            kept.append(payload)
        elif end > until:
            kept.append(replace(payload, interval=Interval(until, end)))
    return replace(event, payloads=tuple(kept))


def kept_orders(timeline: Timeline, opt_outs: Collection[OptOut], devices: Collection[DeviceId]) -> Timeline:
    """The timeline without those orders for devices that are taken out of them.

    Args:
        timeline: of all orders.
        opt_outs: those of the whole home are left to ``kept_events``.
        devices: every device that an order for the whole site may mean.

    Interpretation: a limit of the site goes on counting a device that is taken out of it, for the site has
    one meter; a limit of a group does not. A peak window binds the home as one.
    """
    out = [one for one in opt_outs if one.device_id is not None]
    if not out:
        return timeline
    everyone = tuple(sorted(devices))
    return replace(
        timeline,
        sheds=_without(timeline.sheds, out, everyone),
        alerts=_without(timeline.alerts, out, everyone),
        setpoints=_without(timeline.setpoints, out, everyone),
        limits=_without(timeline.limits, out),
        export_limits=_without(timeline.export_limits, out),
    )


_Bound = TypeVar("_Bound", Order, Limit)


def _without(
    orders: Sequence[_Bound], opt_outs: Sequence[OptOut], everyone: tuple[DeviceId, ...] = ()
) -> tuple[_Bound, ...]:
    """Each order, cut where a device comes back into it; without members it means everyone."""
    kept: list[_Bound] = []
    for order in orders:
        parts = [order]
        for one in opt_outs:
            if one.provider in (None, order.provider) and one.event_id in (None, order.event_id):
                parts = [cut for part in parts for cut in _cut(part, one, everyone)]
        kept += parts
    return tuple(kept)


def _cut(order: _Bound, one: OptOut, everyone: tuple[DeviceId, ...]) -> list[_Bound]:
    """The order without the device until the opt-out ends, and the whole of it from then on."""
    members = order.members or everyone
    others = tuple(member for member in members if member != one.device_id)
    start, end = order.interval.start, order.interval.end
    if len(others) == len(members) or start >= one.until:
        return [order]
    parts = [replace(order, interval=Interval(start, min(one.until, end)), members=others)] if others else []
    if one.until < end:
        parts.append(replace(order, interval=Interval(one.until, end)))
    return parts
