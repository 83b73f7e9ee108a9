"""Turns a wire event, with its program, into a domain event in our own units; pure, and total on garbage.

    wire event ──> timing.place ──> payloads per interval ──> units.meaning ──> Event
    program    ──> descriptors where the event has none ──────────^

What is not understood is left out and named in ``Event.ignored``; the rest of the event works.
Reading bytes, and deciding which version is news, is left to the neighbours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drrouter.adapters.sp.openadr3.enrolment import names
from drrouter.adapters.sp.openadr3.paging import identity, text
from drrouter.adapters.sp.openadr3.spans import parse_instant
from drrouter.adapters.sp.openadr3.timing import MOST_INTERVALS, Placed, place
from drrouter.adapters.sp.openadr3.units import Meaning, RefusedPayloadError, meaning, number, words
from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import EventId, ProgramId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.errors import MessageError

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
    row: Mapping[str, object], program: Mapping[str, object] | None, provider: ProviderId, now: datetime
) -> Event | Withdrawn:
    """One version of an event as the router sees it.

    Args:
        row: the event as it came, JSON values.
        program: its program, None where it is not known.
        now: the instant of receipt, which is what a start of 0001-01-01 means.

    Interpretation: ``program_id`` is the program's name where it is known, because people read it; names
    are unique at a provider (OpenADR 3.1, Definition, "Object names").

    Raises:
        MessageError: it has no id, or intervals that are no list.
    """
    event_id = EventId(identity(row))
    if not event_id:
        raise MessageError(f"provider {provider}", "id", "an event has no id")
    if not isinstance(row.get("intervals") or [], list):
        raise MessageError(f"event {event_id}", "intervals", "is not a list")
    timing = place(row, now)
    if timing.withdrawn:
        return Withdrawn(event_id)
    reader = _Reader(_descriptors(row, program), ignored=timing.ignored)
    payloads = tuple(payload for placed in timing.placed for payload in reader.read(placed))
    if len(payloads) > MOST_INTERVALS:
        reader.ignored.append(f"only the first {MOST_INTERVALS} of {len(payloads)} values are used")
    return Event(
        id=event_id,
        provider=provider,
        program_id=ProgramId(text(program, "programName") or text(row, "programID")),
        name=text(row, "eventName")[:_MOST_NAME],
        modified_at=_modified_at(row, now),
        payloads=payloads[:MOST_INTERVALS],
        priority=_priority(row, reader.ignored),
        targets=tuple(dict.fromkeys(names(row, "targets")))[:_MOST_TARGETS],
        currency=reader.currency,
        ignored=tuple(dict.fromkeys(reader.ignored))[:_MOST_SENTENCES],
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
            kind = _KNOWN.get(text(row, "type"))
            values = row.get("values") if isinstance(row, Mapping) else None
            if kind is None:
                self.ignored.append(f"payload type {text(row, 'type')[:40]!r} is not used")
            elif not isinstance(values, list) or not values:
                self.ignored.append(f"{kind} is refused: it has no values")
            else:
                yield from self._payloads(kind, placed.interval, values)

    def _payloads(self, kind: PayloadType, interval: Interval, values: list[object]) -> list[Payload]:
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


def _descriptors(
    row: Mapping[str, object], program: Mapping[str, object] | None
) -> dict[str, dict[str, str]]:
    """Units and currency by payload type: the event's word, else the program's (User Guide 7.6)."""
    found: dict[str, dict[str, str]] = {}
    for owner in (program or {}, row):
        listed = owner.get("payloadDescriptors")
        for descriptor in listed if isinstance(listed, list) else []:
            said = {key: text(descriptor, key) for key in ("units", "currency") if text(descriptor, key)}
            found.setdefault(text(descriptor, "payloadType"), {}).update(said)
    return found


def _modified_at(row: Mapping[str, object], now: datetime) -> datetime:
    """When this version was made; the receipt where the provider does not say."""
    return parse_instant(row.get("modificationDateTime")) or parse_instant(row.get("createdDateTime")) or now


def _priority(row: Mapping[str, object], ignored: list[str]) -> int | None:
    """0 is highest, None lowest."""
    found = row.get("priority")
    if isinstance(found, int) and not isinstance(found, bool) and found >= 0:
        return found
    if found is not None:
        ignored.append("its priority is no whole number from 0 up and counts as the lowest")
    return None
