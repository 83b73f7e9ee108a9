"""Trips: what a lent car gives after one is what it has, not what the trip would have needed."""

from collections.abc import Mapping, Sequence

from drrouter.planner.pulp_door import Door, Label, Sense, Var
from drrouter.planner.storage_task import StorageTask


def add_trips(
    door: Door, task: StorageTask, stored: Sequence[Mapping[Var, float]], shorts: Sequence[Var]
) -> None:
    """A trip lowers the level on arrival, and what it lacked at its departure is no charge to give.

        stored[k] = stored[k-1] - used + power[k] * h[k]            on arrival
        stored[k] + short[trip before k] >= empty

    Applies to storages with ``periods``, the second line to those of them that may give. ``short`` is what is
    missing of the level that the trip asks for by its departure; of a trip that has begun it is known.
    What leaks or is drawn from keeps its bounds as without trips.

    Source: our requirement A8, departures by plug-in period.
    """
    if task.giving is None or not task.trips:
        return
    idle = task.dynamics.path((0.0,) * len(stored))
    numbers = {goal.wish: number for number, goal in enumerate(task.goals)}
    ends = [*(trip.index for trip in task.trips[1:]), len(stored)]
    for trip, end in zip(task.trips, ends, strict=True):
        bound = task.empty if trip.wish else min(task.empty, idle[trip.index])
        for k in range(trip.index, end):
            terms = dict(stored[k])
            if trip.wish:
                terms[shorts[numbers[trip.wish]]] = 1.0
            door.row(Label(task.device.id, "not_empty", k), terms, Sense.AT_LEAST, bound)
