"""Reads the meter values of charge points: texts in 1.6, numbers in 2, and the same measurands in both.

Source: OCPP 1.6, 7.31 (measurands), 7.45 (units); OCPP 2.0.1 part 2, 2.43 SampledValueType.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from drrouter.adapters.devices.gate import number_in
from drrouter.domain.measurement import Quantity

LINES = {"L1": Quantity.POWER_L1_W, "L2": Quantity.POWER_L2_W, "L3": Quantity.POWER_L3_W}
UNITS = {"": 1.0, "W": 1.0, "kW": 1e3, "Wh": 1.0, "kWh": 1e3, "Percent": 1.0, "A": 1.0, "V": 1.0}
USUAL_MEASURAND = "Energy.Active.Import.Register"
WHOLE = {
    "Power.Active.Import": (Quantity.POWER_W, 1.0),
    "Power.Active.Export": (Quantity.POWER_W, -1.0),
    "Energy.Active.Import.Register": (Quantity.ENERGY_WH, 1.0),
    "Energy.Active.Export.Register": (Quantity.EXPORTED_WH, 1.0),
    "SoC": (Quantity.LEVEL_PERCENT, 1.0),
}
"""What becomes of each measurand, and with which sign."""


@dataclass(slots=True)
class Sample:
    """What was measured at one instant, by the charge point's clock; NaN is what it could not say."""

    at: datetime
    values: dict[Quantity, float] = field(default_factory=dict)


def samples_in(meter_values: object) -> Iterator[Sample]:
    """Every sample of a list of meter values that has a time and something we know."""
    for entry in meter_values if isinstance(meter_values, list) else ():
        at = instant_of(entry.get("timestamp")) if isinstance(entry, dict) else None
        sampled = entry.get("sampledValue") if at else None
        if at and isinstance(sampled, list):
            values = _values([part for part in sampled if isinstance(part, dict)])
            if values:
                yield Sample(at, values)


def instant_of(text: object) -> datetime | None:
    """A time as OCPP writes it (ISO 8601), None where it is none; without a zone it is UTC.

    >>> instant_of("2026-03-01T12:00:00Z")
    datetime.datetime(2026, 3, 1, 12, 0, tzinfo=datetime.timezone.utc)
    """
    try:
        instant = datetime.fromisoformat(text[:40]) if isinstance(text, str) else None
        if instant is None:
            return None
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _values(sampled: Sequence[Mapping[str, Any]]) -> dict[Quantity, float]:
    """The quantities of one sample; what is stated by lines alone is summed, export is subtracted."""
    whole: dict[str, float] = {}
    lines: dict[str, dict[str, float]] = {}
    for part in sampled:
        measurand, phase = part.get("measurand", USUAL_MEASURAND), part.get("phase")
        if measurand not in WHOLE or part.get("location", "Outlet") not in ("Outlet", "EV"):
            continue
        if line := _line_of(phase):
            lines.setdefault(measurand, {})[line] = _amount(part)
        elif phase is None:
            whole[measurand] = _amount(part)
    values: dict[Quantity, float] = {}
    for measurand, by_line in lines.items():
        whole.setdefault(measurand, sum(by_line.values()))
        if WHOLE[measurand][0] is Quantity.POWER_W:
            for line, value in by_line.items():
                _add(values, LINES[line], WHOLE[measurand][1] * value)
    for measurand, value in whole.items():
        quantity, sign = WHOLE[measurand]
        _add(values, quantity, sign * value)
    return values


def _add(values: dict[Quantity, float], quantity: Quantity, value: float) -> None:
    values[quantity] = values.get(quantity, 0.0) + value


def _line_of(phase: object) -> str:
    """``L1`` of ``L1`` and ``L1-N``; "" of what is measured between lines or on all."""
    name = phase.removesuffix("-N") if isinstance(phase, str) else ""
    return name if name in LINES else ""


def _amount(part: Mapping[str, Any]) -> float:
    """The value in our unit; NaN where it or its unit has no meaning."""
    unit = part.get("unit", "")
    power_of_ten = 0.0
    if isinstance(stated := part.get("unitOfMeasure"), dict):
        unit, power_of_ten = stated.get("unit", ""), number_in(stated.get("multiplier", 0))
    factor = UNITS.get(unit) if isinstance(unit, str) else None
    if factor is None or not -12 <= power_of_ten <= 12:
        return math.nan
    return number_in(part.get("value")) * factor * math.pow(10.0, power_of_ten)
