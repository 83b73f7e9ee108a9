"""Remembers which version of each event was passed on, so that only news is passed on.

    first sight, or new content        EventReceived
    start 0001 with PT0S               EventCancelled
    over before it was first seen      nothing: inactive (OpenADR 3.1, User Guide 7.3)
    not one of the customer's programs nothing, noted once
    unreadable                         nothing, warned once; what was known of it stays in force
    the same again                     nothing
    time passes (an event that         EventReceived of the same version, read farther ahead,
      repeats or never ends)           without any link

Deciding what is in force at which instant is left to the router.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from drrouter.adapters.openadr3 import reading
from drrouter.adapters.sp.openadr3.normalise import Withdrawn, normalise
from drrouter.adapters.sp.openadr3.opaque import opaque_of
from drrouter.adapters.sp.openadr3.paging import identity, text, whole
from drrouter.adapters.sp.openadr3.settings import Openadr3Settings
from drrouter.adapters.sp.openadr3.shift import Dice
from drrouter.domain.event import Event
from drrouter.domain.ids import EventId
from drrouter.domain.signal import EventCancelled, EventReceived, Signal
from drrouter.errors import MessageError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Further:
    """An event that goes on: what it was made of, and when to read on."""

    row: reading.Event
    program: reading.Program | None
    again_at: datetime


@dataclass(frozen=True, slots=True)
class _Seen:
    """What an event was made of when last looked at, and whether it is in force at the provider.

    Attributes:
        further: where it goes on beyond what was passed on.
    """

    digest: str
    in_force: bool
    further: _Further | None = None


class KnownEvents:
    """The events of one provider, as last seen."""

    def __init__(self, settings: Openadr3Settings, ahead: Callable[[], timedelta] = timedelta) -> None:
        """Know nothing; ``ahead`` tells by how much the provider's clock counts as ahead of ours."""
        self._ahead = ahead
        self._settings, self._dice = settings, Dice(settings.seed, settings.randomize_prices)
        self._seen: dict[EventId, _Seen] = {}
        self._programs: dict[str, reading.Program] = {}

    def learn_programs(self, rows: Iterable[object]) -> None:
        """Take in the provider's programs, whose descriptors are the defaults of their events."""
        self._programs = {}
        for row in rows:
            try:
                program = reading.Program.read(row, f"provider {self._settings.id}, program {identity(row)}")
            except MessageError as error:
                log.warning("a program is skipped: %s", error)
            else:
                self._programs[program.id] = program

    def look_at(self, row: Mapping[str, object], now: datetime) -> list[Signal]:
        """What is new about an event (one with an id) as the provider has it now."""
        event_id, program = EventId(identity(row)), self._programs.get(text(row, "programID"))
        known, digest = self._seen.get(event_id), _digest(row, program, self._ahead())
        if known is not None and known.digest == digest:
            return []
        row = {str(whole(key)): whole(value) for key, value in row.items()}
        if not self._is_enrolled(program):
            log.info("event %s belongs to no program the customer is enrolled in", event_id)
            self._seen[event_id] = _Seen(digest, in_force=False)
            return []
        try:
            event = reading.Event.read(row, f"event {event_id}")
        except MessageError as error:
            log.warning("provider %s: %s", self._settings.id, error)
            self._seen[event_id] = _Seen(digest, in_force=True)
            return []
        found = self._normalised(event, program, now)
        if isinstance(found, Withdrawn):
            self._seen[event_id] = _Seen(digest, in_force=False)
            return [EventCancelled(self._settings.id, event_id, now)]
        seen = _Seen(digest, True, _further(event, program, found, now))
        return self._take(
            EventReceived(replace(found, fingerprint=digest), opaque_of(event, program)), seen, now
        )

    def read_on(self, now: datetime) -> list[Signal]:
        """More of the events that repeat or never end, where what is known of them runs short."""
        signals: list[Signal] = []
        for event_id, seen in self._seen.items():
            if seen.further is None or seen.further.again_at > now:
                continue
            row, program = seen.further.row, seen.further.program
            found = self._normalised(row, program, now)
            if isinstance(found, Event):
                self._seen[event_id] = replace(seen, further=_further(row, program, found, now))
                event = replace(found, fingerprint=seen.digest)
                signals.append(EventReceived(event, opaque_of(row, program)))
        return signals

    def _normalised(
        self, row: reading.Event, program: reading.Program | None, now: datetime
    ) -> Event | Withdrawn:
        """The event by our clock: read by the provider's, and moved by what lies between the two."""
        ahead = self._ahead()
        found = normalise(row, program, self._settings.id, now + ahead, self._dice)
        return found if isinstance(found, Withdrawn) else found.moved(-ahead)

    def withdraw(self, event_id: EventId, now: datetime) -> list[Signal]:
        """The provider took it back; a router that was restarted may know it while we do not."""
        self._seen.pop(event_id, None)
        return [EventCancelled(self._settings.id, event_id, now)]

    def keep_only(self, event_ids: Iterable[EventId]) -> frozenset[EventId]:
        """After a complete poll that listed these: forget the rest, return those in force."""
        listed = frozenset(event_ids)
        self._seen = {event_id: seen for event_id, seen in self._seen.items() if event_id in listed}
        return self.in_force()

    def in_force(self) -> frozenset[EventId]:
        """What was in force at the provider when last looked at."""
        return frozenset(event_id for event_id, seen in self._seen.items() if seen.in_force)

    def _take(self, received: EventReceived, seen: _Seen, now: datetime) -> list[Signal]:
        """Remember a readable version and pass it on."""
        event = received.event
        in_force = event.id in self._seen or any(payload.interval.end > now for payload in event.payloads)
        in_force = in_force or not event.payloads
        self._seen[event.id] = replace(seen, in_force=in_force)
        if event.ignored:
            log.info("event %s of %s, what is not used: %s", event.id, event.provider, event.ignored)
        return [received] if in_force else []

    def _is_enrolled(self, program: reading.Program | None) -> bool:
        """Whether an event of this program is for us (obligation 10); None is one we may not see."""
        enrolled = self._settings.programs
        return not enrolled or (program is not None and program.program_name in enrolled)


def _further(
    row: reading.Event, program: reading.Program | None, event: Event, now: datetime
) -> _Further | None:
    """How to read on, half-way to the end of what is known; None where everything is known."""
    if event.known_until is None:
        return None
    return _Further(row, program, now + (event.known_until - now) / 2)


def _digest(row: Mapping[str, object], program: reading.Program | None, ahead: timedelta) -> str:
    """A fingerprint of all that decides the meaning of an event."""
    described = program.model_dump(include={"program_name", "payload_descriptors"}) if program else None
    meaning = [row, described, *([ahead.total_seconds()] if ahead else [])]
    return hashlib.sha256(json.dumps(meaning, sort_keys=True).encode()).hexdigest()
