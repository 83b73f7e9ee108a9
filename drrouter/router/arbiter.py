"""Who holds where providers want different things: found in the timeline, and said to the owner once.

    limit      above  emergency alert, shed  above  set-point  above  prices       DESIGN, "Precedence"
    limit      and    limit        the tighter holds
    shed       and    shed         the higher level holds
    set-point  and    set-point    a power before a change of power before a level; of equals the lower
    price      and    price        of the same part: the provider that the home file names first
    CO2        and    CO2          the provider that the home file names first

What is said here is done by others: the guard (limits, alerts, sheds), ``directed`` (set-points) and
``price_parts`` (prices). Events of one provider are no conflict: its own priorities settle them. Both sides
are named for the owner's eyes alone; what a provider is told of its own events stands in ``outcomes``.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from itertools import combinations, islice, pairwise
from zoneinfo import ZoneInfo

from drrouter.domain.event import PayloadType
from drrouter.domain.ids import DeviceId, EventId, EventKey, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.mandate import Mandates
from drrouter.domain.price_parts import in_order, ranked
from drrouter.domain.said import said
from drrouter.domain.timeline import Order, Timeline
from drrouter.ports import Change, Collection, Note, Put
from drrouter.router.directed import RANK
from drrouter.router.local import clock_time
from drrouter.router.scribe import Scribe

MOST_PAIRS = 20_000
MOST_SHOWN = 100
"""So many overlaps are looked at, and so many conflicts shown; a flood is told of by its first ones."""

KEPT = "arbiter"
"""Under which the conflicts that the owner was told of stand among the settings of the store."""

Sheds = Callable[[DeviceId, float], bool]
"""Whether a device is shed at a level."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two providers want different things at the same time.

    Attributes:
        interval: while both hold.
        winner, loser: the events.
        sentence: who holds, and by which rule.
        topic: of one that goes on through many events, such as two prices; it is told once for all of them.
    """

    interval: Interval
    winner: EventKey
    loser: EventKey
    sentence: str
    topic: str = ""

    @property
    def key(self) -> str:
        """The same for the same conflict, whenever it is found."""
        return self.topic or "|".join((*self.winner, *self.loser, self.sentence))

    def concerns(self, provider: ProviderId) -> bool:
        """Whether the provider is one of the two."""
        return provider in (self.winner[0], self.loser[0])


class _Rank(IntEnum):
    """The smaller stands above."""

    LIMIT = 0
    FEED_IN = 1
    ALERT = 2
    SHED = 3
    SETPOINT = 4


@dataclass(frozen=True, slots=True)
class _Claim:
    """What an event wants for a time."""

    interval: Interval
    key: EventKey
    rank: _Rank
    value: float
    members: tuple[DeviceId, ...]
    kind: PayloadType | None = None

    @property
    def words(self) -> str:
        """As it stands in a sentence: "grid's limit of 3 kW"."""
        provider, kw = self.key[0], round(self.value / 1000, 3)
        match self.rank:
            case _Rank.LIMIT:
                return said("conflict.limit", provider=provider, power_kw=kw)
            case _Rank.FEED_IN:
                return said("conflict.feed_in", provider=provider, power_kw=kw)
            case _Rank.ALERT:
                return said("conflict.alert", provider=provider)
            case _Rank.SHED:
                return said("conflict.shed", provider=provider, level=self.value)
            case _Rank.SETPOINT if self.kind is PayloadType.CHARGE_STATE_SETPOINT:
                return said("conflict.charge", provider=provider, charge=self.value)
            case _Rank.SETPOINT:
                is_change = self.kind is PayloadType.DISPATCH_SETPOINT_RELATIVE
                return said(
                    "conflict.change" if is_change else "conflict.setpoint", provider=provider, power_kw=kw
                )


def conflicts_of(
    timeline: Timeline, mandates: Mandates, now: datetime, sheds: Sheds = lambda *_: True
) -> tuple[Conflict, ...]:
    """Every conflict that is not over, in the order of time.

    Args:
        timeline: what holds.
        mandates: the providers in the order of the home file, for the rule on prices.
        now: what ended before is left out.
        sheds: whether a device is shed at a level.
    """
    claims = [claim for claim in _claims(timeline) if claim.interval.end > now]
    found = [judged for pair in islice(_overlaps(claims), MOST_PAIRS) if (judged := _judged(*pair, sheds))]
    found += _price_conflicts(timeline, mandates, now)
    first: dict[str, Conflict] = {}
    for conflict in sorted(found, key=lambda one: (one.interval.start, one.key)):
        first.setdefault(conflict.key, conflict)
    return tuple(islice(first.values(), MOST_SHOWN))


def told_without(provider: ProviderId, told: Iterable[object]) -> list[str]:
    """What the owner was told of, without what may be about the provider; it would be told again at worst."""
    return [one for one in map(str, told) if provider not in one]


class Arbiter:
    """Remembers the conflicts of the present timeline, and which of them the owner was told of."""

    def __init__(self, mandates: Mandates, zone: ZoneInfo, sheds: Sheds, kept: object = None) -> None:
        """``kept`` is what an earlier run put into the settings."""
        self._mandates, self._zone, self._sheds = mandates, zone, sheds
        self._told = dict.fromkeys(map(str, kept)) if isinstance(kept, list) else {}
        self._timeline: Timeline | None = None
        self._conflicts: tuple[Conflict, ...] = ()

    def forget(self, provider: ProviderId) -> None:
        """The home has left the provider: nobody was told of its conflicts."""
        self._told = dict.fromkeys(told_without(provider, self._told))

    def standing(self, now: datetime) -> tuple[Conflict, ...]:
        """The conflicts that are not over."""
        return tuple(one for one in self._conflicts if one.interval.end > now)

    def note(self, timeline: Timeline, now: datetime, scribe: Scribe) -> None:
        """Find the conflicts of a new timeline, and let the scribe write what the owner was not told of."""
        if changes := self.look(timeline, now):
            scribe.keep(*changes)

    def look(self, timeline: Timeline, now: datetime) -> tuple[Change, ...]:
        """Find the conflicts of a new timeline; what the owner was not told of is to be noted and kept."""
        if timeline is self._timeline:
            return ()
        self._timeline = timeline
        self._conflicts = conflicts_of(timeline, self._mandates, now, self._sheds)
        fresh = [one for one in self._conflicts if one.key not in self._told]
        if not fresh:
            return ()
        self._told |= dict.fromkeys(one.key for one in fresh)
        self._told = dict.fromkeys(list(self._told)[-2 * MOST_SHOWN :])
        notes = [Note(self._entry(one, now)) for one in fresh]
        return (*notes, Put(Collection.SETTINGS, KEPT, list(self._told)))

    def _entry(self, one: Conflict, now: datetime) -> JournalEntry:
        since, until = (clock_time(at, self._zone) for at in (one.interval.start, one.interval.end))
        sentence = said("conflict.when", one.sentence, since=since, until=until)
        return JournalEntry(now, JournalKind.CONFLICT, sentence, event_id=one.winner[1])


def _claims(timeline: Timeline) -> Iterator[_Claim]:
    """All that can be in each other's way."""
    for rank, limits in ((_Rank.LIMIT, timeline.limits), (_Rank.FEED_IN, timeline.export_limits)):
        for limit in limits:
            if limit.provider and limit.event_id:
                key = limit.provider, limit.event_id
                yield _Claim(limit.interval, key, rank, limit.effective_w, limit.members)
    orders = ((_Rank.ALERT, timeline.alerts), (_Rank.SHED, timeline.sheds))
    for rank, some in (*orders, (_Rank.SETPOINT, timeline.setpoints)):
        for order in some:
            if order.members or rank is not _Rank.SETPOINT:  # a set-point that names no device moves none
                yield _of(order, rank)


