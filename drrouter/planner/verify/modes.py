"""Checks devices with modes: one at a time, as orders allow, and within what the device bears."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from drrouter.domain.flexibility import ModesFlexibility
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Plan
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.verify.bounds import cap_at, floor_at
from drrouter.planner.verify.findings import WATT, Findings

_SHARE = 1e-6
_HOURS = 1e-3


def mode_violations(
    plan: Plan, problem: Problem, device: DeviceInput, flexibility: ModesFlexibility, findings: Findings
) -> None:
    """Check one device, slot by slot, and its stays and changes where nothing forces it to break them.

    Orders, and what it did before now, may leave no way to keep what the device bears; then it says itself
    what it does not do. They do leave one where a device that nobody steers would keep it.
    """
    shares = plan.modes.get(device.id, ())
    if len(shares) != len(problem.slots) or {len(slot) for slot in shares} != {len(flexibility.modes)}:
        findings.expect(False, "The plan has no share of each mode of {} in each slot.", device.id)
        return
    for index in range(len(shares)):
        _check_slot(plan, problem, device, flexibility, index, findings)
    unsteered = Findings()
    _check_bearing(problem, device, flexibility, _unsteered(problem, device, flexibility), unsteered)
    if not unsteered.sentences:
        _check_bearing(problem, device, flexibility, shares, findings)


def _check_bearing(
    problem: Problem,
    device: DeviceInput,
    flexibility: ModesFlexibility,
    shares: tuple[tuple[float, ...], ...],
    findings: Findings,
) -> None:
    _check_changes(problem, device, flexibility, shares, findings)
    _check_times(problem, device, flexibility, shares, findings)


def _unsteered(
    problem: Problem, device: DeviceInput, flexibility: ModesFlexibility
) -> tuple[tuple[float, ...], ...]:
    """The modes of a device that stays in its own until it may leave, and is normal then, as orders allow."""
    powers, known = [mode.power_w for mode in flexibility.modes], _stays(problem, device)
    free_from, current = problem.now, flexibility.normal
    if known and known[-1][0].end >= problem.now:
        free_from, current = _began(known) + flexibility.min_dwell, known[-1][1]
    found = []
    for slot in problem.slots:
        wanted = current if slot.start < free_from else flexibility.normal
        floor_w, cap_w = _bounds(device, flexibility, slot)
        allowed = [number for number, power_w in enumerate(powers) if floor_w <= power_w <= cap_w]
        if wanted not in allowed:
            wanted = min(allowed, key=lambda number: abs(powers[number] - powers[wanted]))
        found.append(tuple(float(number == wanted) for number in range(len(powers))))
    return tuple(found)


def _stays(problem: Problem, device: DeviceInput) -> list[tuple[Interval, int]]:
    return [(span, mode) for span, mode in device.stays if span.start < problem.now]


def _is_bound(device: DeviceInput) -> bool:
    """Whether anything tells it in which mode to be."""
    return bool(device.caps or device.floors or device.periods or device.available)


def _check_slot(
    plan: Plan,
    problem: Problem,
    device: DeviceInput,
    flexibility: ModesFlexibility,
    index: int,
    findings: Findings,
) -> None:
    slot, mine = problem.slots[index], plan.modes[device.id][index]
    place, watts = (device.id, slot.start), plan.power_w[device.id][index]
    whole = abs(sum(mine) - 1) <= _SHARE and min(mine) >= 0
    findings.expect(whole, "{} at {} has no mode for all of the slot.", *place)
    drawn = sum(share * mode.power_w for share, mode in zip(mine, flexibility.modes, strict=True))
    findings.expect(
        abs(drawn - watts) <= WATT, "{} at {} draws {:.1f} W, its modes {:.1f} W.", *place, watts, drawn
    )
    near = slot.start < problem.now + problem.effort.near
    findings.expect(not near or max(mine) >= 1 - _SHARE, "{} at {} has several modes at once.", *place)
    floor_w, cap_w = _bounds(device, flexibility, slot)
    for share, mode in zip(mine, flexibility.modes, strict=True):
        findings.expect(
            share <= _SHARE or floor_w <= mode.power_w <= cap_w,
            "{} at {} is {}, and may draw {:.1f} to {:.1f} W.",
            *(*place, mode.name, floor_w, cap_w),
        )


def _bounds(device: DeviceInput, flexibility: ModesFlexibility, slot: Interval) -> tuple[float, float]:
    """Between which powers its mode may be: an order that touches a slot binds all of it."""
    powers, lowest, highest = [mode.power_w for mode in flexibility.modes], float("inf"), 0.0
    for instant in _marks(device, slot):
        lowest, highest = min(lowest, cap_at(device, instant)), max(highest, floor_at(device, instant))
    cap_w = max(min(powers), lowest)
    return min(highest, max(power for power in powers if power <= cap_w)), cap_w


def _marks(device: DeviceInput, slot: Interval) -> set[datetime]:
    """The slot's start, and when an order begins or ends in it."""
    if not _is_bound(device):
        return {slot.start}
    spans = [span for span, _ in (*device.caps, *device.floors)]
    spans += [period.interval for period in device.periods]
    spans += [device.available] if device.available else []
    return {slot.start} | {mark for span in spans for mark in (span.start, span.end) if slot.holds(mark)}


