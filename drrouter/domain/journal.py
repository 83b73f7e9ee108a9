"""The decision journal: what the router did and why, for the homeowner."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from drrouter.domain.ids import DeviceId, EventId
from drrouter.domain.plan import Reason
from drrouter.domain.said import carry


class JournalKind(StrEnum):
    """What happened."""

    STARTED = "started"
    EVENT_ACCEPTED = "event_accepted"
    EVENT_CANCELLED = "event_cancelled"
    LINK = "link"
    PLAN = "plan"
    SETPOINT = "setpoint"
    REFUSED = "refused"
    CYCLE = "cycle"
    WISH = "wish"
    OVERRIDE = "override"
    COMMITMENT = "commitment"
    DEVICE = "device"
    LIMIT = "limit"
    OFFLINE = "offline"
    DATA = "data"
    ALARM = "alarm"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One decision with its reason; every plan and every setpoint names both rungs in ``data``.

    Attributes:
        sentence_said: the sentence as a code with values; None in entries of older releases.
    """

    at: datetime
    kind: JournalKind
    sentence: str
    device_id: DeviceId | None = None
    event_id: EventId | None = None
    data: dict[str, float | str | bool | None] = field(default_factory=dict)
    sentence_said: Reason | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """The sentence carries its reason."""
        carry(self, "sentence")
