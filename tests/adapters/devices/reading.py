"""What a device says of itself, read once."""

from drrouter.domain.measurement import Quantity, Reading
from drrouter.ports import Device


async def read(device: Device) -> dict[Quantity, Reading]:
    """What the device says at once."""
    readings = device.readings()
    try:
        return {reading.quantity: reading for reading in await anext(readings)}
    finally:
        await readings.aclose()  # type: ignore[attr-defined]
