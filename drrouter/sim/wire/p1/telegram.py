"""Writes telegrams of edition 5.0 as meters do, line by line, with their checksum.

Source: DSMR 5.0, P1 companion standard, 5.2 (telegram), 5.12 (objects), 6.12 (representation).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")  # meters write local time
VOLTAGE_V = 230.0


@dataclass(frozen=True, slots=True)
class Counts:
    """What the registers show: Wh taken and given, by night (1) and by day (2); m3 of gas and water."""

    taken_wh: tuple[float, float] = (0.0, 0.0)
    given_wh: tuple[float, float] = (0.0, 0.0)
    gas_m3: float = 0.0
    water_m3: float = 0.0


def dsmr5(serial: str, at: datetime, lines_w: Sequence[float], counts: Counts) -> bytes:
    """A whole telegram.

    Args:
        serial: the equipment identifier as it stands on the meter.
        at: the instant of the measurement.
        lines_w: what each line draws, in W; negative gives.
        counts: the registers.
    """
    hour = at.replace(minute=0, second=0)
    lines = [
        r"/ISK5\2M550T-1012",
        "",
        "1-3:0.2.8(50)",
        f"0-0:1.0.0({_moment(at)})",
        f"0-0:96.1.1({_hexadecimal(serial)})",
        f"1-0:1.8.1({counts.taken_wh[0] / 1000:010.3f}*kWh)",
        f"1-0:1.8.2({counts.taken_wh[1] / 1000:010.3f}*kWh)",
        f"1-0:2.8.1({counts.given_wh[0] / 1000:010.3f}*kWh)",
        f"1-0:2.8.2({counts.given_wh[1] / 1000:010.3f}*kWh)",
        f"0-0:96.14.0({2 if is_day(at) else 1:04})",
        *_directions("1-0:1.7.0", "1-0:2.7.0", sum(lines_w)),
        "0-0:96.7.21(00004)",
        "0-0:96.7.9(00002)",
        "1-0:99.97.0(1)(0-0:96.7.19)(260104131415W)(0000000240*s)",
        "0-0:96.13.0()",
        *_by_line(lines_w),
        "0-1:24.1.0(003)",
        f"0-1:96.1.0({_hexadecimal('G' + serial)})",
        f"0-1:24.2.1({_moment(hour)})({counts.gas_m3:09.3f}*m3)",
        "0-2:24.1.0(007)",
        f"0-2:96.1.0({_hexadecimal('W' + serial)})",
        f"0-2:24.2.1({_moment(hour)})({counts.water_m3:09.3f}*m3)",
    ]
    return sealed("\r\n".join(lines) + "\r\n")


def sealed(text: str) -> bytes:
    """A telegram with its end: an exclamation mark and the checksum of all before it and itself."""
    body = text.encode("latin-1") + b"!"
    return body + f"{crc16(body):04X}\r\n".encode()


def crc16(data: bytes) -> int:
    """The checksum of the P1 port: polynomial x16 + x15 + x2 + 1, least bit first, beginning at 0.

    >>> hex(crc16(b"123456789"))
    '0xbb3d'
    """
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def is_day(at: datetime) -> bool:
    """Whether the day tariff (2) counts: on weekdays from 7 to 23 o'clock."""
    local = at.astimezone(AMSTERDAM)
    return local.weekday() < 5 and 7 <= local.hour < 23


def _by_line(lines_w: Sequence[float]) -> list[str]:
    """Voltage, current and power of each line."""
    written = []
    for number, watts in enumerate(lines_w):
        tens = 20 * (number + 1)
        written += [
            f"1-0:{tens + 12}.32.0(00000)",
            f"1-0:{tens + 12}.36.0(00000)",
            f"1-0:{tens + 12}.7.0({VOLTAGE_V:05.1f}*V)",
            f"1-0:{tens + 11}.7.0({abs(watts) / VOLTAGE_V:03.0f}*A)",
            *_directions(f"1-0:{tens + 1}.7.0", f"1-0:{tens + 2}.7.0", watts),
        ]
    return written


def _directions(taken: str, given: str, watts: float) -> list[str]:
    """A power as two objects, of which one is zero."""
    return [f"{taken}({max(0.0, watts) / 1000:06.3f}*kW)", f"{given}({max(0.0, -watts) / 1000:06.3f}*kW)"]


def _moment(at: datetime) -> str:
    """Local time with W in winter and S in summer."""
    local = at.astimezone(AMSTERDAM)
    return f"{local:%y%m%d%H%M%S}{'S' if local.dst() else 'W'}"


def _hexadecimal(text: str) -> str:
    return text.encode("ascii").hex().upper()
