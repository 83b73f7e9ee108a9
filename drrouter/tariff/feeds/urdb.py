"""OpenEI's Utility Rate Database (URDB): a rate plan as JSON becomes the text of a tariff document.

    energyratestructure[period][tier]{rate, adj, max, unit}    component with zones, and tiers
    energyweekdayschedule, energyweekendschedule  12 x 24      which period holds in a month's hour
    demandratestructure, its two schedules                     peak, in windows
    flatdemandstructure, flatdemandmonths                      peak, by months
    fixedchargefirstmeter, fixedchargeunits                    standing

Interpretation: hour 0 of a schedule begins at local midnight by the clocks on the wall; holidays are not in
the data and count as the day of the week that they fall on. What a document of ours cannot say (tiers that
differ by period, demand by tiers) is refused by name rather than made something else.

Source: OpenEI, International Utility Rate Database, API version 8, response fields.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from drrouter.domain.words import clean
from drrouter.errors import MessageError
from drrouter.tariff.feeds.json_text import json_of
from drrouter.tariff.feeds.prices import number

HOURS, MONTHS = 24, 12
_MOST_PERIODS = 40
_DAYS = {"weekday": "weekday", "weekend": "weekend"}
Schedule = Mapping[str, Sequence[Sequence[int]]]
Steps = tuple[tuple[float, float], ...]
"""Above how many kWh, and the price there."""

_FEES = {"$/day": "day", "$/month": "month", "$/year": "year"}


def tariff_text(data: bytes, where: str, document_id: str, time_zone: str) -> str:
    """The text of a tariff document, for its owner to look through.

    Args:
        data: one rate (an object of ``items``), or an answer with exactly one.
        where: its file, for the sentence.
        document_id: ``provider.tariff`` of the new file.
        time_zone: of the utility, which URDB does not say.

    Raises:
        MessageError: it is no rate plan, or one that our documents cannot say.
    """
    rate = _one_rate(json_of(data, where), where)
    return (
        "\n".join([*_head(rate, document_id, time_zone), *_energy(rate, where), *_charges(rate, where)])
        + "\n"
    )


def _one_rate(document: object, where: str) -> Mapping[str, Any]:
    items = document.get("items", [document]) if isinstance(document, dict) else None
    if not isinstance(items, list) or len(items) != 1 or not isinstance(items[0], dict):
        raise MessageError(where, "items", "should hold exactly one rate plan", "Ask for one by its label")
    return items[0]


def _head(rate: Mapping[str, Any], document_id: str, time_zone: str) -> Iterator[str]:
    name, utility = (clean(str(rate.get(key) or "unnamed"), 150) for key in ("name", "utility"))
    yield "# SPDX-License-Identifier: CC0-1.0"
    yield "#"
    yield "# Made from a rate plan of OpenEI's Utility Rate Database; compare it with your bill."
    yield ""
    yield 'schema = "drrouter.tariff/1"'
    yield f'id = "{document_id}"'
    yield "version = 1"
    yield f"name = {_quoted(name)}"
    yield 'currency = "USD"'
    yield f"time_zone = {_quoted(time_zone)}"
    yield ""
    yield "[source]"
    yield f"publisher = {_quoted(f'{utility}, in OpenEI URDB')}"
    yield f"published = {_start_of(rate):%Y-%m-%d}"
    yield "exact = true"
    yield 'left_out = "Taxes, holidays, minimum charges and all that the database does not have"'


def _start_of(rate: Mapping[str, Any]) -> datetime:
    """When the plan began; seconds since 1970, or text in milliseconds' stead in older copies."""
    start = rate.get("startdate")
    if isinstance(start, int | float) and 0 < start < 4e9:
        return datetime.fromtimestamp(start, UTC)
    return datetime(2000, 1, 1, tzinfo=UTC)


