"""Storage as S2's fill rate based control (FRBC): one actuator, its modes, and the leakage.

The way back is in ``s2_frbc_read``.

    ours                       S2
    level.min, level.max       kept: fill_level_range, in degrees C or Wh
    modes: power, rate         kept; a mode at rest is added where there is none
    mode ids                   kept in diagnostic_label
    efficiency                 kept: the fill rate over the power, a second
    standby_w                  kept: the power of the mode at rest, which a battery has no other words for
    min_on_s, min_off_s        kept, to 1 ms: timers (``safety`` of the document)
    discharge: powers, losses  kept: a mode of negative power
    discharge: wear_per_kwh    kept: running costs of that mode at full power
    heat_gain, loss, ambient   kept as the leakage, a straight line in 24 steps; what is gain and what ambient
                               is lost, the drift at each level is not
    lines                      kept
    level.target               lost: a battery's becomes its max, any other the middle
    thermostat                 lost
    discharge: consent,        lost
      may_export
    names, form's id           lost

    S2                         ours
    rates that differ by level their mean over the range
    leakage that is no line    the straight line that fits it best; a battery's is a share of its charge
    a mode that takes and      two: it takes up to the one end, and gives up to the other
      gives
    several actuators          refused
    fill level in %            needs the capacity; in any other unit it is refused
    abnormal_condition_only    such a mode is passed over

Source: S2 JSON schema 0.0.2-beta, FRBC.SystemDescription and FRBC.LeakageBehaviour.
"""

import itertools
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from drrouter.domain.flexibility import Line
from drrouter.objectmodel.document import Safety
from drrouter.objectmodel.flexibility import Storage
from drrouter.objectmodel.foreign.s2_control import (
    HOUR_S,
    Controlled,
    Message,
    NumberRange,
    PowerRange,
    Timer,
    cost_range,
    powers,
    quantity_of,
    timer,
    ways,
)
from drrouter.objectmodel.foreign.words import Wire, distinct, id_of

STEPS = 24
"""Steps of a leakage that depends on the level."""

_LABELS = {"celsius": "degrees Celsius", "watt_hours": "Wh"}


class Element(Wire):
    """What a mode does in a part of the range."""

    fill_level_range: NumberRange
    fill_rate: NumberRange
    power_ranges: Annotated[tuple[PowerRange, ...], Field(min_length=1, max_length=10)]
    running_costs: NumberRange | None = None


class OperationMode(Wire):
    """A mode."""

    id: str
    diagnostic_label: str | None = None
    elements: Annotated[tuple[Element, ...], Field(min_length=1, max_length=100)]
    abnormal_condition_only: bool


class Actuator(Controlled):
    """What fills and empties the storage."""

    id: str
    supported_commodities: tuple[str, ...]
    operation_modes: Annotated[tuple[OperationMode, ...], Field(min_length=1, max_length=100)]


class StorageDescription(Wire):
    """What is filled."""

    fill_level_label: str | None = None
    provides_leakage_behaviour: bool
    provides_fill_level_target_profile: bool
    provides_usage_forecast: bool
    fill_level_range: NumberRange


class Description(Wire):
    """FRBC.SystemDescription."""

    message_type: Literal["FRBC.SystemDescription"] = "FRBC.SystemDescription"
    message_id: str
    valid_from: AwareDatetime
    actuators: Annotated[tuple[Actuator, ...], Field(min_length=1, max_length=10)]
    storage: StorageDescription


class LeakageElement(Wire):
    """How fast the level falls by itself in a part of the range, a second."""

    fill_level_range: NumberRange
    leakage_rate: float


class Leakage(Wire):
    """FRBC.LeakageBehaviour."""

    message_type: Literal["FRBC.LeakageBehaviour"] = "FRBC.LeakageBehaviour"
    message_id: str
    valid_from: AwareDatetime
    elements: Annotated[tuple[LeakageElement, ...], Field(min_length=1, max_length=288)]


