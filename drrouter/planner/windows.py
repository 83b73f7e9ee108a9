"""Between which powers a device may run in each slot, from its caps, floors and availability.

Orders may begin or end inside a slot; then the slot's mean power is bounded by the mean of the bounds of its
pieces. A floor never exceeds a cap: caps come from limits and safety, floors from wishes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from drrouter.domain.flexibility import Discharge, StorageFlexibility
from drrouter.domain.interval import Interval
from drrouter.planner.problem import DeviceInput


@dataclass(frozen=True, slots=True)
class Window:
    """Bounds, in W, of the mean power in one slot.

    Attributes:
        floor_w: it must draw at least this.
        on_w: the least it can draw when it is not off.
        max_w: it may draw at most this.
    """

    floor_w: float
    on_w: float
    max_w: float


def storage_window(device: DeviceInput, flexibility: StorageFlexibility, slot: Interval) -> Window:
    """The window of a storage: off, or between ``on_w`` and ``max_w``.

    A duty device has no lowest power, because its mean power is anything between off and on.
    """
    least_w = 0.0 if flexibility.duty else flexibility.min_power_w
    floor = on = most = 0.0
    for piece in _pieces(device, slot):
        cap_w, floor_w = _cap(device, piece.start), _floor(device, piece.start)
        piece_max_w = min(flexibility.max_power_w, cap_w)
        if not _is_available(device, piece.start) or piece_max_w < least_w or piece_max_w <= 0:
            continue
        share = piece.hours / slot.hours
        most += share * piece_max_w
        on += share * least_w
        floor += share * (min(max(floor_w, least_w), piece_max_w) if floor_w > 0 else 0.0)
    return Window(floor, on, most)


def discharge_window(device: DeviceInput, discharge: Discharge, slot: Interval) -> Window:
    """The window of giving back, powers positive: only with consent, and while the device is there.

    Interpretation: a cap of 0 W means off, so the device gives nothing either; a floor in the slot tells it
    to take. Other caps bind what it takes alone.
    """
    on = most = 0.0
    pieces = list(_pieces(device, slot))
    if not device.may_discharge or any(_floor(device, piece.start) > 0 for piece in pieces):
        return Window(0.0, 0.0, 0.0)
    for piece in pieces:
        if _cap(device, piece.start) > 0 and _is_available(device, piece.start):
            share = piece.hours / slot.hours
            most += share * discharge.max_power_w
            on += share * discharge.min_power_w
    return Window(0.0, on, most)


def lowest_cap(device: DeviceInput, slot: Interval) -> float:
    """The lowest cap in force at any time of the slot, in W."""
    return min(_cap(device, piece.start) for piece in _pieces(device, slot))


def strongest_floor(device: DeviceInput, slot: Interval) -> float:
    """The highest floor in force at any time of the slot, in W."""
    return max(_floor(device, piece.start) for piece in _pieces(device, slot))


def present_share(device: DeviceInput, slot: Interval) -> float:
    """The share of the slot in which a device is there and not off: a cap of 0 W means off."""
    return sum(
        piece.hours / slot.hours
        for piece in _pieces(device, slot)
        if _cap(device, piece.start) > 0 and _is_available(device, piece.start)
    )


def demand_window(device: DeviceInput, expected_w: float, max_power_w: float, slot: Interval) -> Window:
    """The window of a demand: from its floor to what it wants, both below its caps."""
    floor = most = 0.0
    for piece in _pieces(device, slot):
        cap_w = _cap(device, piece.start)
        piece_floor_w = min(_floor(device, piece.start), cap_w, max_power_w)
        share = piece.hours / slot.hours
        floor += share * piece_floor_w
        most += share * max(min(expected_w, cap_w), piece_floor_w)
    return Window(floor, 0.0, most)


def _pieces(device: DeviceInput, slot: Interval) -> Iterator[Interval]:
    """The slot, cut wherever a cap, a floor or the availability begins or ends."""
    spans = [interval for interval, _ in (*device.caps, *device.floors)]
    if device.available is not None:
        spans.append(device.available)
    spans += [period.interval for period in device.periods]
    inside = {edge for span in spans for edge in (span.start, span.end) if slot.start < edge < slot.end}
    cuts = [slot.start, *sorted(inside), slot.end]
    for start, end in pairwise(cuts):
        yield Interval(start, end)


def _cap(device: DeviceInput, instant: datetime) -> float:
    return min((max(0.0, cap) for span, cap in device.caps if span.holds(instant)), default=float("inf"))


def _floor(device: DeviceInput, instant: datetime) -> float:
    return max((max(0.0, floor) for span, floor in device.floors if span.holds(instant)), default=0.0)


def _is_available(device: DeviceInput, instant: datetime) -> bool:
    if device.available is not None and not device.available.holds(instant):
        return False
    return not device.periods or any(period.interval.holds(instant) for period in device.periods)
