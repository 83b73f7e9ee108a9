"""Batteries: storages that also give back, a home battery or a car that its driver lends (V2G)."""

from collections.abc import Mapping, Sequence

from drrouter.planner.battery_task import Giving
from drrouter.planner.ledger import comfort_price
from drrouter.planner.problem import Prices
from drrouter.planner.pulp_door import Door, Label, Labels, Sense, Var
from drrouter.planner.storage_task import StorageTask


def add_giving(door: Door, hours: Sequence[float], task: StorageTask) -> tuple[Var, ...]:
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
    slots, wear = Labels(task.device.id, "given", range(len(hours))), gives.wear_per_kwh
    return door.variables(slots, 0.0, gives.max_kw, price=[wear * length for length in hours])


def add_directions(
    door: Door,
    task: StorageTask,
    power: Sequence[Var],
    given: Sequence[Var],
    on: Mapping[int, Var],
    turning: Sequence[bool],
) -> None:
    """A battery takes or gives, and gives nothing or at least its least.

        least given[k] * gives[k] <= given[k] <= most given[k] * gives[k]        gives[k] in {0, 1}
        power[k] <= most[k] * (1 - gives[k])        where it has no steps
        on[k] + gives[k] <= 1                       where it has

    ``gives`` exists only in slots planned exactly in which the battery has a least power of either direction,
    and where burning energy could pay: at prices that are not above zero, and, for energy that may not
    leave the home, before them; and where what it takes could be another battery's that may not leave the
    home, and what it gives may (``turning_slots``). Elsewhere taking and giving at once only loses.

    Source: S2 FRBC, "operation mode ranges".
    """
    gives = task.giving
    for k, turns in enumerate(turning if gives is not None else ()):
        burns = turns or task.dynamics.gain[k] > 1
        if gives and gives.max_kw[k] > 0 and (gives.exact[k] or k in on or (burns and task.max_kw[k] > 0)):
            _add_direction(door, task, gives, k, power[k], given[k], on.get(k))


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
    door: Door,
    hours: Sequence[float],
    prices: Prices,
    task: StorageTask,
    stored: Sequence[Mapping[Var, float]],
) -> None:
    """A battery that stands above its upper bound may stay there, at the price of comfort, or give.

        over_full[k] >= stored[k] - full

    Applies to batteries only: what cannot give has no choice.
    """
    if task.giving is None or task.full >= 0:
        return
    owner, slots = task.device.id, range(len(hours))
    price = [comfort_price(prices, task, length) for length in hours]
    over_full = door.variables(Labels(owner, "over_full", slots), price=price)
    terms = [{**level, over: -1.0} for level, over in zip(stored, over_full, strict=True)]
    door.rows(Labels(owner, "full_level", slots), terms, Sense.AT_MOST, [task.full] * len(hours))
