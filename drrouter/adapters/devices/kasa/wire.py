"""Makes python-kasa's clients for a device, with an HTTP session of ours that reads no endless answer."""

import asyncio
from typing import TYPE_CHECKING

from aiohttp import ClientPayloadError, ClientResponse, ClientSession, CookieJar

from drrouter.adapters.devices.kasa.reach import Account, Reach
from drrouter.errors import DeviceError

if TYPE_CHECKING:
    from kasa import DeviceConnectionParameters

LIBRARY_TIMEOUT_S = 60  # longer than ours, so that ours is the one that ends a wait
LARGEST_ANSWER = 128 * 1024


class Wire:
    """A client of one device, and the HTTP session that it uses."""

    def __init__(self, reach: Reach, account: Account, *, one_by_one: bool = False) -> None:
        """Make both; the client connects and logs in at the first query.

        Args:
            reach: where it listens and what it speaks.
            account: whose it is.
            one_by_one: whether several commands go each by itself; some firmware takes no bundles.

        Raises:
            DeviceError: the library has no client for what the device speaks.
        """
        from kasa import Credentials, DeviceConfig, IotProtocol, SmartProtocol
        from kasa.device_factory import get_protocol

        self._session = None if reach.is_legacy else _http_session()
        config = DeviceConfig(
            reach.host,
            port_override=reach.port,
            timeout=LIBRARY_TIMEOUT_S,
            credentials=Credentials(account.username, account.password),
            connection_type=_kind(reach.protocol),
            http_client=self._session,
            batch_size=1 if one_by_one else None,
        )
        protocol = get_protocol(config)
        if not isinstance(protocol, IotProtocol | SmartProtocol):
            raise DeviceError(f"what {reach.host} speaks ({reach.protocol}) is not known here")
        self.protocol = protocol

    async def close(self) -> None:
        """Hang up."""
        await self.protocol.close()
        if self._session:
            await self._session.close()


def _kind(protocol: str) -> "DeviceConnectionParameters":
    """What the library is told of a device's protocol."""
    from kasa import DeviceConnectionParameters, DeviceEncryptionType, DeviceFamily

    family, encryption, *version = protocol.split(".")
    return DeviceConnectionParameters(
        DeviceFamily.SmartTapoPlug if family == "SMART" else DeviceFamily.IotSmartPlugSwitch,
        DeviceEncryptionType(encryption),
        int(version[0]) if version else None,
    )


def _http_session() -> ClientSession:
    """A session as the library makes its own, apart from the cap: plugs set cookies at bare addresses."""
    jar = CookieJar(unsafe=True, quote_cookie=False)
    return ClientSession(cookie_jar=jar, response_class=_CappedResponse)


class _CappedResponse(ClientResponse):
    """Reads no more than a plug can honestly have to say."""

    async def read(self) -> bytes:
        try:
            await self.content.readexactly(LARGEST_ANSWER + 1)
        except asyncio.IncompleteReadError as end:
            return end.partial
        raise ClientPayloadError("the answer does not end")
