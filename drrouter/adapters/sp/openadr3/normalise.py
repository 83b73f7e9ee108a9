"""Turns a wire event, with its program, into a domain event in our own units; pure, and total on garbage.

    wire event ──> timing.place ──> payloads per interval ──> units.meaning ──> Event
    program    ──> descriptors where the event has none ──────────^

What is not understood is left out and named in ``Event.ignored``; the rest of the event works.
Reading bytes, and deciding which version is news, is left to the neighbours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drrouter.adapters.openadr3 import reading
from drrouter.adapters.openadr3.times import parse_instant
from drrouter.adapters.sp.openadr3.repeating import MOST_INTERVALS, Placed
from drrouter.adapters.sp.openadr3.shift import Dice
from drrouter.adapters.sp.openadr3.targets import names
from drrouter.adapters.sp.openadr3.timing import place
from drrouter.adapters.sp.openadr3.units import Meaning, RefusedPayloadError, meaning, number, words
from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import EventId, ProgramId, ProviderId
from drrouter.domain.interval import Interval

_KNOWN = {kind.value: kind for kind in PayloadType}
_PRICES = (PayloadType.PRICE, PayloadType.EXPORT_PRICE)
_MOST_SENTENCES = 20
_MOST_TARGETS = 1000
_MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The event was cancelled by its dates: start 0001-01-01 with PT0S (User Guide 7.9)."""

    event_id: EventId


def normalise(
    row: reading.Event,
    program: reading.Program | None,
    provider: ProviderId,
    now: datetime,
    dice: Dice | None = None,
) -> Event | Withdrawn:
    """One version of an event as the router sees it.

    Args:
        row: the event as it came.
        program: its program, None where it is not known.
        now: the instant of receipt, which is what a start of 0001-01-01 means.
        dice: draws for randomizeStart; those of a router without a seed by default.

    Interpretation: ``program_id`` is the program's name where it is known, because people read it; names
    are unique at a provider (OpenADR 3.1, Definition, "Object names").
    """
    timing = place(row, now, dice or Dice())
    if timing.withdrawn:
        return Withdrawn(EventId(row.id))
    reader = _Reader(_descriptors(row, program), ignored=timing.ignored)
    payloads = tuple(payload for placed in timing.placed for payload in reader.read(placed))
    known_until = timing.known_until
    if len(payloads) > MOST_INTERVALS and known_until is not None:
        known_until = payloads[MOST_INTERVALS - 1].interval.end
    elif len(payloads) > MOST_INTERVALS:
        reader.ignored.append(f"only the first {MOST_INTERVALS} of {len(payloads)} values are used")
    return Event(
        id=EventId(row.id),
        provider=provider,
        program_id=ProgramId((program.program_name if program else row.program_id)[:_MOST_NAME]),
        name=(row.event_name or "")[:_MOST_NAME],
        modified_at=parse_instant(row.modification_date_time) or parse_instant(row.created_date_time) or now,
        payloads=payloads[:MOST_INTERVALS],
        priority=_priority(row, reader.ignored),
        targets=names(row.targets)[:_MOST_TARGETS],
        currency=reader.currency,
        ignored=tuple(dict.fromkeys(reader.ignored))[:_MOST_SENTENCES],
        known_until=known_until,
    )


@dataclass(slots=True)
class _Reader:
    """Reads payloads by their descriptors; collects what it cannot use."""

    descriptors: Mapping[str, Mapping[str, str]]
    ignored: list[str]
    currency: str = ""
    _meanings: dict[PayloadType, Meaning | RefusedPayloadError] = field(default_factory=dict)

    def read(self, placed: Placed) -> Iterator[Payload]:
        """The payloads of one interval."""
        for row in placed.payloads:
            kind = _KNOWN.get(row.type)
            if kind is None:
                self.ignored.append(f"payload type {row.type[:40]!r} is not used")
            elif not row.values:
                self.ignored.append(f"{kind} is refused: it has no values")
            else:
                yield from self._payloads(kind, placed.interval, row.values)

    def _payloads(self, kind: PayloadType, interval: Interval, values: tuple[object, ...]) -> list[Payload]:
        """One payload, or several in equal parts of the interval (User Guide 7.3, "multi-value payloads")."""
        if kind is PayloadType.ALERT_GRID_EMERGENCY:
            return [Payload(kind, interval, 1.0, words(values))]
        try:
            factor = self._meaning(kind).factor
            found = [number(kind, value, factor) for value in values[:MOST_INTERVALS]]
        except RefusedPayloadError as error:
            self.ignored.append(str(error))
            return []
        return [Payload(kind, part, value) for part, value in _parts(interval, found)]

    def _meaning(self, kind: PayloadType) -> Meaning:
        """Looked up once per type; all prices of an event must be in one currency."""
        if kind not in self._meanings:
            try:
                self._meanings[kind] = self._agreed(kind, meaning(kind, self.descriptors.get(kind, {})))
            except RefusedPayloadError as error:
                self._meanings[kind] = error
        found = self._meanings[kind]
        if isinstance(found, RefusedPayloadError):
            raise found
        return found

    def _agreed(self, kind: PayloadType, found: Meaning) -> Meaning:
        if kind in _PRICES and self.currency not in ("", found.currency):
            raise RefusedPayloadError(f"{kind} is refused: it is in {found.currency}, not {self.currency}")
        self.currency = self.currency or found.currency
        return found


def _parts(interval: Interval, values: list[float]) -> Iterator[tuple[Interval, float]]:
    """Cut into equal parts that join without a gap; parts shorter than the clock can tell are left out."""
    cuts = [interval.start + interval.duration * number / len(values) for number in range(len(values))]
    for start, end, value in zip(cuts, [*cuts[1:], interval.end], values, strict=True):
        if start < end:
            yield Interval(start, end), value


def _descriptors(row: reading.Event, program: reading.Program | None) -> dict[str, dict[str, str]]:
    """Units and currency by payload type: the event's word, else the program's (User Guide 7.6)."""
    found: dict[str, dict[str, str]] = {}
    for owner in (program, row):
        for descriptor in owner.payload_descriptors if owner else ():
            said = {"units": descriptor.units, "currency": descriptor.currency}
            known = found.setdefault(descriptor.payload_type, {})
            known.update({key: value for key, value in said.items() if value})
    return found


def _priority(row: reading.Event, ignored: list[str]) -> int | None:
    """0 is highest, None lowest."""
    if row.priority is None or row.priority >= 0:
        return row.priority
    ignored.append("its priority is negative and counts as the lowest")
    return None
