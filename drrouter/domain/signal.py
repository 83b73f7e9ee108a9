"""What comes in from a service provider, and what goes back to it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId, EventId, ProgramId, ProviderId
from drrouter.domain.report import ReportBody


@dataclass(frozen=True, slots=True)
class Opaque:
    """A part of an event that the router does not interpret, and keeps as it came.

    Attributes:
        type: of the payload, as the provider calls it.
    """

    type: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class EventReceived:
    """A new or changed event, and all that came with it and is only kept."""

    event: Event
    opaque: tuple[Opaque, ...] = ()


@dataclass(frozen=True, slots=True)
class EventCancelled:
    """The provider took the event back."""

    provider: ProviderId
    event_id: EventId
    at: datetime


@dataclass(frozen=True, slots=True)
class EventsComplete:
    """A complete, successful poll saw exactly these; any other of this provider is cancelled.

    A failed or partial poll never sends this (OpenADR 3.1 User Guide 7.9; facts, point 20).
    """

    provider: ProviderId
    event_ids: frozenset[EventId]
    at: datetime


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The link to the provider came or went.

    Attributes:
        at: when this showed.
        heard_at: where the link went, when the provider answered last; None where it never did, or where
            that is not known.
    """

    provider: ProviderId
    up: bool
    sentence: str
    at: datetime
    heard_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """The provider answered, and its answer brought nothing new: it lives, and that is all."""

    provider: ProviderId
    at: datetime


Signal = EventReceived | EventCancelled | EventsComplete | LinkChanged | Heard


NOTHING = "nothing"
"""What a receipt names as ``obeyed`` where its provider may send no part of the event."""


class MessageKind(StrEnum):
    """What we tell a provider about one of its events."""

    RECEIPT = "receipt"
    OPTED_OUT = "opted_out"
    IMPOSSIBLE = "impossible"
    STARTED = "started"
    DONE = "done"
    REPORT = "report"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One message to a provider, kept until it was delivered; ``id`` makes it idempotent.

    Attributes:
        member: for a group order, the device that this acknowledgement is for.
        payloads: report payloads, by name.
        report: what a report says that the provider asked for.
        late: whether it comes long after it was written; known when it is sent.
    """

    id: str
    provider: ProviderId
    kind: MessageKind
    event_id: EventId
    event_version: str
    program_id: ProgramId
    created_at: datetime
    member: DeviceId | None = None
    payloads: dict[str, float | str] = field(default_factory=dict)
    report: ReportBody | None = None
    late: bool = False
