"""Follows each version of an event to its outcome, and tells its provider: started, done, or why not.

    plan       -> planned() -+
    guard      -> tell() ----+-> ack records of the book -> store, and a message to the provider
    time       -> tell() ----+

Receipts come from ``intake``. A step, its message and its note are one transaction, so that a restart neither
loses nor repeats any of them. Whoever sent an event hears of that event alone, once per version and member.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from drrouter.domain.ack import Ack, AckRecord, AckState, received
from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import DeviceId, EventKey, ProviderId
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.payload_classes import LIMITS, SETPOINTS, SHEDS, STOPS, asks_effect
from drrouter.domain.said import said
from drrouter.domain.signal import MessageKind
from drrouter.domain.timeline import Timeline
from drrouter.ports import Change, Clock, Enqueue, Note
from drrouter.router.book import Book
from drrouter.router.guard import Verdict
from drrouter.router.orders_said import NOT_NOW, not_obeyed
from drrouter.router.outbox import message
from drrouter.router.scribe import Scribe

LEFT = said("outcome.left")
NEVER_STARTED = said("outcome.never")

_KINDS = {
    AckState.STARTED: MessageKind.STARTED,
    AckState.DONE: MessageKind.DONE,
    AckState.OPTED_OUT: MessageKind.OPTED_OUT,
    AckState.IMPOSSIBLE: MessageKind.IMPOSSIBLE,
}
_CURTAILING = SHEDS | STOPS | {kind for kind in LIMITS if kind.startswith("IMPORT")}


class Outcomes:
    """One for all providers."""

    def __init__(
        self,
        book: Book,
        scribe: Scribe,
        clock: Clock,
        committed: Callable[[ProviderId], None],
        trouble: Callable[[DeviceId], str] = lambda _: "",
    ) -> None:
        """Wire it up.

        Args:
            book: holds events and ack records.
            scribe: commits steps and messages.
            clock: for the instants of steps.
            committed: told which provider's outbox has news.
            trouble: why a device does not do as it is told; empty where it does.
        """
        self._book, self._scribe, self._clock, self._committed = book, scribe, clock, committed
        self._trouble = trouble

    def planned(self, at: datetime) -> None:
        """A plan is in force that knows all that had come by ``at``."""
        changes: list[Change] = []
        for key, record in list(self._book.acks.items()):
            event, after = self._book.events.get(key), record
            for ack in record.acks if event and event.payloads else ():
                if ack.may(AckState.PLANNED) and ack.steps[0].at <= at:
                    after = after.put(ack.took(AckState.PLANNED, self._clock.now()))
            if after is not record:
                changes.append(self._book.keep_acks(after))
        if changes:
            self._scribe.keep(*changes)

    def tell(
        self,
        verdict: Verdict,
        timeline: Timeline,
        refused: Mapping[EventKey, tuple[DeviceId | None, ...]],
    ) -> None:
        """Take in what the guard found, what the owner refuses and what time has brought."""
        for key, event in list(self._book.events.items()):
            if key in verdict.impossible_w:
                excess_w = round(float(verdict.impossible_w[key]), 1)
                self._failed(event, AckState.IMPOSSIBLE, None, excess_w=excess_w)
            for member in verdict.unable.get(key, ()):
                reason = verdict.must_run.get(member, NOT_NOW)
                self._failed(event, AckState.IMPOSSIBLE, member, reason=reason)
            for out in (*verdict.opted_out.get(key, ()), *self._members(event, refused.get(key, ()))):
                self._failed(event, AckState.OPTED_OUT, out)
        self._pass(timeline, self._clock.now())

    def _members(self, event: Event, refused: Iterable[DeviceId | None]) -> tuple[DeviceId | None, ...]:
        """Who acknowledges what is refused: where the whole home is out of it, everyone that was asked."""
        refused = tuple(refused)
        if None not in refused:
            return refused
        asked = tuple(ack.member for ack in self._record(event).acks)
        return (None,) if None in asked else asked

    def overtake(self, key: EventKey) -> None:
        """A new version takes its place: where the old one is over by now, its outcome is told first."""
        record = self._book.acks.get(key)
        if record and record.span and not record.is_settled and record.span.end <= self._clock.now():
            self._end(record)

    def left(self, provider: ProviderId) -> None:
        """The home leaves the provider: whatever it asks for now or later is refused."""
        now = self._clock.now()
        for key, record in list(self._book.acks.items()):
            if key[0] != provider or record.is_settled or (record.span and record.span.end <= now):
                continue
            refused = [ack for ack in record.acks if not ack.is_settled]
            self._take(record, [(ack, AckState.OPTED_OUT, LEFT, {"reason": LEFT}) for ack in refused])

    def _failed(
        self, event: Event, state: AckState, member: DeviceId | None, **payloads: float | str
    ) -> None:
        """What cannot be done, or is refused; told once."""
        record = self._record(event)
        ack = record.of(member)
        if not ack.may(state):
            return
        because = not_obeyed(_KINDS[state], member, payloads)
        sentence = said("outcome.of", because, name=event.name or event.id)
        note = Note(JournalEntry(self._clock.now(), JournalKind.LIMIT, sentence, member, event.id))
        self._take(record, [(ack, state, because, payloads)], note)

    def _record(self, event: Event) -> AckRecord:
        """What is known of an event; one from before there were records begins here."""
        known = self._book.acks.get((event.provider, event.id))
        if known is not None and known.version == event.version:
            return known
        return received(event, (None,), event.received_at or self._clock.now())

    def _pass(self, timeline: Timeline, now: datetime) -> None:
        """Let begin and end what time has brought, and forget what nobody asks for any more."""
        in_force: frozenset[EventKey] | None = None
        for key, record in list(self._book.acks.items()):
            event = self._book.events.get(key)
            is_current = event is not None and event.version == record.version
            if record.span is not None and not record.is_settled and record.span.start <= now:
                if now >= record.span.end:
                    self._end(record)
                elif event is not None and is_current and any(map(_may_start, record.acks)):
                    in_force = keys_in_force(timeline, now) if in_force is None else in_force
                    if key in in_force:
                        self._begin(record, event)
            if not is_current:
                self._scribe.keep(self._book.drop_acks(key))

    def _begin(self, record: AckRecord, event: Event) -> None:
        """Its time has begun and the guard acts on it."""
        curtails = bool(event.of(*_CURTAILING))
        payloads: dict[str, float | str] = {"OPERATING_STATE": "RUNNING_CURTAILED"} if curtails else {}
        begun = filter(_may_start, record.acks)
        self._take(record, [(ack, AckState.STARTED, "", payloads) for ack in begun])

    def _end(self, record: AckRecord) -> None:
        """Its time is over."""
        open_acks = [ack for ack in record.acks if not ack.is_settled]
        steps = [self._outcome(record, ack) for ack in open_acks]
        done = [str(ack.member) for ack, state, _, _ in steps if state is AckState.DONE and ack.member]
        notes = []
        if any(state is AckState.DONE for _, state, _, _ in steps):
            sentence = _over(record, done)
            notes = [Note(JournalEntry(self._clock.now(), JournalKind.LIMIT, sentence, event_id=record.id))]
        self._take(record, steps, *notes)

    def _outcome(self, record: AckRecord, ack: Ack) -> "_Taken":
        """Done, or why not."""
        if not ack.has(AckState.STARTED):
            return ack, AckState.IMPOSSIBLE, NEVER_STARTED, {"reason": NEVER_STARTED}
        if ack.member and (trouble := self._trouble(ack.member)):
            return ack, AckState.IMPOSSIBLE, trouble, {"reason": trouble}
        others = [str(one.member) for one in record.acks if one is not ack and one.is_settled and one.member]
        but = said("outcome.not_by", members=", ".join(others)) if others and ack.member is None else ""
        return ack, AckState.DONE, but, {"reason": but} if but else {}

    def _take(self, record: AckRecord, steps: Iterable["_Taken"], *notes: Note) -> None:
        """Keep the steps together with their messages."""
        now, after, messages = self._clock.now(), record, list[Change]()
        for ack, state, reason, payloads in steps:
            after = after.put(ack.took(state, now, reason))
            messages.append(Enqueue(message(record, _KINDS[state], self._clock, ack.member, **payloads)))
        if messages:
            kept = self._book.keep_acks(after)
            self._scribe.keep(kept, *messages, *notes, then=lambda: self._committed(record.provider))


_Taken = tuple[Ack, AckState, str, dict[str, float | str]]


def _over(record: AckRecord, done: list[str]) -> str:
    """That an event is over, and who obeyed it."""
    name = record.name or record.id
    if not done:
        return said("outcome.over", name=name, provider=record.provider)
    return said("outcome.over_by", name=name, provider=record.provider, members=", ".join(done))


def _may_start(ack: Ack) -> bool:
    return ack.may(AckState.STARTED)


def keys_in_force(timeline: Timeline, now: datetime) -> frozenset[EventKey]:
    """The events that want something done now and are not overruled; a set-point for nobody wants nothing."""
    kinds: Iterable[PayloadType] = timeline.in_force
    return frozenset(
        (order.provider, order.event_id)
        for kind in kinds
        for order in timeline.in_force[kind]
        if order.interval.holds(now) and asks_effect(kind, order.value)
        if order.members or kind not in SETPOINTS
    )
