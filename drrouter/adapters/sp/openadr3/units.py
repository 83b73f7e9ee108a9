"""What payload values mean: units and currencies of descriptors turned into ours, or a reason to refuse.

Nothing is guessed: a price without a currency or a limit without a unit is refused with a sentence
(obligation 23). GHG needs no descriptor, because OpenADR 3.1, Definition, "Event Enumerations" fixes g/kWh.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from drrouter.domain.event import PayloadType

_PER_KWH = {"KWH": 1.0, "MWH": 0.001, "WH": 1000.0}
_TO_W = {"W": 1.0, "KW": 1000.0, "MW": 1_000_000.0}
_GHG = ("", "GHG", "G/KWH")
_CURRENCY = re.compile(r"[A-Z]{3}")
_PRICES = (PayloadType.PRICE, PayloadType.EXPORT_PRICE)
_LEVELS = (0, 1, 2, 3)
MOST_TEXT = 500


class RefusedPayloadError(ValueError):
    """A payload cannot be used; the words say why."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """How the numbers of one payload type become ours.

    Attributes:
        factor: what to multiply with, to get money per kWh, g/kWh or W.
        currency: ISO 4217 of a price, else empty.
    """

    factor: float = 1.0
    currency: str = ""


def meaning(kind: PayloadType, descriptor: Mapping[str, str]) -> Meaning:
    """What a descriptor (``units``, ``currency``) says about a payload type.

    >>> meaning(PayloadType.PRICE, {"units": "MWH", "currency": "EUR"})
    Meaning(factor=0.001, currency='EUR')

    Raises:
        RefusedPayloadError: it does not say enough, or a unit that is unknown here.
    """
    unit = descriptor.get("units", "").strip().upper()
    if kind in _PRICES:
        return _price(kind, unit, descriptor.get("currency", "").strip().upper())
    if kind is PayloadType.IMPORT_CAPACITY_LIMIT:
        if unit not in _TO_W:
            raise RefusedPayloadError(f"{kind} is refused: its descriptor {_said('units', unit)}")
        return Meaning(_TO_W[unit])
    if kind is PayloadType.GHG and unit not in _GHG:
        raise RefusedPayloadError(f"{kind} is refused: its descriptor {_said('units', unit)}")
    return Meaning()


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
    if kind is PayloadType.SIMPLE and found not in _LEVELS:
        raise RefusedPayloadError(f"{kind} is refused: {found:g} is not a level from 0 to 3")
    if kind in (PayloadType.GHG, PayloadType.IMPORT_CAPACITY_LIMIT) and found < 0:
        raise RefusedPayloadError(f"{kind} is refused: {found:g} is negative")
    return found


def words(values: Sequence[object]) -> str:
    """The text of an alert, short enough to show."""
    return " / ".join(value for value in values if isinstance(value, str))[:MOST_TEXT]


def _said(key: str, value: str) -> str:
    return f"names no {key}" if not value else f"names the unknown {key} {value[:20]!r}"
