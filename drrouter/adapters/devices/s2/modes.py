"""What the control types with operation modes share (OMBC, FRBC, DDBC): how one is told, chosen and changed.

    its modes                                        steered by
    two, each of one power                           switch: the stronger one is on
    more, each of one power, of a device (OMBC)      mode, by its number
    any other                                        power: a mode, and the factor within it

A mode that is for emergencies may be seen and is never told. A change that the description does not have, or
that one of its timers still blocks, is refused here: the resource manager would only reject it. Between two
modes it takes a while until the status tells the new one, and until then what was accepted counts.

Source: S2 JSON schema 0.0.2-beta, Transition, Timer, and the operation modes of each control type.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.s2.control import Descriptions, Held, Order, Steered, instant
from drrouter.adapters.devices.s2.schema import Json
from drrouter.domain.instruction import Instruction
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceError, DeviceRefusedError, MessageError
from drrouter.objectmodel.foreign.s2_control import Transition

CHANGES_WITHIN = timedelta(minutes=1)
"""Interpretation: a mode that was accepted shows in the status within this time."""

RESTS_W = 10.0
"""Interpretation: a device that draws no more than this rests."""

MOST_W = 1e9
"""A mode of more power is a mistake, and no arithmetic is done with it."""

NEAR_W, NEAR_SHARE = 50.0, 0.02
"""A power that is beyond the one asked for by no more than the larger of both will do."""


@dataclass(frozen=True, slots=True)
class Span:
    """The power at the factors 0 and 1, in W, while the level is between two."""

    low_w: float
    high_w: float
    level_from: float = float("-inf")
    level_to: float = float("inf")

    @property
    def ends(self) -> tuple[float, float]:
        """The power at the factors 0 and 1."""
        return self.low_w, self.high_w

    def power_w(self, factor: float) -> float:
        """The power at a factor."""
        return self.low_w + factor * (self.high_w - self.low_w)

    def factor(self, power_w: float) -> float:
        """The factor that comes nearest to a power."""
        width = self.high_w - self.low_w
        return min(max((power_w - self.low_w) / width, 0.0), 1.0) if width else 0.0


@dataclass(frozen=True, slots=True)
class Mode:
    """An operation mode.

    Attributes:
        usual: whether it may be told at all times, and not in emergencies alone.
    """

    id: str
    label: str
    spans: tuple[Span, ...]
    usual: bool = True

    def span(self, level: float | None) -> Span:
        """What it does at a level."""
        fitting = (one for one in self.spans if level is not None and one.level_from <= level <= one.level_to)
        return next(fitting, self.spans[0])

    @property
    def modulates(self) -> bool:
        """Whether its power follows its factor."""
        return any(span.low_w != span.high_w for span in self.spans)


@dataclass(frozen=True, slots=True)
class System:
    """What a description says of one device.

    Attributes:
        actuator: the id of what is told, "" where the device itself is.
        order: its usual modes, in the order of the object model's.
    """

    modes: tuple[Mode, ...]
    order: tuple[Mode, ...]
    transitions: tuple[Transition, ...]
    actuator: str = ""

    def mode(self, name: str) -> Mode | None:
        """The mode of that id."""
        return next((one for one in self.modes if one.id == name), None)


@dataclass(frozen=True, slots=True)
class Stand:
    """A mode and the factor within it."""

    mode: str
    factor: float


@dataclass(frozen=True, slots=True)
class Going:
    """What was accepted, and until when the status may lag behind."""

    stand: Stand
    until: datetime
    instruction_id: str


class ModeControl:
    """Most of a ``control.Control``; each control type reads its own descriptions.

    Attributes:
        description, status, timer_status, instruction: the types of its messages.
        mode_key: what its instruction calls the mode.
        counts: whether its modes may be those of an object model, by number.
    """

    types: ClassVar[frozenset[str]]
    description: ClassVar[str]
    status: ClassVar[str]
    timer_status: ClassVar[str]
    instruction: ClassVar[str]
    mode_key: ClassVar[str] = "operation_mode_id"
    counts: ClassVar[bool] = False

    def __init__(self, names: Sequence[str] = ()) -> None:
        """Nothing is described yet; ``names`` are labels or ids of its modes in the object model's order."""
        self._names = tuple(names)
        self._described: Descriptions[System] = Descriptions()
        self._stand: Stand | None = None
        self._going: Going | None = None
        self._timers: dict[str, datetime] = {}

    def hear(self, message_type: str, message: Json, now: datetime) -> None:
        """Take a description or a status."""
        if message_type == self.description:
            system = self.read(message)
            if any(abs(end) > MOST_W for mode in system.modes for span in mode.spans for end in span.ends):
                raise MessageError(self.description, "power_ranges", "that is no power of a home")
            held = Held(message["message_id"], instant(message["valid_from"]), None, system)
            self._described.put(held, now)
        elif message_type == self.status:
            self._stood(message)
        elif message_type == self.timer_status:
            self._timed(message)
        else:
            self.noted(message_type, message)

    def read(self, message: Json) -> System:
        """What a description says.

        Raises:
            MessageError: it describes no device of ours.
        """
        raise NotImplementedError

    def noted(self, message_type: str, message: Json) -> None:
        """Take a message that only this control type has."""

    def level(self) -> float | None:
        """The level of what it fills, None where it fills nothing or does not tell."""
        return None

    def revoke(self, object_type: str, object_id: str) -> bool:
        """Forget a description."""
        return object_type == self.description and self._described.drop(object_id)

    def steered(self, now: datetime) -> Steered:
        """The mode, the power or the switch that stands."""
        described, stand = self._described.at(now), self._present(now)
        mode = described.what.mode(stand.mode) if described and stand else None
        if described is None or stand is None or mode is None:
            return
        order, power_w = described.what.order, mode.span(self.level()).power_w(stand.factor)
        if self._by_number(order):
            if mode in order:
                yield Quantity.MODE, float(order.index(mode))
        elif _switches(order):
            yield Quantity.SWITCH, float(mode.spans[0].high_w > min(one.spans[0].high_w for one in order))
        else:
            yield Quantity.SWITCH, float(abs(power_w) > RESTS_W)
            yield Quantity.SETPOINT_W, power_w

    def orders(self, instruction: Instruction, now: datetime) -> tuple[Order, ...]:
        """The mode that the instruction means; nothing where it runs so already."""
        described, present = self._described.at(now), self._present(now)
        if described is None or present is None:
            raise DeviceError("it has not said yet in which modes it can run, or in which it does")
        goal = self._goal(described.what, instruction)
        if goal == present:
            return ()
        self._require_change(described.what, present.mode, goal.mode, now)
        parts = {self.mode_key: goal.mode, "operation_mode_factor": goal.factor, "abnormal_condition": False}
        actuator = {"actuator_id": described.what.actuator} if described.what.actuator else {}
        return (Order(self.instruction, now, parts | actuator, goal),)

    def done(self, order: Order, instruction_id: str) -> None:
        """It will run so."""
        going = Going(order.means, order.execution_time + CHANGES_WITHIN, instruction_id)
        self._going = None if self._stand == order.means else going

    def failed(self, instruction_id: str) -> None:
        """It will not."""
        if self._going is not None and self._going.instruction_id == instruction_id:
            self._going = None

    def _present(self, now: datetime) -> Stand | None:
        """How it runs, or is about to."""
        return self._going.stand if self._going is not None and now < self._going.until else self._stand

    def _by_number(self, order: Sequence[Mode]) -> bool:
        """Whether it is told a mode, by its number."""
        fixed = len(order) > 2 and not any(mode.modulates for mode in order)
        return self.counts and (bool(self._names) or fixed)

    def _goal(self, system: System, instruction: Instruction) -> Stand:
        """The mode and factor that an instruction means.

        Raises:
            DeviceError: there is no such mode.
        """
        order, number, level = system.order, instruction.mode, self.level()
        if self._by_number(order) and number is not None:
            if not 0 <= number < len(order):
                raise DeviceError(f"it has {len(order)} modes, and not one of number {number}")
            return Stand(order[number].id, order[number].span(level).factor(instruction.power_w))
        if _switches(order):
            pick = max if instruction.power_w > 0 else min
            return Stand(pick(order, key=lambda mode: mode.spans[0].high_w).id, 0.0)
        return _nearest(order, instruction.power_w, level)

    def _require_change(self, system: System, origin: str, goal: str, now: datetime) -> None:
        """Raise unless it may change to that mode now.

        Raises:
            DeviceRefusedError: it may not, or not yet.
        """
        if origin == goal:
            return
        ways = [one for one in system.transitions if (one.from_, one.to) == (origin, goal)]
        usual = [one for one in ways if not one.abnormal_condition_only]
        if not usual:
            names = [cleaned(mode.label) for mode in map(system.mode, (origin, goal)) if mode]
            raise DeviceRefusedError(f"it cannot change from {' to '.join(names)} at once")
        free_at = min(max(self._ends(way.blocking_timers), default=now) for way in usual)
        if free_at > now:
            seconds = (free_at - now).total_seconds()
            raise DeviceRefusedError(f"it may change its mode in {seconds:.0f} s at the earliest")

    def _ends(self, timers: Sequence[str]) -> Iterator[datetime]:
        """When timers end, as far as they were told."""
        return (self._timers[timer] for timer in timers if timer in self._timers)

    def _stood(self, message: Json) -> None:
        """It says how it runs."""
        stand = Stand(message["active_operation_mode_id"], float(message["operation_mode_factor"]))
        if not any(system.mode(stand.mode) for system in self._described.all()):
            raise MessageError(self.status, "active_operation_mode_id", "there is no such mode")
        if not 0 <= stand.factor <= 1:
            raise MessageError(self.status, "operation_mode_factor", "it is not between 0 and 1")
        self._stand = stand
        if self._going is not None and self._going.stand.mode == stand.mode:
            self._going = None

    def _timed(self, message: Json) -> None:
        """It says when a timer ends."""
        known = {
            timer for system in self._described.all() for way in system.transitions for timer in _timers(way)
        }
        if message["timer_id"] not in known:
            raise MessageError(self.timer_status, "timer_id", "there is no such timer")
        self._timers[message["timer_id"]] = instant(message["finished_at"])
        self._timers = {timer: end for timer, end in self._timers.items() if timer in known}


