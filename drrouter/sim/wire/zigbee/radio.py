"""A fake radio: zigpy's own stack above it, simulated nodes below, and bytes in between.

    mesh = FakeMesh()
    integration = ZigbeeIntegration(settings, surroundings, radio=mesh.radio)
    mesh.join(node)                 # it announces itself and is interviewed

The radio is a ``ControllerApplication`` like those of bellows and zigpy-znp; only the serial line is missing.
"""

import asyncio
from typing import Any

import zigpy.application
import zigpy.endpoint
import zigpy.exceptions
import zigpy.state
import zigpy.types as t
import zigpy.zdo.types as zdo_t

from drrouter.sim.wire.zigbee.air import Air
from drrouter.sim.wire.zigbee.node import Message, Node

make: Any = t  # the number types of the library carry no annotations

DESCRIPTOR = bytes.fromhex("00408f0000527f010000530000")
COORDINATOR = t.EUI64.convert("00:12:4b:00:00:00:00:01")


class FakeMesh(Air):
    """The nodes of a home and the radio that reaches them.

    Attributes:
        broken: whether the stick does not answer when it is opened.
    """

    def __init__(self) -> None:
        """Begin without nodes."""
        super().__init__()
        self.broken = False
        self.app: FakeRadio | None = None

    @property
    def radio(self) -> type["FakeRadio"]:
        """The kind of radio that reaches this mesh, as an integration is given one."""
        return type("RadioOfThisMesh", (FakeRadio,), {"mesh": self})

    def lose_radio(self) -> None:
        """Somebody pulls the stick."""
        if self.app is not None:
            self.app.connection_lost(ConnectionError("the stick was pulled"))

    def hear(self, message: Message) -> None:
        """What a node says reaches the coordinator."""
        if self.app is not None:
            self.app.packet_received(_packet(message))

    def farewell(self, node: Node) -> None:
        """The coordinator learns that the node leaves."""
        if self.app is not None:
            self.app.handle_leave(make.NWK(node.nwk), t.EUI64(node.ieee[::-1]))

    def send(self, message: Message) -> None:
        """What the coordinator says reaches a node, and its answers come back.

        Raises:
            DeliveryError: no such node is in reach.
        """
        answers = self.reach(message)
        if answers is None:
            raise zigpy.exceptions.DeliveryError("no acknowledgement", status=0xE9)
        for answer in answers:
            asyncio.get_running_loop().call_soon(self.hear, answer)


class FakeRadio(zigpy.application.ControllerApplication):
    """What bellows or zigpy-znp would be; what it sends and hears goes through the mesh."""

    mesh: FakeMesh

    async def connect(self) -> None:
        """Open the stick.

        Raises:
            OSError: it is not there.
        """
        if self.mesh.broken:
            raise OSError("no such stick")
        self.mesh.app = self

    async def disconnect(self) -> None:
        """Close the stick."""
        self.mesh.app = None

    async def start_network(self) -> None:
        """Make the coordinator a device of its own network."""
        self.state.node_info = zigpy.state.NodeInfo(
            nwk=make.NWK(0), ieee=COORDINATOR, logical_type=zdo_t.LogicalType.Coordinator
        )
        self.state.network_info.channel = make.uint8_t(15)
        coordinator = self.add_device(ieee=COORDINATOR, nwk=make.NWK(0))
        await self.register_endpoints()
        coordinator.node_desc, _ = zdo_t.NodeDescriptor.deserialize(DESCRIPTOR)

    async def add_endpoint(self, descriptor: zdo_t.SimpleDescriptor) -> None:
        """Register an endpoint of the coordinator."""
        endpoint: Any = self._device.add_endpoint(descriptor.endpoint)
        endpoint.profile_id = descriptor.profile
        endpoint.status = zigpy.endpoint.Status.ZDO_INIT

    async def send_packet(self, packet: t.ZigbeePacket) -> None:
        """Send one packet; broadcasts reach nobody here but are sent all the same."""
        if packet.dst is None or not isinstance(packet.dst.address, t.NWK):
            return
        self.mesh.send(
            Message(
                int(packet.dst.address),
                int(packet.dst_ep or 0),
                int(packet.cluster_id),
                packet.data.serialize(),
                int(packet.profile_id),
            )
        )

    async def permit_ncp(self, time_s: int = 60) -> None:
        """Permit joining."""
        self.mesh.permitted_s.append(time_s)

    async def load_network_info(self, *, load_devices: bool = False) -> None:
        """The network is formed already."""

    async def write_network_info(self, **_: Any) -> None:
        """Nothing is kept."""

    async def reset_network_info(self) -> None:
        """Nothing is kept."""

    async def permit_with_link_key(self, node: t.EUI64, link_key: t.KeyData, time_s: int = 60) -> None:
        """Install codes are not needed here."""

    async def force_remove(self, dev: Any) -> None:
        """There is no other way to remove a node."""


def _packet(message: Message) -> t.ZigbeePacket:
    return t.ZigbeePacket(
        src=t.AddrModeAddress(addr_mode=t.AddrMode.NWK, address=make.NWK(message.nwk)),
        src_ep=make.uint8_t(message.endpoint),
        dst=t.AddrModeAddress(addr_mode=t.AddrMode.NWK, address=make.NWK(0)),
        dst_ep=make.uint8_t(0 if message.endpoint == 0 else 1),
        profile_id=make.uint16_t(message.profile),
        cluster_id=make.uint16_t(message.cluster),
        data=t.SerializableBytes(message.data),
    )
