"""Between which powers a device may run in each slot, from its caps, floors and availability.

Orders may begin or end inside a slot; then the slot's mean power is bounded by the mean of the bounds of its
pieces. A floor never exceeds a cap: caps come from limits and safety, floors from wishes.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TypeVar

from drrouter.domain.flexibility import Discharge, StorageFlexibility
from drrouter.domain.interval import Interval
from drrouter.planner.problem import DeviceInput

_T = TypeVar("_T")


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


@dataclass(frozen=True, slots=True)
class _Piece:
    """A share of a slot in which neither cap nor floor nor presence changes."""

    share: float
    cap_w: float
    floor_w: float
    here: bool


def storage_windows(
    device: DeviceInput, flexibility: StorageFlexibility, slots: Sequence[Interval]
) -> list[Window]:
    """The windows of a storage, one per slot: off, or between ``on_w`` and ``max_w``.

    A duty device has no lowest power, because its mean power is anything between off and on.
    """
    least_w = 0.0 if flexibility.duty else flexibility.min_power_w

    def window(pieces: Sequence[_Piece]) -> Window:
        floor = on = most = 0.0
        for piece in pieces:
            piece_max_w = min(flexibility.max_power_w, piece.cap_w)
            if not piece.here or piece_max_w < least_w or piece_max_w <= 0:
                continue
            most += piece.share * piece_max_w
            on += piece.share * least_w
            if piece.floor_w > 0:
                floor += piece.share * min(max(piece.floor_w, least_w), piece_max_w)
        return Window(floor, on, most)

    return _by_slot(device, slots, window)


def discharge_windows(device: DeviceInput, discharge: Discharge, slots: Sequence[Interval]) -> list[Window]:
    """The windows of giving back, powers positive: only with consent, and while the device is there.

    Interpretation: a cap of 0 W means off, so the device gives nothing either; a floor in the slot tells it
    to take. Other caps bind what it takes alone.
    """

    def window(pieces: Sequence[_Piece]) -> Window:
        on = most = 0.0
        if not device.may_discharge or any(piece.floor_w > 0 for piece in pieces):
            return Window(0.0, 0.0, 0.0)
        for piece in pieces:
            if piece.cap_w > 0 and piece.here:
                most += piece.share * discharge.max_power_w
                on += piece.share * discharge.min_power_w
        return Window(0.0, on, most)

    return _by_slot(device, slots, window)


def present_shares(device: DeviceInput, slots: Sequence[Interval]) -> list[float]:
    """The share of each slot in which a device is there and not off: a cap of 0 W means off."""

    def share(pieces: Sequence[_Piece]) -> float:
        return sum(piece.share for piece in pieces if piece.cap_w > 0 and piece.here)

    return _by_slot(device, slots, share)


def tightest(device: DeviceInput, slots: Sequence[Interval]) -> list[tuple[float, float]]:
    """The lowest cap and the highest floor in force at any time of each slot, in W; a cap of 0 while away."""

    def both(pieces: Sequence[_Piece]) -> tuple[float, float]:
        caps = (piece.cap_w if piece.here else 0.0 for piece in pieces)
        return min(caps), max(piece.floor_w for piece in pieces)

    return _by_slot(device, slots, both)


def demand_windows(
    device: DeviceInput, expected_w: float, max_power_w: float, slots: Sequence[Interval]
) -> list[Window]:
    """The windows of a demand: from its floor to what it wants, both below its caps."""

    def window(pieces: Sequence[_Piece]) -> Window:
        floor = most = 0.0
        for piece in pieces:
            piece_floor_w = min(piece.floor_w, piece.cap_w, max_power_w)
            floor += piece.share * piece_floor_w
            most += piece.share * max(min(expected_w, piece.cap_w), piece_floor_w)
        return Window(floor, 0.0, most)

    return _by_slot(device, slots, window)


def _by_slot(
    device: DeviceInput, slots: Sequence[Interval], made: Callable[[Sequence[_Piece]], _T]
) -> list[_T]:
    """What is made of the pieces of each slot; all whole slots between two edges are alike."""
    edges, found, alike = _edges(device), list[_T](), dict[int, _T]()
    if not edges:
        return [made([_Piece(1.0, float("inf"), 0.0, here=True)])] * len(slots)
    for slot in slots:
        passed = bisect_right(edges, slot.start)
        if passed < len(edges) and edges[passed] < slot.end:
            found.append(made(list(_pieces(device, slot, edges))))
            continue
        if passed not in alike:
            alike[passed] = made([_piece(device, slot.start, 1.0)])
        found.append(alike[passed])
    return found


def _edges(device: DeviceInput) -> list[datetime]:
    """Where a cap, a floor or the availability begins or ends."""
    spans = [interval for interval, _ in (*device.caps, *device.floors)]
    if device.available is not None:
        spans.append(device.available)
    spans += [period.interval for period in device.periods]
    return sorted({edge for span in spans for edge in (span.start, span.end)})


def _pieces(device: DeviceInput, slot: Interval, edges: Sequence[datetime]) -> Iterator[_Piece]:
    """The slot, cut at the edges inside it."""
    cuts = [slot.start, *(edge for edge in edges if slot.start < edge < slot.end), slot.end]
    for start, end in pairwise(cuts):
        yield _piece(device, start, Interval(start, end).hours / slot.hours)


def _piece(device: DeviceInput, start: datetime, share: float) -> _Piece:
    return _Piece(share, _cap(device, start), _floor(device, start), _is_available(device, start))


def _cap(device: DeviceInput, instant: datetime) -> float:
    return min((max(0.0, cap) for span, cap in device.caps if span.holds(instant)), default=float("inf"))


def _floor(device: DeviceInput, instant: datetime) -> float:
    return max((max(0.0, floor) for span, floor in device.floors if span.holds(instant)), default=0.0)


def _is_available(device: DeviceInput, instant: datetime) -> bool:
    if device.available is not None and not device.available.holds(instant):
        return False
    return not device.periods or any(period.interval.holds(instant) for period in device.periods)
