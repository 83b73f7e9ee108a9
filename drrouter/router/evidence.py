"""What each provider sent and was answered: a record of its own for every provider, bounded and durable.

    an event and its receipts   -> one entry        in the same transaction, so that the record and
    an event taken back         -> one entry        what it tells of are never apart
    opted out, impossible, ...  -> one entry each

It watches what goes to the disk and is told by nobody. A ring of ``MOST`` entries a provider: a flood of one
pushes out nothing of another's. Reports and opaque data are left out: they would push out all else.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from drrouter.domain.event import Event
from drrouter.domain.ids import EventId, ProviderId
from drrouter.domain.journal import JournalKind
from drrouter.domain.plan import Reason
from drrouter.domain.reason_kept import reason_in, table_of
from drrouter.domain.said import carry, said
from drrouter.domain.signal import MessageKind, OutboxItem
from drrouter.ports import Change, Clock, Collection, Enqueue, Note, Put, Remove

MOST = 200
LONGEST = 500
"""Letters of a sentence, since names and words of a provider may be long."""

_LEFT_OUT = frozenset({MessageKind.REPORT, MessageKind.DATA})

PREFIX = "evidence/"
"""Under which the entries stand among the settings of the store: ``evidence/grid/17``."""


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """One exchange with a provider.

    Attributes:
        number: counts a provider's entries since the first.
        version: of the event; empty where it was taken back.
        sentence: what it sent, or what it was told.
        sentence_said: the sentence as a code with values; None in entries of older releases.
    """

    number: int
    at: datetime
    event_id: EventId
    version: str
    sentence: str
    sentence_said: Reason | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """The sentence carries its reason."""
        carry(self, "sentence")


class Evidence:
    """Of all providers, each apart."""

    def __init__(self, clock: Clock, kept: Mapping[str, object]) -> None:
        """``kept`` are the settings of the store; what cannot be read there is passed over."""
        self._clock = clock
        self._entries: dict[ProviderId, deque[EvidenceEntry]] = {}
        found = [read for key, value in kept.items() if (read := _read_back(key, value))]
        for provider, entry in sorted(found, key=lambda one: (one[0], one[1].number)):
            self._of(provider).append(entry)

    def of(self, provider: ProviderId, most: int = MOST) -> tuple[EvidenceEntry, ...]:
        """The newest entries, newest first."""
        return tuple(self._of(provider))[: -most - 1 : -1]

    def forget(self, provider: ProviderId) -> None:
        """Keep nothing of it in memory: the home has left it."""
        self._entries.pop(provider, None)

    def witness(self, changes: Sequence[Change]) -> tuple[Change, ...]:
        """What must be kept beside these changes, which are about to be."""
        return tuple(put for found in _told(changes) if (put := self._add(*found)))

    def _add(self, provider: ProviderId, event_id: EventId, version: str, sentence: str) -> Change | None:
        """A new entry; None where it stands there already, as after a restart, which tells nothing twice."""
        sentence = sentence if len(sentence) <= LONGEST else sentence[:LONGEST]
        entries, told = self._of(provider), (event_id, version, sentence)
        if version and any((one.event_id, one.version, one.sentence) == told for one in entries):
            return None
        number = entries[-1].number + 1 if entries else 0
        entry = EvidenceEntry(number, self._clock.now(), event_id, version, sentence)
        entries.append(entry)
        value = {
            "number": number,
            "at": entry.at.isoformat(),
            "event_id": event_id,
            "version": version,
            "sentence": sentence,
            "sentence_said": table_of(entry.sentence_said),
        }
        return Put(Collection.SETTINGS, f"{PREFIX}{provider}/{number % MOST}", value)

    def _of(self, provider: ProviderId) -> deque[EvidenceEntry]:
        return self._entries.setdefault(provider, deque(maxlen=MOST))


_OUTCOMES: Mapping[MessageKind, str] = {
    MessageKind.STARTED: said("evidence.started"),
    MessageKind.DONE: said("evidence.done"),
    MessageKind.OPTED_OUT: said("evidence.opted_out"),
    MessageKind.IMPOSSIBLE: said("evidence.impossible"),
}

_Found = tuple[ProviderId, EventId, str, str]


def _told(changes: Sequence[Change]) -> Iterator[_Found]:
    """One for each kind of message about one version of an event, and one for each event taken back."""
    events = {
        (one.value.provider, one.value.id): one.value
        for one in changes
        if isinstance(one, Put) and isinstance(one.value, Event)
    }
    groups: dict[tuple[ProviderId, EventId, str, MessageKind], list[OutboxItem]] = {}
    for change in changes:
        if isinstance(change, Enqueue) and change.item.kind not in _LEFT_OUT:
            item = change.item
            key = item.provider, item.event_id, item.event_version, item.kind
            groups.setdefault(key, []).append(item)
    for (provider, event_id, version, kind), items in groups.items():
        yield provider, event_id, version, _sentence(kind, items, events.get((provider, event_id)))
    if any(isinstance(one, Note) and one.entry.kind is JournalKind.EVENT_CANCELLED for one in changes):
        for change in changes:
            if isinstance(change, Remove) and change.collection is Collection.EVENTS:
                provider_id, _, gone = change.key.partition("/")
                yield ProviderId(provider_id), EventId(gone), "", said("evidence.back")


def _sentence(kind: MessageKind, items: Sequence[OutboxItem], event: Event | None) -> str:
    """What was received or said."""
    whom = ", ".join(sorted(item.member for item in items if item.member)) or said("evidence.home")
    payloads = "; ".join(_payloads(items))
    if kind is not MessageKind.RECEIPT:
        what = _OUTCOMES[kind]
        if payloads:
            return said("evidence.told_this", whom, what, payloads=payloads)
        return said("evidence.told", whom, what)
    kinds = ", ".join(sorted({one.type for one in event.payloads})) if event else ""
    name = event.name or event.id if event else items[0].event_id
    kinds = kinds or said("evidence.nothing")
    if payloads:
        return said("evidence.sent_this", kinds, whom, name=name, payloads=payloads)
    return said("evidence.sent", kinds, whom, name=name)


def _payloads(items: Iterable[OutboxItem]) -> list[str]:
    """The words of the messages, each once."""
    words = [f"{key}: {value}" for item in items for key, value in sorted(item.payloads.items())]
    return list(dict.fromkeys(words))


def _read_back(key: str, value: object) -> tuple[ProviderId, EvidenceEntry] | None:
    if not key.startswith(PREFIX) or not isinstance(value, Mapping):
        return None
    try:
        at = datetime.fromisoformat(str(value["at"]))
        number, event_id = int(str(value["number"])), EventId(str(value["event_id"]))
        sentence, why = str(value["sentence"]), reason_in(value.get("sentence_said"))
        entry = EvidenceEntry(number, at, event_id, str(value["version"]), sentence, why)
    except (KeyError, ValueError):
        return None
    return (ProviderId(key.removeprefix(PREFIX).rpartition("/")[0]), entry) if at.tzinfo else None
