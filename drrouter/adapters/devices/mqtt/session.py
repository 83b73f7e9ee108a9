"""The one session with the broker: who follows which topics, kept over every reconnect; commands never are.

    session.follow({"stat/plug/POWER"}, hear)    hear(topic, payload) at every message, also after a reconnect
    await session.publish("cmnd/plug/POWER", "ON")
    await session.run()                          until the broker is lost

What to follow is reconciled: whatever is followed and not subscribed to is subscribed to, and the other way
round.
"""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drrouter.adapters.devices.mqtt.payload import Payload
from drrouter.adapters.devices.mqtt.settings import MqttSettings
from drrouter.adapters.devices.news import News
from drrouter.adapters.strict_json import MOST_BYTES
from drrouter.errors import DeviceRefusedError, DeviceSilentError
from drrouter.ports import Executor

if TYPE_CHECKING:
    from aiomqtt import Client, Message

Listener = Callable[[str, Payload], None]

KEEPALIVE_S = 30
"""A broker that vanished without a word is noticed after one and a half of these."""

MOST_WAITING = 10_000
"""Messages that wait to be read; more are dropped, the newest first."""

MOST_TOGETHER = 500
"""Messages passed on before anything else has its turn."""

AT_ONCE = 100
"""Topics in one subscription."""

REFUSED = 0x80
"""What a broker answers for a topic that we may not follow."""

_log = logging.getLogger(__name__)


