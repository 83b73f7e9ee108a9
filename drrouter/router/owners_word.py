"""The owner's word over the whole home: opt-outs, hands off, and days away; it outlives a restart.

    said -> acts at once, kept -> journal, providers are told of what is opted out
    time -> step() -> whatever has run out ends, a vacation begins

Interpretation (TR 102 935, 7.1 gives the customer the final word and says no more): while nobody is at home
the router charges no car by itself, and lets warm stores whose level is known sink to their lower bound until
some hours before the return; frost and food stay safe, since those bounds stand above every order.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from drrouter.domain.event import Event
from drrouter.domain.ids import DeviceId, EventKey
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.opted_out import takes_from
from drrouter.domain.owner import HandsOff, OptOut, Vacation, called
from drrouter.domain.said import clause, said
from drrouter.domain.wish import Override, OverrideMode
from drrouter.errors import MessageError
from drrouter.ports import Change, Clock, Collection, Note
from drrouter.router.book import Book
from drrouter.router.kinds import Kind, kind_of
from drrouter.router.local import clock_time
from drrouter.router.registry import Registry
from drrouter.router.scribe import Scribe

WARM_AGAIN = timedelta(hours=4)
"""How long before the return warm stores are let warm up again."""
MOST_OPT_OUTS = 100
LONGEST = timedelta(days=366)
BY_VACATION = "vacation"

_OUT, _OFF, _AWAY = "opt out/", "hands off", "vacation"


class OwnersWord:
    """Keeps the owner's word, and lets it end."""

    def __init__(
        self,
        registry: Registry,
        book: Book,
        scribe: Scribe,
        clock: Clock,
        zone: ZoneInfo,
        changed: Callable[[str], None],
        let_go: Callable[[bool], None],
        directory: Callable[[], Mapping[str, tuple[DeviceId, ...]]],
    ) -> None:
        """Take up what the book remembers.

        Args:
            registry, book, scribe, clock: parts of the router.
            zone: of the home, for the words.
            changed: told why guard, dispatch and planner should look again.
            let_go: takes the router's hands off every device, or lets it steer again.
            directory: which devices a target name means.
        """
        self._registry, self._book, self._scribe, self._clock = registry, book, scribe, clock
        self._zone, self._changed, self._let_go = zone, changed, let_go
        self._directory = directory

    # What is said

    def opt_out(self, word: OptOut) -> tuple[Change, ...]:
        """Take the home or a device out of events; returns what is to be kept.

        Raises:
            DeviceUnknownError: there is no such device.
            MessageError: the event is unknown, the time is past or too far off, or too many stand already.
        """
        self._check(word)
        until = clock_time(word.until, self._zone)
        sentence = said("word.opt_out", self._who(word), self._what(word), called(word.by), until=until)
        return self._act(sentence, self._book.say(_OUT + word.id, word), word.device_id)

    def opt_in(self, word_id: str, by: str) -> tuple[Change, ...]:
        """Let the orders count again; nothing where there is no such opt-out."""
        word = self._book.words.get(_OUT + word_id)
        if not isinstance(word, OptOut):
            return ()
        forgotten = self._book.unsay(_OUT + word_id)
        sentence = said("word.opt_in", self._who(word), self._what(word), called(by))
        return self._act(sentence, forgotten, word.device_id)

    def take_hands_off(self, until: datetime | None, by: str) -> tuple[Change, ...]:
        """Steer nothing from now on.

        Raises:
            MessageError: the time is past or too far off.
        """
        self._in_time("until", until)
        kept = self._book.say(_OFF, HandsOff(self._clock.now(), until, by))
        self._let_go(True)
        if until is None:
            return self._act(said("word.hands_off", called(by)), kept)
        end = clock_time(until, self._zone)
        return self._act(said("word.hands_off_until", called(by), until=end), kept)

    def steer(self, by: str) -> tuple[Change, ...]:
        """Steer again; nothing where it does."""
        if self._book.hands_off is None:
            return ()
        forgotten = self._book.unsay(_OFF)
        self._let_go(False)
        return self._act(said("word.steers", called(by)), forgotten)

    def go_away(self, word: Vacation) -> tuple[Change, ...]:
        """Nobody will be at home.

        Raises:
            MessageError: the return is past or too far off.
        """
        self._in_time("end", word.end)
        changes = self._back()
        start, end = clock_time(word.start, self._zone), clock_time(word.end, self._zone)
        kept = self._book.say(_AWAY, word)
        sentence = said("word.away", called(word.by), start=start, end=end)
        return (*changes, *self._act(sentence, kept), *self._leave())

    def come_back(self, by: str) -> tuple[Change, ...]:
        """Somebody is at home; nothing where nobody said otherwise."""
        if self._book.vacation is None:
            return ()
        changes, gone = self._back(), self._book.unsay(_AWAY)
        return (*changes, *self._act(said("word.back", called(by)), gone))

    # What follows

    def is_away(self, instant: datetime) -> bool:
        """Whether nobody is at home then."""
        return self._book.vacation is not None and self._book.vacation.holds(instant)

    def refused(self) -> dict[EventKey, tuple[DeviceId | None, ...]]:
        """What providers must hear: for each event the devices that are out of it; None: the whole home."""
        out: dict[EventKey, dict[DeviceId | None, None]] = {}
        opt_outs = self._book.opt_outs(self._clock.now())
        directory = self._directory() if opt_outs else {}
        for event in self._book.events.values() if opt_outs else ():
            for one in opt_outs:
                if one.means(event) and _is_meant(event, one.device_id, directory) and takes_from(event, one):
                    out.setdefault((event.provider, event.id), {})[one.device_id] = None
        return {key: tuple(members) for key, members in out.items()}

    def sentences(self) -> tuple[str, ...]:
        """What of it the owner must see at once, on every screen."""
        off, away = self._book.hands_off, self._book.vacation
        told = []
        if off and off.until:
            told.append(said("word.steers_nothing_until", until=clock_time(off.until, self._zone)))
        elif off:
            told.append(said("word.steers_nothing"))
        if away and away.holds(self._clock.now()):
            told.append(said("word.nobody_home", end=clock_time(away.end, self._zone)))
        return tuple(told)

    def step(self) -> None:
        """Let what has run out end, and a vacation begin."""
        now = self._clock.now()
        changes: list[Change] = []
        for word in list(self._book.words.values()):
            if isinstance(word, OptOut) and word.until <= now:
                changes += self.opt_in(word.id, "clock")
            elif isinstance(word, HandsOff) and word.until and word.until <= now:
                changes += self.steer("clock")
            elif isinstance(word, Vacation) and word.end <= now:
                changes += self.come_back("clock")
        changes += self._leave()
        if changes:
            self._scribe.keep(*changes)

    def next_change(self) -> datetime | None:
        """When time alone changes something."""
        now, edges = self._clock.now(), list[datetime | None]()
        for word in self._book.words.values():
            edges += [word.start, word.end] if isinstance(word, Vacation) else [word.until]
        return min((edge for edge in edges if edge and edge > now), default=None)

    def _leave(self) -> list[Change]:
        """Begin the vacation when it is time: hold warm stores off until shortly before the return."""
        away, now = self._book.vacation, self._clock.now()
        if away is None or away.begun or not away.holds(now):
            return []
        begun = self._book.say(_AWAY, replace(away, begun=True))
        until = away.end - WARM_AGAIN
        held = [name for name in self._warm() if until > now and not self._book.override_of(name, now)]
        words = [Override(name, OverrideMode.OFF, until, BY_VACATION) for name in held]
        changes: list[Change] = [self._book.put(Collection.OVERRIDES, one.device_id, one) for one in words]
        names = ", ".join(self._registry.seat(name).profile.name for name in held)
        sentence = said("word.begins")
        if names:
            sentence = said("word.begins_sinking", names=names, until=clock_time(until, self._zone))
        return [*changes, *self._act(sentence, begun)]

    def _warm(self) -> Iterable[DeviceId]:
        """Stores of warmth that tell their level, so that their lower bound is kept."""
        for name, seat in self._registry.seats.items():
            if kind_of(seat.profile) is Kind.WARM and seat.state.level is not None and not seat.watched:
                yield name

    def _back(self) -> list[Change]:
        """Take back what the vacation did."""
        held = [name for name, one in self._book.overrides.items() if one.by == BY_VACATION]
        return [self._book.drop(Collection.OVERRIDES, name) for name in held]

    def _act(
        self, sentence: str, change: Change | None = None, device_id: DeviceId | None = None
    ) -> tuple[Change, ...]:
        """Let it have its effect at once; returns what is to be kept."""
        self._changed(clause(sentence))
        note = Note(JournalEntry(self._clock.now(), JournalKind.OVERRIDE, sentence, device_id))
        return (note,) if change is None else (change, note)

    def _check(self, word: OptOut) -> None:
        """Refuse what means nothing."""
        if word.device_id is not None:
            self._registry.seat(word.device_id)
        self._in_time("until", word.until)
        if word.event_id is not None and (word.provider, word.event_id) not in self._book.events:
            problem = said("refused.no_event", provider=str(word.provider), event=str(word.event_id))
            raise MessageError("opt-out", "event_id", problem, said("refused.see_events"))
        if _OUT + word.id not in self._book.words and len(self._book.words) >= MOST_OPT_OUTS:
            problem = said("refused.opt_outs", count=MOST_OPT_OUTS)
            raise MessageError("opt-out", "until", problem, said("refused.take_back"))

    def _in_time(self, key: str, instant: datetime | None) -> None:
        now = self._clock.now()
        if instant is not None and not now < instant <= now + LONGEST:
            problem = said("refused.far", at=clock_time(instant, self._zone))
            raise MessageError("the request", key, problem, said("refused.other_time"))

    def _who(self, word: OptOut) -> str:
        seat = self._registry.seats.get(word.device_id) if word.device_id else None
        return seat.profile.name if seat else word.device_id or said("word.home")

    def _what(self, word: OptOut) -> str:
        """Which orders."""
        key = (word.provider, word.event_id)
        event = next((one for name, one in self._book.events.items() if name == key), None)
        if event or word.event_id:
            return (event.name or event.id) if event else str(word.event_id)
        return said("word.orders_of", provider=word.provider) if word.provider else said("word.all_orders")


def _is_meant(
    event: Event, device_id: DeviceId | None, directory: Mapping[str, tuple[DeviceId, ...]]
) -> bool:
    """Whether the event means the home, or the device."""
    if not event.targets:
        return True
    known = [directory[target] for target in event.targets if target in directory]
    return any(not members or device_id is None or device_id in members for members in known)
