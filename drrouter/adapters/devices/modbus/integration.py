"""Asks the Modbus devices of the home file whether they are there, and hands out a device for each."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from drrouter.adapters.devices.gate import judged
from drrouter.adapters.devices.modbus.kinds import Battery, Inverter, Kind, Meter
from drrouter.adapters.devices.modbus.line import Line
from drrouter.adapters.devices.modbus.settings import ModbusDeviceSettings, ModbusSettings
from drrouter.adapters.devices.modbus.sg_ready import SgReady
from drrouter.adapters.devices.modbus.sunspec import SunSpec
from drrouter.adapters.devices.obedience import Obedience
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Reading
from drrouter.errors import DeviceError, DeviceUnknownError
from drrouter.ports import Clock, Device, Found, Surroundings

DOMAIN = "modbus"
CLASSES = {"inverter": "pv", "battery": "battery", "meter": "meter", "sg_ready": "heat_pump"}
"""What each kind is to the router."""

_log = logging.getLogger(__name__)


class ModbusIntegration:
    """The Modbus transport; implements the Integration port."""

    def __init__(self, settings: ModbusSettings, clock: Clock) -> None:
        """One line for each host and port; nothing is opened yet."""
        self._settings, self._clock = settings, clock
        places = {(device.host, device.port) for device in settings.device}
        self._lines = {place: Line(*place, settings.timeout_s) for place in places}
        self._looked_for = {device.alias: kind_of(device) for device in settings.device}

    @property
    def domain(self) -> str:
        """Its name in home files."""
        return DOMAIN

    async def discover(self) -> Sequence[Found]:
        """The devices of the home file that answer."""
        with self._clock.working():
            found = await asyncio.gather(*map(self._asked, self._settings.device))
        return tuple(device for device in found if device is not None)

    async def _asked(self, device: ModbusDeviceSettings) -> Found | None:
        """The device where it answers."""
        kind = self._looked_for[device.alias]
        try:
            async with self._line(device).conversation(device.unit) as talk:
                identity = await kind.identity(talk)
        except DeviceError as error:
            _log.debug("%s is not found: %s", device.alias, error)
            self._looked_for[device.alias] = kind_of(device)
            return None
        known = {"alias": device.alias, "class": CLASSES[device.kind], "kind": device.kind}
        if serial := identity.get("serial"):  # a hybrid inverter and its battery have the same
            known["id"] = f"{serial}/{device.kind}"
        return Found(DOMAIN, device.address, known | identity)

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """A handle on a device of the home file.

        Raises:
            DeviceUnknownError: the home file has no such device.
        """
        for device in self._settings.device:
            if device.address == found.address:
                kind = kind_of(device, found.identity.get("serial", ""))
                return ModbusDevice(
                    device_id, kind, self._line(device), device.unit, self._settings.poll_s, self._clock
                )
        raise DeviceUnknownError(f"{device_id} (Modbus): no [[modbus.device]] is at {found.address}")

    def _line(self, device: ModbusDeviceSettings) -> Line:
        return self._lines[device.host, device.port]


def build(settings: ModbusSettings, surroundings: Surroundings) -> ModbusIntegration:
    """The integration, as the table of integrations makes it."""
    return ModbusIntegration(settings, surroundings.clock)


def kind_of(device: ModbusDeviceSettings, serial: str = "") -> Kind:
    """What a device of the home file is; where a serial number is given, nobody else may answer for it."""
    match device.kind:
        case "inverter":
            return Inverter(SunSpec(serial))
        case "battery":
            return Battery(SunSpec(serial))
        case "meter":
            return Meter(SunSpec(serial), turned=device.turned)
    return SgReady(device)


class ModbusDevice:
    """One device, polled and told; implements the Device port.

    A reading that a command overtook is taken again, so that no state from before a command is reported
    after it.
    """

    def __init__(
        self, device_id: DeviceId, kind: Kind, line: Line, unit: int, poll_s: float, clock: Clock
    ) -> None:
        """Remember where and what; nothing is opened yet."""
        self._id, self._kind, self._line, self._unit = device_id, kind, line, unit
        self._poll, self._clock = timedelta(seconds=poll_s), clock
        self._due = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._obedience = Obedience(device_id, "Modbus", clock)

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        return self._id

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """All that its kind measures, every poll period.

        Raises:
            DeviceSilentError: no answer, or one without meaning; calling again waits for the next poll.
            DeviceRefusedError: it answers and refuses.
            DeviceUnknownError: it is another device, or another kind of device.
        """
        while True:
            await self._clock.sleep_until(self._due)
            self._due = self._clock.now() + self._poll
            with self._clock.working():
                batch = await self._measured()
            yield batch

    async def apply(self, instruction: Instruction) -> Outcome:
        """Set its power, limit or mode; read back; say what became of it."""
        return await self._obedience.carry_out(instruction, self._obey, least_w=self._kind.least_w)

    async def _measured(self) -> Sequence[Reading]:
        """One reading that no command overtook."""
        while True:
            async with self._obedience.commanding:
                commands = self._obedience.commands
            try:
                async with self._line.conversation(self._unit) as talk:
                    await self._kind.identity(talk)
                    values = await self._kind.measured(talk)
            except DeviceError as error:
                self._kind.forget()
                raise type(error)(f"{self._id} (Modbus): {error}") from error
            if commands == self._obedience.commands:
                now = self._clock.now()
                return tuple(judged(self._id, quantity, value, now) for quantity, value in values.items())

    async def _obey(self, instruction: Instruction) -> None:
        """Tell it, after making sure who it is."""
        try:
            async with self._line.conversation(self._unit) as talk:
                await self._kind.identity(talk)
                await self._kind.obey(talk, instruction, self._clock.now())
        except DeviceError:
            self._kind.forget()
            raise
