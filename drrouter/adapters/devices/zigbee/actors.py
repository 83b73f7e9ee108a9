"""What can be told to a device, by the clusters that it has."""

from collections.abc import Callable, Mapping
from typing import Protocol

from zigpy.zcl import Cluster

from drrouter.adapters.devices.zigbee.appliance import APPLIANCE, Appliance
from drrouter.adapters.devices.zigbee.clusters import POWER_PROFILE
from drrouter.adapters.devices.zigbee.clusters.load_control import LOAD_CONTROL, OurLoadControl
from drrouter.adapters.devices.zigbee.load_control import LoadControl
from drrouter.adapters.devices.zigbee.relay import Relay
from drrouter.adapters.devices.zigbee.senses import ON_OFF
from drrouter.domain.instruction import Instruction
from drrouter.domain.measurement import Quantity
from drrouter.ports import Clock


class Actor(Protocol):
    """One way to steer a device."""

    async def watch(self, news: Callable[[Mapping[Quantity, float]], None]) -> Callable[[], None]:
        """Tell what the device says of its state by itself; returns what ends it."""
        ...

    async def ask(self) -> Mapping[Quantity, float]:
        """Its state, beyond what it measures."""
        ...

    async def act(self, instruction: Instruction) -> None:
        """Carry it out and read back.

        Raises:
            DeviceSilentError, DeviceRefusedError, DeviceError: it was not done.
        """
        ...


def actor_of(
    offered: Mapping[int, Cluster], wanted: Mapping[int, Cluster], timeout_s: float, clock: Clock
) -> Actor | None:
    """The best way to steer a device: one that knows what the device is before one that only cuts its power.

    Args:
        offered: what it offers.
        wanted: what it wants of us.
        timeout_s: how long an answer may take.
        clock: when events end.
    """
    if APPLIANCE in offered:
        return Appliance(offered[APPLIANCE], timeout_s, cools=POWER_PROFILE not in offered)
    if ON_OFF in offered:
        return Relay(offered[ON_OFF], timeout_s, clock)
    events = wanted.get(LOAD_CONTROL)
    return LoadControl(events, timeout_s, clock) if isinstance(events, OurLoadControl) else None
