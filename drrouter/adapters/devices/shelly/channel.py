"""One channel of a Shelly as a device of the router: its meter is heard, its relay switched and kept safe."""

import asyncio
import logging
import math
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from drrouter.adapters.devices.obedience import Obedience
from drrouter.adapters.devices.shelly.components import part, readings_of, relay_of
from drrouter.adapters.devices.shelly.session import Session
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import FailSafe, Instruction, Outcome
from drrouter.domain.measurement import Reading
from drrouter.errors import DeviceError, DeviceRefusedError, DeviceUnknownError
from drrouter.ports import Clock

WIND_UP_AT = 2 / 3
"""When the timer is wound up again, as a share of its time."""
RETURNS = {FailSafe.RESTORE_POWER: True, FailSafe.CUT_POWER: False}
"""What the relay shall be when the instruction expires and nobody renewed it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Watch:
    """A running timer of the relay: what holds until it ends, how long it runs, when it is wound up again."""

    on: bool
    life: timedelta
    due: datetime


class ShellyChannel:
    """Drives one relay, or listens to one meter; implements the Device port."""

    def __init__(
        self, device_id: DeviceId, session: Session, component: str, clock: Clock, poll_s: float
    ) -> None:
        """Nothing is opened yet.

        Args:
            device_id: its name in the home file.
            session: the way to the device, shared with its other channels.
            component: ``switch:0`` and so on.
            clock: the only source of time.
            poll_s: how long nothing may be heard until the device is asked, in seconds.
        """
        self._id, self._session, self._component, self._clock = device_id, session, component, clock
        self._poll = timedelta(seconds=poll_s)
        self._obedience = Obedience(device_id, "Shelly", clock)
        self._watch: _Watch | None = None

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        return self._id

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """SWITCH, power, energy and voltage, whenever the device says something new and now and then.

        While this is iterated, the timer of the relay is wound up again.

        Raises:
            DeviceSilentError: no answer, or the connection broke; calling again waits a while that doubles.
            DeviceRefusedError: the device does not know our password.
            DeviceUnknownError: another device answers at the address, or it has no such channel.
        """
        async with self._session.held():
            while True:
                try:
                    with self._clock.working():
                        heard: int | None = await self._asked()
                    while heard is not None:
                        yield self._batch()
                        heard = await self._heard(heard)
                except DeviceError as error:
                    raise type(error)(f"{self._id} (Shelly): {error}") from error

    async def apply(self, instruction: Instruction) -> Outcome:
        """Switch on above 0 W, else off, with the relay's timer as dead-man's switch; read back."""
        return await self._obedience.carry_out(instruction, self._switched)

    async def _asked(self) -> int:
        """Ask for everything; the count of what was heard then."""
        await self._session.refresh()
        return self._session.heard

    def _batch(self) -> Sequence[Reading]:
        if not part(self._session.status, self._component):
            raise DeviceUnknownError(f"it has no channel {self._component} (any more)")
        return readings_of(self._id, self._component, self._session.status, self._clock.now())

    async def _heard(self, since: int) -> int | None:
        """What was heard since; None when nothing was for so long that the device must be asked."""
        asking = self._clock.now() + self._poll
        while True:
            await self._wind_up()
            due = min(asking, self._watch.due) if self._watch else asking
            if await self._comes(since, due):
                async with self._obedience.commanding:  # what a command changes is not told before it is done
                    return self._session.heard
            if self._clock.now() >= asking:
                return None

    async def _comes(self, since: int, until: datetime) -> bool:
        """Whether something new is heard until then."""
        news = asyncio.ensure_future(self._session.news(since))
        alarm = asyncio.ensure_future(self._clock.sleep_until(until))
        try:
            await asyncio.wait({news, alarm}, return_when=asyncio.FIRST_COMPLETED)
            if news.done():
                news.result()
            return news.done()
        finally:
            news.cancel()
            alarm.cancel()
            await asyncio.gather(news, alarm, return_exceptions=True)

    async def _switched(self, instruction: Instruction) -> None:
        """Switch and read back."""
        if not self._component.startswith("switch:"):
            raise DeviceUnknownError("it only measures, and switches nothing")
        on, life = instruction.power_w > 0, instruction.expires_at - self._clock.now()
        returns = RETURNS.get(instruction.fail_safe, on) is not on
        self._watch = None
        async with self._session.held():
            await self._set(on, life if returns else None)

    async def _set(self, on: bool, life: timedelta | None) -> None:
        """Tell the relay, with a timer that switches it back where it must not stay so; read back."""
        request = {"id": int(self._component.partition(":")[2]), "on": on}
        timer = {} if life is None else {"toggle_after": max(1, math.ceil(life.total_seconds()))}
        told_at = self._clock.now()
        await self._session.call("Switch.Set", request | timer)
        status = await self._session.call("Switch.GetStatus", {"id": request["id"]})
        self._session.learn([(self._component, status)])
        if relay_of(status) is not on:
            wish = "on" if on else "off"
            raise DeviceRefusedError(f"it acknowledged to switch {wish}, but its relay did not move")
        if life is not None:
            self._watch = _Watch(on, life, told_at + WIND_UP_AT * life)

    async def _wind_up(self) -> None:
        """Set the timer anew, unless a hand switched the relay or a command is on its way."""
        async with self._obedience.commanding:
            watch = self._watch
            if watch is None or self._clock.now() < watch.due:
                return
            self._watch = None
            if relay_of(part(self._session.status, self._component)) is not watch.on:
                return
            _log.debug("%s: winding up the timer of its relay", self._id)
            with self._clock.working():
                await self._set(watch.on, watch.life)
