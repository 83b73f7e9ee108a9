"""HTTP exchanges with one VTN: every answer is bounded, verified and translated into our errors.

    request ──> token ──> TLS (tls.py) ──> status ──> strict JSON
       401/403: one new token, one more attempt        ^ capped before parsing
       late or lost: asked again on another connection, where asking twice does no harm (hedge.py)

Time-outs are real time, whatever the domain clock says; the domain clock stands while an exchange runs.
What is asked, and what the answers mean, is left to the neighbours.
"""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiohttp
from yarl import URL

from drrouter.adapters.hedge import first_answer
from drrouter.adapters.openadr3 import loads_strict
from drrouter.adapters.sp.openadr3.settings import Openadr3Settings
from drrouter.adapters.sp.openadr3.skew import Skew
from drrouter.adapters.sp.openadr3.tls import client_context, explain, joined, safe_url
from drrouter.adapters.sp.openadr3.token import TokenSource
from drrouter.domain.said import said
from drrouter.errors import (
    MessageError,
    ProviderRefusedError,
    ProviderUnreachableError,
)
from drrouter.ports import Clock

Query = Sequence[tuple[str, str]]

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 3
_MOST_WORDS = 300

PATIENCE_S = 2.0
"""Real seconds after which a question that may be asked twice is asked again, beside the first one."""

