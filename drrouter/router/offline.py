"""When a provider's offline profile is in force, and what that holds back: pure functions of what is known.

    link        up ---------| lost ------------------------------| up
                            |<-- link time-out -->|
    newest price     -------------| out
                                  |<--- data time-out --->|
    mode        live        | waiting             | in force     | live

The profile comes into force at the exact instant at which the first of its time-outs ends, and leaves as soon
as its cause is gone. Keeping what is known up to date is left to ``uplinks``.

Interpretation: a link is lost since the provider answered last, not since the first question that it failed
to answer, so that the time-out is met wherever between two questions the link was cut. A provider whose link
returns has one data time-out to publish new prices, even where the old ones ran out long ago. A profile that
begins to be valid later comes into force then.

Source: TR 102 935, 5.3.1.2 ("when communication links are temporarily down or not activated").
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from drrouter.domain.device import DeviceProfile
from drrouter.domain.flexibility import ModesFlexibility, ProfileFlexibility, RemoteStart, StorageFlexibility
from drrouter.domain.offline import Peak
from drrouter.domain.said import said
from drrouter.router.local import clock_time
from drrouter.tariff import OfflineDocument


class Mode(StrEnum):
    """How a home stands towards one provider."""

    LIVE = "live"
    WAITING = "waiting"
    IN_FORCE = "in_force"


class Cause(StrEnum):
    """What is missing."""

    LINK = "link"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Uplink:
    """What is known of the link to one provider and of its prices.

    Attributes:
        since: when the link came, or when the provider was last heard before it was lost.
        data_until: the end of its newest price; None where it never sent one.
        heard: whether the link was ever reported since the start; before, it counts as lost.
    """

    up: bool
    since: datetime
    data_until: datetime | None = None
    heard: bool = True


@dataclass(frozen=True, slots=True)
class Standing:
    """How the home stands towards one provider at an instant.

    Attributes:
        since: when this mode began.
        cause: what is missing; None while live.
        missing_since: since when.
        due_at: while waiting, when the profile comes into force; None where it does not.
        changes_at: the next instant at which time alone changes this; None where none is in sight.
    """

    mode: Mode
    since: datetime
    cause: Cause | None = None
    missing_since: datetime | None = None
    due_at: datetime | None = None
    changes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Lack:
    """Something missing from ``since`` on, for which the profile comes into force at ``due``."""

    cause: Cause
    since: datetime
    due: datetime | None


def standing_of(uplink: Uplink, profile: OfflineDocument | None, now: datetime) -> Standing:
    """How the home stands towards the provider now.

    Args:
        uplink: what is known of it.
        profile: its offline profile; None where there is none.
        now: the instant.
    """
    lacks = tuple(_lacks(uplink, profile))
    begun = [lack for lack in lacks if lack.since <= now]
    changes_at = _next_edge(lacks, profile, now)
    if not begun:
        return Standing(Mode.LIVE, uplink.since, changes_at=changes_at)
    due = [lack for lack in begun if lack.due and lack.due <= now]
    if profile and due and profile.validity.holds(now):
        first = min(due, key=_due_at)
        since = max(_due_at(first), profile.validity.start)
        return Standing(Mode.IN_FORCE, since, first.cause, first.since, changes_at=changes_at)
    first = min(begun, key=lambda lack: lack.since)
    due_at = _comes_at(lacks, profile, now)
    return Standing(Mode.WAITING, first.since, first.cause, first.since, due_at, changes_at)


def _lacks(uplink: Uplink, profile: OfflineDocument | None) -> Iterator[_Lack]:
    """What is missing, or will be if nothing comes."""
    timeouts = profile.timeouts if profile else None
    if not uplink.up:
        yield _Lack(Cause.LINK, uplink.since, uplink.since + timeouts.link if timeouts else None)
    if uplink.data_until:
        patience = timeouts.data if timeouts else None
        begins = max(uplink.data_until, uplink.since) if uplink.up else uplink.data_until
        yield _Lack(Cause.DATA, uplink.data_until, None if patience is None else begins + patience)


def _next_edge(lacks: Iterable[_Lack], profile: OfflineDocument | None, now: datetime) -> datetime | None:
    """When a lack begins or falls due, or the profile begins or ends to be valid, next."""
    edges: list[datetime | None] = [edge for lack in lacks for edge in (lack.since, lack.due)]
    if profile and lacks:
        edges += [profile.validity.start, profile.validity.end]
    return min((edge for edge in edges if edge and edge > now), default=None)


def _comes_at(lacks: Iterable[_Lack], profile: OfflineDocument | None, now: datetime) -> datetime | None:
    """When the profile comes into force if nothing comes; None where it does not."""
    if profile is None:
        return None
    valid = profile.validity
    instants = (max(lack.due, valid.start) for lack in lacks if lack.due)
    return min((instant for instant in instants if now < instant < valid.end), default=None)


def _due_at(lack: _Lack) -> datetime:
    return lack.due or lack.since


def is_shiftable(profile: DeviceProfile) -> bool:
    """Whether a peak window holds the device back.

    Storages and machines that a command can start can run at another time. A load that comes as it comes is
    curtailed by limits alone. Interpretation: a machine that only its buttons start is a person's act.
    """
    flexibility = profile.flexibility
    if isinstance(flexibility, ProfileFlexibility):
        return flexibility.remote_start is not RemoteStart.NONE
    return isinstance(flexibility, StorageFlexibility | ModesFlexibility)


def held_back(
    profile: DeviceProfile, peaks: Iterable[Peak], now: datetime, cycle: timedelta | None, zone: ZoneInfo
) -> str:
    """Why the device gets no power, in words; empty where no peak window holds it back.

    Args:
        profile: the device.
        peaks: the peak windows in force, past and coming.
        now: the instant.
        cycle: how long the cycle takes that the device would begin now; None where it would begin none.
        zone: of the home, for the words.

    Interpretation: no cycle is begun that would reach into a peak window, since a running one is never cut.
    """
    if not is_shiftable(profile):
        return ""
    for peak in peaks:
        span = peak.interval
        if span.holds(now):
            return said(
                "held.peak", peak.origin, peak.name, provider=peak.provider, until=clock_time(span.end, zone)
            )
        if cycle and now < span.start < now + cycle:
            return said(
                "held.reaches",
                peak.origin,
                peak.name,
                provider=peak.provider,
                since=clock_time(span.start, zone),
            )
    return ""
