"""What happens at home and what follows from it: cycles begin and end, cars arrive, devices come and go.

Each happening changes the book, is noted for the owner, and may ask for a new plan.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from drrouter.domain.flexibility import ProfileFlexibility, StorageFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.said import ended, said
from drrouter.domain.wish import Commitment, CycleWish, LevelWish, RunningCycle, Wish
from drrouter.ports import Change, Clock, Collection, Note
from drrouter.router.book import Book
from drrouter.router.observe import Happening
from drrouter.router.orders_said import Gist, asked, gist, refused
from drrouter.router.registry import Registry
from drrouter.router.scribe import Scribe

log = logging.getLogger(__name__)

BACK_WITHIN = timedelta(minutes=5)
"""Interpretation: a car that is seen again so soon never left: its charging point erred, or started anew."""


@dataclass(frozen=True, slots=True)
class StandingWish:
    """What a car shall have whenever it is plugged in: this level by the next such local time."""

    level: float
    by: time

    def next_after(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The next departure after now, UTC; a local time that does not exist moves as zoneinfo says."""
        today = now.astimezone(zone).date()
        candidates = [datetime.combine(today + timedelta(days=days), self.by, zone) for days in (0, 1, 2)]
        return next(at.astimezone(now.tzinfo) for at in candidates if at.astimezone(now.tzinfo) > now)


