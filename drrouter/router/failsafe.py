"""When a provider's failsafe limit is in force: a pure function of when it was heard.

    heard       x  x  x                     x    x    x    x
                      |<- heartbeat ->|<----- at least duration ---->|
    in force                          |==============================|
    a fresh limit after the return             x ends it at once: |==| only so long

Keeping what is known up to date, and saying it, is left to ``failsafes``.

Interpretation: a limit is fresh where it is a new version of an event and came after the provider was heard
again; that it still lists an old one does not tell that it knows of the silence. A provider that falls silent
again while its failsafe is in force begins the least time anew. While it stays silent the failsafe stays, for
nothing says that the grid can bear more, unless the home file says that it ends (``until_heard = false``, as
the peers of EEBUS do).

Source: facts on the uplink, point 43; EEBUS "Limitation of power consumption", failsafe state.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.ids import DeviceId


@dataclass(frozen=True, slots=True)
class Failsafe:
    """What holds of a provider that is silent for too long.

    Attributes:
        heartbeat: how long it may be silent.
        duration: how long the failsafe is in force at least.
        limit_w: the most that may be taken from the grid then, in W; None: as much as ever.
        export_limit_w: the most that may be fed in then, in W; None: as much as ever.
        members: the devices that it binds; none named means the site.
        until_heard: whether it stays in force until the provider is heard again.
    """

    heartbeat: timedelta
    duration: timedelta
    limit_w: float | None = None
    export_limit_w: float | None = None
    members: tuple[DeviceId, ...] = ()
    until_heard: bool = True


@dataclass(frozen=True, slots=True)
class Guarding:
    """How a failsafe stands at an instant.

    Attributes:
        since: when it came into force; None where it is not in force.
        until: when it will leave if things stay as they are; None where it is not in force, or stays.
        changes_at: the next instant at which time alone changes this; None where none is in sight.
    """

    since: datetime | None = None
    until: datetime | None = None
    changes_at: datetime | None = None


def guarding_of(
    failsafe: Failsafe,
    heard_at: datetime,
    limit_at: datetime | None,
    since: datetime | None,
    now: datetime,
) -> Guarding:
    """How the failsafe stands now.

    Args:
        failsafe: of the provider.
        heard_at: when it was heard last.
        limit_at: when it sent a fresh limit last; None where it never did.
        since: when the failsafe came into force, as far as is known; None where it was not in force.
        now: the instant.
    """
    due = heard_at + failsafe.heartbeat
    if since is not None and heard_at > since and due > now:
        is_fresh = limit_at is not None and limit_at > since
        until = since + failsafe.duration
        if is_fresh or until <= now:
            return Guarding(changes_at=due)
        return Guarding(since, until, min(until, due))
    began = since if since is not None and heard_at <= since else due
    if began > now:
        return Guarding(changes_at=began)
    if failsafe.until_heard:
        return Guarding(began)
    until = began + failsafe.duration
    return Guarding(began, until, until) if until > now else Guarding()
