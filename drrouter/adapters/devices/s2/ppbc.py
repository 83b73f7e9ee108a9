"""Power profile based control: a machine that offers cycles, of which the router starts one at its time.

    the router says    the machine             it is told
    on                 offers a profile        PPBC.ScheduleInstruction, one for each container, from now on
    on                 is interrupted          PPBC.EndInterruptionInstruction
    off                runs                    PPBC.StartInterruptionInstruction, where it may be interrupted

A cycle is scheduled when its time has come and not before: until then the router may think better of it, and
a machine that had been told would start against its word. What has been accepted counts until the status has
had time to show it.

Interpretation: of alternatives the one is taken that ``prefer`` named, else the first that is offered.

Source: S2 JSON schema 0.0.2-beta, PPBC.PowerProfileDefinition, PPBC.PowerProfileStatus and its instructions.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from drrouter.adapters.devices.s2.control import Order, Steered, instant
from drrouter.adapters.devices.s2.modes import CHANGES_WITHIN
from drrouter.adapters.devices.s2.schema import Json
from drrouter.domain.instruction import Instruction
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceError, DeviceRefusedError, MessageError
from drrouter.objectmodel.flexibility import Program
from drrouter.objectmodel.foreign.s2_ppbc import SENDER, Container, Definition, PowerSequence, profile_from
from drrouter.objectmodel.foreign.words import checked

DEFINITION, STATUS = "PPBC.PowerProfileDefinition", "PPBC.PowerProfileStatus"
SCHEDULE = "PPBC.ScheduleInstruction"
INTERRUPT, GO_ON = "PPBC.StartInterruptionInstruction", "PPBC.EndInterruptionInstruction"

RUNS, PAUSED, OVER = "EXECUTING", "INTERRUPTED", frozenset({"FINISHED", "ABORTED"})

EARLIEST = 1970
"""No cycle ends before this year, and none of ours lasts so long that it began before all calendars."""

Path = tuple[PowerSequence, ...]
"""One way through a profile: a sequence of each container."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A profile that is offered."""

    id: str
    start: datetime
    end: datetime
    containers: tuple[Container, ...]
    programs: tuple[Program, ...]

    @property
    def usual(self) -> list[list[PowerSequence]]:
        """The sequences of each container, but for emergencies."""
        return [
            [one for one in container.power_sequences if not one.abnormal_condition_only]
            for container in self.containers
        ]

    def ways(self, most: int) -> Iterator[tuple[Program, Path]]:
        """The ways through it, each with the program that it is, in the order in which they are offered."""
        paths = itertools.product(*self.usual)
        return itertools.islice(zip(self.programs, paths, strict=True), most)


@dataclass(frozen=True, slots=True)
class At:
    """Where one container stands: the sequence that was selected, "" for none, and its status."""

    sequence: str
    status: str


@dataclass(frozen=True, slots=True)
class Going:
    """What was accepted, and until when the status may lag behind."""

    runs: bool
    until: datetime
    instruction_id: str


