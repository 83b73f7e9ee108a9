"""What the home used, quarter by quarter: one document for each day of UTC, as the store keeps it.

quarter     0     1     2   ...  95
taken_wh  [ 0.0, 12.5, 80.0, ... ]      what flowed into a device
moved     ((2, 8, 80.0),)               80 Wh of quarter 2 would have flowed 8 quarters earlier
"""

from dataclasses import dataclass, field
from enum import StrEnum

QUARTERS = 96
"""Of a day of UTC, which has neither 23 nor 25 hours."""

MOST_BACK = 192
"""Interpretation: a use is compared with a time at most two days before it."""


class BaselineMethod(StrEnum):
    """What a device would have done without the router.

    AS_ASKED: a machine would have begun the same cycle when it was asked for. AT_ARRIVAL: a car would have
    charged the same energy at full power from its arrival on. SPREAD: what keeps a temperature, or may be
    held off, would have used the same energy evenly over the local day. AS_IT_WAS: no saving is claimed.
    """

    AS_ASKED = "as_asked"
    AT_ARRIVAL = "at_arrival"
    SPREAD = "spread"
    AS_IT_WAS = "as_it_was"


@dataclass(frozen=True, slots=True)
class SeriesDay:
    """One device over a day; each row has one entry for each quarter, or none where all are 0.

    Attributes:
        taken_wh, given_wh: what flowed in and out.
        measured_s: for how many seconds of each quarter that is known.
        moved: a quarter, by how many quarters earlier the baseline has its energy, and how much that is.

    Raises:
        ValueError: a row has another length.
    """

    taken_wh: tuple[float, ...] = ()
    given_wh: tuple[float, ...] = ()
    measured_s: tuple[int, ...] = ()
    baseline: BaselineMethod = BaselineMethod.AS_IT_WAS
    moved: tuple[tuple[int, int, float], ...] = ()

    def __post_init__(self) -> None:
        """Refuse days of another length."""
        rows = (self.taken_wh, self.given_wh, self.measured_s)
        if any(len(row) not in (0, QUARTERS) for row in rows):
            raise ValueError(f"a day has {QUARTERS} quarters")
        if any(not 0 <= at < QUARTERS or not 0 < back <= MOST_BACK for at, back, _ in self.moved):
            raise ValueError("what was moved lies outside of the day, or too far back")


@dataclass(frozen=True, slots=True)
class DayRecord:
    """What was measured of the home on one day of UTC.

    Attributes:
        import_price, export_price: per kWh, in ``currency``; None where they were not known.
        co2_g_per_kwh: of what came from the grid.
        series: by the id of the device; the home's meter is one of them.

    Raises:
        ValueError: a row has another length.
    """

    currency: str
    import_price: tuple[float | None, ...] = ()
    export_price: tuple[float | None, ...] = ()
    co2_g_per_kwh: tuple[float | None, ...] = ()
    series: dict[str, SeriesDay] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse days of another length."""
        rows = (self.import_price, self.export_price, self.co2_g_per_kwh)
        if any(len(row) not in (0, QUARTERS) for row in rows):
            raise ValueError(f"a day has {QUARTERS} quarters")
