"""When each provider was heard last, and when it last ordered a limit: what silence is measured by.

Everything valid that comes of a provider counts, and only that: a link that opens and says nothing does not.
"""

from datetime import datetime, timedelta

from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import ProviderId
from drrouter.domain.signal import EventCancelled, EventReceived, EventsComplete, Heard, LinkChanged, Signal

CAPACITY_LIMITS = (PayloadType.IMPORT_CAPACITY_LIMIT, PayloadType.EXPORT_CAPACITY_LIMIT)


class Hearing:
    """Of all providers; the intake tells it, whoever watches for silence asks it.

    Attributes:
        heard_at: when each provider was heard last since the start.
        limit_at: when each last sent a new version of an event with a limit of capacity.
        awaited: the providers whose next word is worth a look at once.
    """

    def __init__(self) -> None:
        """Nobody was heard yet."""
        self.heard_at: dict[ProviderId, datetime] = {}
        self.limit_at: dict[ProviderId, datetime] = {}
        self.awaited: set[ProviderId] = set()

    def take(self, signal: Signal, now: datetime) -> bool:
        """A signal came in: its provider lives, unless the signal says that it does not.

        Returns:
            Whether this word was awaited.
        """
        match signal:
            case EventReceived(event):
                return self._heard(event.provider, now)
            case EventCancelled() | EventsComplete() | Heard() | LinkChanged(up=True):
                return self._heard(signal.provider, now)
            case LinkChanged():
                return False

    def ordered(self, event: Event, now: datetime) -> None:
        """A new version of an event is in force."""
        if event.of(*CAPACITY_LIMITS):
            self.limit_at[event.provider] = now

    def move_back(self, provider: ProviderId, by: timedelta) -> None:
        """Count what was heard as heard earlier, as after the machine's clock was set back."""
        for heard in (self.heard_at, self.limit_at):
            if provider in heard:
                heard[provider] -= by

    def _heard(self, provider: ProviderId, now: datetime) -> bool:
        self.heard_at[provider] = now
        was_awaited = provider in self.awaited
        self.awaited.discard(provider)
        return was_awaited
