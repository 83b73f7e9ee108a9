"""Turns one telegram into values in our units, through dsmr-parser; opening lines is left to ``line``.

Only the objects that we use are parsed. That is quicker, and the library's parser of the log of power cuts
keeps what it parsed for ever. Counters of gas and water are parsed apart, so that a broken one costs itself.
"""

import logging
import math
import re
from binascii import Error as NoHex
from binascii import unhexlify
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import DecimalException
from typing import Any

from dsmr_parser import telegram_specifications as specifications
from dsmr_parser.exceptions import ParseError
from dsmr_parser.parsers import TelegramParser

from drrouter.adapters.devices.gate import judged, number_in
from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.p1.cipher import Seal
from drrouter.adapters.devices.p1.settings import Edition
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Quantity, Reading
from drrouter.errors import DeviceSilentError

logging.getLogger("dsmr_parser").setLevel(logging.CRITICAL)  # a broken telegram is told once, by us

BROKEN_BY_VALUES = (ParseError, ValueError, LookupError, TypeError, AttributeError, DecimalException)
"""What the library lets out where a telegram is not what it says it is."""

_SPECIFICATIONS: Mapping[Edition, dict[str, Any]] = {
    "2.2": specifications.V2_2,
    "3": specifications.V3,
    "4": specifications.V4,
    "5": specifications.V5,
    "belgium": specifications.BELGIUM_FLUVIUS,
    "luxembourg": specifications.LUXEMBOURG_SMARTY,
    "austria": specifications.AUSTRIA_ENERGIENETZE_STEIERMARK,
    "sweden": specifications.SWEDEN,
}
_HEADER = re.compile(r"(?P<maker>[A-Za-z]{3})\w(?:\\\d?)?(?P<model>.+)")
_FACTORS = {"kW": 1000.0, "W": 1.0, "kWh": 1000.0, "Wh": 1.0, "V": 1.0}
_TARIFFS = range(1, 5)
_POWERS = {
    Quantity.POWER_W: ("CURRENT_ELECTRICITY_USAGE", "CURRENT_ELECTRICITY_DELIVERY"),
    **{
        quantity: tuple(f"INSTANTANEOUS_ACTIVE_POWER_{line}_{sign}" for sign in ("POSITIVE", "NEGATIVE"))
        for line, quantity in (
            ("L1", Quantity.POWER_L1_W),
            ("L2", Quantity.POWER_L2_W),
            ("L3", Quantity.POWER_L3_W),
        )
    },
}
_ENERGIES = {
    Quantity.ENERGY_WH: ("ELECTRICITY_USED_TARIFF_{}", "ELECTRICITY_IMPORTED_TOTAL"),
    Quantity.EXPORTED_WH: ("ELECTRICITY_DELIVERED_TARIFF_{}", "ELECTRICITY_EXPORTED_TOTAL"),
}
_VOLTAGE = "INSTANTANEOUS_VOLTAGE_L1"
_IDENTIFIERS = ("BELGIUM_EQUIPMENT_IDENTIFIER", "LUXEMBOURG_EQUIPMENT_IDENTIFIER", "EQUIPMENT_IDENTIFIER")
_VERSIONS = ("P1_MESSAGE_HEADER", "BELGIUM_VERSION_INFORMATION")
_COUNTERS = ("MBUS_METER_READING", "HOURLY_GAS_METER_READING", "GAS_METER_READING")
_COUNTER_TYPES = ("MBUS_DEVICE_TYPE", "DEVICE_TYPE")
_COUNTER_NAMES = ("MBUS_EQUIPMENT_IDENTIFIER", "EQUIPMENT_IDENTIFIER_GAS")
_USED = {
    *(name for names in _POWERS.values() for name in names),
    *(tariffs.format(number) for tariffs, _ in _ENERGIES.values() for number in _TARIFFS),
    *(total for _, total in _ENERGIES.values()),
    *(_VOLTAGE, *_IDENTIFIERS, *_VERSIONS),
}
_KINDS = {"2": "electricity", "3": "gas", "4": "heat", "6": "warm water", "7": "water", "12": "heat"}


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter of something else than electricity that the meter passes on.

    Attributes:
        kind: gas, water, warm water, heat or electricity; "" where it does not say.
        unit: m3, GJ or kWh, as the meter writes it.
        at: when it was read out, which may be an hour ago.
    """

    channel: int
    kind: str
    id: str
    value: float
    unit: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Telegram:
    """What one telegram says.

    Attributes:
        identity: as it may be shown: id, model, manufacturer, version, where it states them.
        values: each quantity in our unit; NaN where it is no number.
    """

    identity: dict[str, str]
    values: dict[Quantity, float]
    counters: tuple[Counter, ...] = field(default=())

    def readings(self, device_id: DeviceId, at: datetime) -> tuple[Reading, ...]:
        """Its values, judged."""
        return tuple(judged(device_id, quantity, value, at) for quantity, value in self.values.items())


class Reader:
    """Reads telegrams of one edition."""

    def __init__(self, edition: Edition, seal: Seal | None = None) -> None:
        """Pick the objects of the edition that we use; ``seal`` opens telegrams that are sealed."""
        self._seal = seal
        self._seven_bits = edition in ("2.2", "3")
        self._electricity = _parser(edition, _USED)
        self._counters = _parser(edition, {*_COUNTERS, *_COUNTER_TYPES, *_COUNTER_NAMES}, checked=False)

    def read(self, telegram: bytes) -> Telegram:
        """What it says.

        Raises:
            DeviceSilentError: it cannot be opened, its checksum is wrong, or it states nothing of use.
        """
        if self._seal is not None:
            telegram = self._seal.opened(telegram)
        if self._seven_bits:
            telegram = bytes(byte & 0x7F for byte in telegram)
        text = telegram.decode("latin-1")
        try:
            objects = self._electricity.parse(text, throw_ex=True)
        except BROKEN_BY_VALUES as error:
            raise DeviceSilentError(_why(error)) from error
        values = dict(_values(objects))
        if not values:
            raise DeviceSilentError("its telegrams state neither power nor energy; is `dsmr` set rightly?")
        return Telegram(_identity(text, objects), values, self._counted(text))

    def _counted(self, text: str) -> tuple[Counter, ...]:
        try:
            objects = self._counters.parse(text, throw_ex=True)
            return tuple(_counters(objects))
        except BROKEN_BY_VALUES:
            return ()


def _parser(edition: Edition, names: set[str], *, checked: bool = True) -> TelegramParser:
    """The library's parser of an edition, restricted to the objects of these names."""
    whole = _SPECIFICATIONS[edition]
    objects = [item for item in whole["objects"] if item["value_name"] in names]
    plain = {"checksum_support": whole["checksum_support"], "objects": objects}  # a seal is opened before
    return TelegramParser(plain, apply_checksum_validation=checked)


