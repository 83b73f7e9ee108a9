"""One device behind the broker: it listens all the time, keeps the newest of each quantity, and is told.

broker --message--> hear --readings of it--> newest by quantity --batch--> readings()
                      `--state of its switch or number--> whoever waits for the echo of a command
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta

from drrouter.adapters.devices.mqtt.directory import Directory
from drrouter.adapters.devices.mqtt.entities import Described, Knob, Relay
from drrouter.adapters.devices.mqtt.payload import Payload
from drrouter.adapters.devices.mqtt.session import Session
from drrouter.adapters.devices.mqtt.settings import MqttSettings
from drrouter.adapters.devices.mqtt.values import readings_of
from drrouter.adapters.devices.news import Alarm, News
from drrouter.adapters.devices.obedience import Obedience
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.errors import DeviceError, DeviceRefusedError, DeviceSilentError, DeviceUnknownError
from drrouter.ports import Clock

_ECHOES = (Quantity.SWITCH, Quantity.SETPOINT_W)


class MqttDevice:
    """Drives one device; implements the Device port."""

    def __init__(
        self,
        device_id: DeviceId,
        name: str,
        session: Session,
        directory: Directory,
        settings: MqttSettings,
        clock: Clock,
    ) -> None:
        """Follow the topics of the device that the directory calls ``name``."""
        self._id, self._name, self._settings, self._clock = device_id, name, settings, clock
        self._session, self._directory = session, directory
        self._obedience = Obedience(device_id, "MQTT", clock)
        self._device = Described({"id": name})
        self._newest: dict[Quantity, Reading] = {}
        self._on: bool | None = None
        self._told_w: float | None = None
        self._heard_at = self._quiet_since = clock.now()
        self._news, self._messages, self._echoes = News(), 0, 0
        self._alarm = Alarm(clock, self._news.tell)
        self._refresh()

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        return self._id

    def leave(self) -> None:
        """Listen no more."""
        self._session.leave(self._device.topics | self._device.whereabouts, self._hear)

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """What it says, as it says it; asked where it can be asked and says nothing.

        Raises:
            DeviceSilentError: it said nothing for too long, is away by its last will, or the broker is lost.
            DeviceUnknownError: it is announced no more.
        """
        self._session.news.follow(self._news.tell)
        try:
            await self._ask()
            while True:
                self._check(self._trouble() or self._silence())
                if self._newest:
                    batch, self._newest = tuple(self._newest.values()), {}
                    self._quiet_since = self._clock.now()
                    yield batch
                elif await self._waited():
                    await self._ask()
        finally:
            self._session.news.leave(self._news.tell)
            self._alarm.stop()

    async def apply(self, instruction: Instruction) -> Outcome:
        """Tell it, wait until it says what it does, and say what became of it."""
        self._refresh()
        least_w = min(self._device.knob.dial.low_w, 0.0) if self._device.knob else 0.0
        return await self._obedience.carry_out(instruction, self._told, least_w=least_w)

    @property
    def _silent_after(self) -> timedelta:
        """How long it may say nothing."""
        return self._device.stated or timedelta(seconds=self._settings.silent_after_s)

    def _trouble(self) -> DeviceError | None:
        """Why it cannot be reached now, None where it may be."""
        self._refresh()
        if not self._session.connected:
            return self._session.lost
        if self._directory.find(self._name) is None:
            return DeviceUnknownError("it is announced no more")
        if self._directory.is_away(self._device):
            return DeviceSilentError("it is away, by its own last word or that of its bridge")
        return None

    def _silence(self) -> DeviceError | None:
        """That it said nothing for too long, None where it did."""
        if self._clock.now() - self._heard_at < self._silent_after:
            return None
        return DeviceSilentError(f"it said nothing for {self._silent_after.total_seconds():g} s")

    def _check(self, error: DeviceError | None) -> None:
        """Go on where there is no error; else raise it, saying whose it is."""
        if error:
            raise type(error)(f"{self._id} (MQTT): {error}")

    def _refresh(self) -> None:
        """Take over what it announced anew."""
        device = self._directory.find(self._name)
        if device is None or device is self._device:
            return
        before, after = (one.topics | one.whereabouts for one in (self._device, device))
        self._device = device
        self._session.leave(before - after, self._hear)
        self._session.follow(after - before, self._hear)

    def _hear(self, topic: str, payload: Payload) -> None:
        """Keep the newest of what it says; the directory has heard before whether it is there."""
        if topic in self._device.whereabouts:
            self._news.tell()
        at = self._clock.now()
        readings = tuple(readings_of(self._id, self._device, topic, payload, at, self._on))
        if not readings:
            return
        for reading in readings:
            self._newest[reading.quantity] = reading
            self._echoes += reading.quantity in _ECHOES and not payload.retained
            if reading.quantity is Quantity.SWITCH:
                self._on = bool(reading.value)
            elif reading.quantity is Quantity.SETPOINT_W:
                self._told_w = reading.value
        self._heard_at = at
        self._messages += 1
        self._news.tell()

    async def _waited(self) -> bool:
        """Wait for news of any kind; True when it should be asked."""
        silent_at = self._heard_at + self._silent_after
        ask_at = self._quiet_since + timedelta(seconds=self._settings.poll_s)
        can_ask = bool(self._device.asks) and ask_at < silent_at
        self._alarm.set(ask_at if can_ask else silent_at)
        await self._news.since(self._news.count)
        return can_ask and not self._newest and self._clock.now() >= ask_at

    async def _ask(self) -> None:
        """Let it say its values, and give it the time to do so; one that says nothing is seen later."""
        self._check(self._trouble())
        self._quiet_since = self._clock.now()
        if not self._device.asks:
            return
        with self._clock.working():
            await self._session.settled()
            before = self._messages
            for topic, text in self._device.asks:
                await self._session.publish(topic, text)
            await self._until(lambda: self._messages > before)

    async def _told(self, instruction: Instruction) -> None:
        """Tell it what the instruction says.

        Raises:
            DeviceError: it did not do it.
        """
        if error := self._trouble():
            raise error
        await self._session.settled()
        relay, knob, power_w = self._device.relay, self._device.knob, instruction.power_w
        if relay is None and knob is None:
            raise DeviceUnknownError("it can be read, and not be steered")
        if relay:
            await self._switch(relay, power_w != 0)
        if knob and (power_w != 0 or relay is None):
            await self._set(knob, power_w)

    async def _switch(self, relay: Relay, on: bool) -> None:
        await self._say(relay.topic, relay.on if on else relay.off, lambda: self._on is on)

    async def _set(self, knob: Knob, power_w: float) -> None:
        """Set its number, within what it takes."""
        told_w = knob.dial.nearest_w(power_w)

        def is_set() -> bool:
            return self._told_w is not None and knob.dial.is_same(self._told_w, told_w)

        await self._say(knob.topic, f"{knob.dial.in_units(told_w):.6g}", is_set)

    async def _say(self, topic: str, text: str, obeyed: Callable[[], bool]) -> None:
        """Send a command, and judge by what the device says afterwards.

        An older state may still be on its way, so another state than the wished one is a refusal only once
        the time is over. Some devices say a state only where it changes: such a one has it already.

        Raises:
            DeviceRefusedError: it says that it does something else.
            DeviceSilentError: it says nothing.
        """
        before = self._echoes
        await self._session.publish(topic, text)
        if await self._until(lambda: self._echoes > before and obeyed()):
            return
        if self._echoes > before:
            raise DeviceRefusedError("it was told, and says that it does something else")
        if not obeyed() or self._device.asks:
            raise DeviceSilentError(f"it did not say within {self._settings.timeout_s:g} s that it obeys")

    async def _until(self, happened: Callable[[], bool]) -> bool:
        """Wait until the device said something by which this is so; False when the time is over."""
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                while not happened():
                    await self._news.since(self._news.count)
        except TimeoutError:
            return False
        return True
