"""Days of UTC that are still being written: mutable pages, and the records that the store keeps of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from drrouter.domain.history import QUARTERS, BaselineMethod, DayRecord, SeriesDay
from drrouter.domain.interval import SLOT

_DIGITS, _PRICE_DIGITS = 2, 5

QUARTER_S = int(SLOT.total_seconds())


@dataclass(slots=True)
class Series:
    """One device over a day of UTC."""

    taken_wh: list[float] = field(default_factory=lambda: [0.0] * QUARTERS)
    given_wh: list[float] = field(default_factory=lambda: [0.0] * QUARTERS)
    measured_s: list[float] = field(default_factory=lambda: [0.0] * QUARTERS)
    baseline: BaselineMethod = BaselineMethod.AS_IT_WAS
    moved: dict[tuple[int, int], float] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: SeriesDay) -> "Series":
        """Go on from a record."""
        moved = {(at, back): wh for at, back, wh in kept.moved}
        return cls(_row(kept.taken_wh), _row(kept.given_wh), _row(kept.measured_s), kept.baseline, moved)

    def record(self) -> SeriesDay:
        """As the store keeps it."""
        return SeriesDay(
            _compact(round(wh, _DIGITS) for wh in self.taken_wh),
            _compact(round(wh, _DIGITS) for wh in self.given_wh),
            tuple(map(int, _compact(min(round(s), QUARTER_S) for s in self.measured_s))),
            self.baseline,
            tuple((at, back, round(wh, _DIGITS)) for (at, back), wh in sorted(self.moved.items())),
        )


@dataclass(slots=True)
class Page:
    """The home over a day of UTC."""

    currency: str
    import_price: list[float | None] = field(default_factory=lambda: [None] * QUARTERS)
    export_price: list[float | None] = field(default_factory=lambda: [None] * QUARTERS)
    co2_g_per_kwh: list[float | None] = field(default_factory=lambda: [None] * QUARTERS)
    series: dict[str, Series] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: DayRecord) -> "Page":
        """Go on from a record."""
        return cls(
            kept.currency,
            _prices(kept.import_price),
            _prices(kept.export_price),
            _prices(kept.co2_g_per_kwh),
            {key: Series.of(one) for key, one in kept.series.items()},
        )

    def record(self) -> DayRecord:
        """As the store keeps it."""
        return DayRecord(
            self.currency,
            _known(self.import_price),
            _known(self.export_price),
            _known(self.co2_g_per_kwh),
            {key: one.record() for key, one in self.series.items()},
        )


def _row(kept: Sequence[float]) -> list[float]:
    return [float(value) for value in kept] or [0.0] * QUARTERS


def _prices(kept: Sequence[float | None]) -> list[float | None]:
    return list(kept) or [None] * QUARTERS


def _compact(row: Iterable[float]) -> tuple[float, ...]:
    """The row, or nothing where all of it is 0."""
    values = tuple(row)
    return values if any(values) else ()


def _known(row: Sequence[float | None]) -> tuple[float | None, ...]:
    """The row, or nothing where nothing is known."""
    if all(value is None for value in row):
        return ()
    return tuple(None if value is None else round(value, _PRICE_DIGITS) for value in row)


def place_of(instant: datetime) -> tuple[str, int]:
    """The day of UTC, as a key of the store, and the quarter of it."""
    return instant.date().isoformat(), (instant.hour * 60 + instant.minute) // 15


def key_of(day: date) -> str:
    """The key of a day of UTC in the store."""
    return day.isoformat()


def quarters_between(later: datetime, earlier: datetime) -> int:
    """How many quarters of the clock lie between two instants."""
    return int(later.timestamp() // QUARTER_S - earlier.timestamp() // QUARTER_S)


def days_from(first: date, last: date) -> list[date]:
    """Both days and those between."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
