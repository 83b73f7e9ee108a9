"""Batteries: storages that also give back, a home battery or a car that its driver lends (V2G)."""

from collections.abc import Mapping, Sequence

from drrouter.planner.battery_task import Giving, burning_slots
from drrouter.planner.constraints.balance import METER, Meter
from drrouter.planner.ledger import comfort_price
from drrouter.planner.problem import Problem
from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.site import NO_LIMIT_W, export_limits_w
from drrouter.planner.storage_task import StorageTask
from drrouter.planner.tasks import Tasks


def add_giving(door: Door, tasks: Tasks, task: StorageTask) -> tuple[Var, ...]:
    """What a battery delivers in each slot; it takes more than that out of the store.

        0 <= given[k] <= most given[k]        at the price of wear
        stored[k] = keep[k] * stored[k-1] + span[k] * (gain[k] * power[k] + drift[k] - back * given[k])

    Applies to storages with ``discharge`` and with consent (``may_discharge``), while they are there. The
    second line is the level of every storage, with what is given in it.

    Source: S2 FRBC, "fill rate" of either sign.
    """
    gives = task.giving
    if gives is None:
        return ()
    return tuple(
        door.variable(Label(task.device.id, "given", k), 0.0, gives.max_kw[k], price=gives.wear_per_kwh * h)
        for k, h in enumerate(tasks.tariffs.hours)
    )


def add_directions(
    door: Door,
    problem: Problem,
    tasks: Tasks,
    task: StorageTask,
    power: Sequence[Var],
    given: Sequence[Var],
    on: Mapping[int, Var],
) -> None:
    """A battery takes or gives, and gives nothing or at least its least.

        least given[k] * gives[k] <= given[k] <= most given[k] * gives[k]        gives[k] in {0, 1}
        power[k] <= most[k] * (1 - gives[k])        where it has no steps
        on[k] + gives[k] <= 1                       where it has

    ``gives`` exists only in slots planned exactly in which the battery has a least power of either direction,
    and where burning energy could pay: at prices that are not above zero, and, for energy that may not
    leave the home, before them; and where what it takes could be another battery's that may not leave the
    home, and what it gives may. Elsewhere taking and giving at once only loses.

    Source: S2 FRBC, "operation mode ranges".
    """
    gives = task.giving
    if gives is None:
        return
    freely = gives.may_export and not _is_unwanted(task) and not problem.export_limits
    burning = burning_slots(_cheap(problem, tasks), sends_freely=freely, unwanted=_is_unwanted(task))
    passing = _passes_on(problem, tasks, gives)
    for k in range(tasks.count):
        burns = burning[k] or passing[k] or task.dynamics.gain[k] > 1
        if gives.max_kw[k] > 0 and (gives.exact[k] or k in on or (burns and task.max_kw[k] > 0)):
            _add_direction(door, task, gives, k, power[k], given[k], on.get(k))


def _passes_on(problem: Problem, tasks: Tasks, gives: Giving) -> list[bool]:
    """Where it could send away, as its own, what a battery gives that may not send anything."""
    kept = [(task, task.giving) for task in tasks.storages if task.giving and not task.giving.may_export]
    if not gives.may_export or not kept:
        return [False] * tasks.count
    dear = _dear_enough(problem, tasks, kept)
    return [dear[k] and any(other.max_kw[k] > 0 for _, other in kept) for k in range(tasks.count)]


def _cheap(problem: Problem, tasks: Tasks) -> list[bool]:
    """Where a kWh less may cost nothing, or where sending it away may break a limit."""
    return [
        min(tasks.tariffs.least_buy(index), sell) <= 0 or limit_w < NO_LIMIT_W
        for index, (sell, limit_w) in enumerate(
            zip(tasks.tariffs.sell, export_limits_w(problem), strict=True)
        )
    ]


def _add_direction(
    door: Door, task: StorageTask, gives: Giving, k: int, power: Var, given: Var, on: Var | None
) -> None:
    owner = task.device.id
    turned = door.variable(Label(owner, "gives", k), binary=True)
    door.row(Label(owner, "most_given", k), {given: 1.0, turned: -gives.max_kw[k]}, Sense.AT_MOST, 0.0)
    if gives.exact[k]:
        door.row(Label(owner, "least_given", k), {given: 1.0, turned: -gives.on_kw[k]}, Sense.AT_LEAST, 0.0)
    if on is not None:
        door.row(Label(owner, "direction", k), {on: 1.0, turned: 1.0}, Sense.AT_MOST, 1.0)
    else:
        takes = {power: 1.0, turned: task.max_kw[k]}
        door.row(Label(owner, "direction", k), takes, Sense.AT_MOST, task.max_kw[k])


