"""An independent broker (amqtt) inside the test, on a free port, that may be stopped and started."""

import contextlib
from typing import Any

from amqtt.broker import Broker
from amqtt.plugins.base import BaseAuthPlugin
from amqtt.session import Session

PASSWORD = "open sesame"


class Guard(BaseAuthPlugin):  # type: ignore[misc]  # amqtt carries no types
    """Lets in whoever names no user at all, and whoever knows the password."""

    async def authenticate(self, *, session: Session) -> bool:
        return session.username is None or session.password == PASSWORD


class HomeBroker:
    def __init__(self) -> None:
        self.host, self.port = "127.0.0.1", 0
        self._broker: Broker | None = None

    async def start(self) -> None:
        config: dict[str, Any] = {
            "listeners": {"default": {"type": "tcp", "bind": f"{self.host}:{self.port}"}},
            "plugins": {"tests.adapters.mqtt.broker.Guard": {}},
        }
        self._broker = Broker(config)
        await self._broker.start()
        (server,) = self._broker._servers.values()
        assert server.instance is not None
        self.port = server.instance.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Vanish, with everything that was retained."""
        if self._broker:
            broker, self._broker = self._broker, None
            with contextlib.suppress(Exception):
                await broker.shutdown()
