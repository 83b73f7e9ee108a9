"""Sends what is missing between what is wished and what is observed; a lost command heals.

``steer`` returns at once: each device has its own worker, so one that is silent delays no other. An
instruction is sent only where the observed switch differs from the wish, and its outcome is what the
device answered after being read back.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.ports import Clock, Device
from drrouter.router.registry import Registry

log = logging.getLogger(__name__)

LIFE = timedelta(minutes=15)
"""How long an instruction holds before the device may fall back to its fail-safe."""

FIRST_RETRY = timedelta(seconds=5)
LAST_RETRY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Setpoint:
    """The power a device shall use now, in W, and why."""

    power_w: float
    reason: str


Report = Callable[[Instruction, Outcome], None]


@dataclass(slots=True)
class _Desk:
    """One device's wish and how its last instruction went.

    Attributes:
        silent_at: when the last instruction got no answer; None where it got one.
    """

    wish: Setpoint | None = None
    worker: asyncio.Task[None] | None = None
    retry_at: datetime | None = None
    retry_after: timedelta = FIRST_RETRY
    silent_at: datetime | None = None
    sent: int = 0


class Dispatcher:
    """Reconciles wished and observed switches; run it as one supervised task."""

    def __init__(self, registry: Registry, clock: Clock, report: Report) -> None:
        """Report is called, without waiting, with each instruction and what became of it."""
        self._registry, self._clock, self._report = registry, clock, report
        self._desks: dict[DeviceId, _Desk] = {}
        self._group: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Own the workers until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                await asyncio.get_running_loop().create_future()
        finally:
            self._group = None
            for desk in self._desks.values():
                desk.worker = None

    def steer(self, setpoints: dict[DeviceId, Setpoint]) -> None:
        """Make these the wishes and start what is missing; never waits. Who is not named is left alone."""
        for device_id in self._desks.keys() - setpoints.keys():
            self._desks[device_id].wish = None
        for device_id, setpoint in setpoints.items():
            desk = self._desks.setdefault(device_id, _Desk())
            if desk.wish is None or (desk.wish.power_w > 0) != (setpoint.power_w > 0):
                desk.retry_at, desk.retry_after = None, FIRST_RETRY
            desk.wish = setpoint
            if self._group and desk.worker is None and self._is_due(device_id, desk):
                desk.worker = self._group.create_task(self._work(device_id, desk))

    def is_settled(self) -> bool:
        """Whether every device that can be reached is seen to do what is wished, and none is being told."""
        return all(desk.worker is None and self._obeys(name, desk) for name, desk in self._desks.items())

    def _obeys(self, device_id: DeviceId, desk: _Desk) -> bool:
        seat = self._registry.seat(device_id)
        unreachable = seat.handle is None or seat.state.on is None
        return desk.wish is None or unreachable or seat.state.on is (desk.wish.power_w > 0)

    def _is_due(self, device_id: DeviceId, desk: _Desk) -> bool:
        """Whether the wish differs from what is observed and the device is not being left alone.

        A device that was never read is not commanded: a cycle may be running there. One that was silent and
        has been read since is not left alone any longer.
        """
        seat = self._registry.seat(device_id)
        state = seat.state
        if desk.wish is None or seat.handle is None or state.on in (None, desk.wish.power_w > 0):
            return False
        answers_again = desk.silent_at and state.seen_at and state.seen_at > desk.silent_at
        return bool(answers_again) or desk.retry_at is None or self._clock.now() >= desk.retry_at

    async def _work(self, device_id: DeviceId, desk: _Desk) -> None:
        """Send until the device has what is wished, or fails."""
        try:
            handle = self._registry.seat(device_id).handle
            while handle and desk.wish and self._is_due(device_id, desk):
                await self._send(handle, desk, desk.wish)
        finally:
            desk.worker = None

    async def _send(self, handle: Device, desk: _Desk, wish: Setpoint) -> None:
        """One instruction, its outcome, and what follows for the next try."""
        desk.sent += 1
        device_id = handle.id
        now = self._clock.now()
        instruction = Instruction(
            id=f"{device_id}-{now:%Y%m%dT%H%M%S%f}-{desk.sent}",
            device_id=device_id,
            power_w=wish.power_w,
            reason=wish.reason,
            expires_at=now + LIFE,
            fail_safe=self._registry.seat(device_id).profile.binding.fail_safe,
        )
        with self._clock.working():
            outcome = await handle.apply(instruction)
        now = self._clock.now()
        desk.silent_at = now if outcome.kind is OutcomeKind.SILENT else None
        if outcome.kind is OutcomeKind.DONE:
            self._registry.switched(device_id, wish.power_w > 0, now)
            desk.retry_at, desk.retry_after = None, FIRST_RETRY
        elif desk.wish and (desk.wish.power_w > 0) == (wish.power_w > 0):
            desk.retry_at = now + desk.retry_after
            desk.retry_after = min(2 * desk.retry_after, LAST_RETRY)
        self._report(instruction, outcome)
