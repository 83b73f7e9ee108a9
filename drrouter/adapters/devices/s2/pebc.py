"""Power envelope based control: a device that is held within limits; the envelope ends with the instruction.

    takes only    its UPPER_LIMIT is the power of the instruction
    gives only    its LOWER_LIMIT is (-3000: give 3000 W at most)
    both          both are: it takes or gives that power

An envelope has a duration, so the device is its own dead-man's switch: what comes after the last element is
not limited (``restore_power``), or a second element holds it at nothing (``cut_power``); with ``keep`` the
first lasts a year. Where it uses more than the limit that it accepted, what it uses is told as its set-point:
it does not do as it said.

Interpretation: several quantities of one device (L1, L2, L3) share a limit evenly.

Source: S2 JSON schema 0.0.2-beta, PEBC.PowerConstraints, PEBC.Instruction.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from drrouter.adapters.devices.s2.control import Descriptions, Held, Order, Steered, instant
from drrouter.adapters.devices.s2.schema import Json
from drrouter.domain.instruction import FailSafe, Instruction
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceError, MessageError
from drrouter.objectmodel.foreign.s2_pebc import SENDER, AllowedLimitRange, Constraints
from drrouter.objectmodel.foreign.words import ELECTRIC, checked

CONSTRAINTS, ENERGY, INSTRUCTION = "PEBC.PowerConstraints", "PEBC.EnergyConstraint", "PEBC.Instruction"
FOR_LONG = timedelta(days=365)

OBEYS_WITHIN = timedelta(minutes=1)
"""Interpretation: so long a device may take until it keeps within an envelope that it accepted."""

BEYOND_W, BEYOND_SHARE = 100.0, 0.1
"""What it uses beyond its limit by no more than the larger of both is inaccuracy."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

Ranges = tuple[tuple[float, float], ...]
Limits = tuple[float, float]
"""The lower and the upper limit, in W."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Where the limits of one quantity may be set."""

    quantity: str
    lower: Ranges
    upper: Ranges

    def limits(self, power_w: float, takes: bool, gives: bool) -> Limits:
        """The limits within which it uses that power, or as little more as can be told."""
        if gives and (power_w < 0 or not takes):
            lower = min((value for value in _at(self.lower, power_w) if value >= power_w), default=None)
            lower = max(end for _, end in self.lower) if lower is None else lower
            return lower, max(lower, _nearest(self.upper, power_w if takes else 0.0))
        upper = max((value for value in _at(self.upper, power_w) if value <= power_w), default=None)
        upper = min(start for start, _ in self.upper) if upper is None else upper
        return min(upper, _nearest(self.lower, power_w if gives else 0.0)), upper


@dataclass(frozen=True, slots=True)
class Told:
    """An envelope: so much until then, and so much afterwards, None for no limit."""

    power_w: float
    until: datetime
    then_w: float | None
    instruction_id: str = ""
    since: datetime = LONG_AGO

    def holding_w(self, now: datetime) -> float | None:
        """The power that it may use now, None where that is not limited."""
        return self.power_w if now < self.until else self.then_w


@dataclass(frozen=True, slots=True)
class Bounds:
    """The constraints of a device."""

    parts: tuple[Allowed, ...]

    @property
    def takes(self) -> bool:
        """Whether it draws power."""
        return any(end > 0 for part in self.parts for _, end in part.upper)

    @property
    def gives(self) -> bool:
        """Whether it gives power."""
        return any(start < 0 for part in self.parts for start, _ in part.lower)

    @property
    def free_w(self) -> float:
        """What it may use when nothing holds it."""
        if self.takes:
            return sum(max(end for _, end in part.upper) for part in self.parts)
        return sum(min(start for start, _ in part.lower) for part in self.parts)

    def limits(self, power_w: float) -> tuple[Limits, ...]:
        """Those of each quantity, all of which share the power evenly.

        Raises:
            DeviceError: it gives no power at all.
        """
        if power_w < 0 and not self.gives:
            raise DeviceError("it gives no power")
        share_w = power_w / len(self.parts)
        return tuple(part.limits(share_w, self.takes, self.gives) for part in self.parts)

    def said_w(self, power_w: float) -> float:
        """The power that those limits mean."""
        means_lower = self.gives and (power_w < 0 or not self.takes)
        return sum(lower if means_lower else upper for lower, upper in self.limits(power_w))

    def envelopes(self, steps: Sequence[tuple[timedelta, float]]) -> list[Json]:
        """One for each quantity, with an element for each step."""
        limits = [(lasts, self.limits(power_w)) for lasts, power_w in steps]
        return [
            {
                "id": str(uuid.uuid4()),
                "commodity_quantity": part.quantity,
                "power_envelope_elements": [
                    {
                        "duration": _milliseconds(lasts),
                        "lower_limit": of[number][0],
                        "upper_limit": of[number][1],
                    }
                    for lasts, of in limits
                ],
            }
            for number, part in enumerate(self.parts)
        ]


