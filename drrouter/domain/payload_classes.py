"""Which payload types ask for the same kind of thing, and what the levels of one mean in those of another.

    sheds        SIMPLE, CONTROL_LEVEL_OFFSET, CONTROL_LEVEL_OFFSET_PERCENT, OLS   levels 0..3
    stops        ALERT_GRID_EMERGENCY, ALERT_BLACK_START                           as little as possible
    messages     all other alerts: shown. ALERT_FLEX_ALERT sheds at level 1 and holds shiftable use back, too;
                 ALERT_POSSIBLE_OUTAGE fills home batteries; one of some hours is planned around (``outage``)
    set-points   DISPATCH_SETPOINT, DISPATCH_SETPOINT_RELATIVE, CHARGE_STATE_SETPOINT
    idle         CURVE, CONTROL_SETPOINT, DISPATCH_INSTRUCTION, CTA2045_*, PRICE_ALTERNATE, what capacity
                 would cost: kept and shown, and nothing is moved by them

Source: OpenADR 3.1, Definition, "Event Enumerations"; facts on OpenADR 3, obligations 24 to 27.
"""

import math

from drrouter.domain.event import PayloadType

SHEDS = frozenset(
    {
        PayloadType.SIMPLE,
        PayloadType.CONTROL_LEVEL_OFFSET,
        PayloadType.CONTROL_LEVEL_OFFSET_PERCENT,
        PayloadType.OLS,
    }
)
STOPS = frozenset({PayloadType.ALERT_GRID_EMERGENCY, PayloadType.ALERT_BLACK_START})
ALERTS = frozenset(kind for kind in PayloadType if kind.startswith("ALERT_"))
MESSAGES = ALERTS - STOPS
SETPOINTS = frozenset(
    {
        PayloadType.DISPATCH_SETPOINT,
        PayloadType.DISPATCH_SETPOINT_RELATIVE,
        PayloadType.CHARGE_STATE_SETPOINT,
    }
)
FEES = frozenset(kind for kind in PayloadType if kind.endswith(("_FEE", "_AVAILABLE_PRICE")))
POWERS = frozenset(kind for kind in PayloadType if "_CAPACITY_" in kind and kind not in FEES) | frozenset(
    {PayloadType.DISPATCH_SETPOINT, PayloadType.DISPATCH_SETPOINT_RELATIVE}
)
"""Types whose value is a power."""
PRICES = frozenset({PayloadType.PRICE, PayloadType.PRICE_ALTERNATE, PayloadType.EXPORT_PRICE})
WORDS = frozenset({PayloadType.DISPATCH_INSTRUCTION, PayloadType.CTA2045_REBOOT}) | frozenset(
    {PayloadType.CTA2045_SET_OVERRIDE_STATUS, PayloadType.CONTROL_SETPOINT}
)
"""Types whose values the program's own rules explain, which nobody tells us."""
LOWER_IS_TIGHTER = frozenset(
    {
        PayloadType.IMPORT_CAPACITY_LIMIT,
        PayloadType.EXPORT_CAPACITY_LIMIT,
        PayloadType.IMPORT_CAPACITY_SUBSCRIPTION,
        PayloadType.IMPORT_CAPACITY_RESERVATION,
        PayloadType.EXPORT_CAPACITY_SUBSCRIPTION,
        PayloadType.EXPORT_CAPACITY_RESERVATION,
        PayloadType.OLS,
    }
)
HIGHER_IS_TIGHTER = SHEDS - {PayloadType.OLS}
IDLE = (
    WORDS
    | FEES
    | frozenset(
        {
            PayloadType.CURVE,
            PayloadType.PRICE_ALTERNATE,
            PayloadType.IMPORT_CAPACITY_AVAILABLE,
            PayloadType.EXPORT_CAPACITY_AVAILABLE,
        }
    )
)
"""Types that are kept and shown, and by which no device is moved."""

LIMITS = frozenset(kind for kind in POWERS if kind.endswith(("_CAPACITY_LIMIT", "_CAPACITY_SUBSCRIPTION")))
EFFECTS = LIMITS | STOPS | SETPOINTS | {PayloadType.ALERT_FLEX_ALERT, PayloadType.ALERT_POSSIBLE_OUTAGE}
"""Types that want something to be done whatever their value is; those of ``SHEDS`` do above their level 0."""

FLEX_ALERT_LEVEL = 1.0
"""Interpretation: who can shed during a flex alert does so as at the first level."""


def shed_level(kind: PayloadType, value: float) -> float:
    """The level from 0 to 3 that a payload asks for.

    Interpretation: offsets are cut into thirds, any offset above normal being level 1 at least; an optimum
    load shape asks for nothing down to three quarters of the usual, and for everything below one quarter. As
    for a percentage, the Definition says both that a lower one consumes less and that a negative one consumes
    more; we read it like CONTROL_LEVEL_OFFSET, where the higher consumes less.

    >>> shed_level(PayloadType.CONTROL_LEVEL_OFFSET, 4), shed_level(PayloadType.OLS, 0.4)
    (2.0, 2.0)
    >>> shed_level(PayloadType.CONTROL_LEVEL_OFFSET, -3), shed_level(PayloadType.OLS, 1.0)
    (0.0, 0.0)
    """
    match kind:
        case PayloadType.CONTROL_LEVEL_OFFSET:
            return float(max(0, math.ceil(value * 3 / 10)))
        case PayloadType.CONTROL_LEVEL_OFFSET_PERCENT:
            return float(max(0, math.ceil(value * 3)))
        case PayloadType.OLS:
            return float(min(3, max(0, math.floor((1.0 - value) * 4))))
        case _:
            return value


def asks_effect(kind: PayloadType, value: float) -> bool:
    """Whether a payload wants something to be done now, so that it can be obeyed or not.

    >>> asks_effect(PayloadType.SIMPLE, 2), asks_effect(PayloadType.SIMPLE, 0)
    (True, False)
    >>> asks_effect(PayloadType.IMPORT_CAPACITY_LIMIT, 0), asks_effect(PayloadType.PRICE, 0.3)
    (True, False)
    """
    return kind in EFFECTS or (kind in SHEDS and shed_level(kind, value) > 0)
