"""Hears what announces itself on the home network by mDNS, and forgets what takes its leave.

    browser = Browser(("_shelly._tcp",), interfaces=("192.168.1.2",))
    await browser.serve()                        # supervised, for as long as the integration lives
    ...
    for one in await browser.announced():        # at once, while it is served
        print(one.name, one.host, one.port, one.facts)

What is switched off takes no leave, and its announcement holds for more than an hour. So whoever lists
devices asks each of them whether it is still there. Anybody can announce anything: a flood of names of one
host pushes nobody out, for every host has its turn.
"""

import asyncio
import random
import socket
from collections import Counter
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
"""Announcements told of, however many there seem to be; every host has its turn before one has its second."""
HEARD_TO_KNOWN = 5
"""So many times as many names are remembered as are told of, so that a flood can be told from the rest."""
MOST_ASKED = 100
"""Announcements whose address is asked for at once; most come with it."""
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
        self._dice = random.Random()  # noqa: S311 -- who guesses it gains nothing that a flood does not give
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
        unknown = [key for key, one in self._known.items() if one is None]
        for key in self._dice.sample(unknown, min(MOST_ASKED, len(unknown))):
            self._resolve(key)
        return self._now()

    async def changed(self) -> None:
        """Return once something came, changed or went."""
        await self._change.wait()

    def _now(self) -> tuple[Announced, ...]:
        """Those that are told of: where there are too many, each host's first, then each host's second ..."""
        known = [one for one in self._known.values() if one is not None]
        if len(known) <= MOST_KNOWN:
            return tuple(sorted(known, key=_order))
        place: Counter[str] = Counter()
        turns = []
        for one in known:
            turns.append((place[one.host], one))
            place[one.host] += 1
        turns.sort(key=lambda turn: turn[0])  # stable: within a turn, who was heard first
        return tuple(sorted((one for _, one in turns[:MOST_KNOWN]), key=_order))

    def _heard(
        self, zeroconf: "Zeroconf", service_type: str, name: str, state_change: "ServiceStateChange"
    ) -> None:
        """One service came, changed or took its leave; zeroconf calls by these names."""
        from zeroconf import ServiceStateChange

        key = (service_type, name)
        if state_change is ServiceStateChange.Removed:
            self._let_go(key)
        else:
            self._admit(key)

    def _admit(self, key: tuple[str, str]) -> None:
        """Learn of one more; where there are too many, one of a host that announces the most has to go."""
        if key not in self._known and len(self._known) >= HEARD_TO_KNOWN * MOST_KNOWN:
            self._let_go(self._dice.choice(self._crowd()))
        self._known.setdefault(key, None)
        self._resolve(key)

    def _crowd(self) -> list[tuple[str, str]]:
        """Whoever shares an address with the most others; what has none shares that it has none."""
        by_host: dict[str, list[tuple[str, str]]] = {}
        for key, one in self._known.items():
            by_host.setdefault(one.host if one else "", []).append(key)
        return max(by_host.values(), key=len)

    def _let_go(self, key: tuple[str, str]) -> None:
        """Forget one, and whoever asks about it."""
        if task := self._resolving.pop(key, None):
            task.cancel()
        self._keep(key, None)
        self._known.pop(key, None)

    def _resolve(self, key: tuple[str, str]) -> None:
        """Take address and facts from what was heard, else ask for them, unless too many are asked."""
        if self._zeroconf is None or key in self._resolving:
            return
        from zeroconf import Error
        from zeroconf.asyncio import AsyncServiceInfo

        with suppress(Error, ValueError):  # a name that is none
            info = AsyncServiceInfo(*key)
            if info.load_from_cache(self._zeroconf.zeroconf):
                self._keep(key, _announced(info, *key))
                return
        if len(self._resolving) < MOST_ASKED:
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


def _order(one: Announced) -> tuple[str, str]:
    return one.kind, one.name


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
