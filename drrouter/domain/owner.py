"""The owner's word over the whole home: events that do not count, hands off, and days away.

What the owner says of one device for a while is an ``Override`` (see ``wish``).

Source: TR 102 935, 7.1: the customer has the final word.
"""

from dataclasses import dataclass
from datetime import datetime

from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId, EventId, ProviderId
from drrouter.domain.said import said

_ROLES = {
    "owner": said("by.owner"),
    "resident": said("by.resident"),
    "guest": said("by.guest"),
    "appliance": said("by.appliance"),
    "vacation": said("by.vacation"),
    "clock": said("by.clock"),
}


def called(by: str) -> str:
    """Whoever decided, as a sentence says it: a role with its article, a person by the name alone.

    >>> called("owner"), called("owner kitchen"), called("Anna")
    ('the owner', 'the owner kitchen', 'Anna')
    """
    role, _, name = by.partition(" ")
    if role not in _ROLES:
        return by
    return said("by.named", _ROLES[role], name=name) if name else _ROLES[role]


@dataclass(frozen=True, slots=True)
class OptOut:
    """Orders of providers that do not count until then; what is left out means every one.

    Attributes:
        until: when orders count again.
        provider, event_id: whose, and which of its events.
        device_id: the device that is taken out; None for the whole home.
        by: who says so.

    Raises:
        ValueError: an event without its provider.
    """

    until: datetime
    provider: ProviderId | None = None
    event_id: EventId | None = None
    device_id: DeviceId | None = None
    by: str = "owner"

    def __post_init__(self) -> None:
        """Two providers may use the same id for an event."""
        if self.event_id is not None and self.provider is None:
            raise ValueError("an opt-out of one event names its provider")

    @property
    def id(self) -> str:
        """What it is about; the same again replaces it."""
        parts = (self.provider, self.event_id, self.device_id)
        return ":".join("*" if part is None else _plain(part) for part in parts)

    def means(self, event: Event) -> bool:
        """Whether the event is one of those that do not count."""
        return self.provider in (None, event.provider) and self.event_id in (None, event.id)


def _plain(part: str) -> str:
    """A part without the characters that stand between and for parts, nor those that divide a path."""
    for character in "%:*/":
        part = part.replace(character, f"%{ord(character):02X}")
    return part


@dataclass(frozen=True, slots=True)
class HandsOff:
    """The router steers nothing and tells its devices nothing; every device is as it would be without it.

    Attributes:
        until: when it steers again by itself; None: when it is told to.
    """

    since: datetime
    until: datetime | None = None
    by: str = "owner"


@dataclass(frozen=True, slots=True)
class Vacation:
    """Nobody is at home from start to end.

    Attributes:
        begun: whether what follows from it was done.

    Raises:
        ValueError: it ends before it starts.
    """

    start: datetime
    end: datetime
    by: str = "owner"
    begun: bool = False

    def __post_init__(self) -> None:
        """Refuse an empty time."""
        if self.end <= self.start:
            raise ValueError("a vacation ends after it starts")

    def holds(self, instant: datetime) -> bool:
        """Whether nobody is at home then."""
        return self.start <= instant < self.end


OwnerWord = OptOut | HandsOff | Vacation
