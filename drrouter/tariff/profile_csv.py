"""Reads a load profile as meters and utilities export it: CSV with a time and energy by row.

    start,kwh                    below zero it was fed in
    start,import_kwh,export_kwh
    start_local_standard_time,load_kwh,pv_kwh

A time with an offset or Z is what it says; one without is local time of the tariff, and where such a time
comes twice, as in an autumn night, the second one is that of winter. A row lasts until the next, at most as
long as most rows do, so that a gap stays one.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from drrouter.domain.interval import Interval
from drrouter.errors import DocumentError

MOST_ROWS = 600_000
"""More than a year of minutes."""

MOST_KWH = 10_000.0
"""No home uses more between two rows."""

_COLUMNS = {
    "kwh": 1000.0,
    "import_kwh": 1000.0,
    "load_kwh": 1000.0,
    "export_kwh": -1000.0,
    "pv_kwh": -1000.0,
    "wh": 1.0,
}
"""What a kWh or Wh of each column counts for, in Wh."""

_APART = frozenset({"import_kwh", "export_kwh"})
"""Columns of two counters of one meter, which are not set off against each other."""


def read_profile(data: bytes, where: str, zone: ZoneInfo) -> list[tuple[Interval, float]]:
    """The profile in Wh over intervals, in order; below zero it was fed in.

    Args:
        data: the whole file.
        where: its name, for the sentence.
        zone: of times without an offset.

    Raises:
        DocumentError: a line has no time or no energy, or there are too few or too many.
    """
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DocumentError(where, "", "is not UTF-8 text", "Save it as CSV in UTF-8") from error
    rows = list(_rows(lines, where, zone))
    if len(rows) < 2:
        raise DocumentError(where, "", "has fewer than two rows", "Export more of the meter's data")
    rows.sort(key=lambda row: row[0])
    usual = Counter(after[0] - before[0] for before, after in pairwise(rows)).most_common(1)[0][0]
    if usual <= timedelta():
        raise DocumentError(where, "", "tells the same times again and again", "Keep one row for each time")
    ends = [after[0] for after in rows[1:]] + [rows[-1][0] + usual]
    return [
        (Interval(start, min(end, start + usual)), energy_wh)
        for (start, energies), end in zip(rows, ends, strict=True)
        if end > start
        for energy_wh in energies
    ]


def _rows(lines: Sequence[str], where: str, zone: ZoneInfo) -> Iterator[tuple[datetime, tuple[float, ...]]]:
    """Each row's time and what was taken and given."""
    reader = csv.DictReader(lines)
    names = reader.fieldnames or []
    time = next((name for name in names if "start" in name.lower() or "time" in name.lower()), None)
    energies = [name for name in names if name.strip().lower() in _COLUMNS]
    if time is None or not energies:
        raise DocumentError(
            where,
            "line 1",
            "names no time or no energy",
            "Begin it with: start,kwh or start,import_kwh,export_kwh",
        )
    seen: set[str] = set()
    for row in reader:
        key = f"line {reader.line_num}"
        if len(seen) >= MOST_ROWS:
            raise DocumentError(where, key, f"is beyond {MOST_ROWS} rows", "Split the file")
        text = (row.get(time) or "").strip()
        yield _moment(text, text in seen, zone, where, key), _energies(row, energies, where, key)
        seen.add(text)


def _moment(text: str, again: bool, zone: ZoneInfo, where: str, key: str) -> datetime:
    """A time in UTC."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone, fold=int(again))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise DocumentError(
            where, key, f"{text[:40]!r} is no time", "Write it like 2026-06-01T00:15:00+02:00"
        ) from error


def _energies(row: Mapping[str, str], names: Sequence[str], where: str, key: str) -> tuple[float, ...]:
    """What was taken and given in Wh: apart where the meter counts both, else their difference."""
    values = [_wh(row.get(name), name.strip().lower(), where, key) for name in names]
    if {name.strip().lower() for name in names} >= _APART:
        return tuple(values)
    return (sum(values),)


def _wh(text: str | None, name: str, where: str, key: str) -> float:
    try:
        energy_wh = float(text or "") * _COLUMNS[name]
    except ValueError as error:
        raise DocumentError(
            where, key, f"{str(text)[:40]!r} is no number", "Use a point as in 1.5"
        ) from error
    if not abs(energy_wh) <= MOST_KWH * 1000:
        raise DocumentError(where, key, f"{text} is no energy of a home", "Check the unit of the column")
    return energy_wh
