"""A device in a test: told, and read batch by batch."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.domain.measurement import Quantity, Reading
from drrouter.errors import DeviceSilentError
from drrouter.ports import Device


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Return once it holds; a device or server that is silent meanwhile does not matter."""
    async with asyncio.timeout(10):
        while True:
            with suppress(DeviceSilentError):
                if await holds():
                    return
            await tick()


async def tick() -> None:
    """Let a moment of real time pass."""
    passed = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.01, passed.set_result, None)
    await passed


class Driven:
    def __init__(self, device: Device, clock: SimulatedClock) -> None:
        self.device, self._clock = device, clock
        self._readings = device.readings()
        self._number = 0

    async def tell(self, power_w: float) -> Outcome:
        self._number += 1
        expires_at = self._clock.now() + timedelta(minutes=5)
        return await self.device.apply(
            Instruction(f"instruction {self._number}", self.device.id, power_w, "test", expires_at)
        )

    async def obeys(self, power_w: float) -> bool:
        return await self.tell(power_w) == Outcome(OutcomeKind.DONE)

    async def next(self) -> Sequence[Reading]:
        """The next batch; after an error the readings begin anew, as the router does."""
        try:
            async with asyncio.timeout(10):
                return await anext(self._readings)
        except BaseException:
            self._readings = self.device.readings()
            raise

    async def until(self, wanted: Mapping[Quantity, float]) -> None:
        """Read on until the newest of each is this."""
        newest: dict[Quantity, float] = {}
        while any(newest.get(quantity) != value for quantity, value in wanted.items()):
            newest |= {reading.quantity: reading.value for reading in await self.next()}

    async def whole(self) -> dict[Quantity, Reading]:
        """The first batch of new readings: everything, asked for."""
        self._readings = self.device.readings()
        return {reading.quantity: reading for reading in await self.next()}
