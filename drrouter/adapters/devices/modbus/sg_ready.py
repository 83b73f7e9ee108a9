"""A board of two relays before a heat pump that is SG-Ready.

    mode           0 blocked    1 normal    2 recommended    3 forced
    block, boost     1 0          0 0          0 1             1 1

Source: Bundesverband Waermepumpe, "SG Ready", 2.1: operating states 1 to 4 and their contacts.
"""

from datetime import datetime

from drrouter.adapters.devices.modbus.kinds import Values
from drrouter.adapters.devices.modbus.line import Conversation
from drrouter.adapters.devices.modbus.points import signed
from drrouter.adapters.devices.modbus.settings import ModbusDeviceSettings
from drrouter.domain.instruction import Instruction
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceRefusedError, DeviceUnknownError

CONTACTS = ((True, False), (False, False), (False, True), (True, True))
"""Which contacts are closed, blocking and boosting, in each mode."""


class SgReady:
    """Implements Kind for a relay board."""

    least_w = 0.0

    def __init__(self, settings: ModbusDeviceSettings) -> None:
        """Which relays, and where the power is told."""
        self._settings = settings

    async def identity(self, talk: Conversation) -> dict[str, str]:
        """None: a board states no names. That it has the two relays is how it answers."""
        await self._contacts(talk)
        return {}

    async def measured(self, talk: Conversation) -> Values:
        """MODE, and POWER_W where the board tells it."""
        values = {Quantity.MODE: float(CONTACTS.index(await self._contacts(talk)))}
        register = self._settings.power_register
        if register is not None:
            holding = self._settings.power_holding
            word = (await talk.registers(register, 1))[0] if holding else await talk.input_register(register)
            values[Quantity.POWER_W] = signed(word) * self._settings.power_scale
        return values

    async def obey(self, talk: Conversation, instruction: Instruction, now: datetime) -> None:
        """Move the relays and read back: open before closing, the blocking one first to open, last to close.

        So no change passes through blocked or forced on its way to another mode.
        """
        mode = instruction.mode
        if mode is None or not 0 <= mode < len(CONTACTS):
            raise DeviceUnknownError("it is told by its modes: 0 blocked, 1 normal, 2 recommended, 3 forced")
        block, boost = CONTACTS[mode]
        blocking, boosting = (self._settings.block_coil, block), (self._settings.boost_coil, boost)
        opened = [relay for relay in (blocking, boosting) if not relay[1]]
        closed = [relay for relay in (boosting, blocking) if relay[1]]
        for coil, on in (*opened, *closed):
            await talk.switch(coil, on=on)
        if await self._contacts(talk) != (block, boost):
            raise DeviceRefusedError("it acknowledged to switch, but its relays did not move")

    def forget(self) -> None:
        """There is nothing to learn."""

    async def _contacts(self, talk: Conversation) -> tuple[bool, bool]:
        """Which contacts are closed."""
        return await talk.coil(self._settings.block_coil), await talk.coil(self._settings.boost_coil)
