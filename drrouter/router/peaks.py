"""Narrows site limits by what mean powers hide, so that the guard need not cut what was planned.

A plan knows means over slots. Inside a slot a heating phase or a compressor draws more, and the guard
counts with that. It is known for cycles that run or are promised, and for loads that cycle by themselves.

    limit        ____________________________
    planned to   _______|        |___________      while a washer heats in between
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from drrouter.domain.flexibility import DemandFlexibility, ProfileFlexibility, Programme
from drrouter.domain.interval import Interval
from drrouter.domain.limit import Limit, Scope
from drrouter.router.book import Book
from drrouter.router.registry import Registry

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Hidden:
    """What one slot hides, in W: the mean that cannot be moved, and the peaks in excess of means."""

    fixed_w: float
    excess_w: float

    def narrow(self, limit_w: float) -> float:
        """The limit less the excess; never below what is fixed, for that would only be missed in vain."""
        return max(limit_w - self.excess_w, min(limit_w, self.fixed_w))


def narrowed(
    limits: Iterable[Limit],
    slots: Sequence[Interval],
    base_load_w: Sequence[float],
    registry: Registry,
    book: Book,
) -> tuple[Limit, ...]:
    """The limits as the plan shall keep them; those on groups and devices stay as they are.

    Args:
        limits: the main fuse and what providers order.
        slots: of the plan, with ``base_load_w`` in each.
        base_load_w: in W.
        registry: what runs, and which loads cycle by themselves.
        book: what is promised.
    """
    hidden = _hidden(slots, base_load_w, registry, book)
    if not any(slot.excess_w for slot in hidden):
        return tuple(limits)
    kept: list[Limit] = []
    for limit in limits:
        kept += _stretches(limit, slots, hidden) if limit.scope is Scope.SITE else [limit]
    return tuple(kept)


def _stretches(limit: Limit, slots: Sequence[Interval], hidden: Sequence[Hidden]) -> list[Limit]:
    """The limit cut into stretches of one height."""
    made: list[Limit] = []
    for slot, inside in zip(slots, hidden, strict=True):
        common, max_w = limit.interval.overlap(slot), inside.narrow(limit.max_w)
        if common is None:
            continue
        if made and made[-1].max_w == max_w and made[-1].interval.end == common.start:
            common = Interval(made.pop().interval.start, common.end)
        made.append(replace(limit, interval=common, max_w=max_w))
    return made


def _hidden(
    slots: Sequence[Interval], base_load_w: Sequence[float], registry: Registry, book: Book
) -> tuple[Hidden, ...]:
    cycles, always_w = tuple(_fixed_cycles(registry, book)), _cycling_w(registry)
    hidden = []
    for slot, base_w in zip(slots, base_load_w, strict=True):
        inside = [_inside(programme, start, slot) for programme, start in cycles]
        mean_w = sum(mean for mean, _ in inside)
        hidden.append(Hidden(base_w + mean_w, always_w + sum(peak for _, peak in inside) - mean_w))
    return tuple(hidden)


def _fixed_cycles(registry: Registry, book: Book) -> Iterable[tuple[Programme, datetime]]:
    """The cycles that run or are promised, each with its start."""
    for device_id, seat in registry.seats.items():
        flexibility, running = seat.profile.flexibility, seat.state.running
        if not isinstance(flexibility, ProfileFlexibility):
            continue
        promised = book.commitments.get(device_id)
        for programme_id, start in (
            (running and running.programme_id, running and running.started_at),
            (promised and promised.programme_id, promised and promised.start),
        ):
            programme = flexibility.programme(programme_id) if programme_id else None
            if programme and start:
                yield programme, start


def _cycling_w(registry: Registry) -> float:
    """By how much loads that cycle by themselves exceed their means while they run."""
    flexibilities = [profile.flexibility for profile in registry.steered()]
    return sum(one.max_power_w - one.power_w for one in flexibilities if isinstance(one, DemandFlexibility))


def _inside(programme: Programme, start: datetime, slot: Interval) -> tuple[float, float]:
    """Mean and peak, in W, of a cycle inside a slot."""
    since, until = slot.start - start, slot.end - start
    if until <= timedelta(0) or since >= programme.duration:
        return 0.0, 0.0
    mean_w = programme.energy_between(since, until) / slot.hours
    steps = range(int(slot.duration / MINUTE) + 1)
    return mean_w, max(mean_w, *(programme.power_at(since + step * MINUTE) for step in steps))
