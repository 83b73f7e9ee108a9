"""Keeps the lines of all P1 meters open and hands out a device for each."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from drrouter.adapters.devices.p1.cipher import Seal
from drrouter.adapters.devices.p1.line import MeterLine
from drrouter.adapters.devices.p1.settings import P1MeterSettings, P1Settings
from drrouter.adapters.devices.p1.telegram import Counter
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.domain.measurement import Reading
from drrouter.errors import DeviceSilentError, DeviceUnknownError
from drrouter.ports import Device, Found, Surroundings

DOMAIN = "p1"


class P1Integration:
    """The P1 transport; implements the Integration and the Serving port."""

    def __init__(self, settings: P1Settings, surroundings: Surroundings) -> None:
        """One line a meter; nothing is opened before ``serve``.

        Raises:
            DocumentError: a file of a key is missing, empty or may be read by others.
            DeviceError: it holds no key.
        """
        clock, executor = surroundings.clock, surroundings.executor
        self._lines = [
            MeterLine(meter, clock, executor, settings.retry_s, _seal(meter, surroundings.secret))
            for meter in settings.meter
        ]

    @property
    def domain(self) -> str:
        """Its name in home files."""
        return DOMAIN

    async def serve(self) -> None:
        """Listen to every meter until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for line in self._lines:
                tasks.create_task(line.listen())

    async def discover(self) -> Sequence[Found]:
        """The meters of the home file that are heard at present."""
        heard = ((line.settings, newest.telegram) for line in self._lines if (newest := line.fresh))
        return tuple(
            Found(DOMAIN, meter.where, {"alias": meter.alias, "class": "meter"} | telegram.identity)
            for meter, telegram in heard
        )

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """A handle on a meter of the home file.

        Raises:
            DeviceUnknownError: no meter of the home file has that address.
        """
        for line in self._lines:
            if line.settings.where == found.address:
                return P1Meter(device_id, line)
        raise DeviceUnknownError(f"{device_id} (P1): no [[p1.meter]] of the home file is at {found.address}")


def build(settings: P1Settings, surroundings: Surroundings) -> P1Integration:
    """The integration, as the table of integrations makes it."""
    return P1Integration(settings, surroundings)


def _seal(meter: P1MeterSettings, secret: Callable[[str], str]) -> Seal | None:
    """What opens a meter's telegrams, None where they are not sealed."""
    if meter.key_file is None:
        return None
    if meter.authentication_key_file is None:
        return Seal(secret(meter.key_file))
    return Seal(secret(meter.key_file), secret(meter.authentication_key_file))


class P1Meter:
    """One meter; implements the Device port."""

    def __init__(self, device_id: DeviceId, line: MeterLine) -> None:
        """Read from a line that somebody else keeps open."""
        self._id, self._line = device_id, line

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        return self._id

    @property
    def counters(self) -> tuple[Counter, ...]:
        """The gas, water and heat counters of its newest telegram."""
        return self._line.newest.telegram.counters if self._line.newest else ()

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """Power in all and by line, energy taken and given, and voltage of L1, with every telegram.

        Raises:
            DeviceSilentError: nothing usable came for as long as the meter may be silent.
        """
        number = 0
        while True:
            try:
                received = await self._line.newer_than(number)
            except DeviceSilentError as error:
                raise DeviceSilentError(f"{self._id} (P1): {error}") from error
            number = received.number
            yield received.telegram.readings(self._id, received.at)

    async def apply(self, instruction: Instruction) -> Outcome:
        """Say that it is impossible."""
        return Outcome(OutcomeKind.IMPOSSIBLE, f"{self._id} (P1): a meter only measures")
