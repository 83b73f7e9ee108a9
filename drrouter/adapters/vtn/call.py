"""One request on its way through a route: who calls, with what, and the parts of the VTN it may use."""

import asyncio
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from drrouter.adapters.openadr3 import MOST_BYTES, loads_strict
from drrouter.adapters.vtn.config import Caller, VtnConfig
from drrouter.adapters.vtn.objects import Objects
from drrouter.adapters.vtn.privacy import Privacy
from drrouter.adapters.vtn.refusal import Refusal
from drrouter.adapters.vtn.tokens import Clients, TokenDesk
from drrouter.adapters.vtn.wrong_tries import WrongTries
from drrouter.ports import Clock

BODY_S = 15.0
"""How long a client has for sending its body, in real seconds."""


@dataclass(frozen=True, slots=True)
class Vtn:
    """The parts of a running VTN."""

    config: VtnConfig
    clock: Clock
    clients: Clients
    tokens: TokenDesk
    objects: Objects
    privacy: Privacy
    wrong_tries: WrongTries
    session: aiohttp.ClientSession


VTN: web.AppKey[Vtn] = web.AppKey("vtn", Vtn)
"""Where the application keeps its parts."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request whose token has been checked; ``caller`` is None only on open routes."""

    vtn: Vtn
    request: web.Request
    caller: Caller | None

    @property
    def client(self) -> Caller:
        """Who calls."""
        if self.caller is None:
            raise Refusal(401, "This needs a token.")
        return self.caller

    @property
    def object_id(self) -> str:
        """The id in the path."""
        return self.request.match_info["id"]

    async def raw(self) -> bytes:
        """The body.

        Raises:
            Refusal: it is compressed, too long or too slow.
        """
        if self.request.headers.get("Content-Encoding", "identity") != "identity":
            raise Refusal(415, "Send the body uncompressed.")
        try:
            async with asyncio.timeout(BODY_S):
                return await self.request.read()
        except TimeoutError as error:
            raise Refusal(408, "The body did not come in time.") from error

    async def values(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            MessageError: it is no JSON object within the limits.
            Refusal: it is compressed, too long or too slow.
        """
        found = loads_strict(await self.raw(), where="the request", max_bytes=MOST_BYTES)
        if not isinstance(found, dict):
            raise Refusal(400, "The body must be a JSON object.")
        return found
