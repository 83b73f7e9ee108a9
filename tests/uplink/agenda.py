"""What an operator does over a month: events posted, changed, taken back and deleted, drawn from a seed.

One hour a day, and all the time after the month, is quiet: nothing is written, and no fault strikes.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from drrouter.adapters.openadr3.times import format_instant, format_span, parse_span
from drrouter.domain.interval import Interval

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEGIN = datetime(2026, 10, 10, tzinfo=UTC)
"""The month holds the night in which summer time ends."""

QUIET = time(11, 30), time(12, 30)
AFTERWARDS = timedelta(hours=30)
"""How long it is quiet at the end: events that are over are shown for a day more."""

BEGINNING_OF_TIME = "0001-01-01T00:00:00Z"
TARGETS: tuple[tuple[str, ...], ...] = ((), (), ("hvac",), ("cars",), ("relay_1",), ("hvac", "cars"))

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One act of the operator: an event is created, written anew, or deleted (``body`` None)."""

    at: datetime
    key: str
    body: Body | None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an event, and how long a router could have read it.

    Attributes:
        ends_at: when its last payload is over, moved starts included.
        is_withdrawal: whether it says that the event is cancelled.
        starts_now: whether it starts when it is read.
        begins_at: when its first payload begins at the earliest.
        kind, targets: the payload type, and for whom; no targets means the whole home.
    """

    key: str
    written_at: datetime
    gone_at: datetime
    ends_at: datetime
    is_withdrawal: bool = False
    starts_now: bool = False
    begins_at: datetime = BEGIN
    kind: str = ""
    targets: tuple[str, ...] = ()


def is_quiet(instant: datetime, month: Interval) -> bool:
    """Whether nothing is written and no fault strikes."""
    return instant >= month.end or QUIET[0] <= instant.timetz().replace(tzinfo=None) < QUIET[1]


def month_of(days: int) -> Interval:
    """The time in which something happens."""
    return Interval(BEGIN, BEGIN + days * DAY)


def agenda_of(count: int, month: Interval, seed: int) -> tuple[Act, ...]:
    """All acts on so many events, in order."""
    acts = [act for number in range(count) for act in _life(f"event {number}", month, seed)]
    return tuple(sorted(acts, key=lambda act: (act.at, act.key)))


def versions_of(agenda: tuple[Act, ...], end: datetime) -> tuple[Version, ...]:
    """Every version, in the order of writing."""
    versions: list[Version] = []
    newest: dict[str, int] = {}
    for act in agenda:
        if act.key in newest:
            versions[newest[act.key]] = replace(versions[newest[act.key]], gone_at=act.at)
        if act.body is not None:
            newest[act.key] = len(versions)
            versions.append(_version(act, act.body, end))
    return tuple(versions)


def _version(act: Act, body: Body, end: datetime) -> Version:
    period = body["intervalPeriod"]
    kind, targets = body["intervals"][0]["payloads"][0]["type"], tuple(body.get("targets", ()))
    made = Version(act.key, act.at, end, end, begins_at=act.at, kind=kind, targets=targets)
    if period["duration"] == "PT0S":
        return replace(made, is_withdrawal=True)
    now = period["start"] == BEGINNING_OF_TIME
    whole = timedelta(seconds=body["intervals"][-1]["id"] + 1) * _seconds(period["duration"])
    begin = act.at if now else datetime.fromisoformat(period["start"])
    made = replace(made, starts_now=now, begins_at=begin)
    if body.get("duration") == "P9999Y":
        return replace(made, ends_at=datetime.max.replace(tzinfo=UTC))
    least = timedelta(minutes=10) if "randomizeStart" in period else timedelta(0)
    return replace(made, ends_at=begin + whole - least)


def _seconds(span: str) -> int:
    """Of a span as this module writes them."""
    found = parse_span(span)
    assert found is not None
    return round((found.after(BEGIN) - BEGIN).total_seconds())


def _life(key: str, month: Interval, seed: int) -> Iterator[Act]:
    """Everything that is done to one event."""
    dice = random.Random(f"{seed}/{key}")
    at = _busy(month.start + month.duration * dice.random(), month)
    start = _start(dice, at, month)
    kind = dice.choices(list(_KINDS), [weight for weight, _ in _KINDS.values()])[0]
    length = dice.choice([15, 30, 60, 60, 120, 240]) * MINUTE
    targets, endless = dice.choice(TARGETS), month.end - 3 * DAY
    for _ in range(dice.choices([1, 2, 3, 4], [50, 30, 15, 5])[0]):
        if at >= month.end:
            return
        yield Act(at, key, _body(dice, key, kind, start, length, targets, endless))
        at = _busy(at + dice.expovariate(1 / 60) * MINUTE + MINUTE, month)
        start = start + dice.choice([0, 0, 15, 30]) * MINUTE if start else start
    taken_back = dice.random()
    if taken_back < 0.05 and at < month.end:
        yield Act(at, key, _body(dice, key, kind, None, timedelta(0), targets, endless))
        at = _busy(at + HOUR, month)
    elif taken_back > 0.2 or at >= month.end:
        over = (start or at) + 2 * length + dice.random() * 2 * HOUR
        at = _busy(max(at, over), month)
    if at < month.end:
        yield Act(at, key, None)


def _start(dice: random.Random, at: datetime, month: Interval) -> datetime | None:
    """When it begins; None where at once."""
    if dice.random() < 0.03 and at < month.end - DAY:
        return None
    lead = dice.uniform(-0.5, 5)
    if at > month.end - 2 * DAY and dice.random() < 0.5:
        return month.end + AFTERWARDS + dice.randint(1, 96) * 15 * MINUTE
    return (at + lead * HOUR).replace(second=0, microsecond=0)


def _busy(at: datetime, month: Interval) -> datetime:
    """The instant in whole milliseconds, or the first one after a quiet hour."""
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    return at + HOUR if at < month.end and is_quiet(at, month) else at


def _body(
    dice: random.Random,
    key: str,
    kind: str,
    start: datetime | None,
    length: timedelta,
    targets: tuple[str, ...],
    last: datetime,
) -> Body:
    """What is written."""
    told = BEGINNING_OF_TIME if start is None else format_instant(start)
    period: Body = {"start": told, "duration": format_span(length) if length else "PT0S"}
    if length and dice.random() < 0.2:
        period["randomizeStart"] = "PT5M"
    values = _KINDS[kind][1]
    count = 1 if not length or not start else dice.choice([1, 1, 2, 4])
    body: Body = {
        "programID": "",
        "eventName": key,
        "intervalPeriod": period,
        "intervals": [
            {"id": number, "payloads": [{"type": kind, "values": values(dice)}]} for number in range(count)
        ],
    }
    if priority := dice.choice([None, None, 0, 1, 2, 3]):
        body["priority"] = priority
    if targets:
        body["targets"] = list(targets)
    if length and start and start < last and dice.random() < 0.01:
        body["duration"] = "P9999Y"
    return body


def _number(low: float, high: float) -> Any:
    return lambda dice: [round(dice.uniform(low, high), 3)]


_KINDS: dict[str, tuple[int, Any]] = {
    "SIMPLE": (30, lambda dice: [dice.randint(0, 3)]),
    "IMPORT_CAPACITY_LIMIT": (20, _number(0, 9)),
    "EXPORT_CAPACITY_LIMIT": (5, _number(0, 5)),
    "PRICE": (15, lambda dice: [round(dice.uniform(-0.1, 0.6), 4) for _ in range(dice.choice([1, 3]))]),
    "GHG": (8, _number(20, 600)),
    "CONTROL_LEVEL_OFFSET": (6, lambda dice: [dice.randint(-3, 3)]),
    "ALERT_GRID_EMERGENCY": (3, lambda dice: ["the grid is in need"]),
    "ALERT_FLEX_ALERT": (5, lambda dice: ["power is scarce"]),
    "CHARGE_STATE_SETPOINT": (4, _number(20, 90)),
    "X_UNHEARD_OF": (4, lambda dice: ["whatever"]),
}