class EnvelopeControl:
    """Implements ``control.Control``."""

    types: ClassVar[frozenset[str]] = frozenset({CONSTRAINTS, ENERGY})

    def __init__(self) -> None:
        """Nothing is described yet."""
        self._described: Descriptions[Bounds] = Descriptions()
        self._energies: Descriptions[None] = Descriptions()
        self._told: Told | None = None
        self._beyond: tuple[float, datetime] | None = None

    def measured(self, power_w: float, at: datetime) -> None:
        """What it uses: a limit that was accepted and is not kept does not count as held."""
        told = self._told
        limit_w = told.holding_w(at) if told else None
        self._beyond = None
        if told is not None and limit_w is not None and at - told.since > OBEYS_WITHIN:
            excess_w = (limit_w - power_w) if self._means_lower(limit_w, at) else (power_w - limit_w)
            if excess_w > max(BEYOND_W, BEYOND_SHARE * abs(limit_w)):
                self._beyond = power_w, at

    def _means_lower(self, power_w: float, now: datetime) -> bool:
        """Whether that is how much it may give."""
        described = self._described.at(now)
        return power_w < 0 or (described is not None and not described.what.takes)

    def hear(self, message_type: str, message: Json, now: datetime) -> None:
        """Take constraints; how much energy it will need within an envelope is noted and not planned by."""
        since = instant(message["valid_from"])
        until = instant(message["valid_until"]) if "valid_until" in message else None
        if message_type == ENERGY:
            self._energies.put(Held(message["id"], since, until, None), now)
        else:
            self._described.put(Held(message["id"], since, until, bounds_in(message)), now)

    def revoke(self, object_type: str, object_id: str) -> bool:
        """Forget constraints."""
        return (object_type == CONSTRAINTS and self._described.drop(object_id)) or (
            object_type == ENERGY and self._energies.drop(object_id)
        )

    def steered(self, now: datetime) -> Steered:
        """The power that holds; all that it can use where nothing does."""
        described, told = self._described.at(now), self._told
        if described is None:
            return
        holding_w = None if told is None else told.holding_w(now)
        if holding_w is not None and self._beyond is not None and now - self._beyond[1] <= OBEYS_WITHIN:
            holding_w = self._beyond[0]
        power_w = described.what.free_w if holding_w is None else holding_w
        yield Quantity.SWITCH, float(power_w != 0)
        yield Quantity.SETPOINT_W, power_w

    def orders(self, instruction: Instruction, now: datetime) -> tuple[Order, ...]:
        """The envelope of the instruction."""
        described = self._described.at(now)
        if described is None:
            raise DeviceError("it has not said yet within which limits it can be held")
        bounds, power_w = described.what, instruction.power_w
        lasts = FOR_LONG if instruction.fail_safe is FailSafe.KEEP else instruction.expires_at - now
        steps, then_w = [(lasts, power_w)], None
        if instruction.fail_safe is FailSafe.CUT_POWER:
            steps, then_w = [*steps, (FOR_LONG, 0.0)], bounds.said_w(0.0)
        parts = {
            "power_constraints_id": described.id,
            "power_envelopes": bounds.envelopes(steps),
            "abnormal_condition": False,
        }
        told = Told(bounds.said_w(power_w), now + lasts, then_w, since=now)
        return (Order(INSTRUCTION, now, parts, told),)

    def done(self, order: Order, instruction_id: str) -> None:
        """The envelope holds from now on."""
        before, told = self._told, replace(order.means, instruction_id=instruction_id)
        if before is not None and before.holding_w(told.since) == told.power_w:
            told = replace(told, since=before.since)
        else:
            self._beyond = None
        self._told = told

    def failed(self, instruction_id: str) -> None:
        """The envelope does not hold any more."""
        if self._told is not None and self._told.instruction_id == instruction_id:
            self._told = None


def bounds_in(message: Json) -> Bounds:
    """The limits that constraints allow, of each quantity of electricity, but for emergencies.

    Raises:
        MessageError: they are none that a device of ours can be held by.
    """
    usual = [
        part
        for part in checked(Constraints, message, SENDER).allowed_limit_ranges
        if part.commodity_quantity in ELECTRIC and not part.abnormal_condition_only
    ]
    parts = tuple(
        Allowed(quantity, _ranges(usual, quantity, "LOWER_LIMIT"), _ranges(usual, quantity, "UPPER_LIMIT"))
        for quantity in ELECTRIC
        if any(part.commodity_quantity == quantity for part in usual)
    )
    if not parts or any(not part.lower or not part.upper for part in parts):
        raise MessageError(
            SENDER, "allowed_limit_ranges", "each quantity of electricity needs its lower and its upper limit"
        )
    return Bounds(parts)


def _ranges(parts: Iterable[AllowedLimitRange], quantity: str, kind: str) -> Ranges:
    """The ranges of one limit of one quantity, each upwards."""
    mine = (
        part.range_boundary
        for part in parts
        if (part.commodity_quantity, part.limit_type) == (quantity, kind)
    )
    ends = ((one.start_of_range, one.end_of_range) for one in mine)
    return tuple((min(pair), max(pair)) for pair in ends)


def _at(ranges: Ranges, value: float) -> tuple[float, ...]:
    """Of each range what comes nearest to a value."""
    return tuple(min(max(value, start), end) for start, end in ranges)


def _nearest(ranges: Ranges, value: float) -> float:
    """What comes nearest to a value."""
    return min(_at(ranges, value), key=lambda one: abs(one - value))


def _milliseconds(lasts: timedelta) -> int:
    return max(1, round(lasts.total_seconds() * 1000))
