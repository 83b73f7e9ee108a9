"""One Zigbee device as a device of the router: it reports, or is asked, and is told what to do.

readings   order reports, ask once, then:  report --> batch
           nothing for a while --> ask --> batch, or DeviceSilentError
"""

import math
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from drrouter.adapters.devices.gate import IDLE_W, PLUG_W, Bounds, judged
from drrouter.adapters.devices.obedience import Obedience
from drrouter.adapters.devices.zigbee.actors import actor_of
from drrouter.adapters.devices.zigbee.mesh import Mesh
from drrouter.adapters.devices.zigbee.senses import gauges_of
from drrouter.adapters.devices.zigbee.settings import ZigbeeSettings
from drrouter.adapters.devices.zigbee.sockets import clients, servers
from drrouter.adapters.devices.zigbee.talk import Talk
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.errors import DeviceError, DeviceRefusedError
from drrouter.ports import Clock

LATE = 1.5
"""So many of its longest intervals may pass before a device that reports is asked."""

_LINES = (Quantity.POWER_L1_W, Quantity.POWER_L2_W, Quantity.POWER_L3_W)


class ZigbeeDevice:
    """Drives one device; implements the Device port."""

    def __init__(
        self, device_id: DeviceId, address: str, mesh: Mesh, settings: ZigbeeSettings, clock: Clock
    ) -> None:
        """Remember who (``sockets``, "Where a device's clusters are"); nothing is sent yet."""
        self._id, self._mesh, self._settings, self._clock = device_id, mesh, settings, clock
        self._ieee, _, endpoint = address.partition("/")
        self._endpoint = int(endpoint) if endpoint else None
        self._obedience = Obedience(device_id, "Zigbee", clock)
        self._known: dict[Quantity, float] = {}

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        return self._id

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """What it reports, as it reports it, and what it answers where it is asked.

        Raises:
            DeviceSilentError: it was not heard for its stated time, and does not answer.
            DeviceRefusedError: it has nothing that can be read.
            DeviceUnknownError: it never joined.
        """
        talk: Talk | None = None
        try:
            with self._clock.working():
                talk = await self._begun()
                batch = await self._asked(talk)
            while True:
                yield batch
                batch = await self._next(talk)
        except DeviceError as error:
            raise type(error)(f"{self._id} (Zigbee): {error}") from error
        finally:
            if talk is not None:
                talk.end()

    async def apply(self, instruction: Instruction) -> Outcome:
        """Carry it out by what the device has; read back; say what became of it."""
        return await self._obedience.carry_out(instruction, self._told)

    async def _begun(self) -> Talk:
        """A conversation in which the device reports what it can."""
        node = self._mesh.node(self._ieee)
        offered, wanted = servers(node, self._endpoint), clients(node, self._endpoint)
        gauges = await gauges_of(offered, self._settings.timeout_s)
        talk = Talk(gauges, actor_of(offered, wanted, self._settings.timeout_s), self._settings)
        if not gauges and talk.actor is None:
            raise DeviceRefusedError("it has nothing that could be read or steered")
        try:
            await talk.begin()
        except DeviceError:
            talk.end()
            raise
        return talk

    async def _next(self, talk: Talk) -> Sequence[Reading]:
        """The next that it says; where it says nothing, it is asked."""
        if await talk.news_until(self._due(talk), self._clock):
            async with self._obedience.commanding:
                return self._batch(talk.take())
        with self._clock.working():
            return await self._asked(talk)

    def _due(self, talk: Talk) -> datetime:
        """When it is asked if it says nothing until then."""
        late_s = max(self._settings.silent_after_s, LATE * self._settings.report_most_s)
        return self._clock.now() + timedelta(seconds=late_s if talk.reports else self._settings.poll_s)

    async def _asked(self, talk: Talk) -> Sequence[Reading]:
        """All of its values, asked for, and no command came between."""
        while True:
            async with self._obedience.commanding:
                commands = self._obedience.commands
            self._mesh.node(self._ieee)
            values = await talk.ask()
            if commands == self._obedience.commands:
                return self._batch(values)

    async def _told(self, instruction: Instruction) -> None:
        """Let the actor do it."""
        node = self._mesh.node(self._ieee)
        offered, wanted = servers(node, self._endpoint), clients(node, self._endpoint)
        actor = actor_of(offered, wanted, self._settings.timeout_s)
        if actor is None:
            raise DeviceError("it has nothing that could be steered")
        await actor.act(instruction)

    def _batch(self, values: Mapping[Quantity, float]) -> Sequence[Reading]:
        """The readings of what came in together."""
        self._known |= values
        at = self._clock.now()
        return tuple(
            judged(self._id, quantity, value, at, self._bounds(quantity))
            for quantity, value in (*values.items(), *self._sum_of_lines(values))
        )

    def _bounds(self, quantity: Quantity) -> Bounds | None:
        """What the device can measure now: a plug whose relay is open carries nothing."""
        on = self._known.get(Quantity.SWITCH)
        if quantity is not Quantity.POWER_W or on is None:
            return None
        return PLUG_W if on else IDLE_W

    def _sum_of_lines(self, values: Mapping[Quantity, float]) -> Iterator[tuple[Quantity, float]]:
        """The power of the whole, where the device states only that of its lines."""
        lines = [self._known[line] for line in _LINES if line in self._known]
        if Quantity.POWER_W not in self._known and any(line in values for line in _LINES):
            yield Quantity.POWER_W, math.fsum(lines)
