"""Limits: import of the site, or power of a set of devices; what cannot be kept is priced and reported."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from drrouter.domain.ids import DeviceId
from drrouter.planner.caution import reserves_w
from drrouter.planner.constraints import Draw
from drrouter.planner.problem import Problem
from drrouter.planner.pulp_door import Door, Label, Labels, Row, Sense, Var
from drrouter.planner.site import NO_LIMIT_W, LimitRow, export_limits_w
from drrouter.planner.tasks import Tasks

LIMIT = "limit"
"""The owner of the variables of limits."""

Bound = tuple[int, frozenset[DeviceId] | None, Mapping[DeviceId, float]]
"""Whom a limit binds in which slot, with their shares: see ``LimitRow``."""


@dataclass(frozen=True, slots=True)
class LimitRows:
    """The rows of limits.

    Attributes:
        soft: one for each limit, in their order.
        strict: of those under which anything is wished; ``places`` tells which.
    """

    soft: tuple[Row, ...]
    strict: tuple[Row, ...]
    places: tuple[int, ...]


def add_limits(
    door: Door,
    bounds: Sequence[Bound],
    costs: Sequence[float],
    imported: Sequence[Var],
    draws: Mapping[DeviceId, Draw],
    wished: Collection[DeviceId],
    broken: Sequence[bool],
) -> LimitRows:
    """Add every limit, once softly for everything and once strictly for what may as well stay off.

        import[k] - over[r] <= max        (site)
        sum(power of members[k]) + fixed - over[r] <= max        (group, device)
        sum(share * power of devices on the line[k]) + fixed - over[r] <= max        (line)
        sum(wished power of members[k]) <= max(0, max - unshiftable[k] - reserve[k])        never soft

    ``over`` costs ``limit_per_kwh`` and is reported as a miss: it remains where unshiftable load, or a
    storage that must keep its safe bounds, is above the limit. Unshiftable are base load less generation,
    running cycles, commitments and floors. Wished are cycles not yet started, storages that need nothing
    (a car) and sun held back: whatever a wish is worth, it never breaks a limit. What a battery gives makes
    room for them, unless unshiftable load alone is above the limit. ``max`` is never below the guaranteed
    minimum.
    ``reserve`` is the room kept at the site for what forecasts may get wrong (see ``caution``). The right
    sides follow (``write_limits``).

    Args:
        costs: of each kWh above a limit, times the length of the slot, per slot.
        draws: of all devices, and ``wished`` which of them may as well stay off.
        broken: where unshiftable load alone is above the limit, per row.

    Source: DESIGN, "Precedence"; OpenADR 3.1, IMPORT_CAPACITY_LIMIT; section 14a EnWG (guaranteed minimum).
    """
    numbers = range(len(bounds))
    over = door.variables(Labels(LIMIT, "over", numbers), price=[costs[index] for index, _, _ in bounds])
    flows = [{imported[bound[0]]: 1.0} if bound[1] is None else _power(bound, draws) for bound in bounds]
    soft = [{**terms, above: -1.0} for terms, above in zip(flows, over, strict=True)]
    kept = door.rows(Labels(LIMIT, "soft", numbers), soft, Sense.AT_MOST, [0.0] * len(bounds))
    may_wait = {device_id: draw for device_id, draw in draws.items() if device_id in wished}
    strict = [_power(bound, may_wait, gives=not bad) for bound, bad in zip(bounds, broken, strict=True)]
    places = tuple(number for number in numbers if strict[number])
    terms = [strict[number] for number in places]
    rows = door.rows(Labels(LIMIT, "strict", places), terms, Sense.AT_MOST, [0.0] * len(places))
    return LimitRows(kept, rows, places)


def add_export_limits(door: Door, problem: Problem, tasks: Tasks, exported: tuple[Var | None, ...]) -> None:
    """Add the limits on what the home sends to the grid.

        export[k] - over_export[k] <= max export[k]

    ``over_export`` costs ``limit_per_kwh`` and is reported as a miss: what cannot be stored or used remains.

    Source: OpenADR 3.1, EXPORT_CAPACITY_LIMIT.
    """
    if not problem.export_limits:
        return
    for index, (export, most_w) in enumerate(zip(exported, export_limits_w(problem), strict=True)):
        if export is not None and most_w < NO_LIMIT_W:
            price = problem.prices.limit_per_kwh * tasks.tariffs.hours[index]
            over = door.variable(Label(LIMIT, "over_export", index), price=price)
            terms = {export: 1.0, over: -1.0}
            door.row(Label(LIMIT, "export", index), terms, Sense.AT_MOST, most_w / 1000)


def write_limits(
    door: Door, tasks: Tasks, rows: Sequence[LimitRow], rooms_kw: Sequence[float], kept: LimitRows
) -> None:
    """The right sides: how much a limit leaves beside what flows anyhow, and to what may as well stay off."""
    door.compare(kept.soft, Sense.AT_MOST, [row.max_w / 1000 - _fixed_kw(tasks, row) for row in rows])
    floors = {task.device.id: task.floor_kw for task in tasks.storages if task.free and any(task.floor_kw)}
    right = [max(0.0, rooms_kw[number]) for number in kept.places]
    if floors:
        right = [room + _held_kw(rows[n], floors) for room, n in zip(right, kept.places, strict=True)]
    door.compare(kept.strict, Sense.AT_MOST, right)


def rooms_kw(problem: Problem, tasks: Tasks, rows: Sequence[LimitRow]) -> list[float]:
    """What unshiftable load leaves under each limit, negative where it is above that.

    Room that is kept for what a forecast may get wrong counts as taken, but makes nothing negative.
    """
    loads = [(name, load_w) for name, load_w in tasks.loads() if any(load_w)] if rows else []
    site_w = [sum(slot) for slot in zip(tasks.base_w, *(load_w for _, load_w in loads), strict=True)]
    rooms_w = [
        row.max_w - (site_w[row.index] if row.members is None else _drawn_w(row, loads)) for row in rows
    ]
    reserve_w = reserves_w(problem)
    if any(reserve_w):
        kept_w = [reserve_w[row.index] if row.members is None else 0.0 for row in rows]
        rooms_w = [min(room, max(0.0, room - kept)) for room, kept in zip(rooms_w, kept_w, strict=True)]
    return [room / 1000 for room in rooms_w]


def _drawn_w(row: LimitRow, loads: Sequence[tuple[DeviceId, Sequence[float]]]) -> float:
    """What unshiftable loads draw under the limit of a line or a group."""
    return sum((row.share(name) * load_w[row.index] for name, load_w in loads if row.binds(name)), row.base_w)


def _held_kw(row: LimitRow, floors: Mapping[DeviceId, Sequence[float]]) -> float:
    """The floors of what may as well stay off."""
    return sum(row.share(name) * floor[row.index] for name, floor in floors.items() if row.binds(name))


def _power(bound: Bound, draws: Mapping[DeviceId, Draw], *, gives: bool = True) -> dict[Var, float]:
    """The power of all that a limit binds; without what batteries give where that makes no room."""
    index, members, shares = bound
    terms: dict[Var, float] = {}
    for device_id, draw in draws.items():
        if members is None:
            terms |= draw[index]
        elif device_id in members:
            share = shares.get(device_id, 1.0)
            terms |= {var: share * kilowatts for var, kilowatts in draw[index].items()}
    return terms if gives else {var: kilowatts for var, kilowatts in terms.items() if kilowatts > 0}


def _fixed_kw(tasks: Tasks, row: LimitRow) -> float:
    """What flows there anyhow, and cycles that cannot be moved; the meter has them already."""
    if row.members is None:
        return 0.0
    fixed = tasks.fixed_w.items()
    drawn_w = sum(row.share(owner) * power_w[row.index] for owner, power_w in fixed if row.binds(owner))
    return (row.base_w + drawn_w) / 1000