def _check_changes(
    problem: Problem,
    device: DeviceInput,
    flexibility: ModesFlexibility,
    shares: tuple[tuple[float, ...], ...],
    findings: Findings,
) -> None:
    """Each stay lasts, and a day has no more changes than it may."""
    near_until = problem.now + problem.effort.near
    near = [
        (slot, mine.index(max(mine)))
        for slot, mine in zip(problem.slots, shares, strict=True)
        if slot.start < near_until
    ]
    known = _stays(problem, device)
    current = known[-1] if known and known[-1][0].end >= problem.now else None
    changes: dict[date, int] = {}
    for span, _ in known:
        _count(problem, changes, span.start)
    since, mode = (_began(known), current[1]) if current else (None, near[0][1] if near else 0)
    for slot, taken in near:
        if taken != mode:
            findings.expect(
                since is None or slot.start - since >= flexibility.min_dwell,
                "{} leaves its mode at {}, sooner than it may.",
                *(device.id, slot.start),
            )
            since, mode = slot.start, taken
            _count(problem, changes, slot.start)
            told = changes[_day(problem, slot.start)]
            findings.expect(
                flexibility.most_switches is None or told <= flexibility.most_switches,
                "{} changes its mode for the {}th time that day at {}.",
                *(device.id, told, slot.start),
            )


def _began(known: list[tuple[Interval, int]]) -> datetime:
    """When the last stay began, over all that join it in the same mode."""
    began, mode = known[-1][0].start, known[-1][1]
    for span, other in known[-2::-1]:
        if other != mode or span.end < began:
            return began
        began = span.start
    return began


def _count(problem: Problem, changes: dict[date, int], instant: datetime) -> None:
    day = _day(problem, instant)
    changes[day] = changes.get(day, 0) + 1


def _check_times(
    problem: Problem,
    device: DeviceInput,
    flexibility: ModesFlexibility,
    shares: tuple[tuple[float, ...], ...],
    findings: Findings,
) -> None:
    """No mode lasts longer than it may, on a day and without a break."""
    for number, mode in enumerate(flexibility.modes):
        hours = [slot.hours * mine[number] for slot, mine in zip(problem.slots, shares, strict=True)]
        days = {_day(problem, slot.start) for slot in problem.slots}
        for day in days if mode.most_per_day is not None else ():
            mine = [
                h for h, slot in zip(hours, problem.slots, strict=True) if _day(problem, slot.start) == day
            ]
            past = [s.hours for s, m in device.stays if m == number and _day(problem, s.start) == day]
            left = max(0.0, _hours(mode.most_per_day) - sum(past))
            findings.expect(
                sum(mine) <= left + _HOURS,
                "{} is {} for {:.2f} h on {}, and {:.2f} h were left.",
                *(device.id, mode.name, sum(mine), day, left),
            )
        for first in range(len(hours)) if mode.longest is not None else ():
            length = total = 0.0 if first else _lasted(problem, device, number)
            for slot, used in zip(problem.slots[first:], hours[first:], strict=True):
                length, total = length + slot.hours, total + used
                if length > _hours(mode.longest):
                    break
            findings.expect(
                total <= _hours(mode.longest) + _HOURS,
                "{} is {} for {:.2f} h from {} on.",
                *(device.id, mode.name, total, problem.slots[first].start),
            )


def _lasted(problem: Problem, device: DeviceInput, number: int) -> float:
    """How long it has been in the mode, in h, up to now."""
    known = _stays(problem, device)
    there = known and known[-1][1] == number and known[-1][0].end >= problem.now
    return _hours(problem.now - _began(known)) if there else 0.0


def _hours(span: timedelta | None) -> float:
    return float("inf") if span is None else span / timedelta(hours=1)


def _day(problem: Problem, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(problem.timezone)).date()
