"""Modes as S2's operation mode based control (OMBC), and back.

    ours                       S2
    modes, their order         kept
    ids                        kept in diagnostic_label
    power_w                    kept: a range of one value
    cost_per_h                 kept: running_costs, a second
    min_dwell_s                kept, to 1 ms: a timer that each transition starts and that blocks all
    lines                      kept
    longest_s, most_per_day_s  lost: timers of S2 block a change and force none
    most_switches              lost
    normal                     lost: what runs at present is in OMBC.Status
    names                      lost

    S2                         ours
    range of power             its middle
    abnormal_condition_only    such a mode is passed over
    transitions that are not   lost: every mode may follow every other
    transition costs, duration lost
    several timers             the longest one counts

Source: S2 JSON schema 0.0.2-beta, OMBC.SystemDescription.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from drrouter.domain.flexibility import Line
from drrouter.errors import MessageError
from drrouter.objectmodel.flexibility import Modes
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
    timer,
    watts,
    ways,
)
from drrouter.objectmodel.foreign.words import Wire, checked, distinct, id_of, key_from

SENDER = "S2 OMBC.SystemDescription"
"""Who speaks, for sentences."""


class OperationMode(Wire):
    """A mode."""

    id: str
    diagnostic_label: str | None = None
    power_ranges: Annotated[tuple[PowerRange, ...], Field(min_length=1, max_length=10)]
    running_costs: NumberRange | None = None
    abnormal_condition_only: bool


class Description(Controlled):
    """OMBC.SystemDescription."""

    message_type: Literal["OMBC.SystemDescription"] = "OMBC.SystemDescription"
    message_id: str
    valid_from: AwareDatetime
    operation_modes: Annotated[tuple[OperationMode, ...], Field(min_length=1, max_length=100)]


def description(model_id: str, modes: Modes, valid_from: datetime, line: Line = Line.L1) -> Message:
    """The modes, valid from then on.

    Args:
        model_id: whose they are; all identifiers follow from it.
        modes: from the object model.
        valid_from: when it begins to hold.
        line: what feeds a device of one line.
    """
    quantity = quantity_of(modes.lines, line)
    operation_modes = tuple(
        OperationMode(
            id=id_of(model_id, mode.id),
            diagnostic_label=mode.id,
            power_ranges=powers(mode.power_w, mode.power_w, quantity),
            running_costs=cost_range(mode.cost_per_h),
            abnormal_condition_only=False,
        )
        for mode in modes.modes
    )
    dwell = timer(model_id, "min_dwell", modes.min_dwell_s)
    return Description(
        message_id=id_of(model_id, "modes", valid_from.isoformat()),
        valid_from=valid_from,
        operation_modes=operation_modes,
        transitions=ways(model_id, [mode.id for mode in operation_modes], lambda _, __: (dwell, dwell)),
        timers=dwell,
    ).as_message()


def modes_from(message: Mapping[str, object], normal: str = "") -> Modes:
    """What the description offers.

    Args:
        message: OMBC.SystemDescription.
        normal: S2's id of the mode in which it runs when nobody says anything, as its OMBC.Status tells;
            without it, the first.

    Raises:
        MessageError: it is no such message, or its modes are none of ours.
    """
    read = checked(Description, message, SENDER)
    usual = [mode for mode in read.operation_modes if not mode.abnormal_condition_only]
    if not usual:
        raise MessageError(SENDER, "operation_modes", "all are for emergencies")
    keys = distinct(
        key_from(mode.diagnostic_label or mode.id, f"mode_{number}") for number, mode in enumerate(usual)
    )
    ids = [mode.id for mode in usual]
    table = {
        "kind": "modes",
        "lines": 3 if any(lines_of(mode.power_ranges) == 3 for mode in usual) else 1,
        "modes": tuple(
            {
                "id": key,
                "power_w": sum(watts(mode.power_ranges)) / 2,
                "cost_per_h": cost_per_h(mode.running_costs),
            }
            for key, mode in zip(keys, usual, strict=True)
        ),
        "normal": keys[ids.index(normal)] if normal in ids else keys[0],
        "min_dwell_s": read.longest_block_s(lambda _: True),
    }
    return checked(Modes, table, SENDER)