def _of(order: Order, rank: _Rank) -> _Claim:
    return _Claim(
        order.interval, (order.provider, order.event_id), rank, order.value, order.members, order.kind
    )


def _overlaps(claims: Sequence[_Claim]) -> Iterator[tuple[_Claim, _Claim]]:
    """Every two of different providers that hold at the same time; the one of higher rank first."""
    running: dict[ProviderId, list[tuple[datetime, int]]] = {}
    claims = sorted(claims, key=lambda one: (one.interval.start, one.key, one.rank, one.value, one.members))
    for number, claim in enumerate(claims):
        for ends in (ends for provider, ends in running.items() if provider != claim.key[0]):
            while ends and ends[0][0] <= claim.interval.start:
                heapq.heappop(ends)
            for _, other in ends:
                one, two = sorted((claims[other], claim), key=lambda each: (each.rank, each.key))
                yield one, two
        heapq.heappush(running.setdefault(claim.key[0], []), (claim.interval.end, number))


def _judged(upper: _Claim, lower: _Claim, sheds: Sheds) -> Conflict | None:
    """Who holds; None where both can have their way."""
    common = upper.interval.overlap(lower.interval)
    if common is None or not _meet(upper.members, lower.members):
        return None
    if upper.rank is lower.rank:
        return _among_equals(upper, lower, common)
    if lower.rank is not _Rank.SETPOINT or not _stands_against(upper, lower, sheds):
        return None
    one, two = upper.words, lower.words
    sentence = said("conflict.over_limit", one, two)
    if upper.rank is _Rank.ALERT:
        sentence = said("conflict.over_alert", one, two)
    elif upper.rank is _Rank.SHED:
        sentence = said("conflict.over_shed", one, two)
    return Conflict(common, upper.key, lower.key, sentence)


