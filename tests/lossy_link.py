"""A bad network between two processes: a TCP proxy that delays each segment and loses some of them.

    client <==> LossyLink <==> server       200 ms each way, 5 % of the segments lost

TCP hides loss from programs and shows it as time, so loss is modelled as the time that it costs:

- bytes travel in segments of at most 1,460 bytes, each ``delay_s`` on its way;
- a lost segment is sent again after the retransmission time-out of 1 s, which doubles with each further
  loss of the same segment (RFC 6298, the least that it allows); those behind it wait, as order is kept;
- the handshake of a new connection takes one round trip, and its two segments may be lost as well;
- a connection that carried nothing for ``idle_s`` after an answer is closed, so that some exchanges begin
  with a new one.

Loss of acknowledgements costs nothing here, and quicker ways to recover (fast retransmit, tail loss probes)
are left out: a real stack does somewhat better.
"""

import asyncio
import contextlib
import random
from dataclasses import dataclass, field

from drrouter.sim.wire.listener import Listener
from tests.children import pause

SEGMENT = 1460
MOST_UNDERWAY = 64


@dataclass(slots=True)
class Weather:
    """How bad the network is.

    Attributes:
        rto_s: of a segment's first retransmission.
    """

    delay_s: float = 0.2
    loss: float = 0.05
    rto_s: float = 1.0
    idle_s: float = 3.0


@dataclass(slots=True)
class Traffic:
    """What went through, for the record."""

    connections: int = 0
    segments: int = 0
    lost: int = 0


@dataclass(slots=True)
class LossyLink:
    """Listens on a free port of 127.0.0.1 and passes everything on to ``port``; an async context manager."""

    port: int
    seed: str
    weather: Weather = field(default_factory=Weather)
    traffic: Traffic = field(default_factory=Traffic)
    _dice: random.Random = field(init=False)
    _listener: Listener = field(init=False)

    async def __aenter__(self) -> "LossyLink":
        self._dice = random.Random(self.seed)
        self._listener = Listener(self._talk)
        await self._listener.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._listener.stop()

    @property
    def entrance(self) -> int:
        """The port at which to reach the server."""
        return self._listener.port

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it or it falls silent."""
        self.traffic.connections += 1
        handshake_s = self._journey() + self._journey()
        theirs, ours = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            talking = _Talking(asyncio.get_running_loop().time())
            async with asyncio.TaskGroup() as group:
                there = group.create_task(self._carry(reader, ours, handshake_s, talking, asks=True))
                back = group.create_task(self._carry(theirs, writer, 0.0, talking, asks=False))
                group.create_task(self._hang_up_when_idle(talking, there, back))
        except* OSError:
            pass  # one side is gone, so the other is let go
        finally:
            ours.close()

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        late_s: float,
        talking: "_Talking",
        *,
        asks: bool,
    ) -> None:
        """One direction: segments arrive in order, each when its journey is over."""
        underway: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(MOST_UNDERWAY)
        loop = asyncio.get_running_loop()
        delivery = asyncio.create_task(_deliver(underway, writer))
        try:
            not_before = loop.time() + late_s
            while data := await reader.read(SEGMENT):
                talking.last, talking.asked = loop.time(), asks
                not_before = max(not_before, loop.time() + self._journey() + late_s)
                late_s = 0.0
                await underway.put((not_before, data))
            await underway.put((loop.time() + self.weather.delay_s, b""))
            await delivery
        finally:
            delivery.cancel()
            await asyncio.gather(delivery, return_exceptions=True)

    def _journey(self) -> float:
        """How long one segment takes, with its losses."""
        took, again = self.weather.delay_s, self.weather.rto_s
        self.traffic.segments += 1
        while self._dice.random() < self.weather.loss:
            self.traffic.lost += 1
            took, again = took + again, 2 * again
        return took

    async def _hang_up_when_idle(self, talking: "_Talking", *carrying: "asyncio.Task[None]") -> None:
        loop = asyncio.get_running_loop()
        while not any(task.done() for task in carrying):
            await pause(min(0.5, self.weather.idle_s))
            if not talking.asked and loop.time() - talking.last > self.weather.idle_s:
                break
        for task in carrying:
            task.cancel()


@dataclass(slots=True)
class _Talking:
    """When a connection last carried anything, and whether that was a question."""

    last: float
    asked: bool = True


async def _deliver(underway: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter) -> None:
    """Hand over what has arrived; an empty segment is the end of the direction."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        while True:
            arrives, data = await underway.get()
            await pause(arrives - loop.time())
            if not data:
                writer.write_eof() if writer.can_write_eof() else writer.close()
                return
            writer.write(data)
            await writer.drain()
