"""A fake charge point: connects, boots, notices a car, follows profiles, measures, returns after an outage.

    async with FakeChargePoint("ws://127.0.0.1:9000/ocpp", "CP1", car, clock=clock) as fake:
        await fake.plug_in()            # and the central system hears of it
        fake.fault = Fault.REJECTS      # now it takes no profile

What is said in which words is the firmware's (``v16``, ``v2``), which is built on the client side of the
library ``ocpp``. While it is away, what it has to say about charges waits, as the specification asks.
"""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Self

from aiohttp import ClientSession

from drrouter.ports import Clock
from drrouter.sim.wire.ocpp.car import ChargingCar
from drrouter.sim.wire.ocpp.firmware import Firmware, Outlet
from drrouter.sim.wire.ocpp.profiles import Profiles
from drrouter.sim.wire.ocpp.socket import Ended, Fault, FaultySocket
from drrouter.sim.wire.ocpp.v2 import Firmware2
from drrouter.sim.wire.ocpp.v16 import Firmware16

VOLTS = 230.0
MOST_QUEUED = 100


class FakeChargePoint:
    """One charge point with one outlet; an async context manager that connects and disconnects it."""

    def __init__(
        self,
        url: str,
        name: str,
        car: ChargingCar,
        *,
        clock: Clock,
        version: str = "1.6",
        password: str = "",
        lines: int = 3,
        max_a: float = 16.0,
        unit: str = "A",
        starts_alone: bool = True,
    ) -> None:
        """Build it; nothing is opened yet.

        Args:
            url: of the central system, without the name at its end.
            car: what may be plugged in.
            clock: what it measures and beats by.
            version: of OCPP: ``1.6``, ``2.0.1`` or ``2.1``.
            lines: how many feed it, with ``max_a`` on each.
            unit: in which it takes limits, ``A`` or ``W``.
            starts_alone: whether it charges any car at once; else it waits to be started.
        """
        self._url, self.name, self.version, self._password = url.rstrip("/"), name, version, password
        self._clock, self._starts_alone = clock, starts_alone
        self.outlet = Outlet(car, Profiles(lines, VOLTS), lines, lines * VOLTS * max_a, unit)
        self._fault = Fault.NONE
        self._session: ClientSession | None = None
        self._socket: FaultySocket | None = None
        self._firmware: Firmware | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._beating: asyncio.Task[None] | None = None
        self.outlet.retimed = self._retime
        self._queue: list[Callable[[], Awaitable[None]]] = []

    @property
    def fault(self) -> Fault:
        """How it misbehaves."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        self._fault = self.outlet.fault = fault
        if self._socket:
            self._socket.fault = fault

    @property
    def connected(self) -> bool:
        """Whether it is connected."""
        return self._socket is not None

    async def __aenter__(self) -> Self:
        """Connect and boot."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        await self.stop()

    async def start(self, *, boots: bool = True) -> None:
        """Connect; say who it is, unless only the connection was lost; then what waited.

        Raises:
            aiohttp.ClientError: it was not let in.
        """
        self._session = ClientSession()
        try:
            opened = await self._session.ws_connect(
                f"{self._url}/{self.name}",
                protocols=(f"ocpp{self.version}",),
                headers=self._credentials(),
            )
        except BaseException:
            await self.stop()
            raise
        self._socket = FaultySocket(opened)
        self._socket.fault = self._fault
        kind = Firmware16 if self.version == "1.6" else Firmware2
        self._firmware = kind(self.name, self.version, self._socket, self.outlet, self._clock.now)
        self._tasks.append(asyncio.create_task(self._listen(self._firmware)))
        if boots:
            await self._firmware.boot()
            await self._firmware.state()
        while self._queue:
            await self._queue.pop(0)()
        self._retime()

    async def stop(self) -> None:
        """Disconnect; profiles and the charge under way stay."""
        tasks, self._tasks = self._tasks, []
        if self._beating:
            tasks.append(self._beating)
        self._beating = None
        for task in tasks:
            task.cancel()
        if self._socket:
            await self._socket.close()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
        self._session = self._socket = self._firmware = None

    async def plug_in(self) -> None:
        """A car comes; it is charged at once where the charge point starts alone."""
        self.outlet.plugged = True
        await self._say(lambda firmware: firmware.state())
        if self._starts_alone:
            await self._say(lambda firmware: firmware.begin())

    async def end_charge(self) -> None:
        """Somebody ends the charge at the charge point; the car stays."""
        if self.outlet.transaction is not None:
            await self._say(lambda firmware: firmware.finish())
        self.outlet.settle(self._clock.now())

    async def unplug(self) -> None:
        """The car leaves."""
        await self.end_charge()
        self.outlet.plugged = False
        self.outlet.settle(self._clock.now())
        await self._say(lambda firmware: firmware.state())

    async def measure(self) -> None:
        """Say what is measured now."""
        self.outlet.settle(self._clock.now())
        if self.outlet.transaction is not None:
            await self._say(lambda firmware: firmware.measure())

    def freeze(self) -> None:
        """Stop measuring and giving signs of life; it still answers."""
        if self._beating:
            self._beating.cancel()
            self._beating = None

    async def need(self, energy_wh: float, departs_in: timedelta) -> None:
        """The car says what it wants; 1.6 has no words for that."""
        departure = self._clock.now() + departs_in
        await self._say(lambda firmware: firmware.need(energy_wh, departure))

    async def _say(self, words: Callable[[Firmware], Awaitable[None]]) -> None:
        """Say it now, or when it is connected again."""
        if self._firmware is not None:
            await words(self._firmware)
        elif len(self._queue) < MOST_QUEUED:
            self._queue.append(lambda: self._say(words))

    def _credentials(self) -> dict[str, str]:
        """HTTP Basic, where it has a password."""
        if not self._password:
            return {}
        encoded = b64encode(f"{self.name}:{self._password}".encode()).decode()
        return {"Authorization": f"Basic {encoded}"}

    def _retime(self) -> None:
        """Begin the interval anew."""
        self.freeze()
        if self._firmware is not None:
            self._beating = asyncio.create_task(self._beat(self._firmware))

    async def _listen(self, firmware: Firmware) -> None:
        """Hear the central system until the connection ends."""
        with suppress(Ended):
            await firmware.listen()

    async def _beat(self, firmware: Firmware) -> None:
        """Measure at the interval that we were told, and give signs of life."""
        with suppress(Ended, TimeoutError):
            while True:
                await self._clock.sleep_until(self._clock.now() + timedelta(seconds=self.outlet.sample_s))
                with self._clock.working():
                    await firmware.beat()
                    await self.measure()
