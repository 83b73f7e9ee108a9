"""Tells providers what of their events cannot be done, or was taken back by the owner."""

from collections.abc import Callable

from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.signal import MessageKind
from drrouter.ports import Clock, Enqueue, Note
from drrouter.router.book import Book
from drrouter.router.guard import Verdict
from drrouter.router.orders_said import not_obeyed
from drrouter.router.outbox import message
from drrouter.router.recent import Recent
from drrouter.router.scribe import Scribe


class Outcomes:
    """One for all providers; each message goes out once per version of an event."""

    def __init__(
        self, book: Book, scribe: Scribe, clock: Clock, committed: Callable[[ProviderId], None]
    ) -> None:
        """``committed`` is told which provider's outbox has news."""
        self._book, self._scribe, self._clock, self._committed = book, scribe, clock, committed
        self._told = Recent[str]()

    def tell(self, verdict: Verdict) -> None:
        """Put what the guard found into the outbox of those who asked for it."""
        for key, event in list(self._book.events.items()):
            if key in verdict.impossible_w:
                excess_w = round(float(verdict.impossible_w[key]), 1)
                self._tell(event, MessageKind.IMPOSSIBLE, None, excess_w=excess_w)
            for member in verdict.unable.get(key, ()):
                self._tell(event, MessageKind.IMPOSSIBLE, member, reason=verdict.bands[member].because)
            for member in verdict.opted_out.get(key, ()):
                self._tell(event, MessageKind.OPTED_OUT, member)

    def _tell(
        self, event: Event, kind: MessageKind, member: DeviceId | None, **payloads: float | str
    ) -> None:
        """Put a message into the outbox, once per version of the event."""
        item = message(event, kind, self._clock, member, **payloads)
        if item.id in self._told:
            return
        self._told.add(item.id)
        sentence = f"{event.name or event.id} {not_obeyed(kind, member, payloads)}."
        note = Note(JournalEntry(self._clock.now(), JournalKind.LIMIT, sentence, member, event.id))
        self._scribe.keep(Enqueue(item), note, then=lambda: self._committed(event.provider))
