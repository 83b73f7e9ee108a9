"""OAuth 2 client credentials: finds the token endpoint, gets a token, renews it in time and not too often.

Source: OpenADR 3.1, Definition, "OAuth 2.0 client credential flow" and "Token endpoint discovery".
"""

import asyncio
import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import quote

from yarl import URL

from drrouter.adapters.sp.openadr3.backoff import Backoff
from drrouter.adapters.sp.openadr3.settings import Openadr3Settings
from drrouter.adapters.sp.openadr3.tls import joined, safe_url
from drrouter.errors import ProviderRefusedError, ProviderUnreachableError
from drrouter.ports import Clock

_MARGIN = timedelta(seconds=60)
_LONGEST_LIFE = timedelta(days=365)


class TokenAnswer(Protocol):
    """What an exchange returns."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def body(self) -> object:
        """The JSON body."""
        ...


class Exchange(Protocol):
    """How one request is made; implemented by the session."""

    async def __call__(
        self,
        method: str,
        url: URL,
        *,
        authorization: str | None = None,
        form: Mapping[str, str] | None = None,
    ) -> TokenAnswer:
        """Send it and return the answer."""
        ...


class TokenSource:
    """Hands out the token that is valid now; None where there are no credentials (obligation 2)."""

    def __init__(self, settings: Openadr3Settings, clock: Clock, exchange: Exchange) -> None:
        """Ask nothing yet."""
        self._settings, self._clock, self._exchange = settings, clock, exchange
        self._token: str | None = None
        self._renew_at: datetime | None = None
        self._endpoint: URL | None = None
        self._basic = False
        self._lock = asyncio.Lock()
        self._backoff = Backoff(f"{settings.ven_name} token", first=timedelta(seconds=5))
        self._not_before: datetime | None = None

    async def token(self) -> str | None:
        """The token for the next request.

        Raises:
            ProviderRefusedError: the credentials were refused, or are not tried again yet.
            ProviderUnreachableError: nobody gives out tokens.
        """
        if not self._settings.client_id:
            return None
        async with self._lock:
            if self._token is None or (self._renew_at is not None and self._clock.now() >= self._renew_at):
                await self._ask()
            return self._token

    async def renewed(self, refused: str) -> str | None:
        """Another token than the one that was refused."""
        async with self._lock:
            if self._token == refused:
                await self._ask()
            return self._token

    def accepted(self) -> None:
        """The token opened a door: refusals are forgotten."""
        self._backoff.reset()
        self._not_before = None

    def refused(self) -> None:
        """Even a fresh token was refused: wait ever longer before the next one is asked for."""
        self._not_before = self._clock.now() + self._backoff.next()

    async def _ask(self) -> None:
        """Get a new token (the lock is held)."""
        if self._not_before is not None and self._clock.now() < self._not_before:
            raise ProviderRefusedError(
                f"Provider {self._settings.id} refused the router's credentials; they are tried again at "
                f"{self._not_before:%H:%M:%S} UTC. Check client_id and client_secret."
            )
        self._token = None
        endpoint = self._endpoint or await self._find_endpoint()
        answer = await self._post(endpoint, basic=self._basic)
        if answer.status in (400, 401, 403):
            answer = await self._post(endpoint, basic=not self._basic)
            self._basic = not self._basic if answer.status == 200 else self._basic
        self._keep(endpoint, answer)

    async def _post(self, endpoint: URL, *, basic: bool) -> TokenAnswer:
        """Ask in one of the two ways of RFC 6749, 2.3.1: secret in the form, or in the header."""
        form = {"grant_type": "client_credentials"}
        ident, secret = self._settings.client_id, self._settings.client_secret
        if basic:
            pair = base64.b64encode(f"{quote(ident, safe='')}:{quote(secret, safe='')}".encode()).decode()
            return await self._exchange("POST", endpoint, form=form, authorization=f"Basic {pair}")
        return await self._exchange(
            "POST", endpoint, form={**form, "client_id": ident, "client_secret": secret}
        )

    def _keep(self, endpoint: URL, answer: TokenAnswer) -> None:
        """Remember token, expiry and endpoint.

        Interpretation: a token without ``expires_in`` is used until it is refused.
        """
        token = answer.body.get("access_token") if isinstance(answer.body, Mapping) else None
        if answer.status in (400, 401, 403):
            self.refused()
            raise ProviderRefusedError(
                f"Provider {self._settings.id} gives no token for client {self._settings.client_id!r} "
                f"({answer.status}). Check client_id and client_secret."
            )
        if (
            answer.status != 200
            or not isinstance(token, str)
            or not token.isascii()
            or not token.isprintable()
        ):
            self._endpoint = None
            raise ProviderUnreachableError(
                f"Provider {self._settings.id} gives no usable token ({endpoint.path}: {answer.status})."
            )
        self._token, self._endpoint = token, endpoint
        self._renew_at = self._expiry(answer.body)

    def _expiry(self, body: object) -> datetime | None:
        """When to renew: a minute, or a tenth of its life, before the token ends."""
        seconds = body.get("expires_in") if isinstance(body, Mapping) else None
        if isinstance(seconds, str) and seconds.isdecimal() and len(seconds) < 10:
            seconds = int(seconds)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
            return None
        life = timedelta(seconds=min(seconds, _LONGEST_LIFE.total_seconds()))
        return self._clock.now() + life - min(_MARGIN, life / 10)

    async def _find_endpoint(self) -> URL:
        """Obligation 3: from the home file, else ``/auth/server``, else ``/auth/token``."""
        where = self._settings
        name, unverified = where.id, where.unverified
        if where.token_url:
            return safe_url(name, where.token_url, "token_url", unverified)
        base = safe_url(name, where.url, unverified=unverified)
        root = base.path.rstrip("/")
        answer = await self._exchange("GET", base.with_path(f"{root}/auth/server"))
        body = answer.body if answer.status == 200 and isinstance(answer.body, Mapping) else {}
        for key in ("tokenURL", "tokenUrl", "token_url"):
            if isinstance(said := body.get(key), str) and said:
                return safe_url(name, str(joined(base, said) or said), "token endpoint", unverified)
        return base.with_path(f"{root}/auth/token")


def _fits_a_header(token: str) -> bool:
    """Whether a token can be sent as it is."""
    return 0 < len(token) <= 16_384 and token.isascii() and token.isprintable()
