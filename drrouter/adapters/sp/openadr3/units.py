"""What payload values mean: units and currencies of descriptors turned into ours, or a reason to refuse.

Nothing is guessed: a price without a currency or a limit without a unit is refused with a sentence
(obligation 23). GHG needs no descriptor, because OpenADR 3.1, Definition, "Event Enumerations" fixes g/kWh.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drrouter.domain.event import PayloadType
from drrouter.domain.payload_classes import FEES, POWERS, PRICES

_PER_KWH = {"KWH": 1.0, "MWH": 0.001, "WH": 1000.0}
_TO_W = {"W": 1.0, "KW": 1000.0, "MW": 1_000_000.0}
_GHG = ("", "GHG", "G/KWH")
_CURRENCY = re.compile(r"[A-Z]{3}")
_TO_WH = {"WH": 1.0, "KWH": 1000.0, "MWH": 1_000_000.0}
_RANGES = {
    PayloadType.SIMPLE: (0.0, 3.0),
    PayloadType.CONTROL_LEVEL_OFFSET: (-10.0, 10.0),
    PayloadType.CONTROL_LEVEL_OFFSET_PERCENT: (-1.0, 1.0),
    PayloadType.OLS: (0.0, 1.0),
}
_WHOLE = (PayloadType.SIMPLE, PayloadType.CONTROL_LEVEL_OFFSET)
_NEVER_NEGATIVE = frozenset({PayloadType.GHG, PayloadType.CHARGE_STATE_SETPOINT}) | {
    kind for kind in POWERS if "CAPACITY" in kind
}
MOST_TEXT = 500
MOST_POINTS = 200


class RefusedPayloadError(ValueError):
    """A payload cannot be used; the words say why."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """How the numbers of one payload type become ours.

    Attributes:
        factor: what to multiply with, to get money per kWh, g/kWh or W.
        currency: ISO 4217 of a price, else empty.
        unit: of a value that may be in several, ``PERCENT`` or ``WH``; else empty.
    """

    factor: float = 1.0
    currency: str = ""
    unit: str = ""


def meaning(kind: PayloadType, descriptor: Mapping[str, str]) -> Meaning:
    """What a descriptor (``units``, ``currency``) says about a payload type.

    >>> meaning(PayloadType.PRICE, {"units": "MWH", "currency": "EUR"})
    Meaning(factor=0.001, currency='EUR', unit='')

    Raises:
        RefusedPayloadError: it does not say enough, or a unit that is unknown here.
    """
    unit = descriptor.get("units", "").strip().upper()
    currency = descriptor.get("currency", "").strip().upper()
    if kind in PRICES:
        return _price(kind, unit, currency)
    if kind in POWERS or kind in FEES:
        if unit not in _TO_W:
            raise RefusedPayloadError(f"{kind} is refused: its descriptor {_said('units', unit)}")
        return Meaning(_TO_W[unit]) if kind in POWERS else Meaning(1000 / _TO_W[unit], currency)
    if kind is PayloadType.CHARGE_STATE_SETPOINT:
        return _charge(kind, unit)
    if kind is PayloadType.GHG and unit not in _GHG:
        raise RefusedPayloadError(f"{kind} is refused: its descriptor {_said('units', unit)}")
    return Meaning(unit=unit[:20] if kind is PayloadType.CONTROL_SETPOINT else "")


def _charge(kind: PayloadType, unit: str) -> Meaning:
    """Percent of what the store holds, or energy."""
    if unit in ("PERCENT", "%"):
        return Meaning(unit="PERCENT")
    if unit not in _TO_WH:
        raise RefusedPayloadError(f"{kind} is refused: its descriptor {_said('units', unit)}")
    return Meaning(_TO_WH[unit], unit="WH")


def _price(kind: PayloadType, unit: str, currency: str) -> Meaning:
    """Money per kWh.

    Interpretation: ``EUR/MWH`` as unit, seen in the field, is read like currency EUR and unit MWH.
    """
    money, slash, energy = unit.partition("/")
    if slash and currency in ("", money):
        currency, unit = money, energy
    if unit not in _PER_KWH:
        raise RefusedPayloadError(f"{kind} is refused: its descriptor {_said('units', unit)}")
    if not _CURRENCY.fullmatch(currency):
        raise RefusedPayloadError(f"{kind} is refused: its descriptor {_said('currency', currency)}")
    return Meaning(_PER_KWH[unit], currency)


def number(kind: PayloadType, value: object, factor: float) -> float:
    """A value in our unit.

    Raises:
        RefusedPayloadError: it is no number, not finite, or cannot be meant.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedPayloadError(f"{kind} is refused: {str(value)[:40]!r} is not a number")
    try:
        found = float(value) * factor
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise RefusedPayloadError(f"{kind} is refused: a value is not finite")
    if kind is PayloadType.CONTROL_LEVEL_OFFSET_PERCENT and abs(found) > 1:
        found /= 100
    least, most = _RANGES.get(kind, (-math.inf, math.inf))
    if not least <= found <= most or (kind in _WHOLE and not found.is_integer()):
        raise RefusedPayloadError(f"{kind} is refused: {found:g} is not a level from {least:g} to {most:g}")
    if kind in _NEVER_NEGATIVE and found < 0:
        raise RefusedPayloadError(f"{kind} is refused: {found:g} is negative")
    return found


def charge(value: float, unit: str) -> float:
    """A state of charge, in Wh or in percent from 0 to 100.

    Interpretation: OpenADR's enumerations write PERCENT from 0 to 1, people write it from 0 to 100; a number
    up to 1 is a share.

    >>> charge(0.8, "PERCENT"), charge(80, "PERCENT"), charge(5000, "WH")
    (80.0, 80, 5000)

    Raises:
        RefusedPayloadError: more than full.
    """
    if unit != "PERCENT":
        return value
    value = value * 100 if value <= 1 else value
    if value > 100:
        raise RefusedPayloadError(f"CHARGE_STATE_SETPOINT is refused: {value:g} percent is more than full")
    return value


def curve(values: Sequence[object]) -> tuple[tuple[float, float], ...]:
    """The points of a CURVE, which some write as a list in a list.

    Raises:
        RefusedPayloadError: something else stands among them.
    """
    flat: list[object] = []
    for value in values[:MOST_POINTS]:
        flat += value if isinstance(value, list) else [value]
    return tuple(_point(value) for value in flat[:MOST_POINTS])


def _point(value: object) -> tuple[float, float]:
    found = (value.get("x"), value.get("y")) if isinstance(value, Mapping) else ()
    if len(found) != 2 or not all(_is_number(part) for part in found):
        raise RefusedPayloadError(f"CURVE is refused: {str(value)[:40]!r} is no point")
    x, y = found
    return float(x), float(y)  # type: ignore[arg-type]  # both are numbers


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def words(values: Sequence[object]) -> str:
    """The text of an alert or an instruction, short enough to show."""
    return " / ".join(value for value in values if isinstance(value, str))[:MOST_TEXT]


def _said(key: str, value: str) -> str:
    return f"names no {key}" if not value else f"names the unknown {key} {value[:20]!r}"