def in_order(modes: Sequence[Mode], names: Sequence[str], sender: str) -> tuple[Mode, ...]:
    """The usual modes in the order of their names; as they are described where none are given.

    Raises:
        MessageError: one of them is not there, or none is usual.
    """
    usual = tuple(mode for mode in modes if mode.usual)
    if not usual:
        raise MessageError(sender, "operation_modes", "all are for emergencies")
    if not names:
        return usual
    called = {name: mode for mode in usual for name in (mode.id, mode.label)}
    missing = [name for name in names if name not in called]
    if missing:
        raise MessageError(
            sender, "operation_modes", f"no mode is called {missing[0]!r}, as the home file has it"
        )
    return tuple(called[name] for name in names)


def _switches(order: Sequence[Mode]) -> bool:
    """Whether it is on or off, and nothing between."""
    if len(order) != 2 or any(mode.modulates for mode in order):
        return False
    low_w, high_w = sorted(mode.spans[0].high_w for mode in order)
    return 0 <= low_w < high_w


def _nearest(order: Sequence[Mode], power_w: float, level: float | None) -> Stand:
    """What comes nearest to a power without going beyond it; what is nearest at all where all go beyond."""
    beyond = max(NEAR_W, NEAR_SHARE * abs(power_w))
    low_w, high_w = min(power_w, 0.0) - beyond, max(power_w, 0.0) + beyond
    stands = [(mode, mode.span(level).factor(power_w)) for mode in order]
    powers = [(mode.span(level).power_w(factor), mode, factor) for mode, factor in stands]
    within = [one for one in powers if low_w <= one[0] <= high_w]
    _, mode, factor = min(within or powers, key=lambda one: abs(one[0] - power_w))
    return Stand(mode.id, factor)


def _timers(way: Transition) -> tuple[str, ...]:
    return (*way.start_timers, *way.blocking_timers)
