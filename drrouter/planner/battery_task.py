"""What a storage may give back, in numbers: for home batteries, and for cars whose drivers lend them.

Energy is told as in ``storage_task``: what was put in. A kWh delivered takes ``per_kwh`` of it, the losses of
charging and of discharging together, so a battery that charges and gives in the same slot burns energy.
"""

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from drrouter.domain.flexibility import StorageFlexibility
from drrouter.planner.problem import DeviceInput, Problem
from drrouter.planner.windows import discharge_windows


@dataclass(frozen=True, slots=True)
class Giving:
    """What a storage may give back; every tuple has one entry per slot, powers in kW and positive.

    Attributes:
        max_kw, on_kw: the most, and the least while it gives at all.
        exact: whether a power below ``on_kw`` must be none.
        per_kwh: energy put in that one kWh delivered takes; at least 1.
        wear_per_kwh: price of a kWh delivered, in the plan's currency.
        may_export: whether what it gives may leave the home.
    """

    max_kw: tuple[float, ...]
    on_kw: tuple[float, ...]
    exact: tuple[bool, ...]
    per_kwh: float
    wear_per_kwh: float
    may_export: bool


def giving(problem: Problem, device: DeviceInput, flexibility: StorageFlexibility) -> Giving | None:
    """What the device may give back; None where it cannot, or where nobody consented."""
    discharge = flexibility.discharge
    if discharge is None or not device.may_discharge or discharge.max_power_w <= 0:
        return None
    windows = discharge_windows(device, discharge, problem.slots)
    near_until = problem.now + problem.effort.near
    return Giving(
        max_kw=tuple(window.max_w / 1000 for window in windows),
        on_kw=tuple(window.on_w / 1000 for window in windows),
        exact=tuple(
            window.on_w > 0 and slot.start < near_until
            for slot, window in zip(problem.slots, windows, strict=True)
        ),
        per_kwh=discharge.level_per_wh / flexibility.level_per_wh,
        wear_per_kwh=discharge.wear_per_kwh,
        may_export=discharge.may_export,
    )


def burning_slots(cheap: Sequence[bool], *, sends_freely: bool, unwanted: bool) -> tuple[bool, ...]:
    """The slots in which taking and giving at once could pay, because energy is better burnt than kept.

    Where all that a battery holds may be sent to the grid, that earns more than burning it unless the price
    of the slot itself is not above zero (``cheap``). Where it may not, energy may also be burnt for room at
    a later such price, or because the storage is better empty at the end (``unwanted``).
    """
    if sends_freely:
        return tuple(cheap)
    if unwanted:
        return (True,) * len(cheap)
    return tuple(accumulate(reversed(cheap), operator.or_))[::-1]
