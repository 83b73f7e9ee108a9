"""Reads times and lengths of time as people write them; how values are said is left to ``domain.words``."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import typer

from drrouter.domain import words

_SPAN = re.compile(r"(?:(?P<days>\d{1,3})d)?(?:(?P<hours>\d{1,4})h)?(?:(?P<minutes>\d{1,6})m(?:in)?)?")
_CLOCK = re.compile(r"(?:(?P<day>today|tomorrow)[ T])?(?P<hour>\d{1,2}):(?P<minute>\d{2})")


def parse_span(text: str) -> timedelta:
    """``30m``, ``2h``, ``1h30m``, ``1d``.

    Raises:
        typer.BadParameter: it is something else, or nothing.
    """
    match = _SPAN.fullmatch(text.strip().lower().replace(" ", ""))
    parts = {unit: int(number) for unit, number in match.groupdict().items() if number} if match else {}
    if not any(parts.values()):
        raise typer.BadParameter(f"{text!r} is no length of time. Write it like 30m, 2h or 1h30m.")
    return timedelta(**parts)


@dataclass(frozen=True, slots=True)
class LocalTime(words.LocalTime):
    """Reads and says instants as people at the site do."""

    def parse(self, text: str) -> datetime:
        """``22:00`` (the next one), ``tomorrow 07:00``, ``2026-06-01 22:00``, or with an offset; in UTC.

        Raises:
            typer.BadParameter: it is something else.
        """
        match = _CLOCK.fullmatch(text.strip())
        try:
            local = self._clock_time(match) if match else datetime.fromisoformat(text.strip())
        except ValueError:
            remedy = "Write it like 22:00, 'tomorrow 07:00' or 2026-06-01T22:00."
            raise typer.BadParameter(f"{text!r} is no time. {remedy}") from None
        return (local if local.tzinfo else local.replace(tzinfo=self.zone)).astimezone(UTC)

    def _clock_time(self, match: re.Match[str]) -> datetime:
        today = self.now.astimezone(self.zone)
        local = today.replace(hour=int(match["hour"]), minute=int(match["minute"]), second=0, microsecond=0)
        passed = match["day"] is None and local <= today
        return local + timedelta(days=1) if passed or match["day"] == "tomorrow" else local
