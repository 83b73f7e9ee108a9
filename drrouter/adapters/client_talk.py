"""How a client talks to the local API: addresses, tokens, refusals in our own errors."""

import json
import ssl
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp
from yarl import URL

from drrouter.adapters.problems import error_of
from drrouter.adapters.strict_json import decode
from drrouter.domain.option import Option
from drrouter.errors import (
    DaemonRefusedError,
    DaemonUnreachableError,
    DocumentError,
    HoldConflictError,
    MessageError,
)
from drrouter.ports import Clock

_TOTAL_S = 30.0
_QUIET_S = 45.0  # three missed heartbeats of the stream
_LONGEST_LINE = 4 * 1024 * 1024  # a plan for a hundred devices


@dataclass(frozen=True, slots=True)
class Received:
    """An answer of the router, unread."""

    content: bytes
    headers: Mapping[str, str]


class Talk:
    """A connection to one router; open it with ``async with``."""

    def __init__(
        self,
        url: str,
        token: str,
        clock: Clock | None = None,
        total_s: float = _TOTAL_S,
        ca_file: Path | None = None,
    ) -> None:
        """Know where the router is.

        Args:
            clock: a shared simulated clock, which stands while a request is under way.
            total_s: real seconds that one request may take.
            ca_file: PEM file of what is trusted beside the system's authorities, over TLS.

        Raises:
            DaemonUnreachableError: the address is no URL.
        """
        self.url = url.rstrip("/")
        if not self.url.startswith(("http://", "https://")):
            raise DaemonUnreachableError(
                f"{url!r} is no address of a router. Give one like http://127.0.0.1:8088.", "no_address", url
            )
        self._token, self._clock, self._total_s, self._ca_file = token, clock, total_s, ca_file
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Nothing is sent yet.

        Raises:
            DocumentError: the file of what is trusted holds no certificate.
        """
        connector = aiohttp.TCPConnector(ssl=_trusting(self._ca_file)) if self._ca_file else None
        timeout = aiohttp.ClientTimeout(total=self._total_s)
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        self._session = aiohttp.ClientSession(timeout=timeout, headers=headers, connector=connector)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _get(self, kind: Any, *path: str, **query: str) -> Any:
        return self._read(kind, await self._send("GET", path, query=query))

    async def _send(
        self,
        method: str,
        path: tuple[str, ...],
        body: object = None,
        query: dict[str, str] | None = None,
        total_s: float | None = None,
    ) -> bytes:
        packed = None if body is None else (json.dumps(body).encode(), "application/json")
        return (await self.exchange(method, path, query or {}, packed, total_s)).content

    async def exchange(
        self,
        method: str,
        path: tuple[str, ...],
        query: dict[str, str],
        body: tuple[bytes, str] | None = None,
        total_s: float | None = None,
    ) -> Received:
        """One request and its answer, unread; a refusal is raised as the error that it tells of.

        Args:
            body: with its media type.
            total_s: real seconds that this one may take, where that is more than usual.
        """
        data, headers = (body[0], {"Content-Type": body[1]}) if body else (None, None)
        with self._clock.working() if self._clock else nullcontext(), self._translated():
            url = self._address(*path).with_query(query)
            timeout = aiohttp.ClientTimeout(total=total_s or self._total_s)
            request = self._open().request(method, url, data=data, headers=headers, timeout=timeout)
            async with request as answer:
                content = await answer.read()
                if answer.status >= 400:
                    raise self._refusal(content, answer.status)
                return Received(content, answer.headers)

    async def listen(self, path: tuple[str, ...], query: dict[str, str]) -> AsyncGenerator[tuple[str, bytes]]:
        """Server-sent events, each with its name and its data; ends by an error when the router goes."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._total_s, sock_read=_QUIET_S)
        with self._translated():
            url = self._address(*path).with_query(query)
            request = self._open().get(url, timeout=timeout, read_bufsize=_LONGEST_LINE)
            async with request as answer:
                if answer.status != 200:
                    raise self._refusal(await answer.read(), answer.status)
                name = ""
                async for line in answer.content:
                    if line.startswith(b"event: "):
                        name = line[7:].decode().strip()
                    elif line.startswith(b"data: "):
                        yield name, line[6:]
        ended = f"The router at {self.url} has ended the stream. Try again."
        raise DaemonUnreachableError(ended, "ended", self.url)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise DaemonUnreachableError("The client is closed; open it with 'async with'.")
        return self._session

    def _address(self, *path: str) -> URL:
        return URL("/".join((self.url, "api/v1", *(quote(part, safe="") for part in path))), encoded=True)

    def understand(self, kind: Any, content: bytes) -> Any:
        """What the router says, as that type.

        Raises:
            DaemonRefusedError: it is something else.
        """
        return self._read(kind, content)

    def _read(self, kind: Any, content: bytes) -> Any:
        try:
            return decode(kind, content, f"the answer of {self.url}")
        except MessageError as error:
            problem = f"{error.sentence} The router may be of another version."
            raise DaemonRefusedError(problem, 200) from error

    def _refusal(self, content: bytes, status: int) -> Exception:
        """The error that the answer tells of."""
        try:
            said = json.loads(content)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            return DaemonRefusedError(f"{self.url} answers {status}; it seems to be no router.", status)
        error = error_of(said, status)
        if isinstance(error, HoldConflictError):
            error.options = self._read(tuple[Option, ...], json.dumps(said.get("options", [])).encode())
        return error

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Say in our own errors what aiohttp met."""
        try:
            yield
        except aiohttp.ClientSSLError as error:
            raise DaemonUnreachableError(
                f"The certificate of the router at {self.url} is not trusted here. "
                "Name its authority with --ca-file, such as tls/ca.pem beside its home file.",
                "untrusted",
                self.url,
            ) from error
        except aiohttp.ClientConnectorError as error:
            raise DaemonUnreachableError(
                f"No router answers at {self.url}. Start one with 'drrouter run HOME.toml' "
                "or 'drrouter demo', or name another with --url.",
                "absent",
                self.url,
            ) from error
        except (TimeoutError, aiohttp.ClientError) as error:
            problem = str(error) or "it takes too long"
            sentence = f"The router at {self.url} does not answer: {problem}."
            raise DaemonUnreachableError(sentence, "silent", self.url, problem) from error


def _trusting(ca_file: Path) -> ssl.SSLContext:
    """Verify routers by the system's authorities, and by those of the file."""
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(ca_file)
    except OSError as error:
        raise DocumentError(str(ca_file), "", "holds no certificate to trust", "Name a PEM file") from error
    return context
