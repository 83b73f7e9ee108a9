"""What the home's meter has counted in this billing period: by quarters of an hour, as tariffs bill it.

    power at the meter   |~~~ 2 kW ~~~|-1 kW (sun)|~~~ 2 kW ~~~|
    import of a quarter   what flowed in; what flowed out takes nothing off it

Months that are over shrink to one figure each, which is what tariffs by the year need.

Interpretation: it integrates the power that the meter shows; a utility's own count may differ in its last
digits, and lacks nothing where the router was off.
"""

from datetime import UTC, datetime, timedelta

from drrouter.domain.interval import SLOT, Interval, floor_to, slots
from drrouter.router.follow import Meter
from drrouter.tariff.metering import Quarter

LONGEST_GAP = timedelta(minutes=5)
"""Between two readings farther apart nobody knows what flowed."""

WHOLE = timedelta(days=33)
"""For so long each quarter is kept: a month and two days."""

KEPT = timedelta(days=400)

_DIGITS = 5


class Counted:
    """Integrates the meter's power; goes on after a restart from what ``keep`` said."""

    def __init__(self, kept: object = None) -> None:
        """Begin with what was kept; anything that is no count is left out."""
        table = kept if isinstance(kept, dict) else {}
        self._kwh = {
            int(number): float(kwh)
            for number, kwh in table.items()
            if str(number).isdigit() and len(str(number)) < 9 and _is_count(kwh)
        }
        self._last: Meter | None = None

    def saw(self, meter: Meter | None) -> None:
        """The meter was read; the power of the last reading held until now."""
        last, self._last = self._last, meter
        if last is None or meter is None or not timedelta() < meter.at - last.at <= LONGEST_GAP:
            return
        for part in slots(last.at, meter.at):
            number = _number_of(part.start)
            self._kwh.setdefault(number, 0.0)
            self._kwh[number] += max(last.net_w, 0.0) / 1000 * part.hours

    def quarters(self) -> tuple[Quarter, ...]:
        """What was imported, in order."""
        return tuple(Quarter(_interval(number), kwh, 0.0) for number, kwh in sorted(self._kwh.items()))

    def keep(self, now: datetime) -> dict[str, float]:
        """The counts as the store keeps them, those of earlier months as one each."""
        kept: dict[int, float] = {}
        for number, kwh in self._kwh.items():
            start = _interval(number).start
            if start <= now - KEPT:
                continue
            if start <= now - WHOLE:
                number = _number_of(start.replace(day=1, hour=0, minute=0))
            kept[number] = kept.get(number, 0.0) + kwh
        self._kwh = kept
        return {str(number): round(kwh, _DIGITS) for number, kwh in kept.items()}


def _is_count(value: object) -> bool:
    """Whether a kept value can be kWh."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e9


def _number_of(instant: datetime) -> int:
    """Quarters since 1970."""
    return int(floor_to(instant, SLOT).timestamp()) // int(SLOT.total_seconds())


def _interval(number: int) -> Interval:
    start = datetime.fromtimestamp(number * SLOT.total_seconds(), UTC)
    return Interval(start, start + SLOT)
