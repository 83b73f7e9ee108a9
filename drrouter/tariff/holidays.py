"""Public holidays by rule, so that a tariff does not run out of them at the end of a list.

12-25              a day of the year
04-27 sun-1        the same, but a day earlier where it falls on a Sunday (King's Day)
07-01 sun+1        a day later (Canada Day)
12-26 sat+2 sun+2  two days later at the weekend (Boxing Day)
easter+1           days from Easter Sunday
mon3-02            the third Monday of February (Family Day)
mon-1-05           the last Monday of May
mon<05-25          the last Monday before 25 May (Victoria Day)
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_NAME = "|".join(WEEKDAYS)
_FIXED = re.compile(rf"(?P<month>\d\d)-(?P<day>\d\d)(?P<moves>(?: (?:{_NAME})[+-][1-3])*)")
_EASTER = re.compile(r"easter(?P<days>[+-]\d{1,2})?")
_NTH = re.compile(rf"(?P<name>{_NAME})(?P<nth>[1-4]|-1)-(?P<month>0[1-9]|1[0-2])")
_BEFORE = re.compile(rf"(?P<name>{_NAME})<(?P<month>\d\d)-(?P<day>\d\d)")
_LEAP = 2024


def holiday_rule(text: str) -> str:
    """The rule itself, where it is one.

    Raises:
        ValueError: it is not.
    """
    try:
        _day_of(text, _LEAP)
    except ValueError as error:
        raise ValueError(f"{text!r} is no rule of a holiday; write one such as 12-25 or easter+1") from error
    return text


@cache
def holidays_of(rules: tuple[str, ...], years: range) -> frozenset[date]:
    """The holidays of these years by the rules; 29 February only where there is one."""
    return frozenset(_days(rules, years))


def _days(rules: Iterable[str], years: Iterable[int]) -> Iterable[date]:
    for year in years:
        for rule in rules:
            try:
                yield _day_of(rule, year)
            except ValueError:
                continue


def _day_of(rule: str, year: int) -> date:
    """The day that a rule means in a year."""
    if found := _FIXED.fullmatch(rule):
        return _moved(date(year, int(found["month"]), int(found["day"])), found["moves"].split())
    if found := _EASTER.fullmatch(rule):
        return easter(year) + timedelta(days=int(found["days"] or 0))
    if found := _NTH.fullmatch(rule):
        return _nth(year, int(found["month"]), WEEKDAYS.index(found["name"]), int(found["nth"]))
    if found := _BEFORE.fullmatch(rule):
        return _last_before(date(year, int(found["month"]), int(found["day"])), found["name"])
    raise ValueError(rule)


def _moved(day: date, moves: Iterable[str]) -> date:
    """Another day where it falls on one of these days of the week."""
    for move in moves:
        if WEEKDAYS[day.weekday()] == move[:3]:
            return day + timedelta(days=int(move[3:]))
    return day


def _nth(year: int, month: int, weekday: int, nth: int) -> date:
    """The n-th such day of the month, or its last."""
    if nth < 0:
        following = date(year + month // 12, month % 12 + 1, 1)
        return _last_before(following, WEEKDAYS[weekday])
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_before(day: date, name: str) -> date:
    """The last day of that name before the day."""
    return day - timedelta(days=(day.weekday() - WEEKDAYS.index(name) - 1) % 7 + 1)


def easter(year: int) -> date:
    """Easter Sunday of the western churches, by the rule of Gauss as Butcher completed it."""
    century, rest = divmod(year, 100)
    cycle = year % 19
    moon = (19 * cycle + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (cycle + 11 * moon + 22 * sunday) // 451
    month, day = divmod(moon + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)