def _why(error: Exception) -> str:
    if type(error).__name__ == "InvalidChecksumError":
        return "a telegram's checksum is wrong"
    return "a telegram is broken"


def _values(objects: Any) -> Iterator[tuple[Quantity, float]]:
    """Each quantity that the telegram states."""
    for quantity, (taken, given) in _POWERS.items():
        if (used := _number(objects, taken)) is not None:
            yield quantity, used - (_number(objects, given) or 0.0)
    for quantity, (tariffs, total) in _ENERGIES.items():
        counts = [_number(objects, tariffs.format(tariff)) for tariff in _TARIFFS]
        if known := [count for count in counts if count is not None]:
            yield quantity, sum(known)
        elif (count := _number(objects, total)) is not None:
            yield quantity, count
    if (voltage := _number(objects, _VOLTAGE)) is not None:
        yield Quantity.VOLTAGE_V, voltage


def _number(objects: Any, name: str) -> float | None:
    """One value in our unit, NaN where it is no number, None where the telegram does not state it."""
    stated = getattr(objects, name, None)
    if stated is None or stated.value is None:
        return None
    return number_in(str(stated.value)) * _FACTORS.get(stated.unit, math.nan)


def _identity(text: str, objects: Any) -> dict[str, str]:
    """Who the meter is; Swedish ones say so in their first line alone."""
    header = cleaned(text.partition("\n")[0].lstrip("/"))
    parts = _HEADER.fullmatch(header)
    identity = {
        "id": _plain(_first_text(objects, _IDENTIFIERS)) or header,
        "model": parts["model"] if parts else header,
        "manufacturer": parts["maker"].upper() if parts else "",
        "version": cleaned(_first_text(objects, _VERSIONS)),
    }
    return {key: value for key, value in identity.items() if value}


def _first_text(objects: Any, names: tuple[str, ...]) -> str:
    """The first of these texts that the telegram states."""
    texts = (getattr(getattr(objects, name, None), "value", None) for name in names)
    return next((text for text in texts if isinstance(text, str)), "")


def _plain(identifier: str) -> str:
    """An identifier as it stands on the meter; telegrams write its characters as hexadecimal numbers.

    >>> _plain("4530303034303031353934373534343134"), _plain("E0004")
    ('E0004001594754414', 'E0004')
    """
    try:
        plain = unhexlify(identifier).decode("ascii")
    except (NoHex, ValueError):
        return cleaned(identifier)
    return cleaned(plain if plain.isprintable() else identifier)


def _counters(objects: Any) -> Iterator[Counter]:
    """The counters of all channels that state a number."""
    for channel in getattr(objects, "MBUS_DEVICES", ()):
        stated = next((found for name in _COUNTERS if (found := getattr(channel, name, None))), None)
        value = math.nan if stated is None else number_in(str(stated.value))
        if stated is None or math.isnan(value):
            continue
        types = (str(getattr(getattr(channel, name, None), "value", "")) for name in _COUNTER_TYPES)
        kind = next((_KINDS[text.lstrip("0")] for text in types if text.lstrip("0") in _KINDS), "")
        name = _plain(_first_text(channel, _COUNTER_NAMES))
        yield Counter(channel.channel_id, kind, name, value, cleaned(stated.unit), stated.datetime)
