"""One device on the bus as a device of the router: values as they come, commands checked by its state."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import timedelta

from xknx.exceptions import XKNXException

from drrouter.adapters.devices.gate import judged
from drrouter.adapters.devices.knx.bus import Bus
from drrouter.adapters.devices.knx.points import SWITCH, Point, readable
from drrouter.adapters.devices.knx.settings import KnxDevicePart, KnxSettings
from drrouter.adapters.devices.obedience import Obedience
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.errors import DeviceError, DeviceRefusedError, DeviceSilentError
from drrouter.ports import Clock

TITLE = "KNX"
TOLERANCE_W = 25.0
"""By how much a set power may differ when it is read back: two-byte floats are coarse."""


class KnxDevice:
    """Drives one device; implements the Device port."""

    def __init__(
        self, device_id: DeviceId, part: KnxDevicePart, bus: Bus, settings: KnxSettings, clock: Clock
    ) -> None:
        """Remember its addresses; nothing is sent yet."""
        self._id, self._part, self._bus = device_id, part, bus
        self._settings, self._clock = settings, clock
        self._points = readable(part)
        self._obedience = Obedience(device_id, TITLE, clock)

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        return self._id

    @property
    def silent_after(self) -> timedelta:
        """Older readings are not trusted."""
        return timedelta(seconds=self._settings.silent_after_s)

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """SWITCH, POWER_W, ENERGY_WH, SETPOINT_W and TEMPERATURE_C, as far as it has them, as they come.

        Raises:
            DeviceSilentError: the gateway is lost, or the device said nothing for too long.
        """
        seen: dict[str, int] = {}
        begun = due = self._clock.now()
        while True:
            if self._clock.now() >= due:
                due = self._clock.now() + timedelta(seconds=self._settings.read_s)
                await self._ask()
            count, batch = self._bus.news.count, tuple(self._fresh(seen))
            if batch:
                yield batch
                continue
            heard = max([begun, *(self._bus.said[name].at for name in seen)])
            self._require_life(self._clock.now() - heard)
            await self._bus.news.since_or_until(count, self._clock, due)

    async def apply(self, instruction: Instruction) -> Outcome:
        """Set its power or switch it, read back, and say what became of it."""
        return await self._obedience.carry_out(instruction, self._obeyed)

    async def _ask(self) -> None:
        """Ask for every value.

        Raises:
            DeviceSilentError: the gateway is lost.
        """
        try:
            with self._clock.working():
                for point in self._points:
                    await self._bus.ask(point.address)
        except DeviceSilentError as error:
            raise DeviceSilentError(f"{self._id} ({TITLE}): {error}") from error

    def _fresh(self, seen: dict[str, int]) -> Iterator[Reading]:
        """What came since the last look."""
        for point in self._points:
            said = self._bus.said.get(point.address)
            if said and seen.get(point.address) != said.count:
                seen[point.address] = said.count
                yield judged(self._id, point.quantity, point.decoded(said.payload), said.at)

    def _require_life(self, quiet: timedelta) -> None:
        """Raise where nothing can be heard, or nothing was for too long.

        Raises:
            DeviceSilentError: it is so.
        """
        if not self._bus.connected:
            raise DeviceSilentError(f"{self._id} ({TITLE}): the KNX gateway is not connected")
        if quiet >= self.silent_after:
            raise DeviceSilentError(
                f"{self._id} ({TITLE}): none of its group addresses said anything for "
                f"{quiet.total_seconds():.0f} s; look whether its read flags are set in ETS"
            )

    async def _obeyed(self, instruction: Instruction) -> None:
        """Set the power where it can be set, and switch it where it can be switched."""
        part, power_w = self._part, instruction.power_w
        if part.setpoint is None and part.switch is None:
            raise DeviceError("it has no group address that switches or sets it")
        if part.setpoint:
            told = Point(part.setpoint, part.setpoint_dpt, Quantity.SETPOINT_W)
            state = Point(part.setpoint_state or part.setpoint, part.setpoint_dpt, Quantity.SETPOINT_W)
            await self._told(told, state, power_w, f"{power_w:.0f} W", TOLERANCE_W + power_w / 100)
        if part.switch:
            told = Point(part.switch, SWITCH, Quantity.SWITCH)
            state = Point(part.state or part.switch, SWITCH, Quantity.SWITCH)
            await self._told(told, state, float(power_w > 0), "on" if power_w > 0 else "off", 0.0)

    async def _told(self, point: Point, state: Point, value: float, wish: str, tolerance: float) -> None:
        """Write a value and wait until the state says it too.

        Raises:
            DeviceRefusedError: the state says something else.
            DeviceSilentError: nothing is said.
            DeviceError: the data point cannot say it.
        """
        try:
            payload = point.encoded(value)
        except XKNXException as error:
            raise DeviceError(f"its data point cannot say {wish}") from error
        before = self._bus.count(state.address)
        await self._bus.write(point.address, payload)
        await self._bus.ask(state.address)
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                await self._until(state, before, lambda said: abs(said - value) <= tolerance)
        except TimeoutError as error:
            if self._bus.count(state.address) == before:
                raise DeviceSilentError(f"its state at {state.address} was not told") from error
            raise DeviceRefusedError(f"it was told {wish}, but its state does not follow") from error

    async def _until(self, state: Point, before: int, follows: Callable[[float], bool]) -> None:
        """Return once the state was told after a count, and is as it should be."""
        while True:
            count = self._bus.news.count
            if self._bus.count(state.address) > before and follows(
                state.decoded(self._bus.said[state.address].payload)
            ):
                return
            if not self._bus.connected:
                raise DeviceSilentError("the KNX gateway was lost before its state was told")
            await self._bus.news.since(count)
