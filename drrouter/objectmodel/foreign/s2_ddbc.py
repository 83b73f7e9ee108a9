"""A load that may be held off as S2's demand driven based control (DDBC), and back.

    mode    power_ranges          supply_range          running_costs
    run     0 .. max_power_w      0 .. max_power_w
    held    0                     0                     what holding it off costs the household

    ours                       S2
    power_w                    kept: present_demand_rate
    max_power_w                kept
    curtail_price_per_kwh      kept as running costs of the mode ``held``; lost where power_w is 0
    lines                      kept
    max_off_s                  lost, becomes a minute: timers of S2 block a change and force none
    id, name                   lost

    S2                         ours
    several actuators          refused: a hybrid is no load behind a relay
    supply                     lost; the demand is taken as a share of the highest supply
    demand forecast            lost: DDBC.AverageDemandRateForecast is another message
    timers, transitions        lost

Interpretation: what a load behind a relay supplies (warmth, cold) is measured by the power it draws for it.

Source: S2 JSON schema 0.0.2-beta, DDBC.SystemDescription, that spells ``Id`` and ``supported_commodites``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from drrouter.domain.flexibility import Line
from drrouter.errors import MessageError
from drrouter.objectmodel.flexibility import Demand
from drrouter.objectmodel.foreign.s2_control import (
    Controlled,
    Message,
    NumberRange,
    PowerRange,
    cost_per_h,
    cost_range,
    lines_of,
    powers,
    quantity_of,
    watts,
    ways,
)
from drrouter.objectmodel.foreign.words import Wire, checked, id_of

SENDER = "S2 DDBC.SystemDescription"
"""Who speaks, for sentences."""

UNSAID_OFF_S = 60.0
"""How long a load is held off at most where nobody says how long it may be."""


class OperationMode(Wire):
    """A mode."""

    id: str = Field(alias="Id")
    diagnostic_label: str | None = None
    power_ranges: Annotated[tuple[PowerRange, ...], Field(min_length=1, max_length=10)]
    supply_range: NumberRange
    running_costs: NumberRange | None = None
    abnormal_condition_only: bool


class Actuator(Controlled):
    """What turns electricity into what is demanded."""

    id: str
    supported_commodites: tuple[str, ...]
    operation_modes: Annotated[tuple[OperationMode, ...], Field(min_length=1, max_length=100)]


class Description(Wire):
    """DDBC.SystemDescription."""

    message_type: Literal["DDBC.SystemDescription"] = "DDBC.SystemDescription"
    message_id: str
    valid_from: AwareDatetime
    actuators: Annotated[tuple[Actuator, ...], Field(min_length=1, max_length=10)]
    present_demand_rate: NumberRange
    provides_average_demand_rate_forecast: bool


def description(model_id: str, demand: Demand, valid_from: datetime, line: Line = Line.L1) -> Message:
    """The load, valid from then on.

    Args:
        model_id: whose it is; all identifiers follow from it.
        demand: from the object model.
        valid_from: when it begins to hold.
        line: what feeds a device of one line.
    """
    quantity = quantity_of(demand.lines, line)

    def mode(key: str, most_w: float, costs_per_h: float) -> OperationMode:
        return OperationMode(
            id=id_of(model_id, key),
            diagnostic_label=key,
            power_ranges=powers(0.0, most_w, quantity),
            supply_range=NumberRange(start_of_range=0.0, end_of_range=most_w),
            running_costs=cost_range(costs_per_h),
            abnormal_condition_only=False,
        )

    modes = (
        mode("run", demand.max_power_w, 0.0),
        mode("held", 0.0, demand.curtail_price_per_kwh * demand.power_w / 1000),
    )
    actuator = Actuator(
        id=id_of(model_id, "actuator"),
        supported_commodites=("ELECTRICITY",),
        operation_modes=modes,
        transitions=ways(model_id, [one.id for one in modes], lambda _, __: ((), ())),
        timers=(),
    )
    return Description(
        message_id=id_of(model_id, "demand", valid_from.isoformat()),
        valid_from=valid_from,
        actuators=(actuator,),
        present_demand_rate=NumberRange(start_of_range=demand.power_w, end_of_range=demand.power_w),
        provides_average_demand_rate_forecast=False,
    ).as_message()


def demand_from(message: Mapping[str, object]) -> Demand:
    """The load that the description tells of; a minute is assumed for how long it may be held off.

    Raises:
        MessageError: it is no such message, or no load of ours.
    """
    read = checked(Description, message, SENDER)
    if len(read.actuators) > 1:
        raise MessageError(SENDER, "actuators", "a system of several actuators is none of ours")
    usual = [mode for mode in read.actuators[0].operation_modes if not mode.abnormal_condition_only]
    if not usual:
        raise MessageError(SENDER, "operation_modes", "all are for emergencies")
    run = max(usual, key=lambda mode: watts(mode.power_ranges)[1])
    held = min(usual, key=lambda mode: watts(mode.power_ranges)[1])
    max_power_w, most = watts(run.power_ranges)[1], run.supply_range.end_of_range
    rate = (read.present_demand_rate.start_of_range + read.present_demand_rate.end_of_range) / 2
    power_w = min(max(rate / most, 0.0), 1.0) * max_power_w if most > 0 else 0.0
    costs = cost_per_h(held.running_costs) if held is not run else 0.0
    table = {
        "kind": "demand",
        "lines": lines_of(run.power_ranges),
        "power_w": power_w,
        "max_power_w": max_power_w,
        "max_off_s": UNSAID_OFF_S,
        "curtail_price_per_kwh": costs * 1000 / power_w if power_w > 0 else 0.0,
    }
    return checked(Demand, table, SENDER)