def _among_equals(one: _Claim, two: _Claim, common: Interval) -> Conflict | None:
    """Two orders of the same kind."""
    if one.rank is _Rank.SETPOINT:
        if (one.kind, one.value) == (two.kind, two.value):
            return None
        one, two = sorted((one, two), key=_setpoint_rank)
        return Conflict(common, one.key, two.key, said("conflict.lower", one.words, two.words))
    if one.rank is _Rank.ALERT or one.value == two.value or one.members != two.members:
        return None
    if one.rank is _Rank.SHED:
        one, two = sorted((one, two), key=lambda each: -each.value)
        return Conflict(common, one.key, two.key, said("conflict.higher", one.words, two.words))
    one, two = sorted((one, two), key=lambda each: each.value)
    return Conflict(common, one.key, two.key, said("conflict.tighter", one.words, two.words))


def _setpoint_rank(claim: _Claim) -> tuple[int, float, EventKey]:
    return RANK.index(claim.kind or RANK[0]), claim.value, claim.key


def _stands_against(upper: _Claim, setpoint: _Claim, sheds: Sheds) -> bool:
    """Whether a set-point asks for what an order of higher rank does not leave it."""
    is_power = setpoint.kind is PayloadType.DISPATCH_SETPOINT
    match upper.rank:
        case _Rank.LIMIT:
            return is_power and setpoint.value > upper.value
        case _Rank.FEED_IN:
            return is_power and -setpoint.value > upper.value
        case _Rank.SHED if not any(sheds(member, upper.value) for member in setpoint.members):
            return False
        case _:
            return setpoint.value > 0


def _meet(some: tuple[DeviceId, ...], others: tuple[DeviceId, ...]) -> bool:
    """Whether both are about the same device; none named is the whole site."""
    return not some or not others or bool(set(some) & set(others))


def _price_conflicts(timeline: Timeline, mandates: Mandates, now: datetime) -> Iterator[Conflict]:
    """Two providers of the same part of a price, or of CO2, that do not say the same."""
    for kind, name in (
        (PayloadType.PRICE, said("conflict.price")),
        (PayloadType.EXPORT_PRICE, said("conflict.export_price")),
        (PayloadType.GHG, said("conflict.co2")),
    ):
        by_provider: dict[ProviderId, list[Order]] = {}
        for order in timeline.in_force.get(kind, ()):
            if not order.members and order.interval.end > now:
                by_provider.setdefault(order.provider, []).append(order)
        for first, second in _rivals(by_provider, mandates, kind):
            if differing := _differing(by_provider[first], by_provider[second]):
                common, one, two = differing
                sentence = said("conflict.first", name, first=first, second=second)
                yield Conflict(common, (first, one), (second, two), sentence, f"{kind}|{first}|{second}")


def _rivals(
    providers: Mapping[ProviderId, object], mandates: Mandates, kind: PayloadType
) -> Iterator[tuple[ProviderId, ProviderId]]:
    """Two of the same part of the price each, the one that holds first."""
    if kind is PayloadType.GHG:
        yield from combinations(in_order(providers, mandates), 2)
        return
    for network in (False, True):
        yield from combinations(ranked(providers, mandates, network=network), 2)


def _differing(some: Iterable[Order], others: Iterable[Order]) -> tuple[Interval, EventId, EventId] | None:
    """The first stretch for which both are known and differ, with the events."""
    left, right = sorted(some, key=_begin), sorted(others, key=_begin)
    edges = sorted({edge for one in (*left, *right) for edge in (one.interval.start, one.interval.end)})
    here = there = 0
    for start, end in pairwise(edges):
        while here < len(left) and left[here].interval.end <= start:
            here += 1
        while there < len(right) and right[there].interval.end <= start:
            there += 1
        if here == len(left) or there == len(right):
            return None
        one, two = left[here], right[there]
        if one.interval.holds(start) and two.interval.holds(start) and one.value != two.value:
            return Interval(start, end), one.event_id, two.event_id
    return None


def _begin(order: Order) -> datetime:
    return order.interval.start
