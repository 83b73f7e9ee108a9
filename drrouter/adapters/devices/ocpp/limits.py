"""From watts to charging profiles: A or W, one line or three, a pause below 6 A, and back again.

                          ^ W
    TxProfile     level 1 | ████████ limit until expires_at
    TxDefault     level 0 | ────────────────────────────── 0 W, where the fail-safe is cut_power

Rounded is always downwards, so that a limit is kept and not grazed. Time stamps are those of the domain's
clock, which the charge point gets with every heartbeat; a schedule begins a minute ago, so that a charge
point whose clock is a little slow obeys at once.

Source: OCPP 1.6, 3.13 and 7.8; OCPP 2.0.1 part 2, K; IEC 61851-1 (no charging below 6 A).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from drrouter.adapters.devices.gate import number

LEAST_A = 6.0
LOOKED_AT_S = 60
"""How far ahead a charge point is asked what it will do."""
_EARLIER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit as a charge point takes it.

    Attributes:
        unit: ``A`` for each line, or ``W`` for all together.
        lines: how many lines are charged on.
        volts: between a line and neutral.
    """

    unit: str
    value: float
    lines: int
    volts: float

    @property
    def power_w(self) -> float:
        """What it allows, in W."""
        return self.value * self.lines * self.volts if self.unit == "A" else self.value

    @property
    def period(self) -> dict[str, Any]:
        """It as a schedule's only period."""
        return {"startPeriod": 0, "limit": self.value, "numberPhases": self.lines}


def limit_for(power_w: float, *, unit: str, lines: int, switches_lines: bool, volts: float) -> Limit:
    """What to tell a charge point so that it draws no more than a power, in W.

    >>> limit_for(7000, unit="A", lines=3, switches_lines=False, volts=230)
    Limit(unit='A', value=10.1, lines=3, volts=230)
    >>> limit_for(2000, unit="A", lines=3, switches_lines=False, volts=230).value
    0.0
    """
    tried = [lines, 1] if switches_lines and lines > 1 else [lines]
    for count in tried:
        amperes = _down(power_w / (count * volts))
        if amperes >= LEAST_A:
            return Limit(unit, amperes if unit == "A" else float(math.floor(power_w)), count, volts)
    return Limit(unit, 0.0, lines, volts)


def _down(amperes: float) -> float:
    """Rounded down to the tenth that OCPP 1.6 knows."""
    return math.floor(round(amperes * 10, 6)) / 10


def schedule(
    period: Mapping[str, Any], unit: str, now: datetime, until: datetime | None, **more: Any
) -> dict[str, Any]:
    """A schedule of one period that holds now, and ends where it is told to."""
    start = now - _EARLIER
    made = {
        "startSchedule": written(start),
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [dict(period)],
        **more,
    }
    return made if until is None else made | {"duration": math.ceil((until - start).total_seconds())}


def profile(
    number_of_it: int,
    level: int,
    purpose: str,
    schedules: object,
    until: datetime | None,
    transaction: object,
) -> dict[str, Any]:
    """A charging profile without its number, whose key differs between the versions.

    Args:
        number_of_it: what replaces it later.
        level: the higher one wins.
        purpose: ``TxDefaultProfile`` or ``TxProfile``.
        schedules: one in 1.6, a list of one in 2.
        until: when it ends, None for never.
        transaction: the charge it is for; None for all.
    """
    made: dict[str, Any] = {
        "id": number_of_it,
        "stackLevel": level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "chargingSchedule": schedules,
    }
    if transaction is not None:
        made["transactionId"] = transaction
    return made if until is None else made | {"validTo": written(until)}


def power_of(plan: Mapping[str, Any], lines: int, volts: float) -> float | None:
    """What a composite schedule allows first, in W; None where it does not say."""
    periods: Sequence[Any] = plan.get("chargingSchedulePeriod") or ()
    first = periods[0] if periods and isinstance(periods[0], dict) else {}
    value = number(first.get("setpoint", first.get("limit")))
    if not math.isfinite(value):
        return None
    if plan.get("chargingRateUnit") == "W":
        return value
    stated = number(first.get("numberPhases", lines))
    return value * volts * (stated if 1 <= stated <= 3 else lines)


def written(instant: datetime) -> str:
    """A time as OCPP wants it: ``2026-03-01T12:00:00Z``."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
