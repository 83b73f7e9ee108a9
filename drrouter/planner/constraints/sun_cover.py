"""Sun under whole steps of power: who needs more than the sun leaves buys the rest, or a battery gives it.

    on for all of the slot: buys 0.8 kW          on for 0.6 of it: would buy nothing
          ________ 2 kW                                ________ 2 kW
         |xxxxxxxx| bought                            |  off   |
         |________| 1.2 kW of sun                     |________| 1.2 kW: the mean, and the sun

The relaxed model thinks the second, so that its bound lies below every plan. What follows from the balance
for whole numbers alone cuts that off, and most homes with sun are then proven by a dive.
"""

from collections.abc import Sequence

from drrouter.planner.constraints.balance import METER
from drrouter.planner.constraints.cycle import CycleVars
from drrouter.planner.constraints.modes import ModesVars
from drrouter.planner.constraints.storage import StorageVars
from drrouter.planner.pulp_door import Door, Labels, Sense, Var

_LEAST_KW = 1e-3
"""A machine that needs only so much more than the sun leaves cuts nothing off."""


def add_sun_cover(
    door: Door,
    imports: Sequence[Var],
    sun_kw: Sequence[float],
    cycles: Sequence[CycleVars],
    storages: Sequence[StorageVars],
    modes: Sequence[ModesVars] = (),
) -> None:
    """What runs in whole steps buys what it needs beyond the sun, or takes it from a battery.

        import[k] + sum(given[k]) >= sum(max(0, needs[i][k] - sun[k]) * runs[i][k])

    ``runs`` is each whole number that draws at least ``needs`` in the slot: the starts of cycles, ``on`` of
    storages planned exactly, and modes. The row forbids no plan: of the machines that run, one at least
    leaves the others no sun. It stands in slots with sun in which a machine needs more than that.

    Source: Marchand and Wolsey 2001 (mixed-integer rounding of the balance row).
    """
    sunny = [(k, sun) for k, sun in enumerate(sun_kw) if sun > 0]
    needs = {k: _beyond(k, sun, cycles, storages) | _of_modes(k, sun, modes) for k, sun in sunny}
    slots = tuple(k for k, terms in needs.items() if terms)
    given = [part.given for part in storages if part.given]
    rows = [{imports[k]: 1.0} | {gives[k]: 1.0 for gives in given} | needs[k] for k in slots]
    door.rows(Labels(METER, "sun_cover", slots), rows, Sense.AT_LEAST, [0.0] * len(slots))


def _beyond(
    index: int, sun_kw: float, cycles: Sequence[CycleVars], storages: Sequence[StorageVars]
) -> dict[Var, float]:
    """What each whole number needs beyond the sun, negative."""
    most = sun_kw + _LEAST_KW
    found = {
        var: sun_kw - kilowatts
        for cycle in cycles
        if cycle.most_kw[index] > most
        for var, kilowatts in cycle.draw[index].items()
        if kilowatts > most
    }
    for part in storages:
        if index in part.on and part.task.on_kw[index] > most and _is_whole(part, index):
            found[part.on[index]] = sun_kw - part.task.on_kw[index]
    return found


def _of_modes(index: int, sun_kw: float, modes: Sequence[ModesVars]) -> dict[Var, float]:
    """The same of modes that a device is in alone."""
    return {
        var: sun_kw - kilowatts
        for part in modes
        if part.task.exact[index]
        for var, kilowatts in part.draw[index].items()
        if kilowatts > sun_kw + _LEAST_KW
    }


def _is_whole(part: StorageVars, index: int) -> bool:
    """Whether it draws its least power at least wherever it is on."""
    within_floor = 0 < part.task.floor_kw[index] < part.task.on_kw[index]
    return index not in part.fills and not within_floor
