"""One document of a feed over verified TLS: asked for on condition that it changed, bounded, never elsewhere.

200  the document         304  nothing new        204, 404  there is none (yet)
429, 503  later, as the feed says (Retry-After)    everything else  not reached
"""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime

import aiohttp
from yarl import URL

from drrouter.adapters.sp.feeds.settings import MOST_FETCH_BYTES, FeedSettings
from drrouter.adapters.sp.openadr3.tls import client_context, explain, safe_url
from drrouter.domain.said import said
from drrouter.errors import ProviderRefusedError, ProviderUnreachableError
from drrouter.ports import Clock
from drrouter.tariff.feeds import FORMATS

LONGEST_WAIT = timedelta(hours=1)
_MOST_WORDS = 200
_MOST_KNOWN = 3
"""Beside the newest: today's and tomorrow's document, and a page or two."""
_NONE_YET = (204, 404)
_LATER = (429, 503)


class FeedBusyError(ProviderUnreachableError):
    """The feed asks to be left alone for a while.

    Attributes:
        wait: for how long, an hour at most.
    """

    def __init__(self, sentence: str, wait: timedelta) -> None:
        """Keep the wait beside the sentence."""
        self.wait = wait
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: the bytes, and by what the feed knows this edition of them."""

    body: bytes
    edition: Mapping[str, str]


class FeedSession:
    """Reads addresses of one feed; remembers by address what came last."""

    def __init__(self, settings: FeedSettings, clock: Clock) -> None:
        """Open nothing yet."""
        self._settings, self._clock = settings, clock
        self._format = FORMATS[settings.format]
        self._known: dict[str, Fetched] = {}

    async def read(self, address: str) -> bytes | None:
        """The document at the address as it is now; None where there is none.

        Raises:
            FeedBusyError: the feed wants fewer questions.
            ProviderRefusedError: it wants another token.
            ProviderUnreachableError: no answer, or a broken one.
            ProviderUntrustedError: see ``openadr3.tls``.
        """
        url = safe_url(self._settings.id, address, unverified=self._settings.unverified)
        known = self._known.get(address)
        try:
            fetched = await self._exchange(url, known)
        except ssl.SSLError as error:  # aiohttp's TLS errors are of this kind, too
            cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
            raise explain(self._settings.id, url.host or "", cause) from error
        except TimeoutError as error:
            seconds = f"{self._settings.timeout_s:g} s"
            raise ProviderUnreachableError(said("link.feed_slow", url=_shown(url), span=seconds)) from error
        except (aiohttp.ClientError, OSError, asyncio.IncompleteReadError, ValueError) as error:
            why = " ".join(str(error).split())[:_MOST_WORDS]
            why = self._hidden("".join(sign for sign in why if sign.isprintable()) or type(error).__name__)
            raise ProviderUnreachableError(said("link.feed_unread", url=_shown(url), why=why)) from error
        if fetched is not None:
            others = [item for item in self._known.items() if item[0] != address]
            self._known = dict([(address, fetched), *others[:_MOST_KNOWN]])
        return fetched.body if fetched else None

    async def _exchange(self, url: URL, known: Fetched | None) -> Fetched | None:
        """One request on a connection of its own; a feed is asked a few times an hour."""
        settings = self._settings
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", **(known.edition if known else {})}
        if settings.token and self._format.token_query:
            url = url.update_query({self._format.token_query: settings.token})
        elif settings.token:
            headers["Authorization"] = f"Bearer {settings.token}"
        question = {"query": self._format.question} if self._format.question else None
        context = client_context(settings.id, settings.ca_file, settings.unverified)
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=context),
                timeout=aiohttp.ClientTimeout(total=settings.timeout_s),
                headers=headers,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            ) as http,
            http.request(
                "POST" if question else "GET", url, json=question, allow_redirects=False
            ) as response,
        ):
            if response.status == 304 and known is not None:
                return known
            if response.status in _NONE_YET:
                return None
            self._refuse_odd(response, url)
            return Fetched(await _body(response), _edition(response))

    def _refuse_odd(self, response: aiohttp.ClientResponse, url: URL) -> None:
        """Only a plain 200 is a document."""
        status, shown = response.status, _shown(url)
        if status in (401, 403):
            raise ProviderRefusedError(said("link.feed_refuses", url=shown, status=status))
        if status in _LATER:
            wait = self._wait_of(response)
            minutes = max(1, round(wait / timedelta(minutes=1)))
            raise FeedBusyError(f"{shown} asks to be left alone for {minutes} min ({status}).", wait)
        if 300 <= status < 400:
            raise ProviderUnreachableError(
                f"{shown} sends the router elsewhere ({status}), which is not followed. A login page may "
                "be in the way; else set url to the final address."
            )
        if status != 200:
            raise ProviderUnreachableError(said("link.feed_status", url=shown, status=status))
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise ProviderUnreachableError(f"{shown} is compressed, which was not asked for.")

    def _wait_of(self, response: aiohttp.ClientResponse) -> timedelta:
        """What Retry-After says in seconds or as a date; a minute where it says nothing."""
        text = response.headers.get("Retry-After", "").strip()
        wait = timedelta(minutes=1)
        if text.isascii() and text.isdigit() and len(text) < 9:
            wait = timedelta(seconds=int(text))
        elif text:
            with suppress(ValueError, TypeError):
                wait = parsedate_to_datetime(text) - self._clock.now()
        return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)

    def _hidden(self, said: str) -> str:
        """What a library says, without the token that may stand in an address."""
        return said.replace(self._settings.token, "...") if self._settings.token else said


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """The bytes, as long as they are not too many; half a document raises in aiohttp."""
    raw = bytearray()
    async for chunk in response.content.iter_any():
        raw += chunk
        if len(raw) > MOST_FETCH_BYTES:
            response.close()
            raise aiohttp.ClientPayloadError(f"more than {MOST_FETCH_BYTES // 1024 // 1024} MB")
    return bytes(raw)


def _edition(response: aiohttp.ClientResponse) -> dict[str, str]:
    """By which the next question is asked on condition."""
    pairs = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
    return {ask: response.headers[said] for ask, said in pairs if said in response.headers}


def _shown(url: URL) -> str:
    """The address without its query, which may hold a secret."""
    return str(url.with_query(None))
