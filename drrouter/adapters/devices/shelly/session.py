"""The WebSocket to one Shelly: opened when somebody needs it, kept while somebody reads, its news merged.

Identity belongs to the connection: the MAC is checked right after connecting. A connection that breaks is
told to all who read; they try again after a while that doubles, and a command tries at once.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drrouter.adapters.devices.names import mac_from
from drrouter.adapters.devices.shelly.components import KEPT, Json
from drrouter.errors import DeviceError, DeviceRefusedError, DeviceSilentError, DeviceUnknownError

if TYPE_CHECKING:
    from aiohttp import ClientSession
    from aioshelly.rpc_device.wsrpc import WsRPC

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
USER = "admin"
BROKEN_BY_VALUES = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What the library lets out where a device sends values of unexpected types."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a Shelly listens."""

    host: str
    port: int


class Session:
    """The way to one device, shared by its channels.

    Attributes:
        mac: who must answer; the first that does where it was not known.
        status: what is known of every component, by its name.
        heard: grows whenever something was heard.
    """

    def __init__(self, place: Place, mac: str, password: str, timeout_s: float) -> None:
        """Remember where and who; nothing is opened yet."""
        self.place, self.mac = place, mac
        self._password, self._timeout_s = password, timeout_s
        self.status: dict[str, dict[str, Any]] = {}
        self.heard = 0
        self._users = 0
        self._opening = asyncio.Lock()
        self._http: ClientSession | None = None
        self._rpc: WsRPC | None = None
        self._news = asyncio.Event()
        self._wait_s, self._patient_until = FIRST_WAIT_S, 0.0

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Keep the connection open; the last who lets go hangs up."""
        self._users += 1
        try:
            yield
        finally:
            self._users -= 1
            if not self._users:
                await self.close()

    async def close(self) -> None:
        """Hang up."""
        rpc, self._rpc = self._rpc, None
        http, self._http = self._http, None
        self._tell()
        if rpc:
            try:
                await rpc.disconnect()
            except (*BROKEN_BY_VALUES, OSError):  # what ended its listening comes out here
                self.status.clear()
        if http:
            await http.close()

    @property
    def is_open(self) -> bool:
        """Whether the connection stands."""
        return self._rpc is not None and self._rpc.connected

    async def call(self, method: str, params: dict[str, Any] | None = None) -> Json:
        """Call a method, connecting first where needed.

        Raises:
            DeviceSilentError: no answer, or one without meaning.
            DeviceRefusedError: the device answers with an error, or does not know our password.
            DeviceUnknownError: another device answers at the address.
        """
        host = self.place.host
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._called(method, params)
        except TimeoutError as error:
            await self.close()
            raise DeviceSilentError(f"no answer from {host} within {self._timeout_s:g} s") from error
        except (OSError, RuntimeError, *BROKEN_BY_VALUES) as error:
            await self.close()
            raise DeviceSilentError(f"no usable answer from {host}") from error
        except DeviceSilentError:
            await self.close()
            raise

    async def _called(self, method: str, params: dict[str, Any] | None) -> Json:
        """Call it and translate the library's own errors."""
        from aiohttp import ClientError
        from aioshelly.exceptions import InvalidAuthError, RpcCallError, ShellyError

        try:
            rpc = await self._opened()
            answer = await rpc.call(method, params, self._timeout_s)
        except InvalidAuthError as error:
            raise DeviceRefusedError(self._password_sentence()) from error
        except RpcCallError as error:
            raise DeviceRefusedError(f"it answers {method} with error {error.code!r:.20}") from error
        except (ShellyError, ClientError) as error:
            raise DeviceSilentError(f"no usable answer from {self.place.host}") from error
        if not isinstance(answer, dict):
            raise DeviceSilentError(f"the answer of {self.place.host} to {method} is no JSON object")
        return answer

    async def refresh(self) -> None:
        """Ask for the status of every component; raises as ``call``, and at once soon after a failure."""
        loop = asyncio.get_running_loop()
        if not self.is_open and loop.time() < self._patient_until:
            raise DeviceSilentError(f"no answer from {self.place.host}; it is tried again soon")
        try:
            status = await self.call("Shelly.GetStatus")
        except DeviceError:
            self._patient_until = loop.time() + self._wait_s
            self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)
            raise
        self._wait_s, self._patient_until = FIRST_WAIT_S, 0.0
        self.status.clear()
        self.learn(status.items())

    def learn(self, parts: Iterable[tuple[Any, Any]]) -> None:
        """Take in what was heard of some components, and tell all who wait."""
        for name, told in parts:
            if isinstance(told, dict) and isinstance(name, str) and KEPT.fullmatch(name):
                _merge(self.status.setdefault(name, {}), told)
        self._tell()

    async def news(self, since: int) -> None:
        """Return once more was heard than ``since``.

        Raises:
            DeviceSilentError: the connection broke.
        """
        while self.heard == since and self.is_open:
            await self._news.wait()
        if not self.is_open:
            raise DeviceSilentError(f"the connection to {self.place.host} broke")

    async def _opened(self) -> "WsRPC":
        """The connection, opened and made sure of where it is not."""
        async with self._opening:
            if self._rpc is not None and self._rpc.connected:
                return self._rpc
            await self.close()
            from aiohttp import ClientSession
            from aioshelly.rpc_device.wsrpc import WsRPC

            self._http = ClientSession()
            rpc = self._rpc = WsRPC(self.place.host, self._notified, port=self.place.port)
            try:
                await rpc.connect(self._http)
                await self._identify(rpc)
            except BaseException:  # whoever was not made sure of must not be taken for the device afterwards
                await self.close()
                raise
            return rpc

    async def _identify(self, rpc: "WsRPC") -> None:
        """Make sure who is at the other end, and be ready to show that we know the password."""
        info = await rpc.call("Shelly.GetDeviceInfo", None, self._timeout_s)
        mac = mac_from(info.get("mac"))
        if self.mac and mac != self.mac:
            raise DeviceUnknownError(
                f"at {self.place.host}, where {self.mac} was, another device answers "
                f"({mac or 'no MAC address'}); discover again, or correct the address in the home file"
            )
        self.mac = mac
        if info.get("auth_en"):
            if not self._password:
                raise DeviceRefusedError(self._password_sentence())
            realm = info.get("auth_domain") or info.get("id")
            rpc.set_auth_data(str(realm), USER, self._password)

    def _notified(self, _: object, method: str, params: Json | None = None) -> None:
        """The device pushed something, or the connection ended."""
        if method in ("NotifyStatus", "NotifyFullStatus") and isinstance(params, dict):
            self.learn(params.items())
        else:
            self._tell()

    def _tell(self) -> None:
        self.heard += 1
        self._news.set()
        self._news = asyncio.Event()

    def _password_sentence(self) -> str:
        if self._password:
            return "it refuses the password; correct the file that shelly.password_file names"
        return "it asks for a password; write it into a private file and set shelly.password_file"


def _merge(known: dict[str, Any], told: Json) -> None:
    """Put what was told over what is known, one level deep, as devices send only what changed."""
    for name, value in told.items():
        inner = known.get(name)
        if isinstance(inner, dict) and isinstance(value, dict):
            inner.update(value)
        elif name in known or len(known) < 100:  # more names than any component has
            known[name] = value
