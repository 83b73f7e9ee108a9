"""What a profile costs under a tariff file, minute by minute and as plainly as can be.

It reads the TOML itself and shares no code with ``drrouter.tariff``, so that both can be compared.
"""

import calendar
import tomllib
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EASTER = {2016: (3, 27), 2017: (4, 16), 2024: (3, 31), 2025: (4, 20)}

Minutes = Sequence[tuple[datetime, float]]
"""The start of each minute in UTC, and the net kWh of it."""


def cost_by_month(
    toml: bytes, minutes: Minutes, published: Callable[[datetime], float | None]
) -> dict[str, float]:
    """Money for each local month (``2016-08``)."""
    return _Brute(tomllib.loads(toml.decode())).run(minutes, published)


class _Brute:
    """One tariff and the sums of its months."""

    def __init__(self, doc: dict[str, Any]) -> None:
        self.doc, self.zone = doc, ZoneInfo(doc["time_zone"])
        self.money: dict[str, float] = defaultdict(float)
        self.holidays: set[date] = set(doc.get("holidays", []))
        for year in range(2015, 2027):
            for rule in doc.get("yearly_holidays", []):
                if not rule.startswith("easter") or year in EASTER:
                    self.holidays.add(_holiday(rule, year))

    def run(self, minutes: Minutes, published: Callable[[datetime], float | None]) -> dict[str, float]:
        imported: dict[str, float] = defaultdict(float)
        daily: dict[date, int] = defaultdict(int)
        periods: dict[tuple[str, date, int], float] = defaultdict(float)
        begins: dict[tuple[str, date, int], datetime] = {}
        yearly: dict[tuple[str, int], float] = defaultdict(float)
        midnight: dict[date, datetime] = {}
        for start, kwh in minutes:
            local = start.astimezone(self.zone)
            day, month = local.date(), f"{local:%Y-%m}"
            if day not in midnight:
                midnight[day] = datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)
            taken = max(kwh, 0.0)
            imported[month] += taken
            daily[day] += 1
            for part in self.doc["component"]:
                used = max(-kwh, 0.0) if part["kind"] == "feed_in" else taken
                if used:
                    sign = -1 if part["kind"] == "feed_in" else 1
                    price = self.price(part, local, published(start))
                    self.money[month] += sign * used * price * self.vat(part)
            for part in self.doc.get("tier", []):
                self.tier(part, local, month, taken, imported, yearly)
            for part in (*self.doc.get("peak", []), *self.doc.get("capacity", [])):
                length = part.get("averaging_min", 15 if "contracted_kw" not in part else 60)
                key = (part["id"], day, int((start - midnight[day]) / MINUTE) // length)
                begins.setdefault(key, local)
                periods[key] += taken
        shares = self.shares(daily)
        for part in self.doc.get("peak", []):
            self.peak(part, periods, begins, shares)
        for part in self.doc.get("capacity", []):
            self.capacity(part, periods, begins, shares)
        for part in self.doc.get("standing", []):
            self.standing(part, shares, daily)
        return dict(self.money)

    def price(self, part: dict[str, Any], local: datetime, published: float | None) -> float:
        if part.get("base") == "provider" and published is not None:
            return published
        for zone in part.get("zones", []):
            if self.holds(zone, local):
                return float(zone["price_per_kwh"])
        return float(part["price_per_kwh"])

    def tier(
        self,
        part: dict[str, Any],
        local: datetime,
        month: str,
        taken: float,
        imported: dict[str, float],
        yearly: dict[tuple[str, int], float],
    ) -> None:
        """The minute at the price of the block that its end lies in; blocks are never crossed by much."""
        if local.month not in part.get("months", range(1, 13)):
            return
        of_day = (part["id"], local.toordinal() if part.get("per") == "day" else local.year)
        yearly[of_day] += taken
        after = imported[month] if part.get("per", "month") == "month" else yearly[of_day]
        for place, block in enumerate(part["blocks"]):
            above = [*(other["above_kwh"] for other in part["blocks"]), float("inf")][place + 1]
            inside = max(0.0, min(after, above) - max(after - taken, block["above_kwh"]))
            self.money[month] += inside * block["price_per_kwh"] * self.vat(part)

    def peak(
        self,
        part: dict[str, Any],
        periods: dict[tuple[str, date, int], float],
        begins: dict[tuple[str, date, int], datetime],
        shares: dict[str, float],
    ) -> None:
        length = part.get("averaging_min", 15)
        history: list[float] = []
        for month, share in sorted(shares.items()):
            if int(month[5:]) not in part.get("months", range(1, 13)):
                continue
            values: dict[object, float] = {}
            for key, kwh in periods.items():
                name, day, _ = key
                if name != part["id"] or f"{day:%Y-%m}" != month or not self.counts(part, begins[key]):
                    continue
                group = day if part.get("one_a_day") else key
                values[group] = max(values.get(group, 0.0), kwh / (length / 60))
            highest = part.get("highest", 1)
            best = sorted([*values.values(), *[0.0] * highest])[-highest:]
            history.append(max(part.get("minimum_kw", 0.0), sum(best) / highest))
            recent = history[-part.get("mean_of_months", 1) :]
            billed = sum(recent) / len(recent)
            fee = part.get("price_per_kw", 0.0) * billed
            fee += max(
                (s["price"] for s in part.get("steps", []) if billed > s["above_kw"] or not s["above_kw"]),
                default=0,
            )
            self.money[month] += fee * share * self.vat(part)

    def capacity(
        self,
        part: dict[str, Any],
        periods: dict[tuple[str, date, int], float],
        begins: dict[tuple[str, date, int], datetime],
        shares: dict[str, float],
    ) -> None:
        for month, share in shares.items():
            fee = part["contracted_kw"] * part.get("price_per_kw_year", 0.0) / 12 * share
            self.money[month] += fee * self.vat(part)
        allowed = part["contracted_kw"] * part.get("averaging_min", 60) / 60
        for key, kwh in periods.items():
            if key[0] == part["id"] and self.counts(part, begins[key]):
                fee = max(0.0, kwh - allowed) * part.get("excess_price_per_kwh", 0.0)
                self.money[f"{key[1]:%Y-%m}"] += fee * self.vat(part)

    def standing(self, part: dict[str, Any], shares: dict[str, float], daily: dict[date, int]) -> None:
        for month, share in shares.items():
            if int(month[5:]) not in part.get("months", range(1, 13)):
                continue
            if part["per"] == "day":
                fee = part["price"] * self.days(month, daily)
            else:
                fee = part["price"] * share / (12 if part["per"] == "year" else 1)
            self.money[month] += fee * self.vat(part)

    def shares(self, daily: dict[date, int]) -> dict[str, float]:
        """How much of each month was metered."""
        months = sorted({f"{day:%Y-%m}" for day in daily})
        return {m: self.days(m, daily) / calendar.monthrange(int(m[:4]), int(m[5:]))[1] for m in months}

    def days(self, month: str, daily: dict[date, int]) -> float:
        """Local days that were metered, of as many minutes as each has."""
        total = 0.0
        for day, count in daily.items():
            if f"{day:%Y-%m}" == month:
                after = day + timedelta(days=1)
                begin = datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)
                end = datetime(after.year, after.month, after.day, tzinfo=self.zone).astimezone(UTC)
                total += count / ((end - begin) / MINUTE)
        return total

    def counts(self, part: dict[str, Any], local: datetime) -> bool:
        return not part.get("when") or any(self.holds(when, local) for when in part["when"])

    def holds(self, when: dict[str, Any], local: datetime) -> bool:
        """Whether this holds at the local time; hours over midnight belong to the day before it."""
        clock = f"{local:%H:%M}"
        for hours in when.get("hours", ["00:00-24:00"]):
            begin, end = hours.split("-")
            day = local.date()
            if begin < end:
                inside = begin <= clock < end
            else:
                inside = clock >= begin or clock < end
                day -= timedelta(days=1 if clock < end else 0)
            if inside and self.is_day(when, day):
                return True
        return False

    def is_day(self, when: dict[str, Any], day: date) -> bool:
        if day.month not in when.get("months", range(1, 13)) or day not in when.get("dates", [day]):
            return False
        if "days" not in when:
            return True
        if day in self.holidays:
            return "holiday" in when["days"]
        kind = "weekend" if day.weekday() >= 5 else "weekday"
        return kind in when["days"] or NAMES[day.weekday()] in when["days"]

    def vat(self, part: dict[str, Any]) -> float:
        percent = part.get(
            "vat_percent", 0 if part.get("kind") == "feed_in" else self.doc.get("vat_percent", 0)
        )
        return 1 + float(percent) / 100


def _holiday(rule: str, year: int) -> date:
    """The day of a rule, by looking through the year."""
    if rule.startswith("easter"):
        return date(year, *EASTER[year]) + timedelta(days=int(rule[6:] or 0))
    if "<" in rule:
        name, _, before = rule.partition("<")
        limit = date(year, int(before[:2]), int(before[3:]))
        return max(day for day in _named(year, name) if day < limit)
    if rule[:3] in NAMES:
        nth, month = rule[3:].rsplit("-", 1)
        inside = [day for day in _named(year, rule[:3]) if day.month == int(month)]
        return inside[int(nth) - 1 if int(nth) > 0 else -1]
    first, *moves = rule.split(" ")
    day = date(year, int(first[:2]), int(first[3:]))
    for move in moves:
        if NAMES[day.weekday()] == move[:3]:
            return day + timedelta(days=int(move[3:]))
    return day


def _named(year: int, name: str) -> list[date]:
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(366)]
    return [day for day in days if day.year == year and NAMES[day.weekday()] == name]
