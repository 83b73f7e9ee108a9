"""Events of a service provider in our own units, as every later room sees them.

The adapter that received an event has already applied its time rules (defaults, follow-on
intervals, "now") and converted units; what could not be understood is named in ``ignored``.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from drrouter.domain.ids import EventId, ProgramId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.report import NO_GRID, Grid, ReportAsk


class PayloadType(StrEnum):
    """What a payload says; names as in OpenADR 3.1, Definition, "Enumerations"."""

    PRICE = "PRICE"
    PRICE_ALTERNATE = "PRICE_ALTERNATE"
    EXPORT_PRICE = "EXPORT_PRICE"
    GHG = "GHG"
    IMPORT_CAPACITY_LIMIT = "IMPORT_CAPACITY_LIMIT"
    EXPORT_CAPACITY_LIMIT = "EXPORT_CAPACITY_LIMIT"
    IMPORT_CAPACITY_SUBSCRIPTION = "IMPORT_CAPACITY_SUBSCRIPTION"
    IMPORT_CAPACITY_RESERVATION = "IMPORT_CAPACITY_RESERVATION"
    IMPORT_CAPACITY_RESERVATION_FEE = "IMPORT_CAPACITY_RESERVATION_FEE"
    IMPORT_CAPACITY_AVAILABLE = "IMPORT_CAPACITY_AVAILABLE"
    IMPORT_CAPACITY_AVAILABLE_PRICE = "IMPORT_CAPACITY_AVAILABLE_PRICE"
    EXPORT_CAPACITY_SUBSCRIPTION = "EXPORT_CAPACITY_SUBSCRIPTION"
    EXPORT_CAPACITY_RESERVATION = "EXPORT_CAPACITY_RESERVATION"
    EXPORT_CAPACITY_RESERVATION_FEE = "EXPORT_CAPACITY_RESERVATION_FEE"
    EXPORT_CAPACITY_AVAILABLE = "EXPORT_CAPACITY_AVAILABLE"
    EXPORT_CAPACITY_AVAILABLE_PRICE = "EXPORT_CAPACITY_AVAILABLE_PRICE"
    SIMPLE = "SIMPLE"
    CONTROL_LEVEL_OFFSET = "CONTROL_LEVEL_OFFSET"
    CONTROL_LEVEL_OFFSET_PERCENT = "CONTROL_LEVEL_OFFSET_PERCENT"
    OLS = "OLS"
    DISPATCH_SETPOINT = "DISPATCH_SETPOINT"
    DISPATCH_SETPOINT_RELATIVE = "DISPATCH_SETPOINT_RELATIVE"
    CHARGE_STATE_SETPOINT = "CHARGE_STATE_SETPOINT"
    CONTROL_SETPOINT = "CONTROL_SETPOINT"
    DISPATCH_INSTRUCTION = "DISPATCH_INSTRUCTION"
    CURVE = "CURVE"
    ALERT_GRID_EMERGENCY = "ALERT_GRID_EMERGENCY"
    ALERT_BLACK_START = "ALERT_BLACK_START"
    ALERT_POSSIBLE_OUTAGE = "ALERT_POSSIBLE_OUTAGE"
    ALERT_FLEX_ALERT = "ALERT_FLEX_ALERT"
    ALERT_FIRE = "ALERT_FIRE"
    ALERT_FREEZING = "ALERT_FREEZING"
    ALERT_WIND = "ALERT_WIND"
    ALERT_TSUNAMI = "ALERT_TSUNAMI"
    ALERT_AIR_QUALITY = "ALERT_AIR_QUALITY"
    ALERT_OTHER = "ALERT_OTHER"
    CTA2045_REBOOT = "CTA2045_REBOOT"
    CTA2045_SET_OVERRIDE_STATUS = "CTA2045_SET_OVERRIDE_STATUS"


@dataclass(frozen=True, slots=True)
class Payload:
    """One value over one interval.

    ``value`` is money per kWh for prices, g/kWh for GHG, W for limits, capacities and set-points, money per
    kW for fees of capacity, 0..3 for SIMPLE, -10..10 and -1..1 for offsets, 0..1 for OLS, and the state of
    charge by ``unit``. Of an alert it is 1, and its words are in ``text`` (shown as text only: it is hostile
    until shown); instructions in words stand there, too.

    Attributes:
        unit: ``PERCENT`` or ``WH`` for CHARGE_STATE_SETPOINT, as it came for CONTROL_SETPOINT, else empty.
        curve: the points (x, y) of a CURVE.
    """

    type: PayloadType
    interval: Interval
    value: float
    text: str = ""
    unit: str = ""
    curve: tuple[tuple[float, float], ...] = ()


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
        asks: the reports that it asks for, on the intervals of ``grid``.
        received_at: when this version was first read.
        beyond: payload types that its provider may not send; what it said of them is not among the payloads.
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
    asks: tuple[ReportAsk, ...] = ()
    grid: Grid = NO_GRID
    received_at: datetime | None = None
    beyond: tuple[PayloadType, ...] = ()

    @property
    def version(self) -> str:
        """What tells two versions of the same event apart."""
        return self.modified_at.isoformat()

    def ends_before(self, instant: datetime) -> bool:
        """Whether every payload is over by then, and no report is owed."""
        if self.asks and not self.payloads:
            last = self.grid.slot((self.grid.size or 0) - 1)
            return bool(self.grid.slots) and last is not None and last[1].end <= instant
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

    def moved(self, by: timedelta) -> "Event":
        """The same event, so much later."""
        if not by:
            return self
        payloads = tuple(replace(one, interval=one.interval.moved(by)) for one in self.payloads)
        slots = tuple((slot_id, slot.moved(by)) for slot_id, slot in self.grid.slots)
        until = self.grid.until and self.grid.until + by
        return replace(
            self,
            payloads=payloads,
            grid=replace(self.grid, slots=slots, until=until),
            known_until=self.known_until and self.known_until + by,
            received_at=self.received_at and self.received_at + by,
        )

    def of(self, *types: PayloadType) -> tuple[Payload, ...]:
        """Its payloads of these types."""
        return tuple(payload for payload in self.payloads if payload.type in types)
