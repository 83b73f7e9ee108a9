"""How fresh what is known of a provider is: a pure function of when it was heard and what it said.

    heard                x
    link lost               (or its second poll in a row is overdue)
    state        fresh ->|--| ageing ------| stale -----------------| failsafe
                                           (ten polls overdue, or its newest price is over)

While nothing comes, the state only gets worse: each begins at an instant that is stated beforehand. Prices
and orders that are known hold to their end in all of them; from the failsafe on, what the provider set
for its silence holds beside them.

Source: facts on the uplink, 5, "Offline". Interpretation: the times are multiples of the time between two
polls, since a feed that is asked daily is as fresh after an hour as one that is asked each minute at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from drrouter.domain.plan import Reason
from drrouter.domain.said import carry, said
from drrouter.router.local import clock_time

OVERDUE_POLLS = 2
"""After so many times between polls without a word, what is known ages: one late answer is none."""

MISSED_POLLS = 10
"""After so many it is stale."""

LEAST = timedelta(minutes=1)
"""A time between polls that is shorter counts as this."""


class FeedState(StrEnum):
    """How far what is known of a provider can be trusted, best first."""

    FRESH = "fresh"
    AGEING = "ageing"
    STALE = "stale"
    FAILSAFE = "failsafe"


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh a feed is at an instant, with the instants at which that changes if nothing comes.

    Attributes:
        since: when this state began.
        heard_at: when the provider was heard last; None where it was not since the start.
        ageing_at, stale_at: when it is no longer fresh, and when stale.
        failsafe_at: when what it programmed for its silence is in force; None where it does not come.
        data_until: the end of its newest price; None where prices of it do not count.
        sentence: the same for the owner.
    """

    state: FeedState
    since: datetime
    heard_at: datetime | None
    ageing_at: datetime
    stale_at: datetime
    failsafe_at: datetime | None = None
    data_until: datetime | None = None
    sentence: str = ""
    sentence_said: Reason | None = None

    def __post_init__(self) -> None:
        """The sentence carries its reason."""
        carry(self, "sentence")


def freshness_at(
    now: datetime,
    silent_since: datetime,
    heard_at: datetime | None,
    poll: timedelta,
    *,
    lost: bool = False,
    data_until: datetime | None = None,
    failsafe_at: datetime | None = None,
) -> Freshness:
    """How fresh a feed is.

    Args:
        now: the instant.
        silent_since: since when nothing was heard: the last word, or the start of the router.
        heard_at: the last word; None where there was none since the start.
        poll: the time between two looks.
        lost: whether the last look failed.
        data_until: the end of its newest price, where prices of it count.
        failsafe_at: when its offline profile or failsafe limit comes, or came, into force.
    """
    poll = max(poll, LEAST)
    known = heard_at is not None and not lost
    stale_at = silent_since + MISSED_POLLS * poll
    if data_until is not None:
        stale_at = max(min(stale_at, data_until), silent_since)
    ageing_at = min(silent_since + OVERDUE_POLLS * poll if known else silent_since, stale_at)
    edges = [(ageing_at, FeedState.AGEING), (stale_at, FeedState.STALE)]
    if failsafe_at is not None:
        edges.append((failsafe_at, FeedState.FAILSAFE))
    begun = [(edge, state) for edge, state in edges if edge <= now]
    since, state = begun[-1] if begun else (silent_since, FeedState.FRESH)
    return Freshness(state, since, heard_at, ageing_at, stale_at, failsafe_at, data_until)


def sentence_of(feed: Freshness, provider: str, zone: ZoneInfo) -> str:
    """How fresh it is, in words."""
    heard = said("feed.not_heard")
    if feed.heard_at:
        heard = said("feed.heard", at=clock_time(feed.heard_at, zone))
    since = clock_time(feed.since, zone)
    match feed.state:
        case FeedState.FRESH:
            return said("feed.fresh", heard, provider=provider)
        case FeedState.AGEING:
            stale = clock_time(feed.stale_at, zone)
            return said("feed.ages", heard, provider=provider, since=since, stale=stale)
        case FeedState.STALE:
            over = feed.data_until is not None and feed.data_until <= feed.stale_at
            why = said("feed.price_out", heard) if over and feed.heard_at else heard
            return said("feed.stale", why, provider=provider, since=since)
        case FeedState.FAILSAFE:
            return said("feed.failsafe", heard, provider=provider, since=since)
