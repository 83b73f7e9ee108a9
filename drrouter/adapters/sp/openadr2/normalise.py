"""Events of OpenADR 2.0b turned into our own: signals become payloads, durations become intervals.

    signal                                     payload
    SIMPLE level                               SIMPLE, 0 to 3
    ELECTRICITY_PRICE, ENERGY_PRICE price      PRICE, where the item is currencyPerKWh with a currency
    LOAD_DISPATCH setpoint, delta              DISPATCH_SETPOINT, DISPATCH_SETPOINT_RELATIVE, in W
    LOAD_CONTROL x-loadControlCapacity         OLS, 0 to 1
                 x-loadControlLevelOffset      CONTROL_LEVEL_OFFSET
                 x-loadControlPercentOffset    CONTROL_LEVEL_OFFSET_PERCENT
    CHARGE_STATE setpoint                      CHARGE_STATE_SETPOINT, in Wh

Interpretation: OpenADR 3 took these over from 2.0b, and they mean the same in both.

Any other signal is named in ``ignored``. Nothing is guessed: a price without a currency is refused.

The modification number travels in the event's version: ``modified_at`` is when the event was created, in
whole seconds, plus one microsecond a modification. So a later number is a later version, whatever clocks say.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from drrouter.adapters.sp.openadr2.reading import Step, WireEvent, WireSignal
from drrouter.adapters.sp.openadr3.shift import drawn_by
from drrouter.adapters.sp.openadr3.units import Meaning, RefusedPayloadError, meaning, number
from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import EventId, ProgramId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.payload_classes import PRICES

AHEAD = timedelta(days=8)
"""How far an event that has no end is read."""

MOST_NUMBER = 999_999
"""Interpretation: a higher modification number counts as this one."""

_SIGNALS = {
    ("SIMPLE", "level"): PayloadType.SIMPLE,
    ("ELECTRICITY_PRICE", "price"): PayloadType.PRICE,
    ("ENERGY_PRICE", "price"): PayloadType.PRICE,
    ("LOAD_DISPATCH", "setpoint"): PayloadType.DISPATCH_SETPOINT,
    ("LOAD_DISPATCH", "delta"): PayloadType.DISPATCH_SETPOINT_RELATIVE,
    ("LOAD_CONTROL", "x-loadControlCapacity"): PayloadType.OLS,
    ("LOAD_CONTROL", "x-loadControlLevelOffset"): PayloadType.CONTROL_LEVEL_OFFSET,
    ("LOAD_CONTROL", "x-loadControlPercentOffset"): PayloadType.CONTROL_LEVEL_OFFSET_PERCENT,
    ("CHARGE_STATE", "setpoint"): PayloadType.CHARGE_STATE_SETPOINT,
}
_SCALES = {"": 1.0, "none": 1.0, "native": 1.0, "m": 1e-3, "c": 1e-2, "d": 1e-1, "k": 1e3, "M": 1e6, "G": 1e9}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Draws:
    """How this router draws for ``startafter``; prices are facts of the market and stay unless ``prices``."""

    seed: str = ""
    prices: bool = False

    def shift(self, event: WireEvent) -> timedelta:
        """How much later than written the event begins here: the same at every poll and after a restart."""
        kinds = {_SIGNALS.get((signal.name, signal.type)) for signal in event.signals}
        most = event.start_after.after(_LONG_AGO) - _LONG_AGO
        if not most or (kinds <= PRICES and not self.prices):
            return timedelta(0)
        start = event.start.isoformat() if event.start else ""
        return abs(drawn_by(self.seed, event.id)(start, most))


def version_of(event: WireEvent) -> datetime:
    """When this version was made, as far as 2.0b tells: see the head of this room."""
    created = event.created or event.start or _LONG_AGO
    return created.replace(microsecond=0) + timedelta(microseconds=min(event.number, MOST_NUMBER))


def number_in(version: str) -> int:
    """The modification number that a version carries."""
    return datetime.fromisoformat(version).microsecond


def normalise(event: WireEvent, provider: ProviderId, now: datetime, draws: Draws) -> Event:
    """The event in our own units."""
    reader = _Reader(event, now, draws.shift(event))
    payloads = tuple(payload for signal in event.signals for payload in reader.payloads(signal))
    return Event(
        id=EventId(event.id),
        provider=provider,
        program_id=ProgramId(event.market),
        name=event.comment[:100],
        modified_at=version_of(event),
        payloads=payloads,
        priority=event.priority or None,
        targets=event.targets,
        currency=reader.currency,
        ignored=tuple(dict.fromkeys(reader.ignored)),
        known_until=None if event.span else reader.end,
    )


@dataclass(slots=True)
class _Reader:
    """Places the intervals of one event and translates their values."""

    event: WireEvent
    now: datetime
    shift: timedelta
    currency: str = ""
    ignored: list[str] = field(default_factory=list)

    @property
    def begin(self) -> datetime:
        """When it begins here."""
        return (self.event.start or self.now) + self.shift

    @property
    def end(self) -> datetime:
        """When it ends here; without a duration it goes on until it is cancelled (2.0b, 8.1)."""
        begin = self.begin
        return self.event.span.after(begin) if self.event.span else max(begin, self.now) + AHEAD

    def payloads(self, signal: WireSignal) -> Iterator[Payload]:
        """What a signal says."""
        kind = _SIGNALS.get((signal.name, signal.type))
        if kind is None:
            self.ignored.append(f"signal {signal.name[:40]} {signal.type[:40]} is not used")
            return
        try:
            meant = self._meaning(kind, signal)
        except RefusedPayloadError as error:
            self.ignored.append(str(error))
            return
        for interval, step in self._placed(signal):
            try:
                value = number(kind, step.value, meant.factor)
                yield Payload(kind, interval, value, unit=meant.unit)
            except RefusedPayloadError as error:
                self.ignored.append(str(error))

    def _placed(self, signal: WireSignal) -> Iterator[tuple[Interval, Step]]:
        """Each interval where it lies, cut at the end of the event."""
        steps, cursor = self._in_order(signal), self.begin
        for step in steps:
            start = step.start + self.shift if step.start else cursor
            cursor = step.span.after(start) if step.span else self.end
            if start < min(cursor, self.end):
                yield Interval(start, min(cursor, self.end)), step
        if steps and self.event.span and cursor != self.end:
            self.ignored.append(f"the intervals of {signal.name[:40]} do not add up to its active period")

    def _in_order(self, signal: WireSignal) -> list[Step]:
        """By their uids, which number them from 0 (conformance rule 2); else as they are written."""
        uids = [step.uid for step in signal.steps]
        if set(uids) == {str(place) for place in range(len(uids))}:
            return sorted(signal.steps, key=lambda step: int(step.uid))
        self.ignored.append(f"the intervals of {signal.name[:40]} are not numbered from 0")
        return list(signal.steps)

    def _meaning(self, kind: PayloadType, signal: WireSignal) -> Meaning:
        """By what its numbers are multiplied, and in which currency they are."""
        if signal.scale not in _SCALES:
            raise RefusedPayloadError(f"{kind} is refused: its scale {signal.scale[:20]!r} is not used")
        if kind not in PRICES:
            found = meaning(kind, {"units": signal.units})
            return replace(found, factor=found.factor * _SCALES[signal.scale])
        per = {"currencyPerKWh": "KWH"}.get(signal.item, signal.item)
        found = meaning(kind, {"units": per, "currency": signal.units})
        if self.currency not in ("", found.currency):
            raise RefusedPayloadError(f"{kind} is refused: it is in {found.currency}, not {self.currency}")
        self.currency = self.currency or found.currency
        return Meaning(found.factor * _SCALES[signal.scale], found.currency)
