"""What every fake behind a broker has in common: a client that reconnects, a last will, and faults.

async with FakeTasmota(host, port, "plug", load, now=clock.now) as plug:
    ...                          # real clients find it, tell it and hear it through the broker
    plug.fault = Fault.IGNORES   # now it hears and does nothing
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from enum import Enum
from typing import Self

from aiomqtt import Client, MqttError, Will

RECONNECT_S = 0.2
"""Real time between two attempts to reach the broker."""

LIE_W = 14_000.0
"""A spike that metering plugs in the field have reported."""

GARBAGE = b"\xff\xfe\x00{\x80garbage"

_log = logging.getLogger(__name__)


class Fault(Enum):
    """How a device may misbehave."""

    NONE = "none"
    IGNORES = "hears a command, does nothing and says nothing"
    REFUSES = "does nothing, and says that its state is what it was"
    MUTE = "obeys and says nothing"
    GARBAGE = "says bytes that mean nothing"
    HALF = "says half of each message"
    LIES = "says an impossible power"
    NOT_A_NUMBER = "says a power that is no number"


class FakeClient(ABC):
    """A client of the broker; an async context manager that is connected once entered.

    Attributes:
        fault: how it misbehaves.
        login: its name and password at the broker.
        heard: what it was told, as topics and texts.
    """

    def __init__(self, host: str, port: int, name: str, will: tuple[str, str] | None) -> None:
        """Nothing is opened yet; the last will is a topic and what is said there, retained."""
        self._host, self._port, self._name, self._will = host, port, name, will
        self.fault = Fault.NONE
        self.login: tuple[str | None, str | None] = None, None
        self.connections = 0
        self.heard: list[tuple[str, str]] = []
        self._client: Client | None = None
        self._connected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Connect and announce."""
        self._task = asyncio.create_task(self._live(), name=f"fake {self._name}")
        connected = asyncio.create_task(self._connected.wait())
        await asyncio.wait({self._task, connected}, return_when=asyncio.FIRST_COMPLETED)
        connected.cancel()
        if self._task.done():
            self._task.result()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave without a word, so that the broker speaks the last will where the line is cut first."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @property
    @abstractmethod
    def topics(self) -> tuple[str, ...]:
        """Where it is told."""

    @abstractmethod
    async def greet(self) -> None:
        """What it says whenever it has connected."""

    @abstractmethod
    async def obey(self, topic: str, text: str) -> None:
        """Do what it was told."""

    async def say(self, topic: str, text: str, *, retain: bool = False) -> None:
        """Say something, twisted by the fault; a broker that is away hears nothing."""
        data = text.encode()
        if self.fault is Fault.GARBAGE:
            data = GARBAGE
        elif self.fault is Fault.HALF:
            data = data[: len(data) // 2]
        if self._client is None or self.fault is Fault.MUTE:
            return
        try:
            await self._client.publish(topic, data, retain=retain)
        except MqttError:
            _log.debug("%s lost the broker", self._name)

    def twisted(self, power_w: float) -> float | str:
        """The power that it says to draw."""
        lies: dict[Fault, float | str] = {Fault.LIES: LIE_W, Fault.NOT_A_NUMBER: "NaN"}
        return lies.get(self.fault, power_w)

    async def _live(self) -> None:
        """Connect, listen, and connect again."""
        while True:
            try:
                await self._talk()
            except MqttError:
                _log.debug("%s is without broker", self._name)
            self._client = None
            self._connected.clear()
            await asyncio.sleep(RECONNECT_S)

    async def _talk(self) -> None:
        will = Will(*self._will, retain=True) if self._will else None
        username, password = self.login
        client = Client(
            self._host,
            self._port,
            identifier=self._name,
            username=username,
            password=password,
            will=will,
            timeout=5,
        )
        async with client:
            for topic in self.topics:
                await client.subscribe(topic)
            self._client = client
            self.connections += 1
            await self.greet()
            self._connected.set()
            async for message in client.messages:
                await self._listen(message.topic.value, bytes(message.payload))

    async def _listen(self, topic: str, data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        self.heard.append((topic, text))
        if self.fault is not Fault.IGNORES:
            await self.obey(topic, text)
