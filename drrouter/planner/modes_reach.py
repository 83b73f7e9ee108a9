"""Which modes a device can be in at all: where each can begin, go on, and is not as good as another one.

What is not here needs no whole number. It holds of plans that keep all that the device bears:

    modes that must last 1 h, one of which an order forbids from 18:00 on, begin it by 17:00
    blocked for 2 h at most, and 1.5 h before now: for half an hour more
"""

from collections.abc import Iterator, Sequence

from drrouter.domain.flexibility import ModesFlexibility
from drrouter.planner.modes_rules import Past, held_slots
from drrouter.planner.words import local_day

_CRUMB = 1e-9

Open = tuple[tuple[bool, ...], ...]
"""Per slot, of each mode, whether it may be."""


def enters_of(past: Past, near: int, allowed: Open, until: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The modes and slots in which a mode can begin, and last its shortest stay as it should.

    A stay of which the horizon, or mixtures later, take the end begins as well.
    """
    slots, held = past.problem.slots, held_slots(past, near)
    days = [local_day(past.problem, slot.start) for slot in slots[:near]]
    for k in range(0 if past.mode is not None else 1, near):
        stay = range(k, until[k])
        if past.left_switches(days[k]) < 1 or (k in held and past.mode is not None and allowed[k][past.mode]):
            continue
        hours_by_day = {days[j]: sum(slots[i].hours for i in stay if days[i] == days[j]) for j in stay}
        for mode, one in enumerate(past.flexibility.modes):
            longest_h = float("inf") if one.longest is None else one.longest.total_seconds() / 3600
            if (
                all(allowed[j][mode] for j in stay)
                and sum(hours_by_day.values()) <= longest_h + 1e-9
                and all(hours <= past.left_h(mode, day) + 1e-9 for day, hours in hours_by_day.items())
            ):
                yield mode, k


def open_of(
    past: Past,
    near: int,
    allowed: Open,
    enters: frozenset[tuple[int, int]],
    usual: Sequence[int],
    dominated: frozenset[int],
) -> Open:
    """Where each mode can be: it begins there, or goes on no longer than it may; usual ones always."""
    by_mode = [
        _open_slots(past, near, mode, [slot[mode] for slot in allowed], enters)
        for mode in range(len(past.flexibility.modes))
    ]
    return tuple(
        tuple(usual[k] == mode or (slots[k] and mode not in dominated) for mode, slots in enumerate(by_mode))
        for k in range(len(allowed))
    )


def _open_slots(
    past: Past, near: int, mode: int, allowed: Sequence[bool], enters: frozenset[tuple[int, int]]
) -> list[bool]:
    """The slots in which one mode can be: from where it begins, or now, as far as it may last."""
    longest, found = past.flexibility.modes[mode].longest, list[bool]()
    longest_h = float("inf") if longest is None else longest.total_seconds() / 3600
    lasts_h, there = past.lasted(mode), past.mode in (None, mode)
    for k, slot in enumerate(past.problem.slots):
        left_h = past.left_h(mode, local_day(past.problem, slot.start))
        if k >= near:
            found.append(allowed[k] and left_h > 0)
            continue
        lasts_h = slot.hours + (0.0 if (mode, k) in enters else lasts_h)
        lasts = lasts_h <= longest_h + _CRUMB and slot.hours <= left_h + _CRUMB
        there = allowed[k] and (there or (mode, k) in enters) and lasts
        found.append(there)
    return found


def dominated(flexibility: ModesFlexibility, costs: Sequence[float], before: int | None) -> frozenset[int]:
    """The modes for which another one of the same power does as well, and bears being in it without end."""
    ranks = [(costs[number], number != flexibility.normal, number) for number in range(len(costs))]
    better = [
        number
        for number, mode in enumerate(flexibility.modes)
        if mode.longest is None and mode.most_per_day is None
    ]
    return frozenset(
        number
        for number, mode in enumerate(flexibility.modes)
        if number != before
        and any(
            flexibility.modes[other].power_w == mode.power_w and ranks[other] < ranks[number]
            for other in better
        )
    )