class Session:
    """What is followed, and the connection while there is one.

    Attributes:
        news: told when the session begins or ends, and when devices were announced anew.
        opened: told when a session begins, before the first message of it.
    """

    def __init__(
        self, settings: MqttSettings, password: str | None, folder: Path, executor: Executor
    ) -> None:
        """Nothing is opened yet; the file of a certificate authority is looked for from ``folder`` on."""
        self._settings, self._password, self._executor = settings, password, executor
        self._ca_file = folder / settings.ca_file if settings.ca_file else None
        self._listeners: dict[str, list[Listener]] = {}
        self._longest: dict[str, int] = {}
        self._patterns: set[str] = set()
        self._last: dict[str, Payload] = {}
        self._subscribed: set[str] = set()
        self._deaf = False
        self._client: Client | None = None
        self._waiting: asyncio.Queue[Message] | None = None
        self.news, self._changes = News(), News()
        self.opened: Callable[[], None] = _nothing
        self._echo = News()
        self.follow([settings.echo_topic], lambda _topic, _payload: self._echo.tell())

    @property
    def connected(self) -> bool:
        """Whether the broker answers."""
        return self._client is not None

    @property
    def lost(self) -> DeviceSilentError:
        """The sentence about a broker that is not there."""
        host, port = self._settings.at
        return DeviceSilentError(f"there is no session with the broker at {host}:{port}")

    def follow(self, topics: Iterable[str], listener: Listener, most_bytes: int = MOST_BYTES) -> None:
        """Let the listener hear these topics; the last message of one that is followed already at once."""
        for topic in topics:
            listeners = self._listeners.setdefault(topic, [])
            if listener not in listeners:
                listeners.append(listener)
                self._longest[topic] = max(most_bytes, self._longest.get(topic, 0))
                if "+" in topic:
                    self._patterns.add(topic)
                if topic in self._last:
                    listener(topic, Payload(self._last[topic].raw, retained=True, most_bytes=most_bytes))
        self._changes.tell()

    def leave(self, topics: Iterable[str], listener: Listener) -> None:
        """Let the listener hear these topics no more."""
        for topic in topics:
            listeners = self._listeners.get(topic, [])
            if listener in listeners:
                listeners.remove(listener)
            if not listeners:
                self._listeners.pop(topic, None)
                self._last.pop(topic, None)
        self._changes.tell()

    async def settled(self) -> None:
        """Return once all that is followed is subscribed to.

        Raises:
            DeviceSilentError: there is no session, or the broker takes too long.
        """
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                while self._client is None or self._subscribed != self._listeners.keys():
                    await self._changes.since(self._changes.count)
        except TimeoutError:
            if self._client is None:
                raise self.lost from None
            raise DeviceSilentError("the broker takes too long to let us follow topics") from None

    async def caught_up(self) -> None:
        """Return once all that the broker had kept for us has come.

        What we say to ourselves comes back behind it; a broker that does not let us hear ourselves is asked
        once a session.

        Raises:
            DeviceSilentError: there is no session, or the broker takes too long.
        """
        await self.settled()
        if self._deaf:
            return
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                await self._round_trip()
        except TimeoutError:
            self._deaf = True
            _log.warning("MQTT: the broker does not let us hear %s", self._settings.echo_topic)

    async def _round_trip(self) -> None:
        """Say something to ourselves and hear it."""
        before = self._echo.count
        await self.publish(self._settings.echo_topic, "")
        await self._echo.since(before)

    async def publish(self, topic: str, text: str) -> None:
        """Say it once, now or never: nothing is kept for later, by us or by the broker.

        Raises:
            DeviceSilentError: there is no session.
        """
        from aiomqtt import MqttError

        if self._client is None:
            raise self.lost
        try:
            await self._client.publish(topic, text.encode(), qos=0, retain=False)
        except (MqttError, ValueError) as error:
            raise DeviceSilentError(f"the broker did not take a message for {topic}") from error

    async def run(self) -> None:
        """Keep the session until it is lost.

        Raises:
            DeviceRefusedError: the broker does not let us in.
            DeviceSilentError: it is not there, or no longer.
        """
        from aiomqtt import MqttError
        from aiomqtt.exceptions import MqttConnectError

        host, port = self._settings.at
        try:
            async with self._connection() as client:
                _log.info("MQTT: a session with the broker at %s:%s", host, port)
                await _first_of(self._receive(client), self._keep_subscribed(client))
        except MqttConnectError as error:
            raise DeviceRefusedError(f"The broker at {host}:{port} lets us not in ({error})") from error
        except (MqttError, OSError) as error:
            raise DeviceSilentError(f"The broker at {host}:{port} does not answer ({error})") from error

    @asynccontextmanager
    async def _connection(self) -> "AsyncIterator[Client]":
        """Say hello, and goodbye where we leave by ourselves; else our last will says it."""
        status = self._settings.status_topic
        async with await self._new_client() as client:
            await client.publish(status, "online", retain=True)
            self._last.clear()
            self._deaf = False
            self.opened()
            self._client = client
            self.news.tell()
            self._changes.tell()
            try:
                yield client
            finally:
                self._client = None
                self._subscribed.clear()
                self.news.tell()
                self._changes.tell()
                await _said(client, status, "offline")

    async def _new_client(self) -> "Client":
        from aiomqtt import Client, Will

        settings = self._settings
        host, port = settings.at
        return Client(
            host,
            port,
            identifier=settings.client_id,
            username=settings.username or None,
            password=self._password,
            will=Will(settings.status_topic, "offline", retain=True),
            keepalive=KEEPALIVE_S,
            timeout=settings.timeout_s,
            max_queued_incoming_messages=MOST_WAITING,
            queue_type=self._new_queue(),
            tls_context=await self._executor.run(_tls, self._ca_file) if settings.tls else None,
        )

    def _new_queue(self) -> "type[asyncio.Queue[Message]]":
        """A kind of queue of which we keep the one that the library makes, to look into it."""
        session = self

        class Waiting(asyncio.Queue["Message"]):
            def __init__(self, maxsize: int = 0) -> None:
                super().__init__(maxsize)
                session._waiting = self

        return Waiting

    async def _receive(self, client: "Client") -> None:
        """Pass every message on, for ever; those that wait already are taken together.

        The library hands out one message in several rounds of the event loop; a thousand devices say more.
        """
        async for message in client.messages:
            await self._pass_on(message)
            for _ in range(MOST_TOGETHER):
                if self._waiting is None or self._waiting.empty():
                    break
                await self._pass_on(self._waiting.get_nowait())

    async def _pass_on(self, message: "Message") -> None:
        """Let its listeners hear it; a long one is parsed where it keeps nobody waiting."""
        topic = message.topic.value
        followed = [one for one in self._patterns if message.topic.matches(one)]
        followed += [topic] if topic in self._listeners else []
        raw = message.payload
        longest = max((self._longest[one] for one in followed), default=0)
        if len(raw) > longest:
            _log.warning("MQTT: a message on %.100r of %d bytes is too long", topic, len(raw))
            return
        payload = Payload(raw, retained=bool(message.retain), most_bytes=longest)
        if len(raw) > MOST_BYTES:
            await self._executor.run(lambda: payload.json)
        if topic in self._listeners:
            self._last[topic] = payload
        for one in followed:
            for listener in tuple(self._listeners.get(one, ())):
                listener(topic, payload)

    async def _keep_subscribed(self, client: "Client") -> None:
        """Subscribe to what is followed, for ever."""
        while True:
            missing = sorted(self._listeners.keys() - self._subscribed)[:AT_ONCE]
            surplus = sorted(self._subscribed - self._listeners.keys())[:AT_ONCE]
            if missing:
                codes: Sequence[Any] = await client.subscribe([(topic, 0) for topic in missing])
                for topic, code in zip(missing, codes, strict=False):
                    if getattr(code, "value", code) >= REFUSED:  # a code of its own kind, or a bare number
                        _log.warning("MQTT: the broker does not let us follow %.100r", topic)
                self._subscribed.update(missing)
            elif surplus:
                await client.unsubscribe(surplus)
                self._subscribed.difference_update(surplus)
            else:
                await self._changes.since(self._changes.count)
                continue
            self._changes.tell()


def _nothing() -> None:
    """Do nothing."""


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


async def _said(client: "Client", topic: str, text: str) -> None:
    """Say it if the connection still stands."""
    from aiomqtt import MqttError

    try:
        await client.publish(topic, text, retain=True)
    except MqttError:
        _log.debug("MQTT: the broker says our last will")


async def _first_of(*works: Awaitable[None]) -> None:
    """Run them together until the first fails, which ends the other."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
