"""What tests do with one device: tell it a power, take its next readings."""

import asyncio
from datetime import timedelta

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.ports import Device

ACCOUNT = ("owner@example.org", "correct horse")


async def tell(device: Device, clock: SimulatedClock, power_w: float, name: str = "") -> Outcome:
    name = name or f"to {power_w} at {clock.now()}"
    return await device.apply(
        Instruction(name, device.id, power_w, "test", clock.now() + timedelta(minutes=5))
    )


async def read(device: Device, clock: SimulatedClock) -> dict[Quantity, Reading]:
    """The next batch; the poll period passes where needed."""
    readings = device.readings()
    task = asyncio.ensure_future(anext(readings))
    await clock.advance(timedelta(seconds=10))
    try:
        return {reading.quantity: reading for reading in await task}
    finally:
        await readings.aclose()  # type: ignore[attr-defined]
