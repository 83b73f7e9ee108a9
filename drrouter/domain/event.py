"""Events of a service provider in our own units, as every later room sees them.

The adapter that received an event has already applied its time rules (defaults, follow-on
intervals, "now") and converted units; what could not be understood is named in ``ignored``.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drrouter.domain.ids import EventId, ProgramId, ProviderId
from drrouter.domain.interval import Interval


class PayloadType(StrEnum):
    """What a payload says; names as in OpenADR 3.1, Definition, "Enumerations"."""

    PRICE = "PRICE"
    EXPORT_PRICE = "EXPORT_PRICE"
    GHG = "GHG"
    IMPORT_CAPACITY_LIMIT = "IMPORT_CAPACITY_LIMIT"
    SIMPLE = "SIMPLE"
    ALERT_GRID_EMERGENCY = "ALERT_GRID_EMERGENCY"


@dataclass(frozen=True, slots=True)
class Payload:
    """One value over one interval.

    ``value`` is money per kWh for prices, g/kWh for GHG, W for limits, 0..3 for SIMPLE and
    1 for an alert, whose words are in ``text`` (shown as text only: it is hostile until shown).
    """

    type: PayloadType
    interval: Interval
    value: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One version of one event.

    Attributes:
        targets: names of groups, resources or VENs; empty means the whole site.
        priority: 0 is highest, None lowest (OpenADR 3.1, Definition, "priority").
        currency: ISO 4217 of its prices, empty where it has none.
        ignored: sentences about parts that were not understood.
        known_until: how far an event that goes on and on has been read; None where to its end. The same
            version comes again, and reaches farther, before that instant.
        fingerprint: of all that the provider said, dates too; empty where it is not known.
    """

    id: EventId
    provider: ProviderId
    program_id: ProgramId
    name: str
    modified_at: datetime
    payloads: tuple[Payload, ...]
    priority: int | None = None
    targets: tuple[str, ...] = ()
    currency: str = ""
    ignored: tuple[str, ...] = ()
    known_until: datetime | None = None
    fingerprint: str = ""

    @property
    def version(self) -> str:
        """What tells two versions of the same event apart."""
        return self.modified_at.isoformat()

    def ends_before(self, instant: datetime) -> bool:
        """Whether every payload is over by then."""
        return all(payload.interval.end <= instant for payload in self.payloads)

    def repeats(self, known: "Event") -> bool:
        """Whether it says what is known already, whatever its date."""
        if self.fingerprint and known.fingerprint:
            return self.fingerprint == known.fingerprint
        return self.version == known.version

    def reaches_beyond(self, known: "Event") -> bool:
        """Whether it was read farther than ``known``, which it repeats."""
        if known.known_until is None:
            return False
        return self.known_until is None or self.known_until > known.known_until

    def of(self, *types: PayloadType) -> tuple[Payload, ...]:
        """Its payloads of these types."""
        return tuple(payload for payload in self.payloads if payload.type in types)
