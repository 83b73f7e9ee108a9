"""One Zigbee device as a device of the router: it reports, or is asked, and is told what to do.

readings   order reports, ask once, then:  report --> batch
           nothing for a while --> ask --> batch, or DeviceSilentError
"""

import math
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta

from zigpy.device import ZigbeeDevice as Node

from drrouter.adapters.devices.gate import IDLE_W, PLUG_W, Bounds, judged
from drrouter.adapters.devices.obedience import Obedience
from drrouter.adapters.devices.zigbee.actors import Actor, actor_of
from drrouter.adapters.devices.zigbee.answers import Answers
from drrouter.adapters.devices.zigbee.appliance import APPLIANCE
from drrouter.adapters.devices.zigbee.clusters import POWER_PROFILE, OurPowerProfile
from drrouter.adapters.devices.zigbee.mesh import Mesh
from drrouter.adapters.devices.zigbee.senses import ON_OFF, gauges_of
from drrouter.adapters.devices.zigbee.settings import ZigbeeSettings
from drrouter.adapters.devices.zigbee.sockets import clients, servers
from drrouter.adapters.devices.zigbee.talk import Talk
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.errors import DeviceError, DeviceRefusedError, DeviceSilentError
from drrouter.ports import Clock, Quoting

LATE = 1.5
"""So many of its longest intervals may pass before a device that reports is asked."""

_LINES = (Quantity.POWER_L1_W, Quantity.POWER_L2_W, Quantity.POWER_L3_W)


class ZigbeeDevice:
    """Drives one device; implements the Device port."""

    def __init__(
        self,
        device_id: DeviceId,
        address: str,
        mesh: Mesh,
        settings: ZigbeeSettings,
        clock: Clock,
        quoting: Quoting | None = None,
    ) -> None:
        """Remember who; nothing is sent yet.

        Args:
            device_id: its name in the home file.
            address: as ``sockets`` writes it.
            mesh: where it is.
            settings: how long to wait, and how often to be told.
            clock: the only source of time.
            quoting: who answers what it asks; None is nobody.
        """
        self._id, self._mesh, self._settings, self._clock = device_id, mesh, settings, clock
        self._quoting = quoting
        self._steered: tuple[Node, Actor | None] | None = None
        self._is_plug = False
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
        with ExitStack() as endings:
            try:
                with self._clock.working():
                    talk = await self._begun(endings)
                    batch = await self._asked(talk)
                while True:
                    yield batch
                    batch = await self._next(talk)
            except DeviceError as error:
                raise type(error)(f"{self._id} (Zigbee): {error}") from error

    async def apply(self, instruction: Instruction) -> Outcome:
        """Carry it out by what the device has; read back; say what became of it."""
        return await self._obedience.carry_out(instruction, self._told)

    async def _begun(self, endings: ExitStack) -> Talk:
        """A conversation in which the device reports what it can, and is answered what it asks."""
        node = self._mesh.node(self._ieee)
        offered = dict(servers(node, self._endpoint))
        self._is_plug = ON_OFF in offered and APPLIANCE not in offered
        if not self._is_plug:
            offered.pop(ON_OFF, None)
        gauges = await gauges_of(offered, self._settings.timeout_s)
        talk = Talk(node, gauges, self._actor(node), self._settings)
        if not gauges and talk.actor is None:
            raise DeviceRefusedError("it has nothing that could be read or steered")
        endings.callback(talk.end)
        endings.callback(self._mesh.watch(self._ieee, talk.wake))
        await talk.begin()
        profiles = offered.get(POWER_PROFILE)
        if self._quoting is not None and isinstance(profiles, OurPowerProfile):
            answers = Answers(self._id, profiles, self._quoting, self._clock, self._settings.timeout_s)
            endings.callback(answers.end)
        return talk

    def _actor(self, node: Node) -> Actor | None:
        """What steers the device: the same one as long as the device is the same, for it remembers events."""
        if self._steered is None or self._steered[0] is not node:
            offered, wanted = servers(node, self._endpoint), clients(node, self._endpoint)
            self._steered = (node, actor_of(offered, wanted, self._settings.timeout_s, self._clock))
        return self._steered[1]

    async def _next(self, talk: Talk) -> Sequence[Reading]:
        """The next that it says; where it says nothing, it is asked."""
        if await talk.news_until(self._due(talk), self._clock):
            self._still_there(talk)
            async with self._obedience.commanding:
                return self._batch(talk.take())
        with self._clock.working():
            self._still_there(talk)
            batch = await self._asked(talk)
            if talk.reports:
                await talk.order()  # they should have come; a device that was reset forgets them
            return batch

    def _still_there(self, talk: Talk) -> None:
        """Make sure that the talk is with the device as it is known now.

        Raises:
            DeviceSilentError: it left, or the stick was lost or opened again.
        """
        if self._mesh.node(self._ieee) is not talk.node:
            raise DeviceSilentError("it is known anew, and reports are ordered again")

    def _due(self, talk: Talk) -> datetime:
        """When it is asked if it says nothing until then."""
        late_s = max(self._settings.silent_after_s, LATE * self._settings.report_most_s)
        return self._clock.now() + timedelta(seconds=late_s if talk.reports else self._settings.poll_s)

    async def _asked(self, talk: Talk) -> Sequence[Reading]:
        """All of its values, asked for, and no command came between."""
        while True:
            async with self._obedience.commanding:
                commands = self._obedience.commands
            values = await talk.ask()
            if commands == self._obedience.commands:
                return self._batch(values)

    async def _told(self, instruction: Instruction) -> None:
        """Let the actor do it."""
        actor = self._actor(self._mesh.node(self._ieee))
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
        if quantity is not Quantity.POWER_W or on is None or not self._is_plug:
            return None
        return PLUG_W if on else IDLE_W

    def _sum_of_lines(self, values: Mapping[Quantity, float]) -> Iterator[tuple[Quantity, float]]:
        """The power of the whole, where the device states only that of its lines."""
        lines = [self._known[line] for line in _LINES if line in self._known]
        if Quantity.POWER_W not in self._known and any(line in values for line in _LINES):
            yield Quantity.POWER_W, math.fsum(lines)
