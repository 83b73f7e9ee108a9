"""A fake KNX/IP gateway: search, connect, heartbeat, tunnelling with acknowledgements, disconnect; faults.

    async with FakeGateway([Actuator(load, switch="1/0/1", state="1/0/2")]) as gateway:
        ...                             # real clients open a tunnel at gateway.port
        gateway.fault = Fault.NO_ACK    # now it takes telegrams and acknowledges none

Frames are coded by xknx; who says what when is here.

Source: KNX Standard 3/8/2 (Core) and 3/8/4 (Tunnelling).
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Self

from xknx.cemi import CEMIFrame, CEMILData, CEMIMessageCode
from xknx.exceptions import XKNXException
from xknx.knxip import (
    HPAI,
    ConnectionStateRequest,
    ConnectionStateResponse,
    ConnectRequest,
    ConnectResponse,
    ConnectResponseData,
    DIBDeviceInformation,
    DIBServiceFamily,
    DIBSuppSVCFamilies,
    DisconnectRequest,
    DisconnectResponse,
    ErrorCode,
    KNXIPBody,
    KNXIPFrame,
    SearchRequest,
    SearchResponse,
    TunnellingAck,
    TunnellingRequest,
)
from xknx.telegram import GroupAddress, IndividualAddress, Telegram
from xknx.telegram.apci import GroupValueRead, GroupValueResponse, GroupValueWrite

from drrouter.adapters.devices.news import News
from drrouter.sim.wire.knx.actuator import Actuator, Payload

MULTICAST = "224.0.23.12"
OURS, THEIRS = IndividualAddress("1.1.1"), IndividualAddress("1.1.200")
ACTUATOR = IndividualAddress("1.1.10")

_log = logging.getLogger(__name__)

Address = tuple[str, int]


class Fault(Enum):
    """How a gateway may misbehave."""

    NONE = "none"
    SILENT = "hears, and answers nothing"
    FULL = "has no tunnel left"
    NO_ACK = "acknowledges no telegram"
    NO_CONFIRMATION = "acknowledges, and never says that the telegram is on the bus"
    WRONG_SEQUENCE = "numbers its telegrams wrongly"
    GARBAGE = "sends bytes without meaning beside every answer"


class FakeGateway:
    """One gateway with a tunnel; an async context manager that takes it into and out of the network.

    Attributes:
        telegrams: counts what came through the tunnel and went onto the bus.
    """

    def __init__(
        self,
        actuators: Sequence[Actuator],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        searchable: bool = False,
    ) -> None:
        """Build it; nothing is opened yet.

        Args:
            port: 0 takes a free one.
            searchable: whether it answers searches by multicast, on the same port.
        """
        self._actuators, self.host, self.port, self._searchable = actuators, host, port, searchable
        self.fault = Fault.NONE
        self.telegrams = News()
        self._transport: asyncio.DatagramTransport | None = None
        self._ear: asyncio.DatagramTransport | None = None
        self._client: Address | None = None
        self._channel, self._sequence = 0, 0

    async def __aenter__(self) -> Self:
        """Join the network."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the network."""
        await self.stop()

    async def start(self) -> None:
        """Listen.

        Raises:
            OSError: the address is taken.
        """
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: _Ear(self._heard), local_addr=(self.host, self.port)
        )
        self.port = self._transport.get_extra_info("sockname")[1]
        if self._searchable:
            ear, _ = await loop.create_datagram_endpoint(
                lambda: _Ear(self._heard), sock=_multicast_socket(self.host, self.port)
            )
            self._ear = ear

    async def stop(self) -> None:
        """Vanish without a word."""
        for transport in (self._transport, self._ear):
            if transport:
                transport.close()
        self._transport = self._ear = self._client = None
        await asyncio.sleep(0)

    def hang_up(self) -> None:
        """Close the tunnel from this side."""
        if self._client:
            self._send(DisconnectRequest(self._channel, HPAI(self.host, self.port)), self._client)
        self._client = None

    def tell(self, said: Sequence[tuple[str, Payload]]) -> None:
        """Let the bus say something by itself, as when somebody presses a button."""
        for address, payload in said:
            self._indicate(address, GroupValueWrite(payload))

    def _heard(self, data: bytes, sender: Address) -> None:
        """Answer one datagram; what is none of ours is ignored."""
        if self.fault is Fault.SILENT:
            return
        if self.fault is Fault.GARBAGE and self._transport:
            for garbage in (b"", b"\x06", b"\x06\x10\x04\x20\x00\xff", bytes(range(256)), data[:-1]):
                self._transport.sendto(garbage, sender)
        with contextlib.suppress(XKNXException):
            self._answer(KNXIPFrame.from_knx(data)[0].body, sender)

    def _answer(self, body: KNXIPBody, sender: Address) -> None:
        match body:
            case SearchRequest():
                self._send(self._description(), body.discovery_endpoint.addr_tuple)
            case ConnectRequest():
                self._connect(body, sender)
            case ConnectionStateRequest():
                known = self._client is not None and body.communication_channel_id == self._channel
                code = ErrorCode.E_NO_ERROR if known else ErrorCode.E_CONNECTION_ID
                self._send(ConnectionStateResponse(body.communication_channel_id, code), sender)
            case DisconnectRequest():
                self._client = None
                self._send(DisconnectResponse(body.communication_channel_id), sender)
            case TunnellingRequest():
                self._tunnel(body, sender)

    def _connect(self, body: ConnectRequest, sender: Address) -> None:
        data = body.data_endpoint
        where = sender if data.route_back else data.addr_tuple
        if self.fault is Fault.FULL:
            refusal = ConnectResponse(
                0, ErrorCode.E_NO_MORE_CONNECTIONS, crd=ConnectResponseData(individual_address=THEIRS)
            )
            self._send(refusal, sender)
            return
        self._client, self._sequence, self._channel = where, 0, self._channel % 255 + 1
        crd = ConnectResponseData(individual_address=THEIRS)
        self._send(ConnectResponse(self._channel, data_endpoint=HPAI(self.host, self.port), crd=crd), sender)

    def _tunnel(self, body: TunnellingRequest, sender: Address) -> None:
        """Acknowledge a telegram, confirm it, and let the bus react."""
        if body.communication_channel_id != self._channel or self.fault is Fault.NO_ACK:
            return
        self._send(TunnellingAck(self._channel, body.sequence_counter), sender)
        frame = CEMIFrame.from_knx(body.raw_cemi)
        if not isinstance(frame.data, CEMILData) or self.fault is Fault.NO_CONFIRMATION:
            return
        self.telegrams.tell()
        self._forward(CEMIFrame(code=CEMIMessageCode.L_DATA_CON, data=frame.data))
        self._react(str(frame.data.dst_addr), frame.data.payload)

    def _react(self, address: str, payload: Any) -> None:
        """What the participants of the bus say to a telegram."""
        for actuator in self._actuators:
            if isinstance(payload, GroupValueRead):
                if (value := actuator.read(address)) is not None:
                    self._indicate(address, GroupValueResponse(value))
            elif isinstance(payload, GroupValueWrite):
                self.tell(actuator.written(address, payload.value))

    def _indicate(self, address: str, payload: GroupValueWrite | GroupValueResponse) -> None:
        telegram = Telegram(GroupAddress(address), payload=payload, source_address=ACTUATOR)
        data = CEMILData.init_from_telegram(telegram)
        self._forward(CEMIFrame(code=CEMIMessageCode.L_DATA_IND, data=data))

    def _forward(self, frame: CEMIFrame) -> None:
        """Send something from the bus through the tunnel."""
        if self._client is None:
            return
        wrong = 100 if self.fault is Fault.WRONG_SEQUENCE else 0
        self._send(
            TunnellingRequest(self._channel, (self._sequence + wrong) % 256, frame.to_knx()), self._client
        )
        self._sequence = (self._sequence + 1) % 256

    def _description(self) -> SearchResponse:
        """Who we are, for those who search."""
        answer = SearchResponse(HPAI(self.host, self.port))
        who = DIBDeviceInformation()
        who.name, who.individual_address = "Fake gateway", OURS
        who.serial_number, who.mac_address = "00:00:00:00:00:01", "02:00:00:00:00:01"
        services = DIBSuppSVCFamilies()
        services.families = [
            DIBSuppSVCFamilies.Family(DIBServiceFamily.CORE, 1),
            DIBSuppSVCFamilies.Family(DIBServiceFamily.TUNNELING, 1),
        ]
        answer.dibs = [who, services]
        return answer

    def _send(self, body: KNXIPBody, where: Address) -> None:
        if self._transport:
            self._transport.sendto(KNXIPFrame.init_from_body(body).to_knx(), where)


class _Ear(asyncio.DatagramProtocol):
    """One UDP socket of the gateway."""

    def __init__(self, heard: Callable[[bytes, Address], None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._heard(data, (str(addr[0]), addr[1]))


def _multicast_socket(host: str, port: int) -> socket.socket:
    """A socket that hears what is sent to every gateway, on one interface."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        membership = socket.inet_aton(MULTICAST) + socket.inet_aton(host)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        sock.setblocking(False)
        sock.bind((MULTICAST, port))
    except OSError:
        sock.close()
        raise
    return sock
