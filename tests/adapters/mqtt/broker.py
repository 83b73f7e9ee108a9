"""An independent broker (amqtt) inside the test, on a free port, that may be stopped and started.

The connections are taken by our own listener, since amqtt leaves some open where their clients leave with it.
"""

import asyncio
import contextlib
from typing import Any

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

from drrouter.sim.wire.listener import Listener

PASSWORD = "open sesame"


class Guard(BaseAuthPlugin):  # type: ignore[misc]  # amqtt carries no types
    """Lets in whoever names no user at all, and whoever knows the password."""

    async def authenticate(self, *, session: Session) -> bool:
        return session.username is None or session.password == PASSWORD


class HomeBroker:
    def __init__(self) -> None:
        self._listener = Listener(self._talk)
        self.host = self._listener.host
        self._broker: Broker | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._listener.port

    async def start(self) -> None:
        config: dict[str, Any] = {
            "listeners": {"default": {"type": "external"}},
            "plugins": {"tests.adapters.mqtt.broker.Guard": {}},
        }
        self._broker = Broker(config)
        await self._broker.start()
        await self._listener.start()

    async def stop(self) -> None:
        """Vanish, with everything that was retained."""
        if self._broker:
            broker, self._broker = self._broker, None
            with contextlib.suppress(Exception):
                await broker.shutdown()
            await self._listener.stop()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._broker:
            link = StreamReaderAdapter(reader), StreamWriterAdapter(writer)
            await self._broker.external_connected(*link, "default")
