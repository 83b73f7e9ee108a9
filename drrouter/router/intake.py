"""Takes signals of providers in: acts at once, keeps durably, acknowledges only what is kept.

A new event is handed to the scribe together with its receipt as one transaction, and given to the guard in
the same breath, without any awaiting: the action waits for nothing, the acknowledgement waits for the durable
commit, and whatever the guard has to say about the event comes behind its receipt.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from drrouter.domain.ack import received
from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId, EventKey, ProviderId
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.mandate import NO_MANDATES, Mandates, admitted
from drrouter.domain.said import listed, said, sentences
from drrouter.domain.signal import (
    NOTHING,
    EventCancelled,
    EventReceived,
    EventsComplete,
    Heard,
    LinkChanged,
    MessageKind,
    Signal,
)
from drrouter.ports import Change, Clock, Enqueue, Note
from drrouter.router.book import Book
from drrouter.router.hearing import Hearing
from drrouter.router.outbox import message
from drrouter.router.scribe import Scribe

FLOOD_NOTED = timedelta(hours=1)
"""How often the owner is told that a provider sends more than can be kept."""

Directory = Callable[[], dict[str, tuple[DeviceId, ...]]]


class Intake:
    """One for all providers."""

    def __init__(
        self,
        book: Book,
        scribe: Scribe,
        clock: Clock,
        directory: Directory,
        act: Callable[[str], None],
        committed: Callable[[ProviderId], None],
        hearing: Hearing | None = None,
        mandates: Mandates = NO_MANDATES,
        overtake: Callable[[EventKey], None] = lambda _: None,
    ) -> None:
        """Wire it up.

        Args:
            book: the memory that orders change.
            scribe: who commits them.
            clock: for the time of receipts.
            directory: which devices a target means, for one receipt per member of a group.
            act: told, before anything is awaited, why guard and dispatch should look again.
            committed: told which provider's outbox has news.
            hearing: told of everything that comes.
            mandates: what each provider may send; the rest of its events is not obeyed.
            overtake: told before a new version takes the place of the one that is known.
        """
        self._mandates, self._overtake = mandates, overtake
        self._book, self._scribe, self._clock = book, scribe, clock
        self._directory, self._act, self._committed = directory, act, committed
        self._hearing = hearing or Hearing()
        self.links: dict[ProviderId, LinkChanged] = {}
        self._flooded: dict[ProviderId, datetime] = {}

    def take(self, signal: Signal) -> None:
        """Let one signal have its effect, now; what must be kept is handed to the scribe."""
        if self._hearing.take(signal, self._clock.now()):
            self._act(said("because.heard"))
        match signal:
            case EventReceived(event):
                self._receive(event)
            case EventCancelled():
                self._cancel(signal)
            case EventsComplete():
                self._complete(signal)
            case LinkChanged():
                self._link(signal)
            case Heard():
                pass

    def take_up(self) -> tuple[Change, ...]:
        """Begin the records of what an older program took in, which kept none; those events were received."""
        now, book = self._clock.now(), self._book
        return tuple(
            book.keep_acks(received(event, self._members(event), event.received_at or now))
            for key, event in book.events.items()
            if key not in book.acks and not event.ends_before(now)
        )

    def _receive(self, event: Event) -> None:
        """Keep, acknowledge, act; a version that is known changes nothing, unless it reaches farther now."""
        event = admitted(event, self._mandates)
        known = self._book.events.get((event.provider, event.id))
        if known is not None:
            if event.repeats(known) and event.beyond == known.beyond:
                self._lengthen(event, known)
                return
            if event.fingerprint or not event.repeats(known):
                event = self._dated(event, known)
        if not self._has_room(event):
            return
        self._hearing.ordered(event, self._clock.now())
        self._overtake((event.provider, event.id))
        change = self._book.keep_event(event)
        ignored = _not_obeyed(event)
        members = self._members(event)
        acks = self._book.keep_acks(received(event, members, self._clock.now()))
        receipts = [
            Enqueue(message(event, MessageKind.RECEIPT, self._clock, member, **ignored)) for member in members
        ]
        note = self._note(JournalKind.EVENT_ACCEPTED, _accepted(event), event, version=event.version)
        self._keep(event.provider, change, acks, *receipts, note)
        self._act(said("because.event", name=event.name or event.id))

    def _has_room(self, event: Event) -> bool:
        """Whether it can be kept; where a provider sends too much the owner is told, now and then."""
        if self._book.has_room(event):
            return True
        now = self._clock.now()
        if now - self._flooded.get(event.provider, now - FLOOD_NOTED) >= FLOOD_NOTED:
            self._flooded[event.provider] = now
            sentence = said("event.flood", provider=event.provider)
            self._keep(event.provider, self._note(JournalKind.ALARM, sentence, event))
        return False

    def _lengthen(self, event: Event, known: Event) -> None:
        """Keep more of an event that goes on and on; it was acknowledged and noted long ago."""
        if event.reaches_beyond(known) and self._has_room(event):
            event = replace(event, modified_at=known.modified_at, received_at=known.received_at)
            record = self._book.acks.get((event.provider, event.id))
            acks = [self._book.keep_acks(record.lengthened(event))] if record else []
            self._scribe.keep(self._book.keep_event(event), *acks)
            self._act(said("because.more", name=event.name or event.id))

    def _dated(self, event: Event, known: Event) -> Event:
        """The event with a date of its own.

        Interpretation: new content with an old modificationDateTime is dated to its receipt, so that two
        versions of one event always differ in date, and each has its own receipt.
        """
        if event.modified_at > known.modified_at:
            return event
        return replace(event, modified_at=max(self._clock.now(), known.modified_at + timedelta.resolution))

    def _members(self, event: Event) -> tuple[DeviceId | None, ...]:
        """Who acknowledges: each member of the groups that are named, else the site once."""
        directory = self._directory()
        members = {member for target in event.targets for member in directory.get(target, ())}
        return tuple(sorted(members)) or (None,)

    def _cancel(self, signal: EventCancelled) -> None:
        """Forget the event at once, and what became of it so far, where it is not over.

        Whatever it is when somebody looks next, or when the program runs again: it was taken back in time.
        """
        key = signal.provider, signal.event_id
        event, record = self._book.events.get(key), self._book.acks.get(key)
        if event is None:
            return
        changes = [self._book.drop_event(*key)]
        if record and record.span and self._clock.now() < record.span.end:
            changes.append(self._book.drop_acks(key))
        sentence = said("event.cancelled", provider=event.provider, name=event.name or event.id)
        self._keep(event.provider, *changes, self._note(JournalKind.EVENT_CANCELLED, sentence, event))
        self._act(said("because.cancelled", name=event.name or event.id))

    def _complete(self, signal: EventsComplete) -> None:
        """Whatever the provider no longer lists is cancelled, or over and forgotten without a word."""
        for (provider, event_id), event in list(self._book.events.items()):
            if provider != signal.provider or event_id in signal.event_ids:
                continue
            if event.ends_before(signal.at):
                self._scribe.keep(self._book.drop_event(provider, event_id))
            else:
                self._cancel(EventCancelled(provider, event_id, signal.at))

    def _link(self, signal: LinkChanged) -> None:
        """Remember and note the state of the link."""
        self.links[signal.provider] = signal
        self._keep(signal.provider, Note(JournalEntry(signal.at, JournalKind.LINK, signal.sentence)))
        self._act(said("because.link_up" if signal.up else "because.link_down", provider=signal.provider))

    def _keep(self, provider: ProviderId, *changes: Change) -> None:
        """Hand the changes to the scribe; the outbox has news once they are durable."""
        self._scribe.keep(*changes, then=lambda: self._committed(provider))

    def _note(self, kind: JournalKind, sentence: str, event: Event, **data: str) -> Note:
        return Note(JournalEntry(self._clock.now(), kind, sentence, event_id=event.id, data={**data}))


def _not_obeyed(event: Event) -> dict[str, str]:
    """What the receipt says of the parts of an event that count for nothing here."""
    said = {"ignored": "; ".join(event.ignored)} if event.ignored else {}
    return said | ({"obeyed": NOTHING} if event.beyond and not event.payloads else {})


def _accepted(event: Event) -> str:
    """What came, in words."""
    nothing = said("event.not_allowed" if event.beyond else "event.not_known")
    kinds = ", ".join(sorted({payload.type for payload in event.payloads})) or nothing
    name, targets = event.name or event.id, ", ".join(event.targets)
    sent = said("event.sent", kinds, provider=event.provider, name=name)
    if targets:
        sent = said("event.sent_for", kinds, provider=event.provider, name=name, targets=targets)
    return sentences([sent, said("event.ignored", listed(event.ignored)) if event.ignored else ""])
