"""Listens for charge points: who it is, whether it may, and which version of OCPP it speaks.

    GET /ocpp/<id>, Sec-WebSocket-Protocol: ocpp2.0.1, ocpp1.6, Authorization: Basic <id>:<password>

    404  not listed in the home file     401  wrong password     1002  no common version

Source: OCPP-J 1.6, 3.1 and 6.2; OCPP 2.0.1 part 4, 3.
"""

import binascii
import hmac
import logging
import ssl
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import WSCloseCode, web

from drrouter.adapters.devices.listening import ListeningPort
from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.ocpp.rpc import MOST_BYTES

PROTOCOLS = {"ocpp2.1": "2.1", "ocpp2.0.1": "2.0.1", "ocpp1.6": "1.6"}
PING_S = 30.0
"""How often a connection is tried, in seconds of real time; one that does not answer is closed."""
MOST_WARNED = 50

_log = logging.getLogger(__name__)

Welcome = Callable[[str, str, web.WebSocketResponse], Awaitable[None]]


class Listener:
    """The port at which charge points connect."""

    def __init__(self, passwords: Mapping[str, str], accept_unknown: bool, welcome: Welcome) -> None:
        """Nothing is opened yet.

        Args:
            passwords: of every charge point that may connect, by id; "" where it needs none.
            accept_unknown: whether others may connect too.
            welcome: serves a connection of a charge point (id, version) until it ends.
        """
        self._passwords, self._accept_unknown, self._welcome = passwords, accept_unknown, welcome
        self._port = ListeningPort("charge points")
        self._warned: set[tuple[str, str]] = set()

    async def serve(
        self, host: str, port: int, context: ssl.SSLContext | None, ready: Callable[[int], None]
    ) -> None:
        """Listen until cancelled.

        Args:
            ready: told the port once it is open.

        Raises:
            DeviceError: the address is taken, or not ours.
        """
        application = web.Application()
        application.router.add_get("/ocpp/{id}", self._connected)
        await self._port.serve(application, host, port, context, ready)

    async def _connected(self, request: web.Request) -> web.StreamResponse:
        """Let one in, or not."""
        self._port.spoke(request)
        name = request.match_info["id"]
        if (refusal := self._refusal(name, request.headers.get("Authorization", ""))) is not None:
            return refusal
        socket = web.WebSocketResponse(
            protocols=PROTOCOLS, max_msg_size=MOST_BYTES, heartbeat=PING_S, compress=False, autoping=False
        )
        await socket.prepare(request)
        version = PROTOCOLS.get(socket.ws_protocol or "")
        if version is None:
            self._warn(name, f"speaks none of {', '.join(PROTOCOLS)}")
            await socket.close(code=WSCloseCode.PROTOCOL_ERROR, message=b"no common version of OCPP")
            return socket
        await self._welcome(name, version, socket)
        return socket

    def _refusal(self, name: str, authorization: str) -> web.Response | None:
        """Why it may not come in, None where it may."""
        password = self._passwords.get(name)
        if password is None and not self._accept_unknown:
            self._warn(name, "is not listed in the home file")
            return web.Response(status=404)
        if password and not _is_right(authorization, name, password):
            self._warn(name, "shows a wrong password, or none")
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="ocpp"'})
        return None

    def _warn(self, name: str, why: str) -> None:
        """Log why one was not let in, once: charge points try again for ever, and so do strangers."""
        known = (name, why) in self._warned or len(self._warned) >= MOST_WARNED
        if not known:
            self._warned.add((name, why))
        _log.log(logging.DEBUG if known else logging.WARNING, "charge point %s %s", cleaned(name), why)


def _is_right(authorization: str, name: str, password: str) -> bool:
    """Whether a header of HTTP Basic names the charge point and its password; told in constant time."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        said = b64decode(encoded.strip(), validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        said = b""
    return hmac.compare_digest(said, f"{name}:{password}".encode())