class ProfileControl:
    """Implements ``control.Control``."""

    types: ClassVar[frozenset[str]] = frozenset({DEFINITION, STATUS})

    def __init__(self) -> None:
        """Nothing is offered yet."""
        self._offer: Offer | None = None
        self._at: dict[str, At] = {}
        self._going: Going | None = None
        self._preferred: tuple[str, ...] = ()
        self._has_told = False

    @property
    def offer(self) -> Offer | None:
        """What is offered and not begun, None where nothing is."""
        return self._offer if self._offer is not None and not self._begun else None

    def prefer(self, offer: Offer, path: Path) -> None:
        """Take that way when the profile is started, if it is still the one that is offered."""
        if self._offer is not None and self._offer.id == offer.id:
            self._preferred = tuple(sequence.id for sequence in path)

    def hear(self, message_type: str, message: Json, now: datetime) -> None:
        """Take a profile or its status."""
        if message_type == DEFINITION:
            before, self._offer = self._offer, offer_in(message)
            self._at, self._going = {}, None
            if before is None or before.id != self._offer.id:
                self._preferred = ()
            self._has_told = True
            return
        stands = {one["sequence_container_id"]: one for one in message["sequence_container_status"]}
        known = {one.id for one in self._offer.containers} if self._offer else set()
        profiles = {one["power_profile_id"] for one in stands.values()}
        if self._offer is None or profiles != {self._offer.id} or not stands.keys() <= known:
            raise MessageError(STATUS, "sequence_container_id", "there is no such profile or container")
        self._at |= {
            name: At(one.get("selected_sequence_id", ""), one["status"]) for name, one in stands.items()
        }
        if self._going is not None and self._runs == self._going.runs:
            self._going = None

    def revoke(self, object_type: str, object_id: str) -> bool:
        """Forget the profile."""
        if object_type != DEFINITION or self._offer is None or self._offer.id != object_id:
            return False
        self._offer, self._at, self._going = None, {}, None
        return True

    def steered(self, now: datetime) -> Steered:
        """Whether a cycle runs, and whether one may be started."""
        if self._has_told:
            runs = self._going.runs if self._going and now < self._going.until else self._runs
            yield Quantity.SWITCH, float(runs)
            ready = self.offer is not None and not runs and self._last_start(self.offer) >= now
            yield Quantity.ARMED, float(ready)

    def orders(self, instruction: Instruction, now: datetime) -> tuple[Order, ...]:
        """Start, pause or go on."""
        going, offer = self._going, self._offer
        if going is not None and now < going.until and going.runs == (instruction.power_w > 0):
            return ()
        if offer is None:
            raise DeviceError("it offers no cycle; load it, and press start on it")
        if instruction.power_w <= 0 and going is not None and going.runs and now < going.until:
            raise DeviceRefusedError("it is about to start, and can be stopped once it runs")
        if instruction.power_w <= 0:
            return tuple(self._interruptions(offer, now))
        if self._runs and going is not None and now < going.until:
            raise DeviceRefusedError("it is about to pause, and can go on once it has")
        if self._runs:
            return ()
        if paused := self._in(offer, PAUSED):
            return tuple(_order(GO_ON, offer, container, name, now) for container, name in paused)
        if self._begun:
            raise DeviceError("its cycle is over, and it offers no other")
        return tuple(self._schedule(offer, now))

    def done(self, order: Order, instruction_id: str) -> None:
        """It starts, pauses or goes on."""
        runs = order.message_type != INTERRUPT
        going = Going(runs, order.execution_time + CHANGES_WITHIN, instruction_id)
        self._going = None if runs == self._runs else going

    def failed(self, instruction_id: str) -> None:
        """It does not."""
        if self._going is not None and self._going.instruction_id == instruction_id:
            self._going = None

    @property
    def _runs(self) -> bool:
        """Whether a cycle runs."""
        return any(one.status == RUNS for one in self._at.values())

    @property
    def _begun(self) -> bool:
        """Whether the cycle has begun, or is over."""
        return any(one.status in (RUNS, PAUSED) or one.status in OVER for one in self._at.values())

    def _in(self, offer: Offer, status: str) -> list[tuple[str, str]]:
        """The containers that stand so, each with its sequence."""
        stands = ((one.id, self._at.get(one.id)) for one in offer.containers)
        return [(name, at.sequence) for name, at in stands if at is not None and at.status == status]

    def _interruptions(self, offer: Offer, now: datetime) -> Iterator[Order]:
        """What pauses everything that runs.

        Raises:
            DeviceRefusedError: it may not be paused.
        """
        sequences = {one.id: one for container in offer.containers for one in container.power_sequences}
        for container, name in self._in(offer, RUNS):
            if name not in sequences or not sequences[name].is_interruptible:
                raise DeviceRefusedError("its cycle may not be interrupted")
            yield _order(INTERRUPT, offer, container, name, now)

    def _schedule(self, offer: Offer, now: datetime) -> Iterator[Order]:
        """What starts a way through the profile, each container after the one before."""
        begin = max(now, offer.start)
        for container, sequence in zip(offer.containers, self._path(offer), strict=True):
            yield _order(SCHEDULE, offer, container.id, sequence.id, begin)
            begin += lasts(sequence)

    def _path(self, offer: Offer) -> Path:
        """The way that is taken."""
        wanted = set(self._preferred)
        return tuple(next((one for one in some if one.id in wanted), some[0]) for some in offer.usual)

    def _last_start(self, offer: Offer) -> datetime:
        """When it must start at the latest, to be done in time."""
        return offer.end - sum(map(lasts, self._path(offer)), timedelta(0))


def offer_in(message: Json) -> Offer:
    """A profile as it is offered.

    Raises:
        MessageError: it is none of ours.
    """
    said = checked(Definition, message, SENDER)
    programs = profile_from(message).programs
    start, end = instant(message["start_time"]), instant(message["end_time"])
    if end <= start or end.year < EARLIEST:
        raise MessageError(SENDER, "end_time", "it would have to be done before it begins")
    return Offer(said.id, start, end, said.power_sequences_containers, programs)


def lasts(sequence: PowerSequence) -> timedelta:
    """How long a sequence takes."""
    return timedelta(milliseconds=sum(element.duration for element in sequence.elements))


def _order(kind: str, offer: Offer, container: str, sequence: str, at: datetime) -> Order:
    """One instruction about one container."""
    parts = {"power_profile_id": offer.id, "sequence_container_id": container, "power_sequence_id": sequence}
    return Order(kind, at, parts | {"abnormal_condition": False})
