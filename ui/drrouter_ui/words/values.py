"""Numbers, money, powers and times as people who speak the language write them.

Money is written with its code, which every terminal can show, where the language puts its sign.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from drrouter.domain.words import LocalTime, at_home, clean, figure
from drrouter_ui.words.catalogue import language, t

_WEEKDAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "de": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "fr": ("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
    "nl": ("ma", "di", "wo", "do", "vr", "za", "zo"),
}
_MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "de": ("Jan", "Feb", "März", "Apr", "Mai", "Juni", "Juli", "Aug", "Sep", "Okt", "Nov", "Dez"),
    "fr": ("janv", "févr", "mars", "avr", "mai", "juin", "juil", "août", "sept", "oct", "nov", "déc"),
    "nl": ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
}
_DATES = {"en": "%Y-%m-%d", "de": "%d.%m.%Y", "fr": "%d/%m/%Y", "nl": "%d-%m-%Y"}
_WEEK = 7


def number(value: float, decimals: int | None = None) -> str:
    """A number, with so many decimals, or with as many as it needs."""
    text = figure(value) if decimals is None else f"{round(value, decimals) + 0.0:.{decimals}f}"
    return text if language() == "en" else text.replace(".", ",")


def power(power_w: float | None) -> str:
    """A power."""
    if power_w is None:
        return "-"
    large = abs(power_w) >= 1000
    return f"{number(power_w / 1000, 2)} kW" if large else f"{number(power_w, 0)} W"


def level(value: float, unit: str) -> str:
    """A level of a storage in its unit."""
    return f"{number(value / 1000)} kWh" if unit == "Wh" else f"{number(value)} {clean(unit, 10)}".strip()


def money(amount: float | None, currency: str, decimals: int = 2) -> str:
    """An amount of money."""
    if amount is None:
        return "-"
    text, code = number(amount, decimals), clean(currency, 3)
    return f"{code} {text}" if language() == "nl" else f"{text} {code}"


def price(per_kwh: float | None, currency: str) -> str:
    """A price of energy."""
    return t("tui.value.unknown") if per_kwh is None else f"{money(per_kwh, currency, 3)}/kWh"


def span(length: timedelta) -> str:
    """A length of time."""
    minutes = round(length / timedelta(minutes=1))
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d}" if hours else f"{rest} min"


@dataclass(frozen=True, slots=True)
class SiteTime(LocalTime):
    """Says instants of the site in the person's language."""

    def say(self, instant: datetime | None) -> str:
        """An instant: the time alone today, with the weekday this week, else with the date."""
        if instant is None:
            return "-"
        local, today = at_home(instant, self.zone), self.now.astimezone(self.zone).date()
        days = (local.date() - today).days
        if not days:
            return f"{local:%H:%M}"
        if -_WEEK < days < _WEEK:
            return f"{weekday(local)} {local:%H:%M}"
        return f"{local:{_DATES[language()]} %H:%M}"

    def moment(self) -> str:
        """Now, with its day."""
        local = self.now.astimezone(self.zone)
        day = f"{local:%d}." if language() == "de" else f"{local:%d}"
        return f"{weekday(local)} {day} {month(local)} {local:%H:%M}"

    def left(self, until: datetime) -> str:
        """How long it is until then."""
        return span(max(until - self.now, timedelta(0)))

    def next_at(self, hour: int, days: int = 0) -> datetime:
        """The next instant at that local hour, so many days later."""
        local = self.now.astimezone(self.zone)
        wanted = local.replace(hour=hour, minute=0, second=0, microsecond=0)
        ahead = days + (0 if wanted > local else 1)
        return (wanted.replace(tzinfo=None) + timedelta(days=ahead)).replace(tzinfo=self.zone)


def date_of(day: date) -> str:
    """A day of the calendar in figures."""
    return f"{day:{_DATES[language()]}}"


def month(local: date) -> str:
    """The short name of a month."""
    return _MONTHS[language()][local.month - 1]


def weekday(local: date) -> str:
    """The short name of a local day."""
    return _WEEKDAYS[language()][local.weekday()]
