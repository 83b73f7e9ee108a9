"""What every feed parser gives, and the checks that all of them share: times, units, gaps and overlaps."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise

from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates
from drrouter.errors import MessageError

MOST_POINTS = 20_000
"""More than half a year of quarters of an hour."""

MOST_PER_KWH = 500.0
"""No market's price per kWh, in any of its currencies, is farther from zero; a wrong unit is."""

OPEN_END = timedelta(days=3653)
"""How long a price holds whose end is not said."""

_YEARS = (2000, 2100)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the home wants of a document that may hold more.

    Attributes:
        area: a bidding zone, region or home, as the feed writes it; empty where there is one only.
        currency: of the home; a feed in another one is refused. Empty takes any.
    """

    area: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True)
class FeedPrices:
    """A document as a series.

    Attributes:
        rates: per kWh, as the feed has them: the tariff document adds fees and VAT.
        currency: of the feed; empty where it is the home's by definition of the feed.
        co2_g_per_kwh: of feeds that tell what energy contains.
        more: the address of the next page, empty where there is none.
        notes: sentences about what was left out or mended.
    """

    rates: Rates = field(default_factory=Rates)
    currency: str = ""
    co2_g_per_kwh: Rates = field(default_factory=Rates)
    more: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A price and when it holds; None as its end is until the next one begins, or for long."""

    start: datetime
    end: datetime | None
    value: float


def series(points: Iterable[Point], where: str) -> Rates:
    """The points as rates; gaps stay, repeats count once.

    Raises:
        MessageError: there are too many, one is no price, or two contradict each other.
    """
    ordered = sorted(set(points), key=lambda point: (point.start, point.end or _LAST, point.value))
    if len(ordered) > MOST_POINTS:
        raise MessageError(where, "", f"it holds more than {MOST_POINTS} prices", "Ask for fewer days")
    steps: list[tuple[Interval, float]] = []
    for point, after in pairwise([*ordered, None]):
        if point is not None:
            steps.append(_step(point, after, where))
    for (before, _), (following, _) in pairwise(steps):
        if following.start < before.end:
            raise MessageError(where, "", f"it tells two prices for {following.start:%Y-%m-%d %H:%M} UTC")
    return Rates(tuple(steps))


def instant(text: object, where: str, key: str, zone: tzinfo | None = None, fold: int = 0) -> datetime:
    """A moment out of ISO 8601 text.

    Args:
        text: what the feed wrote.
        where, key: for the sentence.
        zone: what a time without zone means; None refuses it.
        fold: which of two equal times of an autumn night is meant.

    Raises:
        MessageError: it is none, or lies far from our time.
    """
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) and len(text) <= 40 else None
    except ValueError:
        moment = None
    if moment is None:
        raise MessageError(where, key, f"{str(text)[:40]!r} is no time")
    if moment.tzinfo is None:
        if zone is None:
            raise MessageError(where, key, f"{text!r} names no time zone")
        moment = moment.replace(tzinfo=zone, fold=fold)
    if not _YEARS[0] <= moment.year < _YEARS[1]:
        raise MessageError(where, key, f"{text!r} is not of our time")
    return moment.astimezone(UTC)


def number(value: object, where: str, key: str) -> float:
    """A finite number; text that is one counts, a truth value does not.

    Raises:
        MessageError: it is none.
    """
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 40:
            raise ValueError
        amount = float(value)
        if not abs(amount) < float("inf"):
            raise ValueError
    except (ValueError, OverflowError) as error:
        raise MessageError(where, key, f"{str(value)[:40]!r} is no number") from error
    return amount


def per_kwh(unit: object, where: str, key: str) -> float:
    """What a price is divided by to be per kWh, out of a unit such as ``MWH`` or ``Eur/MWh``.

    Raises:
        MessageError: the unit is another one.
    """
    energy = str(unit).rpartition("/")[2].strip().lower()
    if energy not in ("mwh", "kwh"):
        raise MessageError(where, key, f"{str(unit)[:40]!r} is neither per MWh nor per kWh")
    return 1000.0 if energy == "mwh" else 1.0


def same_currency(found: str, asked: Asked, where: str) -> str:
    """The currency of the feed, where it is the home's.

    Raises:
        MessageError: it is another one.
    """
    if asked.currency and found != asked.currency:
        raise MessageError(
            where, "currency", f"prices are in {found[:10]!r}, and the home counts in {asked.currency}"
        )
    return found


_LAST = datetime.max.replace(tzinfo=UTC)


def _step(point: Point, after: Point | None, where: str) -> tuple[Interval, float]:
    """One point with an end and a sane value."""
    if abs(point.value) > MOST_PER_KWH:
        raise MessageError(
            where, "", f"{point.value:g} per kWh is no price; the feed has changed its unit, or is broken"
        )
    end = point.end
    if end is None:
        end = after.start if after else point.start + OPEN_END
    if end <= point.start:
        raise MessageError(where, "", f"a price ends at {end:%Y-%m-%d %H:%M} UTC, before it begins")
    return Interval(point.start, end), point.value
