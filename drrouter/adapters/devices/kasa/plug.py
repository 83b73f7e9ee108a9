"""One Kasa or Tapo plug, or one socket of a strip, as a device of the router: polled, switched, read back."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from drrouter.adapters.devices.kasa.line import Line
from drrouter.adapters.devices.kasa.plausibility import readings_of, relay_state
from drrouter.adapters.devices.obedience import Obedience
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Reading
from drrouter.errors import DeviceError, DeviceRefusedError
from drrouter.ports import Clock


class KasaPlug:
    """Drives one relay; implements the Device port.

    A reading that a command overtook is taken again, so that no state from before a command is reported after
    it.
    """

    def __init__(
        self, device_id: DeviceId, line: Line, clock: Clock, poll_s: float = 10.0, child: str = ""
    ) -> None:
        """Nothing is opened yet.

        Args:
            device_id: its name in the home file.
            line: the way to the device.
            clock: the only source of time.
            poll_s: time between two readings, in seconds.
            child: the id of the socket of a strip; "" for a single plug.
        """
        self._id, self._line, self._child, self._clock = device_id, line, child, clock
        self._period = timedelta(seconds=poll_s)
        self._due = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._obedience = Obedience(device_id, "Kasa", clock)

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        return self._id

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """SWITCH, POWER_W, ENERGY_WH and VOLTAGE_V of one answer together, every poll period.

        What the device does not measure is left out: many have no meter, Tapo's count no energy for good.

        Raises:
            DeviceSilentError: no answer, or one without meaning; calling again waits for the next poll.
            DeviceRefusedError: the plug answers with an error, or does not let us in.
            DeviceUnknownError: another plug answers at the address.
        """
        async with self._line.held():
            while True:
                await self._clock.sleep_until(self._due)
                self._due = self._clock.now() + self._period
                with self._clock.working():
                    batch = await self._measured()
                yield batch

    async def apply(self, instruction: Instruction) -> Outcome:
        """Switch on above 0 W, else off; read back; say what became of it."""
        return await self._obedience.carry_out(instruction, self._switched)

    async def _measured(self) -> Sequence[Reading]:
        """One reading that no command overtook."""
        while True:
            async with self._obedience.commanding:
                commands = self._obedience.commands
            try:
                relay, meter = await self._line.measure(self._child)
            except DeviceError as error:
                raise type(error)(f"{self._id} (Kasa): {error}") from error
            if commands == self._obedience.commands:
                return readings_of(self._id, relay, meter, self._clock.now())

    async def _switched(self, instruction: Instruction) -> None:
        """Switch and read back."""
        on = instruction.power_w > 0
        if relay_state(await self._line.switch(on, self._child)) is not on:
            wish = "on" if on else "off"
            raise DeviceRefusedError(f"it acknowledged to switch {wish}, but its relay did not move")
