"""One device behind Home Assistant: it hears every change of its entities, and is told by service calls."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime, timedelta

from drrouter.adapters.devices.gate import IDLE_W, judged, number_in
from drrouter.adapters.devices.homeassistant.entities import Knob, Relay, State
from drrouter.adapters.devices.homeassistant.house import Described, House
from drrouter.adapters.devices.homeassistant.link import Link
from drrouter.adapters.devices.homeassistant.settings import HomeassistantSettings
from drrouter.adapters.devices.news import News
from drrouter.adapters.devices.obedience import Obedience
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.errors import DeviceError, DeviceRefusedError, DeviceSilentError, DeviceUnknownError
from drrouter.ports import Clock

NEVER = timedelta(days=3650)


class HomeassistantDevice:
    """Drives one device; implements the Device port."""

    def __init__(
        self,
        device_id: DeviceId,
        name: str,
        link: Link,
        house: House,
        settings: HomeassistantSettings,
        clock: Clock,
    ) -> None:
        """Hear the entities of the device that the house calls ``name``."""
        self._id, self._name, self._clock = device_id, name, clock
        self._link, self._house, self._settings = link, house, settings
        self._obedience = Obedience(device_id, "Home Assistant", clock)
        self._device = Described({"id": name})
        self._newest: dict[Quantity, Reading] = {}
        self._heard_at = clock.now()
        self._told_at: datetime | None = None
        self._news = News()
        self._refresh()

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        return self._id

    def leave(self) -> None:
        """Hear no more."""
        self._house.leave(self._device.entities, self._hear)

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """All that is known at first, then what changes.

        Raises:
            DeviceSilentError: it is unavailable, Home Assistant is lost, or nothing changed for too long.
            DeviceUnknownError: Home Assistant knows it no more.
        """
        self._check(self._trouble())
        for entity_id in sorted(self._device.entities):
            if state := self._house.state(entity_id):
                self._keep(state)
        while True:
            news, link_news = self._news.count, self._link.news.count
            self._check(self._trouble() or self._silence())
            if self._newest:
                batch, self._newest = tuple(self._newest.values()), {}
                yield batch
            else:
                await self._waited(news, link_news)

    async def apply(self, instruction: Instruction) -> Outcome:
        """Call a service, wait for the state, and say what became of it."""
        self._refresh()
        least_w = min(self._device.knob.dial.low_w, 0.0) if self._device.knob else 0.0
        return await self._obedience.carry_out(instruction, self._told, least_w=least_w)

    @property
    def _silent_after(self) -> timedelta:
        return timedelta(seconds=self._settings.silent_after_s) or NEVER

    def _trouble(self) -> DeviceError | None:
        """Why it cannot be reached now, None where it may be."""
        self._refresh()
        if not self._link.connected:
            return self._link.lost
        if self._name not in self._house.devices():
            return DeviceUnknownError("Home Assistant knows it no more")
        if self._house.is_away(self._device):
            return DeviceSilentError("Home Assistant says that it is unavailable")
        return None

    def _silence(self) -> DeviceError | None:
        """That nothing changed for too long, None where something did."""
        if self._clock.now() - self._heard_at < self._silent_after:
            return None
        return DeviceSilentError(f"nothing of it changed for {self._silent_after.total_seconds():g} s")

    def _check(self, error: DeviceError | None) -> None:
        """Go on where there is no error; else raise it, saying whose it is."""
        if error:
            raise type(error)(f"{self._id} (Home Assistant): {error}")

    def _refresh(self) -> None:
        """Take over of what it is made now."""
        device = self._house.devices().get(self._name)
        if device is None or device is self._device:
            return
        before, self._device = self._device.entities, device
        self._house.leave(before - device.entities, self._hear)
        self._house.follow(device.entities - before, self._hear)

    def _hear(self, state: State) -> None:
        """One of its entities changed."""
        self._heard_at = self._clock.now()
        self._keep(state)
        self._news.tell()

    def _keep(self, state: State) -> None:
        """Keep the newest of each quantity."""
        if state.is_there:
            self._newest.update({one.quantity: one for one in self._readings_of(state)})

    def _readings_of(self, state: State) -> Iterator[Reading]:
        """All that one entity says."""
        device, at, entity_id = self._device, self._clock.now(), state.entity_id
        if device.relay and device.relay.entity_id == entity_id:
            yield Reading(self._id, Quantity.SWITCH, float(device.relay.is_on(state)), at)
        if device.plug and device.plug.entity_id == entity_id:
            yield Reading(self._id, Quantity.PLUGGED, float(state.state == "on"), at)
        if device.knob and device.knob.entity_id == entity_id:
            told_w = number_in(state.state) * device.knob.dial.watts
            yield judged(self._id, Quantity.SETPOINT_W, told_w, at)
        for sensor in device.sensors:
            if sensor.entity_id == entity_id:
                idle = IDLE_W if sensor.scale.quantity is Quantity.POWER_W and self._is_off() else None
                yield judged(self._id, sensor.scale.quantity, sensor.value(state), at, idle)

    def _is_off(self) -> bool:
        """Whether its switch is known to be off."""
        return self._state_of(self._device.relay) is False

    def _state_of(self, relay: Relay | None) -> bool | None:
        state = self._house.state(relay.entity_id) if relay else None
        return relay.is_on(state) if relay and state and state.is_there else None

    async def _waited(self, news: int, link_news: int) -> None:
        """Wait until something changed, or until it changed too long ago."""
        tasks = [
            asyncio.ensure_future(
                self._news.since_or_until(news, self._clock, self._heard_at + self._silent_after)
            ),
            asyncio.ensure_future(self._link.news.since(link_news)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _told(self, instruction: Instruction) -> None:
        """Tell it what the instruction says.

        Raises:
            DeviceError: it did not do it.
        """
        if error := self._trouble():
            raise error
        relay, knob, power_w = self._device.relay, self._device.knob, instruction.power_w
        if relay is None and knob is None:
            raise DeviceUnknownError("it can be read, and not be steered")
        self._count_call()
        if relay:
            await self._switch(relay, power_w != 0)
        if knob and (power_w != 0 or relay is None):
            await self._set(knob, power_w)

    def _count_call(self) -> None:
        """Keep the pause that its account needs.

        Raises:
            DeviceRefusedError: it is not over.
        """
        pause = timedelta(seconds=self._settings.least_pause_s(*self._device.identity.values()))
        now = self._clock.now()
        if self._told_at and now < self._told_at + pause:
            left_s = (self._told_at + pause - now).total_seconds()
            raise DeviceRefusedError(
                f"it may be told something every {pause.total_seconds():g} s only; {left_s:.0f} s are left"
            )
        self._told_at = now

    async def _switch(self, relay: Relay, on: bool) -> None:
        service = "turn_on" if on else "turn_off"
        await self._call(relay.domain, service, relay.entity_id, {}, lambda: self._state_of(relay) is on)

    async def _set(self, knob: Knob, power_w: float) -> None:
        """Set its number, within what it takes."""
        dial, entity_id = knob.dial, knob.entity_id
        told_w = dial.nearest_w(power_w)

        def is_set() -> bool:
            state = self._house.state(entity_id)
            said_w = number_in(state.state) * dial.watts if state else math.nan
            return dial.is_same(said_w, told_w)

        value = {"value": dial.in_units(told_w)}
        await self._call(entity_id.partition(".")[0], "set_value", entity_id, value, is_set)

    async def _call(
        self, domain: str, service: str, entity_id: str, data: dict[str, float], obeyed: Callable[[], bool]
    ) -> None:
        """Call a service, and judge by the state that follows.

        Raises:
            DeviceRefusedError: Home Assistant refuses, or the state becomes another.
            DeviceSilentError: no answer, or the state does not change.
        """
        before = self._news.count
        await self._link.ask(
            "call_service", domain=domain, service=service, service_data=data, target={"entity_id": entity_id}
        )
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                while not obeyed():
                    await self._news.since(self._news.count)
        except TimeoutError as error:
            if self._news.count > before:
                raise DeviceRefusedError("it was told, and its state is another") from error
            raise DeviceSilentError(
                f"Home Assistant told it, and its state did not change within {self._settings.timeout_s:g} s"
            ) from error
