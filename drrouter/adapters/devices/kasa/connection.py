"""One TCP connection to one plug, over python-kasa's transport; the plug is told from others by its MAC.

Identity belongs to the connection: who answered the first question on it answers the others too. So the MAC
is checked once, right after connecting, and a connection that fails is dropped and never mended by itself,
because what answers at the address afterwards may be another plug.

Only the commands needed are sent. The library's own ``update`` asks for schedules, cloud state and statistics
too, and fails on firmware that leaves out a time zone or a field of the cloud's state.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from drrouter.adapters.devices.kasa.identity import mac_of_info
from drrouter.errors import DeviceError, DeviceRefusedError, DeviceSilentError, DeviceUnknownError

if TYPE_CHECKING:
    from kasa import IotProtocol

Json = Mapping[str, Any]

SYSINFO: dict[str, Any] = {"system": {"get_sysinfo": {}}}
MEASURE: dict[str, Any] = SYSINFO | {"emeter": {"get_realtime": {}}}
LIBRARY_TIMEOUT_S = 60  # longer than ours, so that ours is the one that ends a wait
BROKEN_BY_VALUES = (AttributeError, LookupError, TypeError, ValueError)
"""What the library lets out where a plug sends values of unexpected types."""


class Connection:
    """A way to one plug, opened at the first question and kept until something goes wrong.

    Every question may raise:
        DeviceSilentError: no answer, or one without meaning.
        DeviceRefusedError: the plug answers with an error.
        DeviceUnknownError: another plug answers at the address; it is told nothing.

    Attributes:
        mac: the plug's MAC address; "" until the first answer where none was expected.
    """

    def __init__(self, host: str, port: int, mac: str, timeout_s: float) -> None:
        """Remember where and who; nothing is opened yet.

        Args:
            host: where it listens.
            port: likewise.
            mac: who must answer; "" accepts whoever does.
            timeout_s: how long one question may take, connecting included, in seconds of real time.
        """
        self._host, self._port, self._timeout_s = host, port, timeout_s
        self.mac = mac
        self._protocol: IotProtocol | None = None

    async def __aenter__(self) -> Self:
        """Nothing to do: the first question connects."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up."""
        await self.close()

    async def close(self) -> None:
        """Hang up; the next question connects again."""
        if self._protocol:
            protocol, self._protocol = self._protocol, None
            await protocol.close()

    async def sysinfo(self) -> Json:
        """The plug's description, with the state of its relay."""
        return _part(await self._exchange(SYSINFO), "system", "get_sysinfo")

    async def set_relay(self, on: bool) -> None:
        """Tell the relay to close or to open."""
        request = {"system": {"set_relay_state": {"state": int(on)}}}
        _part(await self._exchange(request), "system", "set_relay_state")

    async def measure(self) -> tuple[Json, Json]:
        """The plug's description and what its meter shows; the latter is empty where it has no meter."""
        answer = await self._exchange(MEASURE)
        sysinfo = _part(answer, "system", "get_sysinfo")
        try:
            return sysinfo, _part(answer, "emeter", "get_realtime")
        except DeviceError:
            return sysinfo, {}

    async def _exchange(self, request: dict[str, Any]) -> Json:
        """Send one request and return its answer; whatever goes wrong ends the connection."""
        from kasa import KasaException

        try:
            async with asyncio.timeout(self._timeout_s):
                return await _query(self._protocol or await self._connected(), request)
        except TimeoutError as error:
            await self.close()
            raise DeviceSilentError(f"no answer from {self._host} within {self._timeout_s:g} s") from error
        except (KasaException, *BROKEN_BY_VALUES) as error:
            await self.close()
            raise DeviceSilentError(f"no usable answer from {self._host}") from error
        except (DeviceError, asyncio.CancelledError):
            await self.close()
            raise

    async def _connected(self) -> "IotProtocol":
        """Open the connection and make sure who is at its other end."""
        protocol = self._protocol = _new_protocol(self._host, self._port)
        mac = mac_of_info(_part(await _query(protocol, SYSINFO), "system", "get_sysinfo"))
        if self.mac and mac != self.mac:
            raise DeviceUnknownError(
                f"at {self._host}, where {self.mac} was, another plug answers ({mac or 'no MAC address'}); "
                "discover again, or correct the address in the home file"
            )
        self.mac = mac
        return protocol


def _new_protocol(host: str, port: int) -> "IotProtocol":
    """The library's client for the legacy protocol; it connects at the first query."""
    from kasa import DeviceConfig, IotProtocol
    from kasa.transports import XorTransport

    config = DeviceConfig(host, port_override=port, timeout=LIBRARY_TIMEOUT_S)
    return IotProtocol(transport=XorTransport(config=config))


async def _query(protocol: "IotProtocol", request: dict[str, Any]) -> Json:
    """Ask once: a repetition would go out on a new connection, perhaps to another plug."""
    answer = await protocol.query(request, retry_count=0)
    if not isinstance(answer, dict):
        raise DeviceSilentError("the plug's answer is no JSON object")
    return answer


def _part(answer: Json, module: str, command: str) -> Json:
    """One command's part of an answer.

    Raises:
        DeviceSilentError: it is missing.
        DeviceRefusedError: it is an error.
    """
    part = answer.get(module)
    if isinstance(part, dict) and "err_code" not in part:
        part = part.get(command)
    if not isinstance(part, dict):
        raise DeviceSilentError(f"the plug's answer has no {module}.{command}")
    if part.get("err_code", 0) != 0:
        raise DeviceRefusedError(f"the plug answers {module}.{command} with error {part['err_code']!r:.20}")
    return part
