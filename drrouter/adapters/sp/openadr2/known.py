"""Remembers which version of each event was passed on, so that only news is passed on.

    first sight, or new content            EventReceived
    status cancelled                       EventCancelled, once
    status completed, or over at first     nothing
    a lower modification number            nothing: it was overtaken
    a test, not for us, not our market     nothing; answered by the VEN itself
    the same again, in whatever status     nothing
    time passes (an event without an end)  EventReceived of the same version, read farther ahead

The status tells where an event is in its life (far, near, active); what is in force at which instant is left
to the router, which goes by the times alone.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from drrouter.adapters.sp.openadr2.normalise import Draws, normalise
from drrouter.adapters.sp.openadr2.reading import CANCELLED, COMPLETED, WireEvent
from drrouter.adapters.sp.openadr2.settings import Openadr2Settings
from drrouter.domain.event import Event
from drrouter.domain.ids import EventId
from drrouter.domain.signal import EventCancelled, EventReceived, Signal

log = logging.getLogger(__name__)

UNSUPPORTED = "460"
"""Response code "signal not supported" (OpenADR 2.0b, 8.1, table of response codes)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an event stands with us.

    Attributes:
        number: its newest modification number.
        in_force: whether the router has it.
        wants_answer: whether the provider wants to hear of it.
        code, opt: what it is told, unless the router says otherwise.
        ours: whether the VEN answers by itself, because the router is not told of this version.
        again_at: when to read on an event that has no end.
    """

    number: int
    digest: str
    in_force: bool
    wants_answer: bool
    code: str = "200"
    opt: str = "optIn"
    ours: bool = False
    wire: WireEvent | None = None
    again_at: datetime | None = None


class KnownEvents:
    """The events of one provider, as last seen."""

    def __init__(self, settings: Openadr2Settings) -> None:
        """Know nothing."""
        self._settings = settings
        self._draws = Draws(settings.seed, settings.randomize_prices)
        self._known: dict[EventId, Standing] = {}
        self._unanswered: dict[EventId, Standing] = {}
        self._anew = False

    def standing(self, event_id: EventId) -> Standing | None:
        """How it stands; None where the provider does not list it."""
        return self._known.get(event_id)

    def begin_anew(self) -> None:
        """Accept any modification numbers in the next list: the provider may count from 0 again."""
        self._anew = True

    def unanswered(self) -> dict[EventId, Standing]:
        """What the VEN itself must answer and has not answered yet."""
        return dict(self._unanswered)

    def answered(self, event_ids: Iterable[EventId]) -> None:
        """These were answered."""
        for event_id in event_ids:
            self._unanswered.pop(event_id, None)

    def look_at(self, wire: WireEvent, now: datetime, ven_id: str) -> list[Signal]:
        """What is new about an event as the provider has it now."""
        event_id, digest = EventId(wire.id), _digest(wire)
        known = self._known.get(event_id)
        if known is not None and known.digest == digest:
            return []
        if known is not None and wire.number < known.number and not self._anew:
            log.info("event %s comes with the old modification number %d", event_id, wire.number)
            return []
        was_in_force = known is not None and known.in_force
        found = Standing(wire.number, digest, was_in_force, wire.wants_answer)
        if wire.status == CANCELLED:
            self._keep(event_id, replace(found, in_force=False, ours=True))
            return [EventCancelled(self._settings.id, event_id, now)]
        if reason := self._not_for_us(wire, ven_id):
            log.info("event %s is not carried out: %s", event_id, reason)
            opt = "optIn" if wire.is_test else "optOut"
            self._keep(event_id, replace(found, in_force=False, ours=True, opt=opt))
            return [EventCancelled(self._settings.id, event_id, now)] if was_in_force else []
        return self._take(wire, found, now)

    def read_on(self, now: datetime) -> list[Signal]:
        """More of the events without an end, where what is known of them runs short."""
        signals: list[Signal] = []
        for event_id, standing in self._known.items():
            if standing.in_force and standing.wire and standing.again_at and standing.again_at <= now:
                event = normalise(standing.wire, self._settings.id, now, self._draws)
                again_at = _again_at(event, now)
                self._known[event_id] = replace(standing, again_at=again_at)
                signals.append(EventReceived(replace(event, fingerprint=standing.digest)))
        return signals

    def keep_only(self, event_ids: Iterable[str]) -> frozenset[EventId]:
        """After a complete list: forget the rest, return those in force."""
        listed, self._anew = frozenset(EventId(event_id) for event_id in event_ids), False
        self._known = {event_id: one for event_id, one in self._known.items() if event_id in listed}
        return frozenset(event_id for event_id, one in self._known.items() if one.in_force)

    def _take(self, wire: WireEvent, found: Standing, now: datetime) -> list[Signal]:
        """Remember a version that is for us, and pass it on unless it was over before it was first seen."""
        event = normalise(wire, self._settings.id, now, self._draws)
        is_over = wire.status == COMPLETED or (bool(event.payloads) and event.ends_before(now))
        found = replace(found, wire=wire, again_at=_again_at(event, now))
        if not event.payloads:
            found = replace(found, code=UNSUPPORTED, opt="optOut")
        if event.ignored:
            log.info("event %s of %s, what is not used: %s", event.id, event.provider, event.ignored)
        if is_over and not found.in_force:
            self._keep(event.id, replace(found, wants_answer=False))
            return []
        self._keep(event.id, replace(found, in_force=wire.status != COMPLETED))
        return [] if wire.status == COMPLETED else [EventReceived(replace(event, fingerprint=found.digest))]

    def _keep(self, event_id: EventId, standing: Standing) -> None:
        self._known[event_id] = standing
        self._unanswered.pop(event_id, None)
        if standing.ours and standing.wants_answer:
            self._unanswered[event_id] = standing

    def _not_for_us(self, wire: WireEvent, ven_id: str) -> str:
        """Why the router is not told of an event; empty where it is."""
        if wire.is_test:
            return "it is a test"
        if self._settings.programs and wire.market not in self._settings.programs:
            return f"the customer takes no part in {wire.market[:100]!r}"
        if wire.vens and ven_id not in wire.vens:
            return "it is meant for other VENs"
        return ""


def _again_at(event: Event, now: datetime) -> datetime | None:
    """When to read on: half-way to the end of what is known; None where everything is known."""
    return now + (event.known_until - now) / 2 if event.known_until else None


def _digest(wire: WireEvent) -> str:
    """A fingerprint of all that decides the meaning of an event; its status does so only at the end.

    When it was created does not: openleadr's VTN dates an event anew whenever its status changes.
    """
    ended = wire.status if wire.status in (CANCELLED, COMPLETED) else ""
    return sha256(repr(replace(wire, status=ended, created=None)).encode()).hexdigest()
