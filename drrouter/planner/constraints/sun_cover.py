"""Sun under whole steps of power: who needs more than the sun leaves buys the rest, or a battery gives it.

    on for all of the slot: buys 0.8 kW          on for 0.6 of it: would buy nothing
          ________ 2 kW                                ________ 2 kW
         |xxxxxxxx| bought                            |  off   |
         |________| 1.2 kW of sun                     |________| 1.2 kW: the mean, and the sun

The relaxed model thinks the second, so that its bound lies below every plan. What follows from the balance
for whole numbers alone cuts that off, and most homes with sun are then proven by a dive.
"""

from collections.abc import Sequence

from drrouter.planner.constraints.balance import METER, Meter
from drrouter.planner.constraints.cycle import CycleVars
from drrouter.planner.constraints.storage import StorageVars
from drrouter.planner.pulp_door import Door, Label, Sense, Var

_LEAST_KW = 1e-3
"""A machine that needs only so much more than the sun leaves cuts nothing off."""


def add_sun_cover(
    door: Door, meter: Meter, cycles: Sequence[CycleVars], storages: Sequence[StorageVars]
) -> None:
    """What runs in whole steps buys what it needs beyond the sun, or takes it from a battery.

        import[k] + sum(given[k]) >= sum(max(0, needs[i][k] - sun[k]) * runs[i][k])

    ``runs`` is each whole number that draws at least ``needs`` in the slot: the starts of cycles, and ``on``
    of storages planned exactly. The row forbids no plan: of the machines that run, one at least leaves the
    others no sun. It stands in slots with sun in which a machine needs more than that.

    Source: Marchand and Wolsey 2001 (mixed-integer rounding of the balance row).
    """
    for k, sun_kw in enumerate(meter.sun_kw):
        if sun_kw > 0 and (terms := _beyond(k, sun_kw, cycles, storages)):
            covers = {meter.imports[k]: 1.0} | {part.given[k]: 1.0 for part in storages if part.given}
            door.row(Label(METER, "sun_cover", k), {**covers, **terms}, Sense.AT_LEAST, 0.0)


def _beyond(
    index: int, sun_kw: float, cycles: Sequence[CycleVars], storages: Sequence[StorageVars]
) -> dict[Var, float]:
    """What each whole number needs beyond the sun, negative."""
    needs = [item for cycle in cycles for item in cycle.draw[index].items()]
    needs += [(part.on[index], part.task.on_kw[index]) for part in storages if _is_whole(part, index)]
    return {var: sun_kw - kilowatts for var, kilowatts in needs if kilowatts > sun_kw + _LEAST_KW}


def _is_whole(part: StorageVars, index: int) -> bool:
    """Whether it draws its least power at least wherever it is on."""
    within_floor = 0 < part.task.floor_kw[index] < part.task.on_kw[index]
    return index in part.on and index not in part.fills and not within_floor
