"""What a device, or the home at its meter, would have drawn without an order: the mean of like days.

    Tuesday 18:00 to 19:00  <-  the same hour of up to 10 working days before it, of the last 28 days
    Sunday  18:00 to 19:00  <-  the same hour of up to 4 days of weekends before it

A day counts only where all of that time was measured and no order held the device then, or any at the meter.
Shifting by prices is part of every day, so it is part of the baseline too. With fewer than three such days
(two of weekends) there is no baseline, and none is guessed.

Interpretation: OpenADR leaves the method open; this is the "10 of 10" of utilities, unadjusted.
Source: OpenADR 3.1, Definition, "Report Enumerations", BASELINE and DELTA_USAGE.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import SLOT, Interval, floor_to
from drrouter.router.forecast import History, Means

KEY = "baselines"
"""Under which they are kept."""

MOST_DEVICES = 100
LONGEST = timedelta(days=1)
"""No baseline is told of a longer interval at once; the day before is then part of it."""

_DAYS_BACK = 28
_SATURDAY = 5
_MOST, _FEWEST = {True: 4, False: 10}, {True: 2, False: 3}


class Baselines:
    """Remembers four weeks of quarters of an hour for each device, without those in which an order held."""

    def __init__(self, zone: tzinfo, kept: object = None) -> None:
        """Go on from what ``keep`` said before a restart; ``zone`` is the home's, by whose days life goes."""
        self._zone = zone
        values = kept if isinstance(kept, dict) else {}
        self._means = {DeviceId(str(name)): Means(one) for name, one in [*values.items()][:MOST_DEVICES]}

    def saw(self, device_id: DeviceId, at: datetime, power_w: float) -> None:
        """Let in what it draws while no order holds it."""
        if device_id not in self._means and len(self._means) >= MOST_DEVICES:
            return
        self._means.setdefault(device_id, Means()).add(at, power_w)

    def mean_w(self, device_id: DeviceId, interval: Interval) -> float | None:
        """The mean power of like days over the same hours, None where there are too few of them."""
        means = self._means.get(device_id)
        history = means.history() if means else None
        if history is None or interval.duration > LONGEST:
            return None
        is_weekend = interval.start.astimezone(self._zone).weekday() >= _SATURDAY
        days = list(_first(_MOST[is_weekend], self._like_days(history, interval, is_weekend)))
        return sum(days) / len(days) if len(days) >= _FEWEST[is_weekend] else None

    def keep(self, known: Iterable[DeviceId]) -> dict[str, object]:
        """What a restart goes on from, as JSON, of the devices that are still there."""
        self._means = {one: self._means[one] for one in known if one in self._means}
        return {str(name): means.keep() for name, means in self._means.items()}

    def _like_days(self, history: History, interval: Interval, is_weekend: bool) -> Iterator[float]:
        """The means over the same local hours of earlier days of the same kind, the newest first."""
        for days in range(1, _DAYS_BACK + 1):
            start = self._earlier(interval.start, days)
            if (start.astimezone(self._zone).weekday() >= _SATURDAY) == is_weekend:
                mean = _whole_mean(history, Interval(start, start + interval.duration))
                if mean is not None:
                    yield mean

    def _earlier(self, instant: datetime, days: int) -> datetime:
        """The same local time some days before; clocks may have changed in between."""
        local = instant.astimezone(self._zone)
        return (local.replace(tzinfo=None) - timedelta(days=days)).replace(tzinfo=self._zone).astimezone(UTC)


def _whole_mean(history: History, interval: Interval) -> float | None:
    """The mean over an interval of which every quarter is known."""
    total = weight = 0.0
    begin = floor_to(interval.start, SLOT)
    while begin < interval.end:
        quarter = Interval(begin, begin + SLOT)
        place = (begin - history.first) // history.step
        value = history.values[place] if 0 <= place < len(history.values) else None
        if value is None:
            return None
        share = quarter.overlap_hours(interval)
        total, weight, begin = total + share * value, weight + share, quarter.end
    return total / weight if weight else None


def _first(most: int, values: Iterator[float]) -> Iterator[float]:
    """So many of them at most."""
    for _, value in zip(range(most), values, strict=False):
        yield value
