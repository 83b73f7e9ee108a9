"""What all who deal with one device share: its connection, and the memory that it let nobody in.

Sockets of one strip read over one connection, one after the other. A command never waits behind more than one
reading: over the legacy protocol it has a connection of its own, and where a login would take longer than the
command it goes before every reading that waits.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TypeVar

from drrouter.adapters.devices.kasa.connection import Connection, Json, LoginRefusedError
from drrouter.adapters.devices.kasa.iot import IotConnection
from drrouter.adapters.devices.kasa.reach import Account, Reach
from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.adapters.devices.kasa.smart import SmartConnection
from drrouter.ports import Clock

T = TypeVar("T")

LOGIN_AGAIN = timedelta(minutes=1)
"""How long a device that refused our login is left alone; some lock everybody out after a few."""


class Line:
    """The way to one plug or strip, shared by its sockets and by discovery.

    Attributes:
        mac: who must answer; the first that does where it was not known.
    """

    def __init__(
        self, reach: Reach, account: Account, mac: str, settings: KasaSettings, clock: Clock
    ) -> None:
        """Remember where and who; nothing is opened yet."""
        self.reach, self.mac = reach, mac
        self._account, self._settings, self._clock = account, settings, clock
        self._shared = self._connection()
        self._users, self._commands = 0, 0
        self._turn, self._calm = asyncio.Lock(), asyncio.Event()
        self._calm.set()
        self._refused: tuple[datetime, str] | None = None

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Keep the connection open between readings; the last who lets go hangs up."""
        self._users += 1
        try:
            yield
        finally:
            self._users -= 1
            if not self._users:
                await self._shared.close()

    async def describe(self) -> Json:
        """What the device says of itself; this and the others raise what ``Connection`` raises."""
        return await self._read(lambda connection: connection.describe())

    async def measure(self, child: str) -> tuple[Json, Json]:
        """The state of a relay and what its meter shows."""
        return await self._read(lambda connection: connection.measure(child))

    async def switch(self, on: bool, child: str) -> Json:
        """Switch a relay and return its state as read back."""

        async def order(connection: Connection) -> Json:
            await connection.set_relay(on, child)
            return await connection.relay(child)

        if self.reach.is_legacy:
            async with self._connection() as own:
                return await self._asked(own, order)
        self._commands += 1
        self._calm.clear()
        try:
            async with self.held(), self._turn:
                return await self._asked(self._shared, order)
        finally:
            self._commands -= 1
            if not self._commands:
                self._calm.set()

    async def _read(self, ask: Callable[[Connection], Awaitable[T]]) -> T:
        """Ask on the shared connection when it is one's turn and no command waits."""
        while True:
            await self._calm.wait()
            async with self._turn:
                if self._calm.is_set():
                    return await self._asked(self._shared, ask)

    async def _asked(self, connection: Connection, ask: Callable[[Connection], Awaitable[T]]) -> T:
        """Ask, unless the device refused our login lately; keep who answered."""
        if self._refused and self._clock.now() < self._refused[0]:
            raise LoginRefusedError(self._refused[1])
        self._refused = None
        try:
            answer = await ask(connection)
        except LoginRefusedError as error:
            self._refused = (self._clock.now() + LOGIN_AGAIN, str(error))
            raise
        self.mac = self._shared.mac = connection.mac
        return answer

    def _connection(self) -> Connection:
        kind = SmartConnection if self.reach.is_smart else IotConnection
        limits = self._settings.timeout_s, self._settings.login_s
        return kind(self.reach, self._account, self.mac, *limits)