class Household:
    """Turns happenings and outcomes into changes of the book.

    Attributes:
        is_away: whether nobody is at home at an instant; then no car is charged by itself.
    """

    def __init__(
        self,
        registry: Registry,
        book: Book,
        scribe: Scribe,
        clock: Clock,
        standing: dict[DeviceId, StandingWish],
        zone: ZoneInfo,
        replan: Callable[[str], None],
    ) -> None:
        """``replan`` is told why a new plan is due."""
        self._registry, self._book, self._scribe, self._clock = registry, book, scribe, clock
        self._standing, self._zone, self._replan = standing, zone, replan
        self._refusals: dict[DeviceId, str] = {}
        self._said: dict[DeviceId, Gist] = {}
        self._left: dict[DeviceId, tuple[datetime, Wish]] = {}
        self.is_away: Callable[[datetime], bool] = lambda _: False

    def happened(self, device_id: DeviceId, happening: Happening) -> None:
        """Let one happening have its consequences."""
        act = {
            Happening.APPEARED: self._appeared,
            Happening.CYCLE_BEGAN: self._cycle_began,
            Happening.CYCLE_ENDED: self._cycle_ended,
            Happening.CAR_ARRIVED: self._car_arrived,
            Happening.CAR_DONE: self._car_done,
            Happening.FLUTTERS: self._flutters,
            Happening.ARMED: self._armed,
            Happening.DISARMED: self._disarmed,
        }
        act[happening](device_id)

    def carried_out(self, instruction: Instruction, outcome: Outcome) -> None:
        """Note what became of an instruction; a machine that was switched on has begun its cycle."""
        device_id = instruction.device_id
        seat = self._registry.seat(device_id)
        if outcome.kind is not OutcomeKind.DONE:
            self._not_done(device_id, refused(seat, instruction), outcome.sentence)
            return
        self._refusals.pop(device_id, None)
        changes = self._begin(instruction)
        point = gist(seat, instruction)
        if point is None or self._said.get(device_id) != point:
            what, name = asked(seat, instruction), self._name(device_id)
            sentence = said("device.told", what, instruction.reason, name=name)
            changes.insert(0, self._note(JournalKind.SETPOINT, sentence, device_id))
        if point is not None:
            self._said[device_id] = point
        if changes:
            self._scribe.keep(*changes)

    def _not_done(self, device_id: DeviceId, what: str, why: str) -> None:
        """Note what a device does not do; the same again is tried again and not said again."""
        sentence = said("device.not_done", what, why, name=self._name(device_id))
        if self._refusals.get(device_id) == sentence:
            return
        self._refusals[device_id] = sentence
        self._scribe.keep(self._note(JournalKind.REFUSED, sentence, device_id))

    def trouble(self, device_id: DeviceId) -> str:
        """What the device does not do although it was told to, empty where it obeys."""
        return self._refusals.get(device_id, "")

    def gone(self, device_id: DeviceId, why: str) -> None:
        """A device does not answer; said once."""
        if self._registry.gone(device_id):
            log.warning("%s is gone: %s", device_id, why)
            sentence = said("device.gone", why, name=self._name(device_id))
            self._scribe.keep(self._note(JournalKind.DEVICE, sentence, device_id))

    def _begin(self, instruction: Instruction) -> list[Change]:
        """A cycle that was asked for begins with the power; wish and commitment are consumed."""
        device_id = instruction.device_id
        flexibility = self._registry.seat(device_id).profile.flexibility
        if not isinstance(flexibility, ProfileFlexibility) or instruction.power_w <= 0:
            return []
        asked = self._asked(device_id)
        if asked is None or self._registry.state(device_id).running:
            return []
        return self._run(RunningCycle(device_id, asked.programme_id, self._clock.now()))

    def _asked(self, device_id: DeviceId) -> Commitment | CycleWish | None:
        """What somebody wants the machine to run."""
        return self._book.commitments.get(device_id) or self._book.cycle_wish(device_id)

    def _run(self, cycle: RunningCycle) -> list[Change]:
        """Keep a running cycle and forget what asked for it; a wish for another programme stays."""
        wish = self._book.cycle_wish(cycle.device_id)
        served = wish is not None and wish.programme_id == cycle.programme_id
        self._registry.began(cycle)
        name = self._name(cycle.device_id)
        self._replan(said("device.began", name=name))
        runs = said("device.runs", name=name, programme=cycle.programme_id)
        return [
            self._book.put(Collection.RUNNING, cycle.device_id, cycle),
            self._book.drop(Collection.COMMITMENTS, cycle.device_id),
            *([self._book.drop(Collection.WISHES, cycle.device_id)] if served else []),
            self._note(JournalKind.CYCLE, runs, cycle.device_id),
        ]

    def _appeared(self, device_id: DeviceId) -> None:
        log.info("%s is here", device_id)
        here = said("device.here", name=self._name(device_id))
        self._scribe.keep(self._note(JournalKind.DEVICE, here, device_id))
        self._replan(said("device.appeared", name=self._name(device_id)))

    def _cycle_began(self, device_id: DeviceId) -> None:
        """Somebody started the machine at its own buttons, with what was asked of it where anything was."""
        cycle, asked = self._registry.state(device_id).running, self._asked(device_id)
        if cycle and asked:
            cycle = replace(cycle, programme_id=asked.programme_id)
        if cycle:
            self._scribe.keep(*self._run(cycle))

    def _cycle_ended(self, device_id: DeviceId) -> None:
        sentence = said("device.done", name=self._name(device_id))
        self._scribe.keep(
            self._book.drop(Collection.RUNNING, device_id), self._note(JournalKind.CYCLE, sentence, device_id)
        )
        self._replan(sentence)

    def _armed(self, device_id: DeviceId) -> None:
        """Somebody pressed Remote Start, so it may be planned."""
        sentence = said("device.armed", name=self._name(device_id))
        self._scribe.keep(self._note(JournalKind.DEVICE, sentence, device_id))
        self._replan(sentence)

    def _disarmed(self, device_id: DeviceId) -> None:
        """Remote Start is not allowed, or not any more; where a cycle is asked for, people must press it."""
        if self._asked(device_id) is None or self._registry.state(device_id).running:
            return
        sentence = said("device.disarmed", name=self._name(device_id))
        self._scribe.keep(self._note(JournalKind.DEVICE, sentence, device_id))
        self._replan(sentence)

    def _car_arrived(self, device_id: DeviceId) -> None:
        """Ask for what was asked of a car that is back at once, or the standing wish, unless somebody has."""
        here = said("car.here", name=self._name(device_id))
        changes: list[Change] = [self._note(JournalKind.DEVICE, here, device_id)]
        now = self._clock.now()
        standing = None if self.is_away(now) else self._standing.get(device_id)
        left_at, asked = self._left.pop(device_id, (now, None))
        if asked and device_id not in self._book.wishes and now - left_at <= BACK_WITHIN:
            changes.append(self._book.put(Collection.WISHES, device_id, asked))
        flexibility = self._registry.seat(device_id).profile.flexibility
        if standing and device_id not in self._book.wishes and isinstance(flexibility, StorageFlexibility):
            level = min(standing.level, flexibility.level_max)
            wish = LevelWish(device_id, level, standing.next_after(now, self._zone))
            changes.append(self._book.put(Collection.WISHES, device_id, wish))
        if known := self._registry.known_level(device_id):
            changes.append(self._book.put(Collection.LEVELS, device_id, known))
        self._scribe.keep(*changes)
        self._replan(said("car.arrived", name=self._name(device_id)))

    def _flutters(self, device_id: DeviceId) -> None:
        """Say once that what comes and goes is not followed."""
        sentence = said("car.flutters", name=self._name(device_id))
        self._scribe.keep(self._note(JournalKind.DEVICE, sentence, device_id))

    def _car_done(self, device_id: DeviceId) -> None:
        """Full or gone: a bare plug cannot tell which, and in both cases nothing is asked any more."""
        if wish := self._book.wishes.get(device_id):
            self._left[device_id] = self._clock.now(), wish
        sentence = said("car.done", name=self._name(device_id))
        self._scribe.keep(
            self._book.drop(Collection.WISHES, device_id),
            self._book.drop(Collection.LEVELS, device_id),
            self._note(JournalKind.DEVICE, sentence, device_id),
        )
        self._replan(sentence)

    def _name(self, device_id: DeviceId) -> str:
        return self._registry.seat(device_id).profile.name

    def _note(self, kind: JournalKind, sentence: str, device_id: DeviceId) -> Note:
        return Note(JournalEntry(self._clock.now(), kind, ended(sentence), device_id))
