"""Turns a wire event, with its program, into a domain event in our own units; pure, and total on garbage.

    wire event ──> timing.place ──> payloads per interval ──> units.meaning ──> Event
    program    ──> descriptors where the event has none ──────────^

What is not understood is left out and named in ``Event.ignored``; the rest of the event works.
Reading bytes, and deciding which version is news, is left to the neighbours.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drrouter.adapters.openadr3 import reading
from drrouter.adapters.openadr3.times import parse_instant
from drrouter.adapters.sp.openadr3.asking import asks_of, grid_of
from drrouter.adapters.sp.openadr3.opaque import too_long
from drrouter.adapters.sp.openadr3.repeating import MOST_INTERVALS, Placed
from drrouter.adapters.sp.openadr3.shift import Dice
from drrouter.adapters.sp.openadr3.targets import names
from drrouter.adapters.sp.openadr3.timing import place
from drrouter.adapters.sp.openadr3.units import (
    Meaning,
    RefusedPayloadError,
    charge,
    curve,
    meaning,
    number,
    words,
)
from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.ids import EventId, ProgramId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.payload_classes import ALERTS, IDLE, PRICES, SETPOINTS, WORDS
from drrouter.domain.report import NO_GRID

_KNOWN = {kind.value: kind for kind in PayloadType}
_IN_THE_HOMES_MONEY = PRICES - {PayloadType.PRICE_ALTERNATE}
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
    dice = dice or Dice()
    timing = place(row, now, dice)
    if timing.withdrawn:
        return Withdrawn(EventId(row.id))
    reader = _Reader(_descriptors(row, program), ignored=timing.ignored)
    payloads = tuple(
        payload for turn, placed in enumerate(timing.placed) for payload in reader.read(placed, turn)
    )
    reader.ignored += _unmoving(payloads, targeted=bool(row.targets))
    reader.ignored[:0] = too_long(row, program)
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
        asks=(asks := asks_of(row)),
        grid=grid_of(row, now, dice) if asks else NO_GRID,
        received_at=now,
    )


@dataclass(slots=True)
class _Reader:
    """Reads payloads by their descriptors; collects what it cannot use.

    Attributes:
        shape: the values of an optimum load shape, one for each interval of the event (ANSI/SCTE 267).
    """

    descriptors: Mapping[str, Mapping[str, str]]
    ignored: list[str]
    currency: str = ""
    shape: tuple[object, ...] = ()
    _meanings: dict[PayloadType, Meaning | RefusedPayloadError] = field(default_factory=dict)

    def read(self, placed: Placed, turn: int) -> Iterator[Payload]:
        """The payloads of one interval, the ``turn``-th of its event."""
        for row in placed.payloads:
            kind = _KNOWN.get(row.type)
            if kind is None:
                self.ignored.append(f"payload type {row.type[:40]!r} is not used")
            elif not row.values:
                self.ignored.append(f"{kind} is refused: it has no values")
            elif kind is PayloadType.OLS and len(row.values) > 1:
                self.shape = row.values
            else:
                yield from self._payloads(kind, placed.interval, row.values)
        if self.shape:
            yield from self._payloads(
                PayloadType.OLS, placed.interval, self.shape[turn % len(self.shape) :][:1]
            )

    def _payloads(self, kind: PayloadType, interval: Interval, values: tuple[object, ...]) -> list[Payload]:
        """One payload, or several in equal parts of the interval (User Guide 7.3, "multi-value payloads")."""
        try:
            if kind in ALERTS:
                return [Payload(kind, interval, 1.0, words(values))]
            if kind is PayloadType.CURVE:
                return [Payload(kind, interval, 1.0, curve=curve(values))]
            found = self._meaning(kind)
            if kind in WORDS and not _is_one_number(values):
                return [Payload(kind, interval, 1.0, _as_text(values), found.unit)]
            numbers = [number(kind, value, found.factor) for value in values[:MOST_INTERVALS]]
            if kind is PayloadType.CHARGE_STATE_SETPOINT:
                numbers = [charge(value, found.unit) for value in numbers]
        except RefusedPayloadError as error:
            self.ignored.append(str(error))
            return []
        return [Payload(kind, part, value, unit=found.unit) for part, value in _parts(interval, numbers)]

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
        if kind in _IN_THE_HOMES_MONEY and self.currency not in ("", found.currency):
            raise RefusedPayloadError(f"{kind} is refused: it is in {found.currency}, not {self.currency}")
        if kind in _IN_THE_HOMES_MONEY:
            self.currency = self.currency or found.currency
        return found


def _is_one_number(values: tuple[object, ...]) -> bool:
    return len(values) == 1 and isinstance(values[0], int | float) and not isinstance(values[0], bool)


def _as_text(values: tuple[object, ...]) -> str:
    """Values that only the program's own rules explain, to be shown."""
    return words(
        [value if isinstance(value, str) else json.dumps(value) for value in values[:_MOST_SENTENCES]]
    )


def _unmoving(payloads: tuple[Payload, ...], *, targeted: bool) -> Iterator[str]:
    """What is understood and moves no device, said honestly."""
    for kind in sorted({payload.type for payload in payloads}):
        if kind in IDLE:
            yield f"{kind} is kept and shown, and moves no device"
        elif kind in SETPOINTS and not targeted:
            yield f"{kind} names no device, so it moves none"


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
