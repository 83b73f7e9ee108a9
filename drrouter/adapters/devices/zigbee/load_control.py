"""Devices with Demand Response and Load Control (0x0701): an event asks them to draw nothing for a while.

    0 W        LoadControlEvent until the instruction expires; the device ends it by its own clock
    above 0 W  CancelLoadControlEvent, where one runs

The event is a dead-man's switch: whatever becomes of the router, the device goes on when the event ends.
Source: Smart Energy (075356), D.2.
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from drrouter.adapters.devices.zigbee.asking import asked
from drrouter.adapters.devices.zigbee.clusters.load_control import (
    CANCEL_EVENT,
    LOAD_CONTROL_EVENT,
    REPORT_EVENT_STATUS,
    OurLoadControl,
)
from drrouter.domain.instruction import Instruction
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceRefusedError, DeviceSilentError
from drrouter.ports import Clock

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""From when Zigbee counts its seconds."""

EVERY_LOAD = 0x07FF
"""Every device class but generation."""

AT_ONCE, VOLUNTARY = 0, 1
NO_OFFSET, NO_SETPOINT, NO_ADJUSTMENT, NO_DUTY = 0xFF, -0x8000, -0x80, 0xFF
LONGEST_MIN = 1440

RECEIVED, STARTED, COMPLETED, OPTED_OUT, OPTED_IN, CANCELLED, SUPERSEDED = 1, 2, 3, 4, 5, 6, 7
GOING_ON = frozenset({RECEIVED, STARTED, OPTED_IN})
OVER = frozenset({COMPLETED, OPTED_OUT, CANCELLED, SUPERSEDED, 8, 9})
REJECTED = frozenset(range(0xF6, 0x100))


class LoadControl:
    """The events of one device; implements the Actor port of this integration."""

    def __init__(self, cluster: OurLoadControl, timeout_s: float, clock: Clock) -> None:
        """No event runs."""
        self._cluster, self._timeout_s, self._clock = cluster, timeout_s, clock
        self._event, self._ends = 0, clock.now()
        self._statuses: asyncio.Queue[tuple[int, int]] = asyncio.Queue(maxsize=32)
        self._news: Callable[[Mapping[Quantity, float]], None] = lambda _: None
        cluster.answer = self._heard

    async def watch(self, news: Callable[[Mapping[Quantity, float]], None]) -> Callable[[], None]:
        """Tell when an event begins or ends."""
        self._news = news
        return self._unwatch

    def _unwatch(self) -> None:
        self._news = lambda _: None

    async def ask(self) -> Mapping[Quantity, float]:
        """Off while an event holds it, as far as it said; there is nothing that could be asked."""
        return {Quantity.SWITCH: float(self._clock.now() >= self._ends)}

    async def act(self, instruction: Instruction) -> None:
        """Begin an event, or end the one that runs.

        Raises:
            DeviceSilentError: it did not say that it heard.
            DeviceRefusedError: it opted out, or takes no such event.
        """
        if instruction.power_w <= 0:
            await self._shed(instruction.expires_at)
        elif self._clock.now() < self._ends:
            await self._release()

    async def _shed(self, until: datetime) -> None:
        now = self._clock.now()
        minutes = max(1, min(math.ceil((until - now).total_seconds() / 60), LONGEST_MIN))
        self._event = max(seconds_of(now), self._event + 1)
        await self._tell(
            LOAD_CONTROL_EVENT,
            self._event,
            EVERY_LOAD,
            0,
            AT_ONCE,
            minutes,
            VOLUNTARY,
            NO_OFFSET,
            NO_OFFSET,
            NO_SETPOINT,
            NO_SETPOINT,
            NO_ADJUSTMENT,
            0,
            0,
        )
        self._ends = now + timedelta(minutes=minutes)
        self._news(await self.ask())

    async def _release(self) -> None:
        await self._tell(CANCEL_EVENT, self._event, EVERY_LOAD, 0, 0, AT_ONCE)
        self._ends = self._clock.now()
        self._news(await self.ask())

    async def _tell(self, number: int, *arguments: int) -> None:
        """Send it, and wait for what the device reports about this event."""
        while not self._statuses.empty():
            self._statuses.get_nowait()
        await asked(self._cluster.client_command(number, *arguments), self._timeout_s)
        try:
            async with asyncio.timeout(self._timeout_s):
                status = await self._status()
        except TimeoutError as error:
            raise DeviceSilentError(f"it did not say within {self._timeout_s:g} s that it heard") from error
        if status in REJECTED:
            raise DeviceRefusedError(f"it takes no such event (status {status:#04x})")
        if status == OPTED_OUT:
            raise DeviceRefusedError("somebody told it to opt out")

    async def _status(self) -> int:
        while True:
            event, status = await self._statuses.get()
            if event == self._event:
                return status

    async def _heard(self, number: int, content: Any, _: int) -> None:
        """What the device says about an event, by itself too: a person may opt out at any time."""
        if number != REPORT_EVENT_STATUS:
            return
        event, status = int(content.issuer_event_id), int(content.event_status)
        with suppress(asyncio.QueueFull):
            self._statuses.put_nowait((event, status))
        if event == self._event and status in OVER and self._clock.now() < self._ends:
            self._ends = self._clock.now()
            self._news(await self.ask())


def seconds_of(instant: datetime) -> int:
    """As Zigbee counts time.

    >>> seconds_of(datetime(2000, 1, 1, 0, 1, tzinfo=UTC))
    60
    """
    return int((instant - EPOCH).total_seconds())