def _energy(rate: Mapping[str, Any], where: str) -> Iterator[str]:
    """The price of the first tier by period as zones, and what other tiers add to it."""
    structure = _structure(rate, "energyratestructure", where)
    if not structure:
        raise MessageError(where, "energyratestructure", "is missing or empty")
    tiers = [_steps(tiers, where, "energyratestructure") for tiers in structure]
    schedule = _schedule(rate, "energy", len(tiers), where)
    base = schedule["weekday"][0][0]
    yield ""
    yield "[[component]]"
    yield 'id = "energy"'
    yield 'kind = "energy"'
    yield f"price_per_kwh = {_figure(tiers[base][0][1])}"
    zones = [
        f"    {{ price_per_kwh = {_figure(tiers[period][0][1])}, {when} }},"
        for period, when in _zones(schedule)
        if tiers[period][0][1] != tiers[base][0][1]
    ]
    if zones:
        yield from ("zones = [", *zones, "]")
    yield from _tiers(structure, tiers, schedule, where)
    sold = {
        number(tier.get("sell"), where, "sell") for tiers in structure for tier in tiers if tier.get("sell")
    }
    if len(sold) == 1:
        yield from (
            "",
            "[[component]]",
            'id = "sold"',
            'kind = "feed_in"',
            f"price_per_kwh = {_figure(sold.pop())}",
        )


def _tiers(
    structure: Sequence[Sequence[Mapping[str, Any]]], tiers: Sequence[Steps], schedule: Schedule, where: str
) -> Iterator[str]:
    """One tier for each set of months whose periods agree on edges and on what each adds."""
    by_steps: dict[Steps, list[int]] = {}
    for month in range(MONTHS):
        used = {period for days in schedule.values() for period in days[month]}
        added = {
            tuple((above, price - tiers[period][0][1]) for above, price in tiers[period]) for period in used
        }
        rounded = {tuple((above, round(price, 9)) for above, price in steps) for steps in added}
        if len(rounded) > 1:
            raise MessageError(
                where,
                "energyratestructure",
                "has tiers that differ by period, which a tariff here cannot say",
            )
        by_steps.setdefault(rounded.pop(), []).append(month + 1)
    daily = {str(tier.get("unit") or "kWh") for tiers in structure for tier in tiers if tier.get("max")}
    if daily - {"kWh", "kWh daily"} or len(daily) > 1:
        raise MessageError(
            where, "unit", f"{', '.join(sorted(daily))[:60]} is no unit of tiers that is known"
        )
    for place, (steps, months) in enumerate(step for step in by_steps.items() if len(step[0]) > 1):
        yield ""
        yield "[[tier]]"
        yield f'id = "tier_{place + 1}"'
        yield f'per = "{"day" if daily == {"kWh daily"} else "month"}"'
        blocks = (
            f"{{ above_kwh = {_figure(above)}, price_per_kwh = {_figure(price)} }}" for above, price in steps
        )
        yield f"blocks = [{', '.join(blocks)}]"
        if len(months) < MONTHS:
            yield f"months = {months}"


def _charges(rate: Mapping[str, Any], where: str) -> Iterator[str]:
    """Demand charges by window and by month, and the fixed charge."""
    minutes = int(number(rate.get("demandwindow") or 15, where, "demandwindow"))
    averaging = f"averaging_min = {minutes if minutes in (15, 30, 60) else 15}"
    demand = _structure(rate, "demandratestructure", where)
    if demand:
        schedule = _schedule(rate, "demand", len(demand), where)
        for period, tiers in enumerate(demand):
            windows = [when for other, when in _zones(schedule) if other == period]
            yield from _peak(f"demand_{period}", tiers, averaging, where, _when(windows))
    flat = _structure(rate, "flatdemandstructure", where)
    months = rate.get("flatdemandmonths") or [0] * MONTHS
    for period, tiers in enumerate(flat):
        of_period = [place + 1 for place, found in enumerate(months) if found == period]
        yield from _peak(
            f"flat_demand_{period}", tiers, averaging, where, [f"months = {of_period}"] * bool(of_period)
        )
    fee = rate.get("fixedchargefirstmeter", rate.get("fixedmonthlycharge"))
    if fee:
        unit = _FEES.get(str(rate.get("fixedchargeunits") or "$/month"))
        if unit is None:
            raise MessageError(where, "fixedchargeunits", "is no unit that is known")
        price = _figure(number(fee, where, "fixedchargefirstmeter"))
        yield from ("", "[[standing]]", 'id = "fixed"', f"price = {price}", f'per = "{unit}"')


