"""Limits: import of the site, or power of a set of devices; what cannot be kept is priced and reported."""

from collections.abc import Mapping

from drrouter.domain.ids import DeviceId
from drrouter.planner.constraints import Draw
from drrouter.planner.problem import Problem
from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.site import NO_LIMIT_W, LimitRow, export_limits_w
from drrouter.planner.tasks import Tasks, unshiftable

LIMIT = "limit"
"""The owner of the variables of limits."""


def add_limits(
    door: Door,
    problem: Problem,
    tasks: Tasks,
    imported: tuple[Var, ...],
    draws: Mapping[DeviceId, Draw],
) -> None:
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
    ``reserve`` is the room kept at the site for what forecasts may get wrong (see ``caution``).

    Source: DESIGN, "Precedence"; OpenADR 3.1, IMPORT_CAPACITY_LIMIT; section 14a EnWG (guaranteed minimum).
    """
    site = unshiftable(problem, tasks)
    for number, row in enumerate(site.rows):
        fixed_kw = _fixed_kw(tasks, row)
        _add_soft(door, problem, tasks, number, row, fixed_kw, imported, draws)
        room_w = row.max_w - site.used_w(number)
        room_w = min(room_w, max(0.0, site.left_w(number)))
        _add_strict(door, tasks, number, row, room_w / 1000, draws)


def add_export_limits(door: Door, problem: Problem, tasks: Tasks, exported: tuple[Var | None, ...]) -> None:
    """Add the limits on what the home sends to the grid.

        export[k] - over_export[k] <= max export[k]

    ``over_export`` costs ``limit_per_kwh`` and is reported as a miss: what cannot be stored or used remains.

    Source: OpenADR 3.1, EXPORT_CAPACITY_LIMIT.
    """
    for index, (export, most_w) in enumerate(zip(exported, export_limits_w(problem), strict=True)):
        if export is not None and most_w < NO_LIMIT_W:
            price = problem.prices.limit_per_kwh * tasks.tariffs.hours[index]
            over = door.variable(Label(LIMIT, "over_export", index), price=price)
            terms = {export: 1.0, over: -1.0}
            door.row(Label(LIMIT, "export", index), terms, Sense.AT_MOST, most_w / 1000)


def _add_soft(
    door: Door,
    problem: Problem,
    tasks: Tasks,
    number: int,
    row: LimitRow,
    fixed_kw: float,
    imported: tuple[Var, ...],
    draws: Mapping[DeviceId, Draw],
) -> None:
    price = problem.prices.limit_per_kwh * tasks.tariffs.hours[row.index]
    over = door.variable(Label(LIMIT, "over", number), price=price)
    terms = {imported[row.index]: 1.0} if row.members is None else _power(row, draws)
    door.row(Label(LIMIT, "soft", number), {**terms, over: -1.0}, Sense.AT_MOST, row.max_w / 1000 - fixed_kw)


def _add_strict(
    door: Door, tasks: Tasks, number: int, row: LimitRow, room_kw: float, draws: Mapping[DeviceId, Draw]
) -> None:
    floors = {task.device.id: task.floor_kw[row.index] for task in tasks.storages if task.free}
    wished = {task.device.id for task in tasks.cycles} | floors.keys()
    wished |= {task.device.id for task in tasks.inverters}
    terms = _power(row, {device_id: draws[device_id] for device_id in draws if device_id in wished})
    if room_kw < 0:
        room_kw, terms = 0.0, {var: kilowatts for var, kilowatts in terms.items() if kilowatts > 0}
    room_kw += sum(row.share(device_id) * floors[device_id] for device_id in floors if row.binds(device_id))
    door.row(Label(LIMIT, "strict", number), terms, Sense.AT_MOST, room_kw)


def _power(row: LimitRow, draws: Mapping[DeviceId, Draw]) -> dict[Var, float]:
    terms: dict[Var, float] = {}
    for device_id, draw in draws.items():
        if row.binds(device_id):
            share = row.share(device_id)
            terms.update({var: share * kilowatts for var, kilowatts in draw[row.index].items()})
    return terms


def _fixed_kw(tasks: Tasks, row: LimitRow) -> float:
    """What flows there anyhow, and cycles that cannot be moved; the meter has them already."""
    if row.members is None:
        return 0.0
    fixed = tasks.fixed_w.items()
    drawn_w = sum(row.share(owner) * power_w[row.index] for owner, power_w in fixed if row.binds(owner))
    return (row.base_w + drawn_w) / 1000
