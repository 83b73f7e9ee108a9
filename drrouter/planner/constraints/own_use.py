"""Own use: what may not leave the home covers its own load, and what asks for sun takes no other power."""

from collections.abc import Sequence

from drrouter.planner.constraints.balance import METER, Flows, Meter
from drrouter.planner.constraints.worth import dear_slots
from drrouter.planner.problem import Problem
from drrouter.planner.pulp_door import Door, Label, Labels, Sense, Var
from drrouter.planner.storage_task import StorageTask
from drrouter.planner.tasks import Tasks

OwnSlot = tuple[int, float, float]
"""A slot in which it could pay to send away what may not leave: with the sun, and the most that is given."""


def own_slots(problem: Problem, tasks: Tasks, meter: Meter, flows: Flows) -> tuple[OwnSlot, ...]:
    """The slots in which own use has rows: those with export, where a price makes sending away pay."""
    kept = [(task, task.giving) for task in tasks.storages if task.giving and not task.giving.may_export]
    if not kept:
        return ()
    dear = dear_slots(problem, tasks, kept)
    most_kw = [sum(most) for most in zip(*(gives.max_kw for _, gives in kept), strict=True)]
    return tuple(
        (k, flows.sun_kw[k], most)
        for k, most in enumerate(most_kw)
        if dear[k] and most > 0 and meter.exports[k] is not None
    )


def add_own_use(
    door: Door,
    meter: Meter,
    slots: Sequence[OwnSlot],
    kept: Sequence[Sequence[Var]],
    sent: Sequence[Sequence[Var]],
) -> None:
    """What may not leave the home covers its own load only.

        export[k] <= sun[k] * shines[k] + given by batteries that may export[k]
        given by those that may not[k] <= most given[k] * (1 - shines[k])        shines[k] in {0, 1}

    ``sun`` is the generation beyond the fixed load. The rows stand in slots with export alone, and not where
    no price makes it pay to send stored energy away (``own_slots``).

    Source: the field's default, a battery serves its home (EMHASS, evcc).
    """
    sunny = [(k, most) for k, sun_kw, most in slots if sun_kw > 0]
    places = tuple(k for k, _ in sunny)
    shines = dict(zip(places, door.variables(Labels(METER, "shines", places), binary=True), strict=True))
    own = [{shines[k]: most, **{given[k]: 1.0 for given in kept}} for k, most in sunny]
    door.rows(Labels(METER, "own_use", places), own, Sense.AT_MOST, [most for _, most in sunny])
    away = [
        {meter.exported(k): 1.0, **{given[k]: -1.0 for given in sent}}
        | ({shines[k]: -sun_kw} if sun_kw > 0 else {})
        for k, sun_kw, _ in slots
    ]
    door.rows(Labels(METER, "own_sun", tuple(k for k, _, _ in slots)), away, Sense.AT_MOST, [0.0] * len(away))


def add_sun_only(
    door: Door,
    imports: Sequence[Var],
    import_kw: Sequence[float],
    sun_kw: Sequence[float],
    asked: Sequence[tuple[StorageTask, Sequence[Var]]],
) -> None:
    """A storage on sun takes more than its floor only while the home imports nothing.

        import[k] <= most import[k] * (1 - suns[k])        suns[k] in {0, 1}
        power[k] <= floor[k] + (most[k] - floor[k]) * suns[k]

    Applies to storages with ``sun_only``; where no sun can be left it takes its floor alone.

    Source: the field's common way to charge cars and batteries from the roof (evcc, EMHASS).
    """
    for k, sun in enumerate(sun_kw if asked else ()):
        suns = None
        if sun > 0:
            suns = door.variable(Label(METER, "suns", k), binary=True)
            none = {imports[k]: 1.0, suns: import_kw[k]}
            door.row(Label(METER, "no_import", k), none, Sense.AT_MOST, import_kw[k])
        for task, power in asked:
            terms = {power[k]: 1.0}
            if suns is not None:
                terms[suns] = task.floor_kw[k] - task.max_kw[k]
            door.row(Label(task.device.id, "on_sun", k), terms, Sense.AT_MOST, task.floor_kw[k])
