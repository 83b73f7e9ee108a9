"""One Kasa plug as a device of the router: polled for readings, switched and read back."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from drrouter.adapters.devices.kasa.connection import Connection
from drrouter.adapters.devices.kasa.plausibility import readings_of, relay_state
from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.adapters.devices.obedience import Obedience
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Reading
from drrouter.errors import DeviceError, DeviceRefusedError
from drrouter.ports import Clock


class KasaPlug:
    """Drives one plug; implements the Device port.

    A command has a connection of its own and never waits behind a reading. A reading that a command overtook
    is taken again, so that no state from before a command is reported after it.
    """

    def __init__(
        self, device_id: DeviceId, host: str, port: int, mac: str, settings: KasaSettings, clock: Clock
    ) -> None:
        """Remember where and who; nothing is opened yet. Without ``mac``, the first that answers is kept."""
        self._id, self._host, self._port, self._mac = device_id, host, port, mac
        self._settings, self._clock = settings, clock
        self._due = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._obedience = Obedience(device_id, "Kasa", clock)

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        return self._id

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """SWITCH, POWER_W, ENERGY_WH and VOLTAGE_V of one answer together, every poll period.

        Raises:
            DeviceSilentError: no answer, or one without meaning; calling again waits for the next poll.
            DeviceRefusedError: the plug answers with an error.
            DeviceUnknownError: another plug answers at the address.
        """
        async with self._connection() as connection:
            while True:
                await self._clock.sleep_until(self._due)
                self._due = self._clock.now() + timedelta(seconds=self._settings.poll_s)
                with self._clock.working():
                    batch = await self._measured(connection)
                yield batch

    async def apply(self, instruction: Instruction) -> Outcome:
        """Switch on above 0 W, else off; read back; say what became of it."""
        return await self._obedience.carry_out(instruction, self._switched)

    def _connection(self) -> Connection:
        return Connection(self._host, self._port, self._mac, self._settings.timeout_s)

    async def _measured(self, connection: Connection) -> Sequence[Reading]:
        """One reading that no command overtook."""
        while True:
            async with self._obedience.commanding:
                commands = self._obedience.commands
            try:
                sysinfo, meter = await connection.measure()
            except DeviceError as error:
                raise type(error)(f"{self._id} (Kasa): {error}") from error
            self._mac = connection.mac
            if commands == self._obedience.commands:
                return readings_of(self._id, sysinfo, meter, self._clock.now())

    async def _switched(self, instruction: Instruction) -> None:
        """Switch on a fresh connection and read back."""
        on = instruction.power_w > 0
        async with self._connection() as connection:
            await connection.set_relay(on)
            seen = relay_state(await connection.sysinfo())
            self._mac = connection.mac
        if seen is not on:
            wish = "on" if on else "off"
            raise DeviceRefusedError(f"it acknowledged to switch {wish}, but its relay did not move")