def description(
    model_id: str, storage: Storage, safety: Safety, valid_from: datetime, line: Line = Line.L1
) -> Message:
    """The storage with its modes, valid from then on.

    Args:
        model_id: whose it is; all identifiers follow from it.
        storage: from the object model.
        safety: of the same document; its shortest times become timers.
        valid_from: when it begins to hold.
        line: what feeds a device of one line.
    """
    modes = tuple(_operation_modes(model_id, storage, quantity_of(storage.lines, line)))
    resting = {mode.id for mode in modes if _is_resting(mode)}
    on, off = timer(model_id, "min_on", safety.min_on_s), timer(model_id, "min_off", safety.min_off_s)

    def timers_of(origin: str, goal: str) -> tuple[tuple[Timer, ...], tuple[Timer, ...]]:
        if (origin in resting) == (goal in resting):
            return (), ()
        return (on, off) if goal not in resting else (off, on)

    actuator = Actuator(
        id=id_of(model_id, "actuator"),
        supported_commodities=("ELECTRICITY",),
        operation_modes=modes,
        transitions=ways(model_id, [mode.id for mode in modes], timers_of),
        timers=(*on, *off),
    )
    return Description(
        message_id=id_of(model_id, "storage", valid_from.isoformat()),
        valid_from=valid_from,
        actuators=(actuator,),
        storage=StorageDescription(
            fill_level_label=_LABELS[storage.level.unit],
            provides_leakage_behaviour=_leaks(storage),
            provides_fill_level_target_profile=False,
            provides_usage_forecast=False,
            fill_level_range=_range(storage),
        ),
    ).as_message()


def leakage(model_id: str, storage: Storage, valid_from: datetime) -> Message | None:
    """How the level moves by itself; None where it does not.

    Args: as of ``description``.
    """
    if not _leaks(storage):
        return None
    steps = STEPS if storage.loss_per_h else 1
    low, width = storage.level.min, (storage.level.max - storage.level.min) / steps
    edges = [low + width * step for step in range(steps)] + [storage.level.max]
    elements = tuple(
        LeakageElement(
            fill_level_range=NumberRange(start_of_range=start, end_of_range=end),
            leakage_rate=-storage.drift_at((start + end) / 2) / HOUR_S,
        )
        for start, end in itertools.pairwise(edges)
    )
    return Leakage(
        message_id=id_of(model_id, "leakage", valid_from.isoformat()),
        valid_from=valid_from,
        elements=elements,
    ).as_message()


def _leaks(storage: Storage) -> bool:
    """Whether its level moves while it rests."""
    return storage.loss_per_h is not None or storage.heat_gain_c_per_h != 0


def _range(storage: Storage) -> NumberRange:
    """The range that plans may use."""
    return NumberRange(start_of_range=storage.level.min, end_of_range=storage.level.max)


def _is_resting(mode: OperationMode) -> bool:
    """Whether it leaves the level alone."""
    return all(one.fill_rate.start_of_range == one.fill_rate.end_of_range == 0 for one in mode.elements)


def _operation_modes(model_id: str, storage: Storage, quantity: str) -> Iterator[OperationMode]:
    """The document's modes, one at rest where it has none, and one that gives back."""
    steps: list[tuple[str, tuple[float, float], float, float]] = []
    for mode in storage.modes:
        is_battery_at_rest = storage.is_battery and not mode.power_w
        low_w, high_w = (storage.standby_w,) * 2 if is_battery_at_rest else (mode.least_w, mode.power_w)
        per_h = storage.efficiency * mode.power_w if storage.is_battery else mode.rate_c_per_h
        steps.append((mode.id, (low_w, high_w), per_h / mode.power_w if mode.power_w else 0.0, 0.0))
    if len(storage.running) == len(storage.modes):
        steps.append(("rest", (storage.standby_w,) * 2, 0.0, 0.0))
    if (given := storage.discharge) is not None:
        costs_per_h = given.wear_per_kwh * given.power_w / 1000
        steps.append(("discharge", (-given.power_w, -given.min_power_w), 1 / given.efficiency, costs_per_h))
    keys = distinct(key for key, *_ in steps)
    for key, (_, (low_w, high_w), per_wh, costs) in zip(keys, steps, strict=True):
        element = Element(
            fill_level_range=_range(storage),
            fill_rate=NumberRange(
                start_of_range=low_w * per_wh / HOUR_S, end_of_range=high_w * per_wh / HOUR_S
            ),
            power_ranges=powers(low_w, high_w, quantity),
            running_costs=cost_range(costs),
        )
        yield OperationMode(
            id=id_of(model_id, key),
            diagnostic_label=key,
            elements=(element,),
            abnormal_condition_only=False,
        )
