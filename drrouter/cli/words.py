"""Values in words: instants in the site's own time, powers, money, and texts of strangers made harmless."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import typer

MOST_CHARACTERS = 200

_SPAN = re.compile(r"(?:(?P<days>\d{1,3})d)?(?:(?P<hours>\d{1,4})h)?(?:(?P<minutes>\d{1,6})m(?:in)?)?")
_CLOCK = re.compile(r"(?:(?P<day>today|tomorrow)[ T])?(?P<hour>\d{1,2}):(?P<minute>\d{2})")


def clean(text: str, most: int = MOST_CHARACTERS) -> str:
    """A text of a device or a provider as one line that a terminal only shows: nothing in it acts."""
    shown = "".join(character if character.isprintable() else " " for character in text[: 4 * most])
    shown = " ".join(shown.split())
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def power(power_w: float | None) -> str:
    """A power."""
    if power_w is None:
        return "-"
    return f"{power_w / 1000:.2f} kW" if abs(power_w) >= 1000 else f"{power_w:.0f} W"


def money(amount: float | None, currency: str) -> str:
    """An amount of money."""
    return "-" if amount is None else f"{amount:.2f} {clean(currency, 3)}"


def span(length: timedelta) -> str:
    """A length of time."""
    minutes = round(length / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d}" if hours else f"{rest} min"


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
class LocalTime:
    """Reads and says instants as people at the site do."""

    zone: tzinfo
    now: datetime

    @classmethod
    def of(cls, zone: str, now: datetime) -> "LocalTime":
        """The time of a site; UTC where its zone is not known here."""
        try:
            return cls(ZoneInfo(zone), now)
        except (ValueError, OSError, KeyError):
            return cls(UTC, now)

    def say(self, instant: datetime | None) -> str:
        """An instant: the time alone today, with the weekday this week, else with the date."""
        if instant is None:
            return "-"
        local, today = instant.astimezone(self.zone), self.now.astimezone(self.zone).date()
        if local.date() == today:
            return f"{local:%H:%M}"
        days = (local.date() - today).days
        return f"{local:%a %H:%M}" if -7 < days < 7 else f"{local:%Y-%m-%d %H:%M}"

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
