"""What tests do with Shelly devices: look for them, tell them, take their next readings."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.shelly.integration import ShellyIntegration
from drrouter.adapters.devices.shelly.settings import ShellySettings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import FailSafe, Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.ports import Device
from drrouter.sim.wire.shelly import FakeShelly

LIFE = timedelta(minutes=15)


def looking_at(
    clock: SimulatedClock, *fakes: FakeShelly, password: str = "", **more: Any
) -> ShellyIntegration:
    """An integration whose home file lists these."""
    hosts = [{"host": fake.host, "port": fake.port} for fake in fakes]
    told = {"announced": False, "timeout_s": 10, "device": hosts}
    passwords = {"": password} if password else {}
    return ShellyIntegration(ShellySettings.model_validate(told | more), clock, passwords)


async def devices_of(integration: ShellyIntegration) -> list[Device]:
    found = await integration.discover()
    return [integration.setup(DeviceId(one.identity["alias"]), one) for one in found]


async def tell(
    device: Device,
    clock: SimulatedClock,
    power_w: float,
    fail_safe: FailSafe = FailSafe.RESTORE_POWER,
    name: str = "",
) -> Outcome:
    name = name or f"to {power_w} at {clock.now()}"
    return await device.apply(
        Instruction(name, device.id, power_w, "test", clock.now() + LIFE, fail_safe=fail_safe)
    )


class Reader:
    """Reads a device in a task of its own, as the router does, and keeps what it said."""

    def __init__(self, device: Device) -> None:
        self._stream: AsyncIterator[Sequence[Reading]] = device.readings()
        self.batches: asyncio.Queue[dict[Quantity, Reading]] = asyncio.Queue()
        self.task = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for batch in self._stream:
            self.batches.put_nowait({reading.quantity: reading for reading in batch})

    async def next(self) -> dict[Quantity, Reading]:
        """The next batch; raises what ended the reading."""
        getting = asyncio.ensure_future(self.batches.get())
        await asyncio.wait({getting, self.task}, return_when=asyncio.FIRST_COMPLETED)
        if not getting.done():
            getting.cancel()
            self.task.result()
        return await getting

    async def until(self, quantity: Quantity, value: float) -> dict[Quantity, Reading]:
        """The next batch that says this."""
        while True:
            batch = await self.next()
            if quantity in batch and batch[quantity].value == value:
                return batch

    async def end(self) -> None:
        """Read until it fails, and raise that."""
        while True:
            await self.next()

    async def __aenter__(self) -> "Reader":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
