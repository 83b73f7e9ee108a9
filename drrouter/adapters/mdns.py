"""Hears what announces itself on the home network by mDNS, and forgets what takes its leave.

    browser = Browser(("_shelly._tcp",), interfaces=("192.168.1.2",))
    await browser.serve()                        # supervised, for as long as the integration lives
    ...
    for one in await browser.announced():        # at once, while it is served
        print(one.name, one.host, one.port, one.facts)

What is switched off takes no leave, and its announcement holds for more than an hour. So whoever lists
devices asks each of them whether it is still there.
"""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from drrouter.adapters.names import cleaned
from drrouter.errors import DeviceError

if TYPE_CHECKING:
    from zeroconf import ServiceStateChange, Zeroconf
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

MOST_KNOWN = 1000
"""Announcements kept, however many hosts there seem to be."""
RESOLVE_S = 3.0
"""How long one announcement's address may take."""
LOOK_S = 2.0
"""How long a browser that is not served listens when it is asked."""
LOCAL = ".local."
MOST_OF_A_FACT = 255
"""Characters: as long as a TXT entry can be."""


@dataclass(frozen=True, slots=True)
class Announced:
    """One service that says that it is there; its texts are cleaned, and still anybody's.

    Attributes:
        kind: as it was asked for (``_shelly._tcp``).
        name: of this one, without its kind.
        host: its address, IPv4 where it has one.
        facts: what it states of itself (TXT), by keys in lower case.
    """

    kind: str
    name: str
    host: str
    port: int
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)


class Browser:
    """Listens for some kinds of services; an async context manager, or served by a supervisor."""

    def __init__(self, kinds: Sequence[str], interfaces: Sequence[str] = ()) -> None:
        """Nothing is opened yet.

        Args:
            kinds: of services (``_shelly._tcp``).
            interfaces: addresses of ours on whose networks to listen; none means on all of them.
        """
        self._kinds = tuple(kind.removesuffix(LOCAL) + LOCAL for kind in kinds)
        self._interfaces = tuple(interfaces)
        self._known: dict[tuple[str, str], Announced | None] = {}
        self._resolving: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._change = asyncio.Event()
        self._zeroconf: AsyncZeroconf | None = None
        self._browser: AsyncServiceBrowser | None = None

    async def __aenter__(self) -> Self:
        """Begin to listen.

        Raises:
            DeviceError: the network does not let us, or zeroconf is missing.
        """
        try:
            from zeroconf import Error, InterfaceChoice
            from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf
        except ImportError as error:
            raise DeviceError("mDNS needs the package zeroconf, which is not installed") from error
        where: Any = list(self._interfaces) or InterfaceChoice.All
        try:
            for address in self._interfaces:
                _try_out(address)
            self._zeroconf = AsyncZeroconf(interfaces=where)
        except (OSError, Error, RuntimeError) as error:
            raise DeviceError(f"mDNS cannot be listened to: {error}") from error
        self._browser = AsyncServiceBrowser(
            self._zeroconf.zeroconf, list(self._kinds), handlers=[self._heard]
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no more, and know nothing."""
        zeroconf, self._zeroconf = self._zeroconf, None
        for task in (resolving := tuple(self._resolving.values())):
            task.cancel()
        await asyncio.gather(*resolving, return_exceptions=True)
        if self._browser:
            await self._browser.async_cancel()
        if zeroconf:
            await zeroconf.async_close()
        self._known.clear()

    async def serve(self) -> None:
        """Listen until cancelled.

        Raises:
            DeviceError: the network does not let us.
        """
        async with self:
            await asyncio.get_running_loop().create_future()

    async def announced(self) -> tuple[Announced, ...]:
        """What is there now, in order of kind and name; takes a while where nobody serves this browser.

        Raises:
            DeviceError: nobody serves it, and the network does not let us listen.
        """
        if self._zeroconf is None:
            async with Browser(self._kinds, self._interfaces) as passing:
                await asyncio.sleep(LOOK_S)
                return passing._now()
        for key in [key for key, one in self._known.items() if one is None]:
            self._resolve(key)
        return self._now()

    async def changed(self) -> None:
        """Return once something came, changed or went."""
        await self._change.wait()

    def _now(self) -> tuple[Announced, ...]:
        return tuple(one for _, one in sorted(self._known.items()) if one is not None)

    def _heard(
        self, zeroconf: "Zeroconf", service_type: str, name: str, state_change: "ServiceStateChange"
    ) -> None:
        """One service came, changed or took its leave; zeroconf calls by these names."""
        from zeroconf import ServiceStateChange

        key = (service_type, name)
        if state_change is ServiceStateChange.Removed:
            if task := self._resolving.pop(key, None):
                task.cancel()
            self._keep(key, None)
            self._known.pop(key, None)
        elif key in self._known or len(self._known) < MOST_KNOWN:
            self._known.setdefault(key, None)
            self._resolve(key)

    def _resolve(self, key: tuple[str, str]) -> None:
        """Ask for address and facts, unless somebody is at it."""
        if key not in self._resolving and self._zeroconf is not None:
            task = asyncio.create_task(self._resolved(key), name=f"mdns {key[0]}")
            self._resolving[key] = task
            task.add_done_callback(lambda _: self._resolving.pop(key, None))

    async def _resolved(self, key: tuple[str, str]) -> None:
        from zeroconf import Error
        from zeroconf.asyncio import AsyncServiceInfo

        if self._zeroconf is None:
            return
        with suppress(Error, OSError, ValueError):  # a name that is none, or a network that is gone
            info = AsyncServiceInfo(*key)
            if await info.async_request(self._zeroconf.zeroconf, RESOLVE_S * 1000) and key in self._known:
                self._keep(key, _announced(info, *key))

    def _keep(self, key: tuple[str, str], one: Announced | None) -> None:
        """Know it, and wake who waits for a change."""
        if self._known.get(key) != one:
            self._known[key] = one
            self._change.set()
            self._change = asyncio.Event()


def _try_out(address: str) -> None:
    """Make sure that the address is ours: zeroconf leaves sockets open where one is not.

    Raises:
        OSError: it is not.
    """
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, 0))


def _announced(info: "AsyncServiceInfo", kind: str, name: str) -> Announced | None:
    """What the library resolved, in our words; None where it has no address."""
    from zeroconf import IPVersion

    addresses = info.parsed_scoped_addresses(IPVersion.V4Only) or info.parsed_scoped_addresses()
    if not addresses or not info.port:
        return None
    facts = {
        cleaned(key.decode(errors="replace")).lower(): cleaned(
            (value or b"").decode(errors="replace"), MOST_OF_A_FACT
        )
        for key, value in info.properties.items()
    }
    shown = cleaned(name.removesuffix("." + kind))
    return Announced(kind.removesuffix(LOCAL), shown, addresses[0], info.port, MappingProxyType(facts))
