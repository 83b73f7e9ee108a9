"""Hears a provider's notices from its MQTT broker; a notice only says where to look.

    first poll -> /notifiers -> broker? -> connect (one address after the other) -> topics -> subscribe
                                  ^                                                              |
                                  +--- wait, ever longer <--- lost <--- notices <--- full poll <-+

Whatever happened while there was no session is found by the full poll after each connection. Without the
library, without a broker, or while it is lost, the router polls.
"""

import asyncio
import contextlib
import hashlib
import logging
import ssl
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from drrouter.adapters.sp.openadr3.backoff import Backoff
from drrouter.adapters.sp.openadr3.inbox import Notice
from drrouter.adapters.sp.openadr3.notifier import Broker, Place, find_broker, find_topics
from drrouter.adapters.sp.openadr3.session import VtnSession
from drrouter.adapters.sp.openadr3.settings import Openadr3Settings
from drrouter.adapters.sp.openadr3.tls import client_context, require_home
from drrouter.adapters.sp.openadr3.webhook import read_notice
from drrouter.errors import MessageError, ProviderError
from drrouter.ports import Clock

if TYPE_CHECKING:
    from aiomqtt import Client

log = logging.getLogger(__name__)

KEEPALIVE_S = 30
"""A broker that vanished without a word is noticed after one and a half of these."""

ASK_AGAIN = timedelta(hours=1)
"""How soon a provider without a broker is asked again whether it has one."""

SAME_WITHIN_S = 5.0
"""Real seconds within which the same words are the same notice, on another topic or delivered again."""

_MOST_REMEMBERED = 500


class MqttPush:
    """One session with the broker of one provider, kept in a task of its own."""

    def __init__(
        self,
        session: VtnSession,
        settings: Openadr3Settings,
        clock: Clock,
        on_notice: Callable[[Notice], None],
    ) -> None:
        """Ask nothing yet."""
        self._session, self._settings, self._clock = session, settings, clock
        self._on_notice = on_notice
        self._task: asyncio.Task[None] | None = None
        self._ask_at = clock.now()
        self._complaint = ""
        self._heard: OrderedDict[bytes, float] = OrderedDict()
        self.connected = False

    async def renew(self, ven_id: str, programs: Sequence[str], now: datetime) -> None:
        """Begin to listen where the provider has a broker, and nobody listens yet.

        Raises:
            Exception: what ended the listening, if something did that nobody foresaw.
        """
        if self._task is not None and self._task.done():
            task, self._task = self._task, None
            task.result()
        if not self._settings.mqtt or self._task is not None or now < self._ask_at:
            return
        self._ask_at = now + ASK_AGAIN
        if await find_broker(self._session) is None:
            return
        if not _has_library():
            log.warning(
                "provider %s pushes over MQTT, but that is not installed: pip install 'drrouter[mqtt]'",
                self._settings.id,
            )
            return
        self._task = asyncio.create_task(self._listen(ven_id, programs))

    async def close(self) -> None:
        """Listen no more."""
        task, self._task = self._task, None
        self._ask_at = self._clock.now()
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _listen(self, ven_id: str, programs: Sequence[str]) -> None:
        """Keep a session for ever, or until the provider has no broker any longer."""
        backoff = Backoff(f"{self._settings.ven_name} mqtt")
        while (broker := await find_broker(self._session)) is not None:
            topics = await find_topics(self._session, ven_id, programs)
            for place in broker.places if topics else ():
                if await self._one_session(broker, place, topics):
                    backoff.reset()
                    break
            await self._clock.sleep_until(self._clock.now() + backoff.next())
        log.info("provider %s has no MQTT broker any longer", self._settings.id)

    async def _one_session(self, broker: Broker, place: Place, topics: Sequence[str]) -> bool:
        """One session from its begin to its end; whether there was one."""
        from aiomqtt import MqttError

        name, was = self._settings.id, False
        try:
            async with await self._client(broker, place) as client:
                await client.subscribe([(topic, 1) for topic in topics])
                was, self._complaint = True, ""
                self.connected = True
                log.info("provider %s pushes over MQTT from %s", name, place.host)
                self._on_notice(Notice(None))
                async for message in client.messages:
                    self._take(bytes(message.payload))
        except (MqttError, OSError, ValueError, ProviderError) as error:
            is_news, self._complaint = was or str(error) != self._complaint, str(error)
            log.log(logging.WARNING if is_news else logging.DEBUG, "no MQTT session with %s: %s", name, error)
        finally:
            self.connected = False
        if was:
            self._on_notice(Notice(None))
        return was

    async def _client(self, broker: Broker, place: Place) -> "Client":
        """A client that says who we are as the broker wants it.

        Raises:
            ProviderError: there is no token.
            OSError, ValueError: a certificate cannot be used.
        """
        from aiomqtt import Client

        if self._settings.unverified:
            require_home(self._settings.id, place.host, "MQTT broker")
        username = password = None
        if broker.method == "OAUTH2_BEARER_TOKEN":
            username = broker.username.replace("{clientID}", self._settings.client_id) or None
            password = await self._session.token()
        return Client(
            place.host,
            place.port,
            username=username,
            password=password,
            keepalive=KEEPALIVE_S,
            timeout=self._settings.timeout_s,
            max_queued_incoming_messages=1000,
            tls_context=self._context(broker) if place.secure else None,
        )

    def _context(self, broker: Broker) -> ssl.SSLContext:
        """TLS that trusts whom the owner trusts, or the authority that came over the verified link."""
        where = self._settings
        context = client_context(where.id, where.ca_file, where.unverified)
        if broker.method == "CERTIFICATE":
            if broker.secrets["caCert"]:
                context.load_verify_locations(cadata=broker.secrets["caCert"])
            _show_certificate(context, broker.secrets["clientCert"], broker.secrets["clientKey"])
        return context

    def _take(self, raw: bytes) -> None:
        """Mark where a notice says to look; the same words a moment later are the same notice."""
        if self._is_double(raw):
            return
        try:
            notice = read_notice(raw)
        except MessageError as error:
            log.warning("provider %s: a notice cannot be read: %s", self._settings.id, error)
            notice = Notice(None)
        if notice is not None:
            self._on_notice(notice)

    def _is_double(self, raw: bytes) -> bool:
        now, digest = asyncio.get_running_loop().time(), hashlib.sha256(raw).digest()
        before = self._heard.get(digest)
        if before is not None and now - before <= SAME_WITHIN_S:
            return True
        self._heard[digest] = now
        self._heard.move_to_end(digest)
        while len(self._heard) > _MOST_REMEMBERED:
            self._heard.popitem(last=False)
        return False


def _has_library() -> bool:
    try:
        import aiomqtt  # noqa: F401 -- only whether it is there
    except ImportError:
        return False
    return True


def _show_certificate(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Let the context say who we are; the ssl module reads files only, so they exist for a moment.

    Raises:
        OSError, ValueError: they are no certificate and key.
    """
    with tempfile.TemporaryDirectory() as folder:
        pair = Path(folder) / "pair.pem"
        pair.touch(mode=0o600)
        pair.write_text(f"{certificate}\n{key}\n", encoding="ascii")
        context.load_cert_chain(pair)
