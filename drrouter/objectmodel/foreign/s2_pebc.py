"""A generator's range as S2's power envelope based control (PEBC), and back.

    ours                       S2
    rated_power_w              kept: the lowest LOWER_LIMIT, since what is given is negative
    least_power_w              kept: the highest LOWER_LIMIT, to which it can be held
    lines                      kept
    id, name                   lost

    S2                         ours
    UPPER_LIMIT                lost: a generator of ours draws nothing; one above 0 W is refused
    several ranges             their outer bounds
    abnormal_condition_only    such a range is passed over
    consequence_type           lost: what sun and wind would have given is gone (VANISH)
    valid_until                lost

Source: S2 JSON schema 0.0.2-beta, PEBC.PowerConstraints.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from drrouter.domain.flexibility import Line
from drrouter.errors import MessageError
from drrouter.objectmodel.flexibility import Envelope
from drrouter.objectmodel.foreign.s2_control import Message, NumberRange, quantity_of
from drrouter.objectmodel.foreign.words import ELECTRIC, THREE_LINES, Wire, checked, id_of

SENDER = "S2 PEBC.PowerConstraints"
"""Who speaks, for sentences."""


class AllowedLimitRange(Wire):
    """Where a limit may be set."""

    commodity_quantity: str
    limit_type: Literal["UPPER_LIMIT", "LOWER_LIMIT"]
    range_boundary: NumberRange
    abnormal_condition_only: bool


class Constraints(Wire):
    """PEBC.PowerConstraints."""

    message_type: Literal["PEBC.PowerConstraints"] = "PEBC.PowerConstraints"
    message_id: str
    id: str
    valid_from: AwareDatetime
    consequence_type: Literal["VANISH", "DEFER"]
    allowed_limit_ranges: Annotated[tuple[AllowedLimitRange, ...], Field(min_length=2, max_length=100)]


def constraints(model_id: str, envelope: Envelope, valid_from: datetime, line: Line = Line.L1) -> Message:
    """Where the generator may be held, valid from then on.

    Args:
        model_id: whose range it is; all identifiers follow from it.
        envelope: from the object model.
        valid_from: when it begins to hold.
        line: what a device of one line feeds into.
    """
    quantity = quantity_of(envelope.lines, line)

    def allowed(
        kind: Literal["UPPER_LIMIT", "LOWER_LIMIT"], low_w: float, high_w: float
    ) -> AllowedLimitRange:
        return AllowedLimitRange(
            commodity_quantity=quantity,
            limit_type=kind,
            range_boundary=NumberRange(start_of_range=low_w, end_of_range=high_w),
            abnormal_condition_only=False,
        )

    return Constraints(
        message_id=id_of(model_id, "envelope", valid_from.isoformat()),
        id=id_of(model_id, "envelope"),
        valid_from=valid_from,
        consequence_type="VANISH",
        allowed_limit_ranges=(
            allowed("UPPER_LIMIT", 0.0, 0.0),
            allowed("LOWER_LIMIT", -envelope.rated_power_w, -envelope.least_power_w),
        ),
    ).as_message()


def envelope_from(message: Mapping[str, object]) -> Envelope:
    """Where the sender may be held.

    Raises:
        MessageError: it is no such message, or does not describe a generator.
    """
    read = checked(Constraints, message, SENDER)
    usual = [
        part
        for part in read.allowed_limit_ranges
        if part.commodity_quantity in ELECTRIC and not part.abnormal_condition_only
    ]
    upper = [part.range_boundary.end_of_range for part in usual if part.limit_type == "UPPER_LIMIT"]
    if max(upper, default=0.0) > 0:
        raise MessageError(SENDER, "allowed_limit_ranges", "it limits what is drawn, and is no generator")
    low_w, high_w = 0.0, 0.0
    quantities = {part.commodity_quantity for part in usual}
    for quantity in quantities:
        lower = [
            part.range_boundary
            for part in usual
            if part.limit_type == "LOWER_LIMIT" and part.commodity_quantity == quantity
        ]
        low_w += min((one.start_of_range for one in lower), default=0.0)
        high_w += max((one.end_of_range for one in lower), default=0.0)
    is_three = THREE_LINES in quantities or len(quantities) > 1
    table = {
        "kind": "envelope",
        "lines": 3 if is_three else 1,
        "rated_power_w": -low_w,
        "least_power_w": max(-high_w, 0.0),
    }
    return checked(Envelope, table, SENDER)
