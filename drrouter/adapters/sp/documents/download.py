"""A document at an address of the provider, fetched over the same verified TLS as its link.

One GET without credentials, never compressed, never elsewhere, within a real time limit and a cap of bytes.
What the bytes say, and whether they replace what is kept, is left to their readers.

Interpretation: an offline profile is meant for every home of a programme, so no token goes with the request.
"""

import asyncio
import ssl
from pathlib import Path

import aiohttp
from yarl import URL

from drrouter.adapters.sp.openadr3.tls import client_context, explain, safe_url
from drrouter.domain.document import MAX_BYTES
from drrouter.domain.ids import ProviderId
from drrouter.errors import ProviderUnreachableError
from drrouter.ports import Clock

TIMEOUT_S = 10.0
"""Real seconds that the whole download may take."""

_MOST_WORDS = 200


class Download:
    """Implements ``ports.DocumentSource`` for an address."""

    def __init__(
        self,
        provider: ProviderId,
        url: str,
        ca_file: Path | None,
        clock: Clock,
        timeout_s: float = TIMEOUT_S,
        unverified: bool = False,
    ) -> None:
        """Open nothing yet.

        Args:
            provider: whose document it is, for sentences.
            url: https, or http on this machine.
            ca_file: the authority that the provider is trusted by; None: the system's.
            clock: stands still while a download runs.
            timeout_s: real seconds that it may take.
            unverified: whether whoever answers is believed; the owner wrote why.
        """
        self._provider, self._url, self._ca_file = provider, url, ca_file
        self._clock, self._timeout_s, self._unverified = clock, timeout_s, unverified

    @property
    def where(self) -> str:
        """The address, without its query, which may hold a secret."""
        return str(URL(self._url).with_query(None))

    async def read(self) -> bytes:
        """The document as it is now, one byte more than documents may be long at most.

        Raises:
            ProviderUnreachableError: no answer, a broken one, a redirect, or another status than 200.
            ProviderUntrustedError: see ``openadr3.tls``.
        """
        url = safe_url(self._provider, self._url, "offline.url", self._unverified)
        try:
            with self._clock.working():
                return await self._get(url)
        except ssl.SSLError as error:  # aiohttp's TLS errors are of this kind, too
            cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
            raise explain(self._provider, url.host or "", cause) from error
        except TimeoutError as error:
            raise ProviderUnreachableError(
                f"{self.where} was not read within {self._timeout_s:g} s."
            ) from error
        except (aiohttp.ClientError, OSError, asyncio.IncompleteReadError, ValueError) as error:
            said = " ".join(str(error).split())[:_MOST_WORDS]
            said = "".join(sign for sign in said if sign.isprintable()) or type(error).__name__
            raise ProviderUnreachableError(f"{self.where} cannot be read: {said}.") from error

    async def _get(self, url: URL) -> bytes:
        """One request on a connection of its own; a download a day keeps none open."""
        context = client_context(self._provider, self._ca_file, self._unverified)
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=context),
                timeout=aiohttp.ClientTimeout(total=self._timeout_s),
                headers={"Accept": "application/toml, text/plain", "Accept-Encoding": "identity"},
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            ) as http,
            http.get(url, allow_redirects=False) as response,
        ):
            self._refuse_odd(response)
            raw = bytearray()
            async for chunk in response.content.iter_any():
                raw += chunk
                if len(raw) > MAX_BYTES:
                    response.close()
                    break
            return bytes(raw[: MAX_BYTES + 1])

    def _refuse_odd(self, response: aiohttp.ClientResponse) -> None:
        """Only a plain 200 is a document."""
        if 300 <= response.status < 400:
            raise ProviderUnreachableError(
                f"{self.where} sends the router elsewhere ({response.status}), which is not followed. Set "
                "offline.url to the final address."
            )
        if response.status != 200:
            raise ProviderUnreachableError(f"{self.where} was answered {response.status}.")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise ProviderUnreachableError(f"{self.where} is compressed, which was not asked for.")
