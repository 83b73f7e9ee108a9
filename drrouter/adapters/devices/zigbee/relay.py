"""A relay: switched, and read back because an acknowledgement says only that the command was understood."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from zigpy.zcl import Cluster

from drrouter.adapters.devices.zigbee.asking import command, read
from drrouter.adapters.devices.zigbee.senses import ON
from drrouter.domain.instruction import FailSafe, Instruction
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceRefusedError
from drrouter.ports import Clock

ON_FOR_A_WHILE = 0x42
LONGEST_S = 6553.0
"""How long a relay can be told to be closed, by sixteen bits of tenths of a second."""


class Relay:
    """The on/off cluster of a device; its state is one of its senses."""

    def __init__(self, cluster: Cluster, timeout_s: float, clock: Clock) -> None:
        """Remember which."""
        self._cluster, self._timeout_s, self._clock = cluster, timeout_s, clock

    async def watch(self, news: Callable[[Mapping[Quantity, float]], None]) -> Callable[[], None]:
        """Nothing beside the reports of its senses."""
        return lambda: None

    async def ask(self) -> Mapping[Quantity, float]:
        """Nothing beside its senses."""
        return {}

    async def act(self, instruction: Instruction) -> None:
        """On above 0 W, else off; read back. What must not stay on without us is on for a while only.

        Raises:
            DeviceSilentError, DeviceRefusedError: it was not done.
        """
        on = instruction.power_w > 0
        if not (on and await self._on_for_a_while(instruction)):
            await command(self._cluster, int(on), timeout_s=self._timeout_s)
        seen = (await read(self._cluster, [ON], self._timeout_s)).get(ON)
        if seen is None or bool(seen) is not on:
            wish = "on" if on else "off"
            raise DeviceRefusedError(f"it acknowledged to switch {wish}, but its relay did not move")

    async def _on_for_a_while(self, instruction: Instruction) -> bool:
        """Let the relay's own timer cut the power when the instruction expires; False where it cannot."""
        lasts_s = (instruction.expires_at - self._clock.now()).total_seconds()
        if instruction.fail_safe is not FailSafe.CUT_POWER or lasts_s > LONGEST_S:
            return False
        with suppress(DeviceRefusedError):
            tenths = round(lasts_s * 10)
            await command(self._cluster, ON_FOR_A_WHILE, 0, tenths, 0, timeout_s=self._timeout_s)
            return True
        return False
