"""A relay: switched, and read back because an acknowledgement says only that the command was understood."""

from collections.abc import Callable, Mapping

from zigpy.zcl import Cluster

from drrouter.adapters.devices.zigbee.asking import command, read
from drrouter.adapters.devices.zigbee.senses import ON
from drrouter.domain.instruction import Instruction
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceRefusedError


class Relay:
    """The on/off cluster of a device; its state is one of its senses."""

    def __init__(self, cluster: Cluster, timeout_s: float) -> None:
        """Remember which."""
        self._cluster, self._timeout_s = cluster, timeout_s

    async def watch(self, news: Callable[[Mapping[Quantity, float]], None]) -> Callable[[], None]:
        """Nothing beside the reports of its senses."""
        return lambda: None

    async def ask(self) -> Mapping[Quantity, float]:
        """Nothing beside its senses."""
        return {}

    async def act(self, instruction: Instruction) -> None:
        """On above 0 W, else off; read back.

        Raises:
            DeviceSilentError, DeviceRefusedError: it was not done.
        """
        on = instruction.power_w > 0
        await command(self._cluster, int(on), timeout_s=self._timeout_s)
        seen = (await read(self._cluster, [ON], self._timeout_s)).get(ON)
        if seen is None or bool(seen) is not on:
            wish = "on" if on else "off"
            raise DeviceRefusedError(f"it acknowledged to switch {wish}, but its relay did not move")
