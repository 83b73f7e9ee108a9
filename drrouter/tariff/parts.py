"""The small forms that tariffs and offline profiles are written in: prices, names, days and hours."""

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from drrouter.domain.document import harmless

DayName = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "weekday", "weekend", "holiday"]
Price = Annotated[float, Field(ge=-1000, le=1000)]
Words = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(harmless)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=64)]


def minutes_of(clock: str) -> int:
    """Minutes since local midnight of a wall-clock time like ``07:15``; ``24:00`` is the day's end."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _is_a_span(hours: str) -> str:
    """Begin and end differ."""
    start, _, end = hours.partition("-")
    if minutes_of(start) == minutes_of(end):
        raise ValueError(f"{hours!r} is empty; leave hours out for the whole day")
    return hours


def known_zone(name: str) -> str:
    """The name itself, where it is a time zone.

    Raises:
        ValueError: it is not.
    """
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; write one such as Europe/Amsterdam") from error
    return name


_QUARTER = r"(?:(?:[01]\d|2[0-3]):(?:00|15|30|45)"
Hours = Annotated[str, Field(pattern=rf"^{_QUARTER})-{_QUARTER}|24:00)$"), AfterValidator(_is_a_span)]
TimeZone = Annotated[str, Field(max_length=64), AfterValidator(known_zone)]
Months = Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], Field(min_length=1)]


class Part(BaseModel):
    """A table of a document: unknown keys are refused, values keep their type."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class When(Part):
    """A part of the local calendar; a key that is left out does not narrow it."""

    days: Annotated[tuple[DayName, ...], Field(min_length=1)] | None = None
    """Days of the local calendar; a holiday of the tariff's list is a holiday and no weekday or weekend."""
    hours: Annotated[tuple[Hours, ...], Field(min_length=1, max_length=24)] | None = None
    """Local times in quarters, such as 07:00-23:00; over midnight they belong to the day they begin."""
    months: Months | None = None
    """Months, 1 to 12."""
    dates: Annotated[tuple[date, ...], Field(min_length=1, max_length=500)] | None = None
    """Single days, such as those that a provider has coloured red."""

    @property
    def narrows(self) -> bool:
        """Whether it is less than always."""
        return not (self.days is None and self.hours is None and self.months is None and self.dates is None)