MOST_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, and the body as JSON values (None where it is empty)."""

    status: int
    body: object

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class _Raw:
    """What came back, unread."""

    status: int
    body: bytes
    location: str
    date: str


class _UnacceptableError(aiohttp.ClientPayloadError):
    """The answer is one that nobody should send; asking again does not make it better."""


class VtnSession:
    """Speaks with the VTN at ``settings.url``; opens on first use, opens again after ``close``."""

    def __init__(self, settings: Openadr3Settings, clock: Clock, skew: Skew | None = None) -> None:
        """Touch nothing yet; ``skew`` compares the clocks, where both are real."""
        self._skew = skew
        self._settings, self._clock = settings, clock
        self._http: aiohttp.ClientSession | None = None
        self._tokens = TokenSource(settings, clock, self._exchange)

    async def close(self) -> None:
        """Close the connections; the token is kept."""
        http, self._http = self._http, None
        if http is not None:
            await http.close()

    async def token(self) -> str | None:
        """The token that is valid now, for a broker that wants it; None where there are no credentials.

        Raises:
            ProviderError: nobody gives one out.
        """
        with self._clock.working():
            return await self._tokens.token()

    async def get(self, path: str, query: Query = ()) -> Answer:
        """Read; 404 is an answer, every other failure an error (see ``request``)."""
        return await self.request("GET", path, query=query)

    async def request(
        self, method: str, path: str, *, query: Query = (), body: Mapping[str, object] | None = None
    ) -> Answer:
        """One exchange, as the VEN that the credentials stand for.

        Returns:
            The answer, with a status of 2xx, 404 or 409.

        Raises:
            ProviderUnreachableError: no answer, a broken one, 5xx, or a redirect to another host.
            ProviderRefusedError: 400, or 401 and 403 with a fresh token too.
            ProviderUntrustedError: see ``tls``.
        """
        base = safe_url(self._settings.id, self._settings.url, unverified=self._settings.unverified)
        url = base.with_path(base.path.rstrip("/") + path).extend_query(list(query))
        with self._clock.working():
            token = await self._tokens.token()
            answer = await self._exchange(method, url, authorization=_bearer(token), json=body)
            if answer.status in (401, 403) and token is not None:
                token = await self._tokens.renewed(token)
                answer = await self._exchange(method, url, authorization=_bearer(token), json=body)
            if answer.status in (401, 403):
                self._tokens.refused()
            else:
                self._tokens.accepted()
            return self._checked(answer, f"{method} {url.path}")

    async def _exchange(
        self,
        method: str,
        url: URL,
        *,
        authorization: str | None = None,
        json: Mapping[str, object] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Follow redirects as long as they stay on the same origin and change nothing there."""
        headers = {"Authorization": authorization} if authorization else {}
        for _ in range(_MOST_REDIRECTS + 1):
            answer, location = await self._once(method, url, headers, json, form)
            if answer.status not in _REDIRECTS:
                return answer
            target = joined(url, location)
            if target is None or method != "GET" or target.origin() != url.origin():
                break
            url = target
        raise ProviderUnreachableError(
            f"Provider {self._settings.id} sends requests elsewhere ({url.host} answered {answer.status}); "
            "redirects to another host are not followed. Set its url to the final address."
        )

    async def _once(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        json: Mapping[str, object] | None,
        form: Mapping[str, str] | None,
    ) -> tuple[Answer, str]:
        """One request and its whole answer, with foreign exceptions translated."""
        name = self._settings.id
        try:
            raw = await self._answered(method, url, headers, json, form)
        except ssl.SSLError as error:  # aiohttp's TLS errors are of this kind, too
            cause = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
            await self.close()
            raise explain(name, url.host or "", cause) from error
        except TimeoutError as error:
            slow = said("link.slow", provider=name, seconds=self._settings.timeout_s)
            raise ProviderUnreachableError(slow) from error
        except (aiohttp.ClientError, OSError, asyncio.IncompleteReadError, ValueError) as error:
            why = _words(getattr(error, "strerror", None) or str(error)) or type(error).__name__
            raise ProviderUnreachableError(said("link.unreachable", provider=name, why=why)) from error
        if self._skew is not None and raw.date:
            self._skew.saw(raw.date, self._clock.now())
        return Answer(raw.status, self._parsed(raw)), raw.location

    async def _answered(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        json: Mapping[str, object] | None,
        form: Mapping[str, str] | None,
    ) -> _Raw:
        """The bytes of the answer; reading, and asking for a token, may be done twice."""

        async def ask() -> _Raw:
            async with self._open().request(
                method, url, headers=headers, json=json, data=form, allow_redirects=False
            ) as response:
                body = await self._read(response)
                headers_back = response.headers
                return _Raw(
                    response.status, body, headers_back.get("Location", ""), headers_back.get("Date", "")
                )

        if method != "GET" and form is None:
            return await ask()
        async with asyncio.timeout(self._settings.timeout_s):
            return await first_answer(ask, PATIENCE_S, MOST_ATTEMPTS, _may_pass)

    def _open(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=self._trust()),
                timeout=aiohttp.ClientTimeout(total=self._settings.timeout_s),
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._http

    def _trust(self) -> ssl.SSLContext:
        where = self._settings
        return client_context(where.id, where.ca_file, where.unverified)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """The body, never more than the cap; compressed bodies, which were not asked for, are refused."""
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise _UnacceptableError("the answer is compressed, which was not asked for")
        raw = bytearray()
        async for chunk in response.content.iter_any():
            raw += chunk
            if len(raw) > self._settings.max_body_bytes:
                response.close()
                raise _UnacceptableError(f"the answer is longer than {self._settings.max_body_bytes} bytes")
        return bytes(raw)

    def _parsed(self, raw: _Raw) -> object:
        """The JSON of the body; a failure's body may be anything, a success's may not."""
        if not raw.body.strip():
            return None
        try:
            where = f"provider {self._settings.id}"
            return loads_strict(raw.body, where=where, max_bytes=self._settings.max_body_bytes)
        except MessageError as error:
            if raw.status >= 300:
                return _words(raw.body.decode("utf-8", "replace"))
            if raw.body.lstrip()[:1] == b"<":
                raise ProviderUnreachableError(said("link.page", provider=self._settings.id)) from error
            raise ProviderUnreachableError(said("link.unreadable", why=_words(str(error)))) from error

    def _checked(self, answer: Answer, what: str) -> Answer:
        """The answer where the caller can use it."""
        name, status = self._settings.id, answer.status
        if answer.ok or status in (404, 409):
            return answer
        why = f"{what} was answered {status}{problem_words(answer.body)}"
        if status in (401, 403):
            raise ProviderRefusedError(said("link.credentials", provider=name, why=why))
        if status in (400, 405, 406, 413, 415, 422):
            raise ProviderRefusedError(said("link.refuses", provider=name, why=why))
        raise ProviderUnreachableError(said("link.fault", provider=name, why=why))


def _may_pass(error: Exception) -> bool:
    """Whether the next attempt may go better than the one that failed like this."""
    lost = isinstance(error, aiohttp.ClientError | OSError | asyncio.IncompleteReadError)
    return lost and not isinstance(error, ssl.SSLError | _UnacceptableError | aiohttp.InvalidURL)


def _bearer(token: str | None) -> str | None:
    return f"Bearer {token}" if token else None


def problem_words(body: object) -> str:
    """The words of a ``problem`` body, or of whatever stands in its place; empty where there are none."""
    if isinstance(body, Mapping):
        words = [str(body[key]) for key in ("title", "detail", "error", "error_description") if body.get(key)]
        return f" ({_words(': '.join(words))})" if words else ""
    return f" ({_words(body)})" if isinstance(body, str) and body else ""


def _words(text: str) -> str:
    """Foreign words made fit for a sentence and a log line: printable, on one line, short."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:_MOST_WORDS]
