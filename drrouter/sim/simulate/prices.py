"""Where a simulation's day-ahead prices come from: a file, the bundled excerpt, or an invented series.

The source is named in the result, so that nobody takes an invented price for a real one.
"""

import csv
import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates
from drrouter.errors import DocumentError
from drrouter.sim.demo.scenario import day_ahead

HOUR = timedelta(hours=1)
MOST_ROWS = 200_000
COLUMNS = ("start_utc", "price_eur_per_mwh")
HIGHEST_PER_MWH = 100_000.0


@dataclass(frozen=True, slots=True)
class PriceSeries:
    """Prices per kWh, without taxes and fees, and where they come from: in words, and the user's file."""

    rates: Rates
    source: str
    file: Path | None = None


def prices_for(span: Interval, file: Path | None, seed: int, zone: ZoneInfo) -> PriceSeries:
    """Prices over the whole span.

    Args:
        span: the simulated time.
        file: given by the user, None for the bundled excerpt where it reaches, else an invented series.
        seed: of the invented series.
        zone: of the home, whose hours shape the invented series.

    Raises:
        DocumentError: the file cannot be read, or does not cover the span.
    """
    if file is not None:
        return PriceSeries(_covering(read_prices(file), span, file), f"file {file.name}", file)
    bundled = day_ahead()
    if _covers(bundled, span):
        return PriceSeries(bundled, "real day-ahead prices of the Netherlands, 2023-07-29 to 2023-07-31")
    return PriceSeries(synthetic(span, seed, zone), f"SYNTHETIC, not real: invented from seed {seed}")


def read_prices(file: Path) -> Rates:
    """Prices of a CSV file with the columns ``start_utc,price_eur_per_mwh``; each holds until the next.

    The last one holds as long as the one before it.

    Raises:
        DocumentError: it cannot be read, or a line has no time or price.
    """
    where = file.name
    try:
        with file.open(encoding="utf-8", newline="") as text:
            rows = [row for row, _ in zip(csv.DictReader(text), range(MOST_ROWS), strict=False)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DocumentError(where, "", f"cannot be read ({error})", "Give a CSV file in UTF-8") from error
    points = sorted(_point(row, number, where) for number, row in enumerate(rows, start=2))
    if len(points) < 2:
        raise DocumentError(where, "", "has fewer than two prices", f"Begin it with {','.join(COLUMNS)}")
    starts = [start for start, _ in points]
    if len(set(starts)) < len(starts):
        raise DocumentError(where, "start_utc", "names one instant twice", "Keep one line for each")
    ends = [*starts[1:], starts[-1] + (starts[-1] - starts[-2])]
    steps = ((Interval(start, end), price) for (start, price), end in zip(points, ends, strict=True))
    return Rates(tuple(steps))


def synthetic(span: Interval, seed: int, zone: ZoneInfo) -> Rates:
    """A plausible, invented series: dear mornings and evenings, cheap sunny noons, calm and windy days."""
    at, end = span.start - 24 * HOUR, span.end + 48 * HOUR
    steps = []
    while at < end:
        steps.append((Interval(at, at + HOUR), _invented(at, seed, zone)))
        at += HOUR
    return Rates(tuple(steps))


def _invented(at: datetime, seed: int, zone: ZoneInfo) -> float:
    """The invented price of one hour, per kWh."""
    local = at.astimezone(zone)
    day = random.Random(f"{seed}/prices/{local.date()}")  # noqa: S311 - repeatable, not secret
    level, sun = day.uniform(0.04, 0.13), day.uniform(0.1, 1.0)
    hour = random.Random(f"{seed}/prices/{at.isoformat()}")  # noqa: S311 - repeatable, not secret
    summer = 0.5 - 0.5 * math.cos(2 * math.pi * (local.timetuple().tm_yday - 10) / 365)
    morning, evening = _bump(local.hour, 8, 1.5), _bump(local.hour, 19, 2.0)
    noon = _bump(local.hour, 13, 2.5) * sun * (0.3 + 0.7 * summer)
    price = level + 0.04 * morning + 0.08 * evening - 0.14 * noon + hour.uniform(-0.008, 0.008)
    return round(price, 5)


def _bump(hour: int, middle: float, width: float) -> float:
    return math.exp(-(((hour - middle) / width) ** 2) / 2)


def _point(row: dict[str, str], number: int, where: str) -> tuple[datetime, float]:
    """One line of the file."""
    try:
        start = datetime.fromisoformat(row[COLUMNS[0]])
        price = float(row[COLUMNS[1]])
    except (KeyError, TypeError, ValueError) as error:
        fault = "lacks the columns " + ",".join(COLUMNS) if isinstance(error, KeyError) else f"says {row}"
        example = "2023-07-28T22:00:00Z,103.09"
        raise DocumentError(where, f"line {number}", fault, f"Write lines such as {example}") from error
    if start.utcoffset() != timedelta(0) or not abs(price) <= HIGHEST_PER_MWH:
        raise DocumentError(
            where, f"line {number}", f"says {start} and {price}", "Write UTC instants and prices per MWh"
        )
    return start.astimezone(UTC), price / 1000


def _covering(rates: Rates, span: Interval, file: Path) -> Rates:
    if not _covers(rates, span):
        known = f"{rates.steps[0][0].start:%Y-%m-%d %H:%M} to {rates.steps[-1][0].end:%Y-%m-%d %H:%M} UTC"
        raise DocumentError(
            file.name, "", f"holds prices from {known} only", "Choose --from and --days within"
        )
    return rates


def _covers(rates: Rates, span: Interval) -> bool:
    return rates.steps[0][0].start <= span.start and rates.steps[-1][0].end >= span.end
