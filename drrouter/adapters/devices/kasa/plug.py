"""One Kasa plug as a device of the router: polled for readings, switched and read back."""

import asyncio
import logging
import math
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from drrouter.adapters.devices.kasa.connection import Connection
from drrouter.adapters.devices.kasa.plausibility import readings_of, relay_state
from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.domain.measurement import Reading
from drrouter.errors import DeviceError, DeviceRefusedError, DeviceSilentError, DeviceUnknownError
from drrouter.ports import Clock

REMEMBERED = 64
"""How many instructions are known by their id, so that a late copy of an old one changes nothing."""

_log = logging.getLogger(__name__)


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
        self._commanding = asyncio.Lock()
        self._commands = 0
        self._outcomes: OrderedDict[str, Outcome] = OrderedDict()

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
        """Switch on above 0 W, else off; read back; say what became of it.

        The newest instruction may come again and is then carried out again, which mends a plug that somebody
        switched by hand and changes nothing otherwise. An older one that comes again is answered from memory.
        """
        async with self._commanding:
            if (known := self._superseded(instruction.id)) is not None:
                return known
            outcome = await self._obeyed(instruction)
            self._remember(instruction.id, outcome)
        if outcome.kind is not OutcomeKind.DONE:
            _log.info("%s: %s", self._id, outcome.sentence)
        return outcome

    def _connection(self) -> Connection:
        return Connection(self._host, self._port, self._mac, self._settings.timeout_s)

    async def _measured(self, connection: Connection) -> Sequence[Reading]:
        """One reading that no command overtook."""
        while True:
            async with self._commanding:
                commands = self._commands
            try:
                sysinfo, meter = await connection.measure()
            except DeviceError as error:
                raise type(error)(f"{self._id} (Kasa): {error}") from error
            self._mac = connection.mac
            if commands == self._commands:
                return readings_of(self._id, sysinfo, meter, self._clock.now())

    async def _obeyed(self, instruction: Instruction) -> Outcome:
        """Carry it out unless it is past its time or asks what a switch cannot do."""
        if not math.isfinite(instruction.power_w) or instruction.power_w < 0:
            return self._outcome(OutcomeKind.IMPOSSIBLE, "a plug cannot be set to that power")
        if self._clock.now() >= instruction.expires_at:
            return self._outcome(OutcomeKind.IMPOSSIBLE, "the instruction expired before it could be sent")
        self._commands += 1
        with self._clock.working():
            try:
                return await self._switched(instruction.power_w > 0)
            except DeviceSilentError as error:
                return self._outcome(OutcomeKind.SILENT, str(error))
            except DeviceRefusedError as error:
                return self._outcome(OutcomeKind.REFUSED, str(error))
            except DeviceUnknownError as error:
                return self._outcome(OutcomeKind.IMPOSSIBLE, str(error))

    async def _switched(self, on: bool) -> Outcome:
        """Switch on a fresh connection and read back."""
        async with self._connection() as connection:
            await connection.set_relay(on)
            seen = relay_state(await connection.sysinfo())
            self._mac = connection.mac
        if seen is on:
            return Outcome(OutcomeKind.DONE)
        wish = "on" if on else "off"
        return self._outcome(
            OutcomeKind.REFUSED, f"it acknowledged to switch {wish}, but its relay did not move"
        )

    def _outcome(self, kind: OutcomeKind, sentence: str) -> Outcome:
        return Outcome(kind, f"{self._id} (Kasa): {sentence}")

    def _superseded(self, instruction_id: str) -> Outcome | None:
        """What became of it, where a newer instruction came since."""
        newest = next(reversed(self._outcomes), None)
        return None if instruction_id == newest else self._outcomes.get(instruction_id)

    def _remember(self, instruction_id: str, outcome: Outcome) -> None:
        self._outcomes[instruction_id] = outcome
        while len(self._outcomes) > REMEMBERED:
            self._outcomes.popitem(last=False)
