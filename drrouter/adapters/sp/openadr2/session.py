"""Exchanges of messages with one VTN: one POST each, capped, timed, over verified TLS.

Which message is due, and what an answer means, is left to the other rooms.
"""

import asyncio
import ssl
from typing import Any
from uuid import uuid4

import aiohttp

from drrouter.adapters.sp.openadr2.codec import Codec, Message, open_codec
from drrouter.adapters.sp.openadr2.settings import Openadr2Settings
from drrouter.adapters.sp.openadr3.tls import client_context, explain, safe_url
from drrouter.errors import ProviderRefusedError, ProviderUnreachableError, ProviderUntrustedError
from drrouter.ports import Clock

REGISTRATION, POLL, EVENTS, REPORTS, OPTS = "EiRegisterParty", "OadrPoll", "EiEvent", "EiReport", "EiOpt"
"""The services of a VTN, by the last part of their addresses."""


class ServiceMissingError(ProviderUnreachableError):
    """The VTN does not offer this service."""


class Session:
    """Opens on first use, and again after ``close``."""

    def __init__(self, settings: Openadr2Settings, clock: Clock) -> None:
        """Touch nothing yet."""
        self._settings, self._clock = settings, clock
        self._http: aiohttp.ClientSession | None = None
        self._codec: Codec | None = None

    async def close(self) -> None:
        """Close the connections."""
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    async def ask(self, service: str, kind: str, **payload: Any) -> Message:
        """Send one message and return the answer, whatever its response code.

        Raises:
            ProviderUnreachableError: no answer, a broken one, one of HTTP that is no success, or the wish
                that the router register again (polls bring that wish as a message).
            ServiceMissingError: 404 or 405.
            ProviderRefusedError: 401 or 403, or the library is missing.
            ProviderUntrustedError: see ``openadr3.tls``.
        """
        base = safe_url(self._settings.id, self._settings.url, unverified=self._settings.unverified)
        if self._codec is None:
            self._codec = open_codec(self._settings)
        message = self._codec.write(kind, {"request_id": new_id(), **payload})
        with self._clock.working():
            status, body = await self._post(str(base).rstrip("/") + f"/{service}", message)
        self._check(status, service)
        answer = self._codec.read(body)
        if answer.kind == "oadrRequestReregistration" and service != POLL:
            raise ProviderUnreachableError(f"Provider {self._settings.id} does not know the router any more.")
        return answer

    async def _post(self, url: str, message: str) -> tuple[int, bytes]:
        """One request and its whole answer, with foreign exceptions translated."""
        name = self._settings.id
        try:
            async with self._open().post(url, data=message.encode(), allow_redirects=False) as response:
                return response.status, await self._read(response)
        except ssl.SSLError as error:  # aiohttp's TLS errors are of this kind, too
            cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
            await self.close()
            raise explain(name, safe_url(name, url).host or "", cause) from error
        except TimeoutError as error:
            raise ProviderUnreachableError(
                f"Provider {name} did not answer within {self._settings.timeout_s:g} s."
            ) from error
        except (aiohttp.ClientError, OSError, asyncio.IncompleteReadError, ValueError) as error:
            said = " ".join((getattr(error, "strerror", None) or str(error)).split())[:200]
            raise ProviderUnreachableError(
                f"Provider {name} cannot be reached: {said or type(error).__name__}."
            ) from error

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """The body, never more than the cap; compressed bodies, which were not asked for, are refused."""
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise aiohttp.ClientPayloadError("the answer is compressed, which was not asked for")
        raw = bytearray()
        async for chunk in response.content.iter_any():
            raw += chunk
            if len(raw) > self._settings.max_body_bytes:
                response.close()
                raise aiohttp.ClientPayloadError(
                    f"the answer is longer than {self._settings.max_body_bytes} bytes"
                )
        return bytes(raw)

    def _open(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=_context(self._settings)),
                timeout=aiohttp.ClientTimeout(total=self._settings.timeout_s),
                headers={"Content-Type": "application/xml", "Accept-Encoding": "identity"},
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._http

    def _check(self, status: int, service: str) -> None:
        """Refuse what is no success of HTTP."""
        name = self._settings.id
        if status in (401, 403):
            raise ProviderRefusedError(
                f"Provider {name} refuses the router ({status}). Check ven_id, cert_file and key_file, and "
                "that the provider knows the certificate."
            )
        if status in (404, 405):
            raise ServiceMissingError(f"Provider {name} has no {service} ({status}); check its url.")
        if status // 100 != 2:
            raise ProviderUnreachableError(f"Provider {name} is out of order: {service} answered {status}.")


def new_id() -> str:
    """A name for a request that nobody used before."""
    return uuid4().hex


def _context(settings: Openadr2Settings) -> ssl.SSLContext:
    """As for every provider, and with a certificate of our own where there is one."""
    context = client_context(settings.id, settings.ca_file, settings.unverified)
    if settings.cert_file and settings.key_file:
        try:
            context.load_cert_chain(settings.cert_file, settings.key_file, password=_no_password)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise ProviderUntrustedError(
                f"The files {settings.cert_file} and {settings.key_file} of provider {settings.id} cannot be "
                f"used: {error}. They must hold a PEM certificate and its key, without a password."
            ) from error
    return context


def _no_password() -> str:
    """Answers for a key that is locked; otherwise the terminal would be asked."""
    raise ValueError("the key is locked by a password")