def _peak(
    name: str, tiers: Sequence[Mapping[str, Any]], averaging: str, where: str, when: Sequence[str]
) -> Iterator[str]:
    """One demand charge; nothing where it is free or holds at no time."""
    steps = _steps(tiers, where, name)
    if len(steps) > 1:
        raise MessageError(where, name, "has tiers of demand, which a tariff here cannot say")
    if steps[0][1] > 0 and when:
        yield from (
            "",
            "[[peak]]",
            f'id = "{name}"',
            f"price_per_kw = {_figure(steps[0][1])}",
            averaging,
            *when,
        )


def _when(windows: Sequence[str]) -> list[str]:
    """The windows of a peak as lines."""
    return ["when = [", *(f"    {{ {window} }}," for window in windows), "]"] if windows else []


def _structure(rate: Mapping[str, Any], key: str, where: str) -> list[list[Mapping[str, Any]]]:
    """Periods of tiers."""
    periods = rate.get(key) or []
    sound = isinstance(periods, list) and len(periods) <= _MOST_PERIODS
    if not sound or not all(
        isinstance(tiers, list) and tiers and all(isinstance(tier, dict) for tier in tiers)
        for tiers in periods
    ):
        raise MessageError(where, key, "should be a list of periods, each a list of tiers")
    return periods


def _steps(tiers: Sequence[Mapping[str, Any]], where: str, key: str) -> Steps:
    """Above what each tier begins, and what it costs there with its adjustment."""
    steps, above = [], 0.0
    for tier in tiers:
        price = sum(number(tier.get(part) or 0.0, where, f"{key}.{part}") for part in ("rate", "adj"))
        steps.append((above, round(price, 9)))
        if tier.get("max") is None:
            break
        above = number(tier["max"], where, f"{key}.max")
    return tuple(steps)


def _schedule(rate: Mapping[str, Any], kind: str, periods: int, where: str) -> Schedule:
    """Twelve months of 24 hours for working days and for weekends."""
    schedule = {}
    for days in _DAYS:
        key = f"{kind}{days}schedule"
        months = rate.get(key)
        if (
            not isinstance(months, list)
            or len(months) != MONTHS
            or not all(isinstance(hours, list) and len(hours) == HOURS for hours in months)
            or not all(type(hour) is int and 0 <= hour < periods for hours in months for hour in hours)
        ):
            raise MessageError(where, key, "should be 12 months of 24 hours with numbers of periods")
        schedule[days] = months
    return schedule


def _zones(schedule: Schedule) -> Iterator[tuple[int, str]]:
    """Each period with the days, hours and months in which it holds, as keys of a zone."""
    found: dict[tuple[int, tuple[str, ...]], dict[str, list[int]]] = {}
    for days, months in schedule.items():
        for month, hours in enumerate(months):
            for period in sorted(set(hours)):
                spans = _spans([hour == period for hour in hours])
                found.setdefault((period, spans), {}).setdefault(days, []).append(month + 1)
    for (period, spans), of_days in found.items():
        alike = len(of_days) == len(_DAYS) and len({tuple(months) for months in of_days.values()}) == 1
        for days, in_months in [("", of_days["weekday"])] if alike else list(of_days.items()):
            keys = [f'days = ["{days}"]'] if days else []
            keys += [] if spans == ("00:00-24:00",) else [f"hours = {json.dumps(spans)}"]
            keys += [] if len(in_months) == MONTHS and keys else [f"months = {in_months}"]
            yield period, ", ".join(keys)


def _spans(holds: Sequence[bool]) -> tuple[str, ...]:
    """Hours of a day as spans of the clock."""
    spans, begin = [], None
    for hour, inside in enumerate([*holds, False]):
        if inside and begin is None:
            begin = hour
        elif not inside and begin is not None:
            spans.append(f"{begin:02}:00-{hour:02}:00")
            begin = None
    return tuple(spans)


def _figure(value: float) -> str:
    """A number as TOML, without the crumbs of its arithmetic."""
    text = f"{value:.9f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def _quoted(text: str) -> str:
    """A basic string of TOML, which JSON's strings are."""
    return json.dumps(text, ensure_ascii=False)
