"""Whom a webhook may reach: https anywhere but on this machine, and only who answers the challenge.

Source: OpenADR 3.1.0, Definition, "Webhooks": https, the ``echo`` challenge, no redirects, no addresses
that lead inside. Interpretation: private addresses are allowed, because the subscribers of a home's own VTN
live on the home's network; this machine itself, link-local and multicast addresses are not.
"""

import hmac
import ipaddress
import secrets
import socket
import ssl
from collections.abc import Iterable
from pathlib import Path

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from drrouter.adapters.vtn.refusal import Refusal
from drrouter.errors import DocumentError

ANSWER_S = 10.0
"""How long a callback has for its answer; the specification recommends 10 to 30 s."""

_MOST_ECHO = 4096


def check_url(text: str, this_machine: bool) -> URL:
    """The address of a callback.

    Args:
        this_machine: whether plain http to loopback is allowed, too.

    Raises:
        Refusal: the VTN does not send there.
    """
    try:
        url = URL(text)
    except ValueError as error:
        raise _refusal("is no URL") from error
    if not url.host or url.user or url.password or url.fragment:
        raise _refusal("must have a host, and neither user, password nor fragment")
    is_local = _is_local_name(url.host)
    if url.scheme != "https" and not (url.scheme == "http" and is_local and this_machine):
        raise _refusal("must be https")
    if (is_local or _is_address(url.host)) and not _may_reach(url.host, this_machine):
        raise _refusal("leads to an address that this VTN does not call")
    return url


def open_session(ca_file: Path | None, this_machine: bool) -> aiohttp.ClientSession:
    """The one HTTP client of all webhooks: verified TLS 1.2 or newer, no proxy, no cookies.

    Raises:
        DocumentError: the file of the authority cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise DocumentError(str(ca_file), "callback_ca", f"cannot be used ({error})") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=context, limit=0, resolver=_Resolver(this_machine)),
        timeout=aiohttp.ClientTimeout(total=ANSWER_S),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "drrouter-vtn"},
        trust_env=False,
        auto_decompress=False,
    )


async def challenge(session: aiohttp.ClientSession, url: URL, token: str | None) -> None:
    """Let the callback echo a random value, as a proof that it wants our notices.

    Raises:
        Refusal: it does not.
    """
    value = secrets.token_hex(16)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        async with session.get(
            url.update_query(echo=value), headers=headers, allow_redirects=False
        ) as response:
            answer = await response.content.read(_MOST_ECHO)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise _refusal(f"does not answer the challenge ({type(error).__name__})") from error
    if response.status != 200 or not _holds(answer, value):
        raise _refusal("does not echo the challenge: answer GET with 200 and the value of echo as the body")


def _holds(answer: bytes, value: str) -> bool:
    """Whether the answer is the value, bare or as a JSON text."""
    return hmac.compare_digest(answer.strip().strip(b'"'), value.encode())


def _refusal(problem: str) -> Refusal:
    return Refusal(400, f"The callbackUrl {problem}.")


def _is_local_name(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return _is_address(host) and ipaddress.ip_address(host).is_loopback


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _may_reach(host: str, this_machine: bool) -> bool:
    """Whether an address, or a name of this machine, may be called."""
    if not _is_address(host):
        return this_machine
    address = ipaddress.ip_address(host)
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return this_machine
    return not (address.is_link_local or address.is_multicast or address.is_unspecified)


class _Resolver(AbstractResolver):
    """Finds addresses by name, and leaves out those that may not be called (a name may lead anywhere)."""

    def __init__(self, this_machine: bool) -> None:
        self._this_machine = this_machine
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name that may be called."""
        found: Iterable[ResolveResult] = await self._inner.resolve(host, port, family)
        allowed = [each for each in found if _may_reach(each["host"], self._this_machine)]
        if not allowed:
            raise OSError(None, f"{host} leads to no address that may be called")
        return allowed

    async def close(self) -> None:
        """Nothing is open."""
        await self._inner.close()
