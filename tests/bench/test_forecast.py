"""How good the forecasters are on measured homes, and whether their bands tell the truth; forecast.json.

The data lies outside: HOUSEHOLDS_DIR names a folder of CSV files with load_kwh and pv_kwh by the hour.

HOUSEHOLDS_DIR=... BENCH_DIR=build/bench .venv/bin/python -m pytest tests/bench/test_forecast.py -s
"""

import csv
import json
import os
import statistics
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from drrouter.domain.interval import Interval
from drrouter.router.forecast import Banded, ByWeekday, ClearSky, Expectation, History, Persistence, Place

FOLDER = os.environ.get("HOUSEHOLDS_DIR", "")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STANDARD_TIME = 8 * HOUR
FONTANA = Place(34.1, -117.4)
LOCAL = ZoneInfo("America/Los_Angeles")
ORIGINS = [datetime(2016, 9, 15, 15, tzinfo=UTC) + n * 37 * HOUR for n in range(30)]


class Yesterday:
    """What was measured a day before: what a forecaster has to beat."""

    def expect(self, history: History, slots: Sequence[Interval]) -> tuple[float, ...]:
        return tuple(history.mean(Interval(slot.start - DAY, slot.end - DAY)) or 0.0 for slot in slots)


LOAD: dict[str, Expectation] = {
    "yesterday": Yesterday(),
    "by weekday": ByWeekday(LOCAL),
    "by weekday, persistence": Persistence(ByWeekday(LOCAL)),
}
SUN: dict[str, Expectation] = {
    "yesterday": Yesterday(),
    "clear sky by geometry": ClearSky(FONTANA),
    "clear sky by envelope": ClearSky(),
}


def homes() -> Iterator[tuple[str, History, History]]:
    for path in sorted(Path(FOLDER).glob("*load_pv_60min.csv")):
        with path.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        first = (
            datetime.fromisoformat(rows[0]["start_local_standard_time"]).replace(tzinfo=UTC) + STANDARD_TIME
        )
        load, sun = (tuple(1000 * float(row[name]) for row in rows) for name in ("load_kwh", "pv_kwh"))
        yield path.stem, History(first, HOUR, load), History(first, HOUR, sun)


def measured(history: History, expectation: Expectation) -> dict[str, float]:
    """Mean absolute error over a day and over two hours, as shares of the mean, and what lies in the band."""
    errors, soon, values, inside = [], [], [], []
    for origin in ORIGINS:
        slots = [Interval(origin + n * HOUR, origin + (n + 1) * HOUR) for n in range(24)]
        forecast = Banded(expectation).forecast(history.until(origin), slots)
        assert forecast is not None
        for n, (slot, mean, (low, high)) in enumerate(
            zip(slots, forecast.mean_w, forecast.band_w, strict=True)
        ):
            came = history.mean(slot) or 0.0
            values.append(came)
            errors.append(abs(came - mean))
            soon += [abs(came - mean)] if n < 2 else []
            inside.append(low - 1.0 <= came <= high + 1.0)
    scale = statistics.mean(values)
    return {
        "mae": round(statistics.mean(errors) / scale, 3),
        "mae_2h": round(statistics.mean(soon) / scale, 3),
        "in_band": round(statistics.mean(inside), 3),
    }


@pytest.mark.skipif(not FOLDER, reason="HOUSEHOLDS_DIR names no folder of measured homes")
def test_forecasters_beat_yesterday_on_measured_homes() -> None:
    found = {}
    for name, load, sun in homes():
        found[name] = {
            "load": {title: measured(load, inner) for title, inner in LOAD.items()},
            "sun": {title: measured(sun, inner) for title, inner in SUN.items()},
        }
    print(json.dumps(found, indent=1))
    if folder := os.environ.get("BENCH_DIR"):
        (Path(folder) / "forecast.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    for home in found.values():
        for kind, best in (("load", "by weekday, persistence"), ("sun", "clear sky by geometry")):
            assert home[kind][best]["mae"] < home[kind]["yesterday"]["mae"]
