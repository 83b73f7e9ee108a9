"""Simulated white goods: a washing machine with power profiles, a freezer to be held or cooled ahead.

Source: ZCL 8, 3.17 "Power Profile" and 15.2 "Appliance Control".
"""

import struct
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple

from drrouter.sim.wire.zigbee.frames import Kind, Status
from drrouter.sim.wire.zigbee.node import Attribute, Cluster, Load, Message, Node

CONTROL, PROFILES, TEMPERATURE = 0x001B, 0x001A, 0x0402
REMOTE_OFF, REMOTE_ON = 0x00, 0x01


class State(IntEnum):
    """What a white good says of itself."""

    STAND_BY = 0x02
    WAITING = 0x04
    RUNNING = 0x05
    PAUSED = 0x06
    ENDED = 0x07
    SUPERFREEZING = 0x0D


class WhiteGood(Node):
    """What washing machine and freezer have in common.

    Attributes:
        state: what it does.
        remote: its remote enable flags.
    """

    device_type = 0x0052

    def __init__(
        self,
        ieee: bytes,
        nwk: int,
        load: Load,
        *,
        now: Callable[[], datetime],
        manufacturer: str = "Acme",
        model: str = "WM-9",
    ) -> None:
        """``load`` is what draws the power."""
        super().__init__(ieee, nwk, manufacturer, model, now=now)
        self.state, self.remote, self.load = State.STAND_BY, REMOTE_OFF, load
        self.clusters[CONTROL] = Cluster(
            commands={
                0x00: self._execute,
                0x01: lambda _: (0x00, self._signal()),
                0x03: lambda _: self._be(State.RUNNING),
                0x04: lambda _: self._be(State.PAUSED),
            },
            questions=frozenset({0x01}),
        )

    def notification(self) -> Message:
        """What it says when its state changed at its own buttons."""
        return self.say(CONTROL, 0x01, self._signal())

    def _signal(self) -> bytes:
        return bytes([self.state, self.remote])

    def _be(self, state: State) -> Status:
        self.state = state
        self.load.set_supply(state in (State.RUNNING, State.SUPERFREEZING))
        return Status.SUCCESS

    def _execute(self, payload: bytes) -> Status:
        """What each command of execution does; overridden by each kind."""
        raise NotImplementedError


class Phase(NamedTuple):
    """One energy phase as it is transferred: minutes, W, Wh, and the longest wait before it in minutes."""

    number: int
    label: int
    minutes: int
    peak_w: int
    energy_wh: int
    wait_min: int


class Washer(WhiteGood):
    """A washing machine that a person loads, and that then may be started from afar.

    Attributes:
        schedule: the waits that it was given, by phase.
        answers: every answer to its questions, by command and payload.
    """

    def __init__(
        self,
        ieee: bytes,
        nwk: int,
        load: Load,
        *,
        now: Callable[[], datetime],
        programmes: Sequence[Sequence[Phase]] = (),
    ) -> None:
        """``programmes`` are its power profiles, numbered from 1."""
        super().__init__(ieee, nwk, load, now=now)
        self.schedule: dict[int, int] = {}
        self.answers: list[tuple[int, bytes]] = []
        self._programmes = tuple(programmes)
        self.clusters[PROFILES] = Cluster(
            {
                0x0000: Attribute(Kind.UINT8, lambda: len(self._programmes)),
                0x0001: Attribute(Kind.BOOL, lambda: 0),
                0x0002: Attribute(Kind.BITMAP8, lambda: 0xA8),  # five digits, none after the point
                0x0003: Attribute(Kind.BOOL, lambda: 1),
                0x0004: Attribute(Kind.BITMAP8, lambda: 1),
            },
            {
                0x00: self._profile,
                0x02: self._noting(0x02),
                0x03: self._noting(0x03),
                0x08: self._noting(0x08),
            }
            | {0x04: self._scheduled, 0x05: self._scheduled},
            frozenset({0x00}),
        )

    def load_and_arm(self) -> None:
        """A person loads it, chooses a programme and presses Remote Start."""
        self.state, self.remote = State.WAITING, REMOTE_ON

    def open_door(self) -> None:
        """A person opens the door: it may not be started any more."""
        self.state, self.remote = State.STAND_BY, REMOTE_OFF

    def ask_schedule(self, number: int = 1) -> Message:
        """It asks when to begin: "which options are available now?"."""
        return self.say(PROFILES, 0x06, bytes([number]))

    def ask_price(self, number: int = 1) -> Message:
        """It asks what its programme would cost."""
        return self.say(PROFILES, 0x03, bytes([number]))

    def ask_extended_price(self, number: int = 1, start_min: int = 0) -> Message:
        """It asks what its programme would cost, begun so many minutes from now."""
        return self.say(PROFILES, 0x0B, bytes([1, number]) + start_min.to_bytes(2, "little"))

    def ask_overall_price(self) -> Message:
        """It asks what all that it was told to do costs."""
        return self.say(PROFILES, 0x05, b"")

    def _execute(self, payload: bytes) -> Status:
        match payload[0]:
            case 0x01 if self.remote == REMOTE_ON and self.state in (State.WAITING, State.PAUSED):
                return self._be(State.RUNNING)
            case 0x03 if self.state is State.RUNNING:
                return self._be(State.PAUSED)
        return Status.FAILURE

    def _profile(self, payload: bytes) -> Status | tuple[int, bytes]:
        number = payload[0]
        if not 1 <= number <= len(self._programmes):
            return Status.FAILURE
        phases = self._programmes[number - 1]
        records = b"".join(struct.pack("<BBHHHH", *phase) for phase in phases)
        return 0x01, bytes([len(self._programmes), number, len(phases)]) + records

    def _scheduled(self, payload: bytes) -> None:
        self.answers.append((0x05, payload))
        records = (payload[at : at + 3] for at in range(2, len(payload), 3))
        self.schedule = {record[0]: int.from_bytes(record[1:], "little") for record in records}

    def _noting(self, number: int) -> Callable[[bytes], None]:
        return lambda payload: self.answers.append((number, payload))


class Freezer(WhiteGood):
    """A freezer that runs by itself, and may be held for a while or cooled ahead."""

    def __init__(
        self,
        ieee: bytes,
        nwk: int,
        load: Load,
        *,
        now: Callable[[], datetime],
        temperature_c: Callable[[], float] = lambda: -18.0,
    ) -> None:
        """``temperature_c`` is what its thermometer shows."""
        super().__init__(ieee, nwk, load, now=now, model="FZ-2")
        self._be(State.RUNNING)
        self.clusters[TEMPERATURE] = Cluster(
            {0x0000: Attribute(Kind.INT16, lambda: round(temperature_c() * 100))}
        )

    def _execute(self, payload: bytes) -> Status:
        match payload[0]:
            case 0x04:
                return self._be(State.SUPERFREEZING)
            case 0x05:
                return self._be(State.RUNNING)
        return Status.FAILURE