def add_above(
    door: Door, problem: Problem, tasks: Tasks, task: StorageTask, stored: Sequence[Mapping[Var, float]]
) -> None:
    """A battery that stands above its upper bound may stay there, at the price of comfort, or give.

        over_full[k] >= stored[k] - full

    Applies to batteries only: what cannot give has no choice.
    """
    if task.giving is None or task.full >= 0:
        return
    for k, length in enumerate(tasks.tariffs.hours):
        above = door.variable(
            Label(task.device.id, "over_full", k), price=comfort_price(problem, task, length)
        )
        door.row(Label(task.device.id, "full_level", k), {**stored[k], above: -1.0}, Sense.AT_MOST, task.full)


def add_own_use(
    door: Door,
    problem: Problem,
    tasks: Tasks,
    meter: Meter,
    parts: Sequence[tuple[StorageTask, Sequence[Var]]],
) -> None:
    """What may not leave the home covers its own load only.

        export[k] <= sun[k] * shines[k] + given by batteries that may export[k]
        given by those that may not[k] <= most given[k] * (1 - shines[k])        shines[k] in {0, 1}

    ``sun`` is the generation beyond the fixed load. The rows stand in slots with export alone, and not where
    no price makes it pay to send stored energy away.

    Source: the field's default, a battery serves its home (EMHASS, evcc).
    """
    kept = [(task, task.giving, given) for task, given in parts if task.giving and not task.giving.may_export]
    sent = [given for task, given in parts if task.giving and task.giving.may_export]
    dear = _dear_enough(problem, tasks, [(task, gives) for task, gives, _ in kept])
    for k, export in enumerate(meter.exports):
        most = sum(gives.max_kw[k] for _, gives, _ in kept)
        if export is None or most <= 0 or not dear[k]:
            continue
        terms = {export: 1.0, **{given[k]: -1.0 for given in sent}}
        if meter.sun_kw[k] > 0:
            shines = door.variable(Label(METER, "shines", k), binary=True)
            terms[shines] = -meter.sun_kw[k]
            own = {shines: most, **{given[k]: 1.0 for _, _, given in kept}}
            door.row(Label(METER, "own_use", k), own, Sense.AT_MOST, most)
        door.row(Label(METER, "own_sun", k), terms, Sense.AT_MOST, 0.0)


def _dear_enough(
    problem: Problem, tasks: Tasks, kept: Sequence[tuple[StorageTask, Giving]]
) -> tuple[bool, ...]:
    """Where sending a stored kWh away could earn more than buying it again costs, or than it is worth."""
    tariffs = tasks.tariffs
    cheapest = min(min(tariffs.least_buy(index), sell) for index, sell in enumerate(tariffs.sell))
    floors = [
        gives.per_kwh / max(1.0, *task.dynamics.gain) * min(cheapest, task.end_value) + gives.wear_per_kwh
        if not _is_unwanted(task) and not problem.export_limits and min(cheapest, task.end_value) > 0
        else float("-inf")
        for task, gives in kept
    ]
    return tuple(sell > min(floors, default=0.0) - 1e-6 for sell in tariffs.sell)


def add_sun_only(door: Door, meter: Meter, parts: Sequence[tuple[StorageTask, Sequence[Var]]]) -> None:
    """A storage on sun takes more than its floor only while the home imports nothing.

        import[k] <= most import[k] * (1 - suns[k])        suns[k] in {0, 1}
        power[k] <= floor[k] + (most[k] - floor[k]) * suns[k]

    Applies to storages with ``sun_only``; where no sun can be left it takes its floor alone.

    Source: the field's common way to charge cars and batteries from the roof (evcc, EMHASS).
    """
    asked = [(task, power) for task, power in parts if task.sun_only]
    for k, sun in enumerate(meter.sun_kw if asked else ()):
        suns = None
        if sun > 0:
            suns = door.variable(Label(METER, "suns", k), binary=True)
            none = {meter.imports[k]: 1.0, suns: meter.import_kw[k]}
            door.row(Label(METER, "no_import", k), none, Sense.AT_MOST, meter.import_kw[k])
        for task, power in asked:
            terms = {power[k]: 1.0}
            if suns is not None:
                terms[suns] = task.floor_kw[k] - task.max_kw[k]
            door.row(Label(task.device.id, "on_sun", k), terms, Sense.AT_MOST, task.floor_kw[k])


def _is_unwanted(task: StorageTask) -> bool:
    """Whether what is stored may be worth less than nothing: at the end, above a bound, or outside a band."""
    return task.end_value < 0 or task.full < 0 or any(task.bands)
