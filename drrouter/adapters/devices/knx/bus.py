"""One tunnel to the bus: sends telegrams one after another, and keeps the newest value of each known address.

xknx would connect again by itself, silently and for ever; here a lost tunnel is an error, so that supervision
and the health page know of it.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from xknx import XKNX
from xknx.core import XknxConnectionState
from xknx.exceptions import XKNXException
from xknx.io import ConnectionConfig
from xknx.telegram import GroupAddress, Telegram, TelegramDirection
from xknx.telegram.apci import GroupValueRead, GroupValueResponse, GroupValueWrite

from drrouter.adapters.devices.knx.points import Payload
from drrouter.adapters.devices.news import News
from drrouter.errors import DeviceError, DeviceSilentError
from drrouter.ports import Clock

ENDING_S = 2.0
"""How long a gateway may take to say goodbye, in seconds of real time."""
CONNECTING_S = 15.0
"""How long a gateway may take to be found and to connect, in seconds of real time."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Said:
    """A value that came over the bus.

    Attributes:
        count: how many came of this address, this one included.
    """

    payload: Payload
    at: datetime
    count: int


class Bus:
    """The tunnel of a home.

    Attributes:
        said: the newest value of each known address.
        news: told of every value, and when the tunnel comes or goes.
    """

    def __init__(self, config: ConnectionConfig, multicast: tuple[str, int], clock: Clock) -> None:
        """Nothing is opened yet.

        Args:
            multicast: where gateways are searched for.
        """
        self._config, self._multicast, self._clock = config, multicast, clock
        self._xknx: XKNX | None = None
        self._sending = asyncio.Lock()
        self._known: frozenset[str] = frozenset()
        self.said: dict[str, Said] = {}
        self.news = News()

    @property
    def connected(self) -> bool:
        """Whether the tunnel is open."""
        return self._xknx is not None

    def know(self, addresses: frozenset[str]) -> None:
        """Keep what these addresses say; what others say is nobody's business."""
        self._known |= addresses

    async def serve(self) -> None:
        """Keep the tunnel open until cancelled.

        Raises:
            DeviceError: the gateway cannot be reached, refuses, or was lost.
        """
        lost = asyncio.Event()

        def changed(state: XknxConnectionState) -> None:
            if state is XknxConnectionState.DISCONNECTED:
                lost.set()

        xknx = XKNX(
            connection_config=self._config,
            multicast_group=self._multicast[0],
            multicast_port=self._multicast[1],
            telegram_received_cb=self._received,
        )
        await self._connected(xknx)
        xknx.connection_manager.register_connection_state_changed_cb(changed)
        self._xknx = xknx
        self.news.tell()
        try:
            await lost.wait()
            raise DeviceSilentError("the KNX gateway was lost")
        finally:
            self._xknx = None
            self.news.tell()
            await _ended(xknx)

    async def _connected(self, xknx: XKNX) -> None:
        """Open the tunnel.

        Raises:
            DeviceError: it cannot be opened.
        """
        where = f"at {self._config.gateway_ip}" if self._config.gateway_ip else "on this network"
        try:
            async with asyncio.timeout(CONNECTING_S):
                await xknx.start()
        except (XKNXException, OSError, TimeoutError) as error:
            why = str(error.__cause__ or error) or "no answer"
            raise DeviceError(f"no KNX gateway {where} lets us in: {why:.200}") from error

    async def write(self, address: str, payload: Payload) -> None:
        """Write a value to an address.

        Raises:
            DeviceSilentError: the gateway did not take it.
        """
        await self._send(Telegram(GroupAddress(address), payload=GroupValueWrite(payload)))

    async def ask(self, address: str) -> None:
        """Ask for a value; it comes, or not, as every other.

        Raises:
            DeviceSilentError: the gateway did not take the question.
        """
        await self._send(Telegram(GroupAddress(address), payload=GroupValueRead()))

    def count(self, address: str) -> int:
        """How many values came of an address."""
        return self.said[address].count if address in self.said else 0

    async def _send(self, telegram: Telegram) -> None:
        """Send one telegram and wait until the gateway has put it onto the bus."""
        async with self._sending:
            if self._xknx is None:
                raise DeviceSilentError("the KNX gateway is not connected")
            try:
                await self._xknx.cemi_handler.send_telegram(telegram)
            except XKNXException as error:
                raise DeviceSilentError(f"the KNX gateway does not take telegrams: {error!s:.200}") from error

    def _received(self, telegram: Telegram) -> None:
        """Keep what an address that we know says."""
        address, apci = str(telegram.destination_address), telegram.payload
        if telegram.direction is not TelegramDirection.INCOMING or address not in self._known:
            return
        if isinstance(apci, GroupValueWrite | GroupValueResponse):
            self.said[address] = Said(apci.value, self._clock.now(), self.count(address) + 1)
            self.news.tell()


async def _ended(xknx: XKNX) -> None:
    """Close a tunnel, whatever its other end does."""
    try:
        with suppress(XKNXException, TimeoutError):
            async with asyncio.timeout(ENDING_S):
                await xknx.stop()
    finally:
        xknx.started.clear()  # else it tries again when its memory is freed, when no loop may run
