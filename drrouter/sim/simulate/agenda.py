"""What the providers of a simulated home send, drawn from a seed before the simulation begins.

Prices of the next day come at 13:00; limits, sheds and alerts come on some evenings, with short notice as in
real life; some are changed while they hold and some are taken back.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from drrouter.config import HomeConfig, ProviderConfig
from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import EventId, ProgramId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)

LIMITS_A_DAY, SHEDS_A_DAY, ALERTS_A_DAY = 0.35, 0.2, 0.06
CHANGED, TAKEN_BACK = 0.3, 0.15
"""Shares of days with an order, and of orders that are changed or taken back."""

AUCTION = time(13)
"""When the prices of the next day are known, local time."""


@dataclass(frozen=True, slots=True)
class Publish:
    """The provider has a new event, or a new version of one."""

    at: datetime
    event: Event


@dataclass(frozen=True, slots=True)
class TakeBack:
    """The provider deletes an event."""

    at: datetime
    provider: ProviderId
    event_id: EventId


Notice = Publish | TakeBack


def agenda_of(home: HomeConfig, span: Interval, prices: Rates, seed: int) -> tuple[Notice, ...]:
    """Everything that the home's providers send over the span, in order; nothing where it has none.

    Interpretation: prices come from the first provider that sells energy, orders from the first that does
    not; a home with one provider gets both from it. Nobody sends what it may not send: it would do nothing.
    """
    if not home.providers:
        return ()
    sells, orders = _first(home.providers, sells=True), _first(home.providers, sells=False)
    stream = random.Random(f"{seed}/agenda")  # noqa: S311 - repeatable, not secret
    groups = sorted({group for profile in home.profiles for group in profile.groups})
    notices = [
        *_prices(sells.id, home, span, prices),
        *_orders(orders.id, groups, span, home.zone, stream),
    ]
    heard = (notice for notice in notices if not _is_beyond(notice, home))
    return tuple(sorted(heard, key=lambda notice: notice.at))


def _first(providers: tuple[ProviderConfig, ...], *, sells: bool) -> ProviderConfig:
    return next((one for one in providers if (one.role in (None, "energy")) is sells), providers[0])


def _is_beyond(notice: Notice, home: HomeConfig) -> bool:
    """Whether the home lets its provider send no such thing."""
    if isinstance(notice, TakeBack) or notice.event.provider not in home.mandates:
        return False
    return bool(home.mandates[notice.event.provider].admit(notice.event).beyond)


def _local(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def _prices(provider: ProviderId, home: HomeConfig, span: Interval, prices: Rates) -> Iterator[Publish]:
    """One event a day: today's are there when the simulation begins."""
    zone = home.zone
    day, last = span.start.astimezone(zone).date(), span.end.astimezone(zone).date()
    while day <= last:
        whole = Interval(_local(day, time(0), zone), _local(day + DAY, time(0), zone))
        payloads = tuple(
            Payload(PayloadType.PRICE, common, value)
            for step, value in prices.steps
            if (common := step.overlap(whole))
        )
        known_at = max(_local(day - DAY, AUCTION, zone), span.start)
        if payloads and known_at < span.end:
            yield Publish(
                known_at, _event(provider, f"prices-{day}", "day-ahead", known_at, payloads, home.currency)
            )
        day += DAY


def _orders(
    provider: ProviderId, groups: list[str], span: Interval, zone: ZoneInfo, stream: random.Random
) -> Iterator[Notice]:
    """The days' orders."""
    day, last = span.start.astimezone(zone).date(), span.end.astimezone(zone).date()
    while day <= last:
        # Everything is drawn every day, so that one kind of order does not move the days of another.
        limited, shed, alerted = (stream.random() for _ in range(3))
        drawn = [
            (limited < LIMITS_A_DAY, _limit(provider, day, zone, stream)),
            (shed < SHEDS_A_DAY, _shed(provider, day, zone, groups, stream)),
            (alerted < ALERTS_A_DAY, _alert(provider, day, zone, stream)),
        ]
        fates = [(stream.random(), stream.random()) for _ in drawn]
        for (wanted, first), (fate, when) in zip(drawn, fates, strict=True):
            if wanted and span.start <= first.at < span.end:
                yield first
                yield from _afterwards(first, fate, when)
        day += DAY


def _limit(provider: ProviderId, day: date, zone: ZoneInfo, stream: random.Random) -> Publish:
    """A limit of the site's import in the evening."""
    start = _local(day, time(16), zone) + stream.randrange(0, 240, 5) * MINUTE
    end = start + stream.randrange(45, 180, 5) * MINUTE
    told = start - stream.choice((5, 30, 60, 240)) * MINUTE
    watts = float(stream.randrange(1500, 4000, 100))
    payload = Payload(PayloadType.IMPORT_CAPACITY_LIMIT, Interval(start, end), watts)
    return Publish(told, _event(provider, f"limit-{day}", "grid-limits", told, (payload,), priority=1))


def _shed(
    provider: ProviderId, day: date, zone: ZoneInfo, groups: list[str], stream: random.Random
) -> Publish:
    """A group, or the whole home, sheds load for a while, told a minute before."""
    start = _local(day, time(7), zone) + stream.randrange(0, 840, 5) * MINUTE
    end = start + stream.randrange(10, 45, 5) * MINUTE
    targets = tuple(stream.sample(groups, 1)) if groups and stream.random() < 0.6 else ()
    level = float(stream.choice((1, 2, 2, 3)))
    payload = Payload(PayloadType.SIMPLE, Interval(start, end), level)
    told = start - MINUTE
    return Publish(
        told, _event(provider, f"shed-{day}", "load-control", told, (payload,), priority=1, targets=targets)
    )


def _alert(provider: ProviderId, day: date, zone: ZoneInfo, stream: random.Random) -> Publish:
    """A grid emergency, told as it begins."""
    start = _local(day, time(6), zone) + stream.randrange(0, 960) * MINUTE
    end = start + stream.randrange(10, 40) * MINUTE
    text = f"Please use as little as you can until {end.astimezone(zone):%H:%M}."
    payload = Payload(PayloadType.ALERT_GRID_EMERGENCY, Interval(start, end), 1.0, text)
    return Publish(start, _event(provider, f"alert-{day}", "grid-alerts", start, (payload,), priority=0))


def _afterwards(first: Publish, fate: float, when: float) -> Iterator[Notice]:
    """A new version while it holds, or the end of it."""
    (payload,) = first.event.payloads
    span = payload.interval
    at = first.at + timedelta(seconds=round((span.end - first.at).total_seconds() * (0.2 + 0.6 * when)))
    if fate < TAKEN_BACK:
        yield TakeBack(at, first.event.provider, first.event.id)
    elif fate < TAKEN_BACK + CHANGED:
        longer = replace(payload, interval=Interval(span.start, span.end + 15 * MINUTE))
        if payload.type is PayloadType.IMPORT_CAPACITY_LIMIT:
            longer = replace(longer, value=max(1000.0, payload.value - 500.0))
        yield Publish(at, replace(first.event, modified_at=at, payloads=(longer,)))


def _event(
    provider: ProviderId,
    name: str,
    program: str,
    at: datetime,
    payloads: tuple[Payload, ...],
    currency: str = "",
    *,
    priority: int | None = None,
    targets: tuple[str, ...] = (),
) -> Event:
    return Event(
        id=EventId(name),
        provider=provider,
        program_id=ProgramId(program),
        name=name,
        modified_at=at,
        payloads=payloads,
        priority=priority,
        targets=targets,
        currency=currency,
    )
