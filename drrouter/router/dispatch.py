"""Sends what is missing between what is wished and what is observed; a lost command heals.

``steer`` returns at once: each device has its own worker, so one that is silent delays no other. An
instruction is sent only where what the device reports (``levers``) differs from the wish, and its outcome is
what the device answered after being read back. A device that would fall back by itself is told again in time.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.domain.said import said
from drrouter.ports import Budgeted, Clock, Device, SelfRestoring
from drrouter.router.levers import Lever, Setpoint, is_same, lever_of, obeys
from drrouter.router.purse import Purse
from drrouter.router.registry import Registry, Seat

log = logging.getLogger(__name__)

LIFE = timedelta(minutes=15)
"""How long an instruction holds before the device may fall back to its fail-safe."""

RENEWED = LIFE * 2 / 3
"""When an instruction is sent again that would else expire."""

FIRST_RETRY = timedelta(seconds=5)
LAST_RETRY = timedelta(minutes=5)

ANSWERS_WITHIN = timedelta(minutes=1)
"""How long a device may take to be told and read back, in real time: an integration waits less of its own, so
one that takes longer hangs, and would keep its device from ever being told again."""

Report = Callable[[Instruction, Outcome], None]


def _is_new(lever: Lever | None, old: Setpoint, wish: Setpoint) -> bool:
    """Whether a wish is worth a try although the device would not do what was wished before.

    A set-point that follows a meter changes all the time: it is new when it turns, or an order asks for it.
    """
    if is_same(lever, old, wish):
        return False
    turns = (old.power_w > 0, old.power_w < 0) != (wish.power_w > 0, wish.power_w < 0)
    return lever is not Lever.POWER or turns or (wish.urgent and not old.urgent)


@dataclass(slots=True)
class _Desk:
    """One device's wish and how its last instruction went.

    Attributes:
        silent_at: when the last instruction got no answer; None where it got one.
        done, done_at: what the device last said it did, and when. One that says so and shows another
            set-point (it rounds, or lies) is asked ever more rarely.
        purse: what is left of its calls; None where it may be called as often as one likes.
    """

    wish: Setpoint | None = None
    worker: asyncio.Task[None] | None = None
    retry_at: datetime | None = None
    retry_after: timedelta = FIRST_RETRY
    silent_at: datetime | None = None
    done: Setpoint | None = None
    done_at: datetime | None = None
    purse: Purse | None = None
    sent: int = 0


class Dispatcher:
    """Reconciles what is wished and what is observed; run it as one supervised task."""

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
            desk, lever = self._desks.setdefault(device_id, _Desk()), self._lever(device_id)
            if desk.wish is None or _is_new(lever, desk.wish, setpoint):
                desk.retry_at, desk.retry_after = None, FIRST_RETRY
            desk.wish = setpoint
            if self._group and desk.worker is None and self._is_due(device_id, desk):
                desk.worker = self._group.create_task(self._work(device_id, desk))

    def is_settled(self) -> bool:
        """Whether every device that can be reached is seen to do what is wished, and none is being told."""
        return all(desk.worker is None and self._obeys(name, desk) for name, desk in self._desks.items())

    def is_obeyed(self, device_id: DeviceId) -> bool:
        """Whether the device is seen to do what is wished, as far as it can be seen."""
        desk = self._desks.get(device_id)
        return desk is None or self._obeys(device_id, desk)

    def _lever(self, device_id: DeviceId) -> Lever | None:
        return lever_of(self._registry.seat(device_id).state)

    def _obeys(self, device_id: DeviceId, desk: _Desk) -> bool:
        seat = self._registry.seat(device_id)
        if desk.wish is None or seat.handle is None or lever_of(seat.state) is None:
            return True
        return obeys(seat.state, desk.wish) is not False

    def _is_due(self, device_id: DeviceId, desk: _Desk) -> bool:
        """Whether the device must be told now.

        A device that was never read is not commanded: a cycle may be running there. One that was silent and
        has been read since is not left alone any longer.
        """
        seat, now = self._registry.seat(device_id), self._clock.now()
        state, handle = seat.state, seat.handle
        if desk.wish is None or handle is None:
            return False
        obeyed = obeys(state, desk.wish)
        if obeyed is None or (obeyed and not self._expires_soon(seat, desk, now)):
            return False
        if isinstance(handle, Budgeted) and desk.purse is None:
            desk.purse = Purse(handle.budget)
        if desk.purse and not desk.purse.may_spend(now, urgent=desk.wish.urgent):
            return False
        answers_again = desk.silent_at and state.seen_at and state.seen_at > desk.silent_at
        if answers_again or desk.retry_at is None:
            return True
        # A try further off than the longest wait was put down before the machine's clock was set back.
        return not timedelta(0) < desk.retry_at - now <= LAST_RETRY

    def _expires_soon(self, seat: Seat, desk: _Desk, now: datetime) -> bool:
        """Whether a device that does as told would fall back by itself before long."""
        if desk.done_at is None or now - desk.done_at < RENEWED:
            return False
        if isinstance(seat.handle, SelfRestoring):
            return seat.handle.restores_itself
        return lever_of(seat.state) is not Lever.SWITCH and not isinstance(seat.handle, Budgeted)

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
        seat = self._registry.seat(handle.id)
        renewed, lever = obeys(seat.state, wish) is True, lever_of(seat.state)
        instruction = self._instruction(seat, desk, wish)
        if desk.purse:
            desk.purse.spend(self._clock.now())
        outcome = await self._answer(handle, instruction)
        now = self._clock.now()
        desk.silent_at = now if outcome.kind is OutcomeKind.SILENT else None
        if outcome.kind is OutcomeKind.DONE:
            self._registry.told(handle.id, wish, now)
            again = lever is not Lever.SWITCH and desk.done and is_same(lever, desk.done, wish)
            desk.done, desk.done_at = wish, now
            if again and not renewed:
                self._wait(desk, now)
            else:
                desk.retry_at, desk.retry_after = None, FIRST_RETRY
        elif desk.wish and is_same(lever, desk.wish, wish):
            self._wait(desk, now)
        if not (renewed and outcome.kind is OutcomeKind.DONE):
            self._report(instruction, outcome)

    async def _answer(self, handle: Device, instruction: Instruction) -> Outcome:
        """What the device says; a fault of its integration costs this device and no other."""
        wait = asyncio.timeout(ANSWERS_WITHIN.total_seconds())
        try:
            with self._clock.working():
                async with wait:
                    return await handle.apply(instruction)
        except Exception as error:  # whatever it is, the other devices are told all the same
            log.warning("%s could not be told: its integration failed", handle.id, exc_info=error)
            if wait.expired():
                seconds = ANSWERS_WITHIN.total_seconds()
                why = said("device.no_answer", device=handle.id, seconds=seconds)
                return Outcome(OutcomeKind.SILENT, why)
            why = said("device.failed", device=handle.id, fault=type(error).__name__)
            return Outcome(OutcomeKind.IMPOSSIBLE, why)

    def _wait(self, desk: _Desk, now: datetime) -> None:
        """Leave the device alone for a while, ever longer."""
        desk.retry_at = now + desk.retry_after
        desk.retry_after = min(2 * desk.retry_after, LAST_RETRY)

    def _instruction(self, seat: Seat, desk: _Desk, wish: Setpoint) -> Instruction:
        """The wish as the device is told it."""
        desk.sent += 1
        device_id, now = seat.profile.id, self._clock.now()
        return Instruction(
            id=f"{device_id}-{now:%Y%m%dT%H%M%S%f}-{desk.sent}",
            device_id=device_id,
            power_w=wish.power_w,
            reason=wish.reason,
            expires_at=now + LIFE,
            fail_safe=seat.profile.binding.fail_safe,
            mode=wish.mode,
        )
