"""Reads times and lengths of time as people write them, and says them in the person's language."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import typer

from drrouter.cli.words.catalogue import t
from drrouter.domain.plan import Reason
from drrouter.domain.said import reason_of
from drrouter.domain.words import MOST_CHARACTERS, clean
from drrouter_ui import SiteTime, say

_SPAN = re.compile(r"(?:(?P<days>\d{1,3})d)?(?:(?P<hours>\d{1,4})h)?(?:(?P<minutes>\d{1,6})m(?:in)?)?")
_CLOCK = re.compile(r"(?:(?P<day>today|tomorrow)[ T])?(?P<hour>\d{1,2}):(?P<minute>\d{2})")


@dataclass(slots=True)
class _Known:
    site: "LocalTime | None" = None


_known = _Known()


def know(site: "LocalTime | None") -> None:
    """Remember where the router is, for what is still to be told of it; None forgets it."""
    _known.site = site


def tell(text: str) -> str:
    """A text of the router, by the time of its site as far as that is known; in as many words as it has."""
    site = _known.site or LocalTime(UTC, datetime.fromtimestamp(0, UTC))
    return say([reason_of(text)], text, site.currency, site)


def parse_span(text: str) -> timedelta:
    """``30m``, ``2h``, ``1h30m``, ``1d``.

    Raises:
        typer.BadParameter: it is something else, or nothing.
    """
    match = _SPAN.fullmatch(text.strip().lower().replace(" ", ""))
    parts = {unit: int(number) for unit, number in match.groupdict().items() if number} if match else {}
    if not any(parts.values()):
        raise typer.BadParameter(t("usage.span", text=clean(text, 60)))
    return timedelta(**parts)


@dataclass(frozen=True, slots=True)
class LocalTime(SiteTime):
    """Reads and says instants as people at the site do, and the router's sentences with them."""

    currency: str = ""

    def tell(self, text: str, most: int = MOST_CHARACTERS) -> str:
        """A text of the router in the person's language, where it knows its reason; as one line."""
        return clean(say([reason_of(text)], text, self.currency, self), most)

    def explain(self, reasons: Iterable[Reason | None], text: str, most: int = MOST_CHARACTERS) -> str:
        """The same for a text whose reasons stand beside it."""
        return clean(say(reasons, text, self.currency, self), most)

    def parse(self, text: str) -> datetime:
        """``22:00`` (the next one), ``tomorrow 07:00``, ``2026-06-01 22:00``, or with an offset; in UTC.

        Raises:
            typer.BadParameter: it is something else.
        """
        match = _CLOCK.fullmatch(text.strip())
        try:
            local = self._clock_time(match) if match else datetime.fromisoformat(text.strip())
        except ValueError:
            raise typer.BadParameter(t("usage.time", text=clean(text, 60))) from None
        return (local if local.tzinfo else local.replace(tzinfo=self.zone)).astimezone(UTC)

    def _clock_time(self, match: re.Match[str]) -> datetime:
        today = self.now.astimezone(self.zone)
        local = today.replace(hour=int(match["hour"]), minute=int(match["minute"]), second=0, microsecond=0)
        passed = match["day"] is None and local <= today
        return local + timedelta(days=1) if passed or match["day"] == "tomorrow" else local
