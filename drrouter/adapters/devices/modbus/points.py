"""The few points of SunSpec models that we use, as tables, and how their registers become numbers.

Offsets count registers from the model's own identifier: 0 holds that, 1 its length, 2 the first point.

Source: SunSpec Alliance, model definitions (github.com/sunspec/models), and SunSpec Information Model
Specification, "not implemented" values.
"""

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Form = Literal["uint16", "int16", "acc32", "uint64", "float32"]

HIGHEST_EXPONENT = 10
"""Scale factors are powers of ten between -10 and 10."""

_SIZES: Mapping[Form, int] = {"uint16": 1, "int16": 1, "acc32": 2, "uint64": 4, "float32": 2}
_UNKNOWN: Mapping[Form, int] = {
    "uint16": 0xFFFF,
    "int16": 0x8000,
    "acc32": 0xFFFFFFFF,
    "uint64": 0xFFFFFFFFFFFFFFFF,
    "float32": 0x7FC00000,
}


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a model.

    Attributes:
        offset: its first register.
        form: how it is written.
        scale_at: the register of its power of ten, None where it has none.
    """

    offset: int
    form: Form = "uint16"
    scale_at: int | None = None


Table = Mapping[str, Point]

COMMON_REGISTERS = 66
MAKER, MODEL, VERSION, SERIAL = slice(2, 18), slice(18, 34), slice(42, 50), slice(50, 66)
"""Where the texts of model 1 stand."""

_INVERTER: Table = {
    "power": Point(14, "int16", 15),
    "given": Point(24, "acc32", 26),
    "voltage": Point(10, "uint16", 13),
}
_FLOAT_INVERTER: Table = {
    "power": Point(22, "float32"),
    "given": Point(32, "float32"),
    "voltage": Point(16, "float32"),
}
_MEASURED: Table = {
    "power": Point(10, "int16", 116),
    "given": Point(19, "uint64", 120),
    "voltage": Point(16, "int16", 114),
}
_METER: Table = {
    "power": Point(18, "int16", 22),
    "power_l1": Point(19, "int16", 22),
    "power_l2": Point(20, "int16", 22),
    "power_l3": Point(21, "int16", 22),
    "given": Point(38, "acc32", 54),
    "taken": Point(46, "acc32", 54),
    "voltage": Point(8, "int16", 15),
}
_FLOAT_METER: Table = {
    "power": Point(28, "float32"),
    "power_l1": Point(30, "float32"),
    "power_l2": Point(32, "float32"),
    "power_l3": Point(34, "float32"),
    "given": Point(60, "float32"),
    "taken": Point(68, "float32"),
    "voltage": Point(12, "float32"),
}
INVERTERS: Mapping[int, Table] = {
    **dict.fromkeys((101, 102, 103), _INVERTER),
    **dict.fromkeys((111, 112, 113), _FLOAT_INVERTER),
    701: _MEASURED,
}
METERS: Mapping[int, Table] = {
    **dict.fromkeys((201, 202, 203, 204), _METER),
    **dict.fromkeys((211, 212, 213, 214), _FLOAT_METER),
}
RATINGS: Mapping[int, Table] = {121: {"power": Point(2, "uint16", 22)}, 120: {"power": Point(3, "uint16", 4)}}
"""What an inverter's limit is a share of: its setting where it has one, else its nameplate."""

LEVELS: Mapping[int, Table] = {
    124: {"percent": Point(8, "uint16", 22)},
    802: {"percent": Point(11, "uint16", 56)},
    713: {"percent": Point(4, "uint16", 8)},
}
LIMIT_MODEL = 123
LIMIT: Table = {
    "percent": Point(5, "uint16", 23),
    "reverts_after_s": Point(7),
    "enabled": Point(9),
}
STORAGE_MODEL = 124
STORAGE: Table = {
    "reference_w": Point(2, "uint16", 18),
    "mode": Point(5),
    "discharge_percent": Point(12, "int16", 25),
    "charge_percent": Point(13, "int16", 25),
    "reverts_after_s": Point(15),
}


def raw_of(point: Point, registers: Sequence[int]) -> int | None:
    """The bits of a point as a whole number without sign; None where the device does not have it."""
    words = registers[point.offset : point.offset + _SIZES[point.form]]
    if len(words) < _SIZES[point.form]:
        return None
    bits = 0
    for word in words:
        bits = bits << 16 | word
    return None if bits == _UNKNOWN[point.form] else bits


def value_of(point: Point, registers: Sequence[int]) -> float | None:
    """The value of a point, NaN where its scale is none; None where the device does not have it.

    >>> value_of(Point(2, "int16", 3), [103, 2, 0xFFFE, 0xFFFF])
    -0.2
    >>> value_of(Point(2, "int16", 3), [103, 2, 0x8000, 0xFFFF]) is None
    True
    """
    bits = raw_of(point, registers)
    if bits is None:
        return None
    if point.form == "float32":
        (value,) = struct.unpack(">f", bits.to_bytes(4, "big"))
        return None if math.isnan(value) else float(value)
    exponent = exponent_of(point, registers)
    if exponent is None:
        return math.nan
    whole = signed(bits) if point.form == "int16" else bits
    return float(whole * 10**exponent if exponent >= 0 else whole / 10**-exponent)


def exponent_of(point: Point, registers: Sequence[int]) -> int | None:
    """The power of ten of a point, None where it is none that the standard allows."""
    if point.scale_at is None or point.scale_at >= len(registers):
        return 0
    exponent = signed(registers[point.scale_at])
    return exponent if abs(exponent) <= HIGHEST_EXPONENT else None


def signed(word: int) -> int:
    """A register as a number with sign.

    >>> signed(0xFFFE), signed(7)
    (-2, 7)
    """
    return word - 0x10000 if word & 0x8000 else word


def values_of(table: Table, registers: Sequence[int]) -> dict[str, float]:
    """Every value of a table that the device has."""
    found = {name: value_of(point, registers) for name, point in table.items()}
    return {name: value for name, value in found.items() if value is not None}


def text_of(words: Sequence[int]) -> str:
    """A text of two characters a register, up to its first zero.

    >>> text_of([0x4142, 0x4300, 0x5858])
    'ABC'
    """
    raw = b"".join(word.to_bytes(2, "big") for word in words)
    return raw.partition(b"\0")[0].decode("utf-8", "replace")
