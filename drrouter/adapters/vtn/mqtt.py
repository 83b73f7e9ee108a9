"""Notices over MQTT: the VTN publishes on a broker what it tells webhooks, as OpenADR 3.1 has it.

    openadr3/programs/<operation>                 objects without targets, for everybody who may ask
    openadr3/events/<operation>
    openadr3/programs/<id>/events/<operation>
    openadr3/vens/<venID>/events/<operation>      what that VEN sees, with targets of its own
    openadr3/vens/<venID>/programs/<operation>

MQTT filters no answers, so what has targets goes to the topics of those VENs alone, in their view; that no
VEN listens to another's topics is left to the broker's rights. ``ALL`` is a wildcard over the operations.

Source: OpenADR 3.1.0, Definition, "Notifiers", MQTT.
"""

import asyncio
import json
import logging
import ssl
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from drrouter.adapters.openadr3 import ObjectType, Operation
from drrouter.adapters.this_machine import is_loopback
from drrouter.adapters.vtn.objects import Body, Changed, Objects
from drrouter.adapters.vtn.privacy import Privacy
from drrouter.adapters.vtn.refusal import not_found
from drrouter.adapters.vtn.tokens import Clients
from drrouter.errors import InputError

log = logging.getLogger(__name__)

PREFIX = "openadr3"
MOST_WAITING = 1000
"""Notices that wait for the broker; the oldest are dropped, since clients read all again after a gap."""
LONGEST_PAUSE_S = 60.0

_PLURALS = {ObjectType.PROGRAM: "programs", ObjectType.EVENT: "events"}
_TOLD = (Operation.CREATE, Operation.UPDATE, Operation.DELETE)


def safe_broker(uri: str) -> str:
    """The broker's address, as long as what is published there stays secret (S8).

    Raises:
        ValueError: it is none, or plain MQTT to another machine.
    """
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("is no address; write one such as mqtts://broker.home:8883") from error
    if not host or parts.scheme not in ("mqtt", "mqtts") or parts.username or parts.path.strip("/"):
        raise ValueError("is no address; write one such as mqtts://broker.home:8883")
    if parts.scheme == "mqtt" and not is_loopback(host):
        raise ValueError("is plain MQTT to another machine, which anybody could read; write mqtts")
    return uri


def binding(uri: str) -> dict[str, Any]:
    """What ``GET /notifiers`` says of the broker."""
    return {"URIS": [uri], "serialization": "JSON", "authentication": {"method": "ANONYMOUS"}}


def topics(path: str) -> dict[str, str]:
    """The topics of a place, by operation."""
    return {one.value: f"{PREFIX}/{path}/{one.value.lower()}" for one in _TOLD} | {
        "ALL": f"{PREFIX}/{path}/+"
    }


def place(objects: Objects, path: str, client_id: str, is_bl: bool) -> str:
    """The place that a client asks about, if it is one and the client's.

    Raises:
        Refusal: 404.
    """
    parts = path.strip("/").split("/")
    match parts:
        case ["programs"] | ["events"]:
            return parts[0]
        case ["programs", object_id, "events"] if objects.get(ObjectType.PROGRAM, object_id):
            return "/".join(parts)
        case ["vens", object_id, "events" | "programs"]:
            ven = objects.get(ObjectType.VEN, object_id)
            if ven is not None and (is_bl or ven["clientID"] == client_id):
                return "/".join(parts)
    raise not_found()


class MqttNotices:
    """Hears of every change, and publishes in the order of changes while the broker is there."""

    def __init__(
        self, uri: str, objects: Objects, privacy: Privacy, clients: Clients, ca_file: Path | None = None
    ) -> None:
        """Connect to nothing yet; ``ca_file`` vouches for the broker, None: the system's authorities."""
        self._uri, self._objects, self._ca_file = uri, objects, ca_file
        self._privacy, self._clients = privacy, clients
        self._waiting: deque[tuple[str, bytes]] = deque(maxlen=MOST_WAITING)
        self._news = asyncio.Event()

    def changed(self, changed: Changed) -> None:
        """Put what is to be told in line; returns at once."""
        if changed.kind in _PLURALS:
            self._waiting.extend(self._notices(changed))
            self._news.set()

    @asynccontextmanager
    async def publishing(self) -> AsyncIterator[None]:
        """It publishes while this is entered; a broker that is away costs the notices alone.

        Raises:
            InputError: the library is missing.
        """
        try:
            import aiomqtt  # noqa: F401 -- used below; here its absence is said
        except ImportError as error:
            raise InputError(
                "the VTN", "mqtt", "needs a library that is missing", "pip install 'drrouter[mqtt]'"
            ) from error
        tls = self._context()
        task = asyncio.create_task(self._run(tls))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _notices(self, changed: Changed) -> Iterator[tuple[str, bytes]]:
        plural = _PLURALS[ObjectType(changed.kind)]
        old, new = _public(changed.old), _public(changed.new)
        yield from _told(changed.kind, f"{PREFIX}/{plural}", old, new)
        if changed.kind is ObjectType.EVENT:
            program = (changed.new or changed.old or {})["programID"]
            yield from _told(changed.kind, f"{PREFIX}/programs/{program}/{plural}", old, new)
        for ven in self._objects.all(ObjectType.VEN):
            caller = self._clients.caller(ven["clientID"])
            if caller is not None:
                granted = self._privacy.granted(caller.client_id)
                views = (
                    self._privacy.view(caller, body, granted) if body is not None else None
                    for body in (changed.old, changed.new)
                )
                yield from _told(changed.kind, f"{PREFIX}/vens/{ven['id']}/{plural}", *views)

    def _context(self) -> ssl.SSLContext | None:
        """TLS towards the broker, None where it is plain.

        Raises:
            InputError: the authority's file cannot be used.
        """
        if urlsplit(self._uri).scheme != "mqtts":
            return None
        try:
            return ssl.create_default_context(cafile=self._ca_file)
        except OSError as error:
            remedy = "Name the PEM certificate of the authority that vouches for the broker"
            raise InputError("the VTN", "mqtt_ca", f"cannot be used ({error})", remedy) from error

    async def _run(self, tls: ssl.SSLContext | None) -> None:
        """Connect, publish, and connect again ever more rarely after a loss."""
        from aiomqtt import Client, MqttError

        url, pause = urlsplit(self._uri), 1.0
        port = url.port or (8883 if tls else 1883)
        while True:
            try:
                async with Client(url.hostname or "", port, tls_context=tls) as client:
                    log.info("notices are published at %s", self._uri)
                    pause = 1.0
                    await self._publish(client)
            except (MqttError, OSError) as error:
                log.warning("the broker %s does not take notices: %s", self._uri, error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)

    async def _publish(self, client: Any) -> None:
        while True:
            while self._waiting:
                topic, written = self._waiting[0]
                await client.publish(topic, written, qos=1)
                if self._waiting and self._waiting[0] == (topic, written):
                    self._waiting.popleft()
            self._news.clear()
            await self._news.wait()


def _public(body: Body | None) -> Body | None:
    """The object as everybody sees it: one with targets is not there."""
    return None if body is None or body.get("targets") else body


def _told(kind: str, topic: str, old: Body | None, new: Body | None) -> Iterator[tuple[str, bytes]]:
    """The notice of one change from one point of view."""
    shown = new if new is not None else old
    if shown is not None:
        operation = Operation.DELETE if new is None else Operation.CREATE if old is None else Operation.UPDATE
        notice = {"objectType": kind, "operation": operation, "object": shown}
        yield f"{topic}/{operation.value.lower()}", json.dumps(notice).encode()
