"""Named places where a simulation may make things go wrong, each drawing from a seeded stream of its own.

The adapters of the simulation ask at their fault points, as FoundationDB's code does: "does it strike here?".
A point's stream depends on the seed and its name alone, so a run with fewer faults keeps the others as they
were, and one seed always plays the same day.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from drrouter.domain.interval import Interval
from drrouter.errors import InputError

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


class Fault(StrEnum):
    """The registry; the value is the name on the command line."""

    DEVICE_SILENT = "device.silent"
    DEVICE_REFUSES = "device.refuses"
    DEVICE_LIES = "device.lies"
    DEVICE_FROZEN = "device.frozen"
    DEVICE_IMPLAUSIBLE = "device.implausible"
    DEVICE_SLOW = "device.slow"
    DEVICE_PRESSED = "device.pressed"
    UPLINK_LOST = "uplink.lost"
    UPLINK_LATE = "uplink.late"
    UPLINK_TWICE = "uplink.twice"
    UPLINK_UNHEARD = "uplink.unheard"
    SOLVER_DIES = "solver.dies"
    SOLVER_HANGS = "solver.hangs"
    SOLVER_STALE = "solver.stale"
    STORE_FAILS = "store.fails"
    RESTART_ORDERLY = "restart.orderly"
    RESTART_KILL = "restart.kill"
    KILL_BEFORE_COMMIT = "kill.before_commit"
    KILL_AFTER_COMMIT = "kill.after_commit"
    KILL_AFTER_SEND = "kill.after_send"


MEANING = {
    Fault.DEVICE_SILENT: "a device answers neither commands nor questions",
    Fault.DEVICE_REFUSES: "a device refuses every command",
    Fault.DEVICE_LIES: "a device says that it obeyed, and did not",
    Fault.DEVICE_FROZEN: "a device repeats the reading that it gave before",
    Fault.DEVICE_IMPLAUSIBLE: "a device's readings cannot be trusted, and its adapter says so",
    Fault.DEVICE_SLOW: "a device obeys seconds late",
    Fault.DEVICE_PRESSED: "somebody presses the button on a plug",
    Fault.UPLINK_LOST: "the link to a provider is down",
    Fault.UPLINK_LATE: "an event arrives minutes late",
    Fault.UPLINK_TWICE: "an event arrives again",
    Fault.UPLINK_UNHEARD: "a provider has a message, but its answer is lost",
    Fault.SOLVER_DIES: "the solver's process ends without a plan",
    Fault.SOLVER_HANGS: "the solver uses up its budget and has no plan",
    Fault.SOLVER_STALE: "the solver answers the question before the last",
    Fault.STORE_FAILS: "the disk takes nothing",
    Fault.RESTART_ORDERLY: "the router ends in order and starts again",
    Fault.RESTART_KILL: "the router is killed and starts again",
    Fault.KILL_BEFORE_COMMIT: "the router is killed just before a commit",
    Fault.KILL_AFTER_COMMIT: "the router is killed when a commit is on the disk and nobody knows yet",
    Fault.KILL_AFTER_SEND: "the router is killed when a provider has a message and the outbox still holds it",
}

CHANCES = {
    Fault.UPLINK_LATE: 0.1,
    Fault.UPLINK_TWICE: 0.2,
    Fault.UPLINK_UNHEARD: 0.1,
    Fault.SOLVER_DIES: 0.04,
    Fault.SOLVER_HANGS: 0.02,
    Fault.SOLVER_STALE: 0.04,
    Fault.KILL_BEFORE_COMMIT: 0.001,
    Fault.KILL_AFTER_COMMIT: 0.001,
    Fault.KILL_AFTER_SEND: 0.02,
}
"""How likely the fault is on each occasion."""

OF_DEVICES = tuple(fault for fault in Fault if fault.value.startswith("device."))
DEVICE_GAP, DEVICE_LEAST_GAP, DEVICE_LENGTHS = 12 * HOUR, 2 * HOUR, (2 * MINUTE, 20 * MINUTE)
"""A device fails about twice a day and for so long that a store near its bound can wait for its return."""

SPELLS: dict[Fault, tuple[timedelta, timedelta, tuple[timedelta, timedelta]]] = {
    Fault.UPLINK_LOST: (16 * HOUR, 10 * MINUTE, (MINUTE, 4 * HOUR)),
    Fault.STORE_FAILS: (20 * HOUR, 10 * MINUTE, (10 * timedelta(seconds=1), 15 * MINUTE)),
    Fault.RESTART_ORDERLY: (48 * HOUR, HOUR, (5 * timedelta(seconds=1), 2 * MINUTE)),
    Fault.RESTART_KILL: (24 * HOUR, HOUR, (5 * timedelta(seconds=1), 5 * MINUTE)),
}
"""Per fault: the mean and the least time between two spells, and how long they last."""


def chosen(words: str) -> frozenset[Fault]:
    """The faults that a command line names: ``all``, ``none``, names, or groups such as ``device``.

    Raises:
        InputError: a name is in no registry.
    """
    if words in ("all", "none"):
        return frozenset(Fault) if words == "all" else frozenset()
    found: set[Fault] = set()
    for word in filter(None, (word.strip() for word in words.split(","))):
        named = {fault for fault in Fault if fault == word or fault.value.startswith(f"{word}.")}
        if not named:
            known = ", ".join(fault.value for fault in Fault)
            raise InputError("--faults", word, "is no fault point", f"Known: all, none, {known}")
        found |= named
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Spell:
    """A fault that lasts for a while."""

    fault: Fault
    interval: Interval


class Dice:
    """Draws every fault of one run.

    Attributes:
        struck: how often each fault struck.
        enabled: which may strike; emptied when the faults shall end.
    """

    def __init__(self, seed: int, enabled: Iterable[Fault]) -> None:
        """The same seed and faults draw the same."""
        self.seed, self.enabled = seed, frozenset(enabled)
        self.struck: Counter[Fault] = Counter()
        self._streams: dict[str, random.Random] = {}

    def stream(self, name: str) -> random.Random:
        """The stream of random numbers of a name."""
        if name not in self._streams:
            self._streams[name] = random.Random(f"{self.seed}/{name}")  # noqa: S311 - repeatable, not secret
        return self._streams[name]

    def strikes(self, fault: Fault) -> bool:
        """Whether the fault strikes on this occasion."""
        if fault not in self.enabled or self.stream(fault).random() >= CHANCES[fault]:
            return False
        self.struck[fault] += 1
        return True

    def spells(self, fault: Fault, whose: str, span: Interval) -> tuple[Spell, ...]:
        """When the fault lasts, over the span, for one provider, store or process."""
        if fault not in self.enabled:
            return ()
        mean, least, lengths = SPELLS[fault]
        stream = self.stream(f"{fault}/{whose}")
        spells = _spells(stream, span, mean, least, lengths)
        return tuple(Spell(fault, interval) for interval in spells)

    def device_spells(self, device: str, span: Interval) -> tuple[Spell, ...]:
        """When and how one device fails over the span; two spells lie hours apart."""
        kinds = [fault for fault in OF_DEVICES if fault in self.enabled]
        if not kinds:
            return ()
        stream = self.stream(f"device/{device}")
        spells = _spells(stream, span, DEVICE_GAP, DEVICE_LEAST_GAP, DEVICE_LENGTHS)
        return tuple(Spell(stream.choice(kinds), interval) for interval in spells)


def _spells(
    stream: random.Random,
    span: Interval,
    mean: timedelta,
    least: timedelta,
    lengths: tuple[timedelta, timedelta],
) -> Iterator[Interval]:
    """Intervals of whole seconds with random gaps and lengths."""
    at, (shortest, longest) = span.start, lengths
    while True:
        at += _seconds(least + (mean - least) * stream.expovariate(1.0))
        end = at + _seconds(shortest + (longest - shortest) * stream.random() ** 2)
        if end >= span.end:
            return
        yield Interval(at, end)
        at = end


def _seconds(span: timedelta) -> timedelta:
    return timedelta(seconds=round(span.total_seconds()))


def spell_at(spells: Iterable[Spell], instant: datetime) -> Spell | None:
    """The spell that lasts at the instant."""
    return next((spell for spell in spells if spell.interval.holds(instant)), None)
