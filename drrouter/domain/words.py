"""Values in words, the same for every client: local instants, powers, money, and texts of strangers."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Self
from zoneinfo import ZoneInfo

MOST_CHARACTERS = 200


def clean(text: str, most: int = MOST_CHARACTERS) -> str:
    """A text of a device or a provider as one line that a terminal only shows: nothing in it acts."""
    shown = "".join(character if character.isprintable() else " " for character in text[: 4 * most])
    shown = " ".join(shown.split())
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def figure(value: float) -> str:
    """A number with as many decimals as it needs, of which no power of ten is one."""
    text = f"{value + 0.0:g}"
    return (
        text
        if "e" not in text
        else f"{value:.0f}"
        if abs(value) >= 1
        else f"{value:.9f}".rstrip("0").rstrip(".")
    )


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


def at_home(instant: datetime, zone: tzinfo) -> datetime:
    """The instant in the zone's own time; at the ends of the calendar, where there is none, as it is."""
    try:
        return instant.astimezone(zone)
    except OverflowError:
        return instant


@dataclass(frozen=True, slots=True)
class LocalTime:
    """Says instants as people at the site do."""

    zone: tzinfo
    now: datetime

    @classmethod
    def of(cls, zone: str, now: datetime) -> Self:
        """The time of a site; UTC where its zone is not known here."""
        try:
            return cls(ZoneInfo(zone), now)
        except (ValueError, OSError, KeyError):
            return cls(UTC, now)

    def say(self, instant: datetime | None) -> str:
        """An instant: the time alone today, with the weekday this week, else with the date."""
        if instant is None:
            return "-"
        local, today = at_home(instant, self.zone), self.now.astimezone(self.zone).date()
        if local.date() == today:
            return f"{local:%H:%M}"
        days = (local.date() - today).days
        return f"{local:%a %H:%M}" if -7 < days < 7 else f"{local:%Y-%m-%d %H:%M}"
