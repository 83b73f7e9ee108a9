"""Finds a provider's VTN in the home itself by mDNS, and follows it when it moves.

    [[provider]]
    url = "https://_openadr3._tcp.local"       # whichever VTN announces itself and carries our programs

What announces itself on the home network may be anybody: the link is https to the ``.local`` name that the
announcement gives, verified as any other (``ca_file`` names the authority of the home's gateway), or plain
http to this very machine. Source: OpenADR 3.1, Definition, "Discovery and Configuration of Local VTNs".
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace
from datetime import timedelta

from yarl import URL

from drrouter.adapters.mdns import Announced, Browser
from drrouter.adapters.sp.openadr3.settings import Openadr3Settings
from drrouter.adapters.sp.openadr3.ven import OpenAdr3Provider
from drrouter.adapters.this_machine import is_loopback
from drrouter.domain.ids import ProviderId
from drrouter.domain.said import said
from drrouter.domain.signal import LinkChanged, OutboxItem, Signal
from drrouter.errors import DeviceError, ProviderUnreachableError
from drrouter.ports import Clock, Provider

log = logging.getLogger(__name__)

KIND = "_openadr3._tcp"
ANYWHERE = f"{KIND}.local"
"""The host in a url that stands for whichever VTN the home has."""

LOOK_S = 2.0
"""Real seconds for which announcements are waited for."""

LOOK_AGAIN = timedelta(seconds=30)


def provider_for(settings: Openadr3Settings, clock: Clock) -> Provider:
    """The VEN for a provider: at its url, or at whichever VTN the home has."""
    is_local = URL(settings.url).host == ANYWHERE
    return LocalProvider(settings, clock) if is_local else OpenAdr3Provider(settings, clock)


class LocalProvider:
    """Implements ``ports.Provider`` for a VTN that announces itself."""

    def __init__(self, settings: Openadr3Settings, clock: Clock, interfaces: Sequence[str] = ()) -> None:
        """Look for nothing yet; ``interfaces`` are addresses of ours, none means all of them."""
        self._settings, self._clock, self._interfaces = settings, clock, tuple(interfaces)
        self._inner: OpenAdr3Provider | None = None
        self._url = ""

    @property
    def id(self) -> ProviderId:
        """Its name in the home file."""
        return self._settings.id

    @property
    def carries_data(self) -> bool:
        """Reports carry whatever the home has to say."""
        return True

    async def signals(self) -> AsyncGenerator[Signal, None]:
        """What the VTN sends, for ever, wherever in the home it is."""
        missing = False
        while True:
            browser = Browser((KIND,), self._interfaces)
            with suppress(DeviceError):
                async with browser:
                    while url := await self._find(browser):
                        missing = False
                        async with aclosing(self._at(url, browser)) as signals:
                            async for signal in signals:
                                yield signal
            if not missing:
                missing = True
                yield self._nobody()
            await self._clock.sleep_until(self._clock.now() + LOOK_AGAIN)

    async def send(self, item: OutboxItem) -> None:
        """Deliver one message to the VTN that was found.

        Raises:
            ProviderError: it was not delivered.
        """
        if self._inner is None:
            raise ProviderUnreachableError(said("link.nobody", provider=self.id))
        await self._inner.send(item)

    async def leave(self) -> None:
        """Let the VTN that was found last forget us.

        Raises:
            ProviderError: it cannot be reached.
        """
        if self._url:
            await OpenAdr3Provider(replace(self._settings, url=self._url), self._clock).leave()

    async def _at(self, url: str, browser: Browser) -> AsyncGenerator[Signal, None]:
        """What comes from one address, until the link is lost and the VTN is somewhere else."""
        log.info("provider %s announces itself at %s", self.id, url)
        self._url, self._inner = url, OpenAdr3Provider(replace(self._settings, url=url), self._clock)
        try:
            async with aclosing(self._inner.signals()) as signals:
                async for signal in signals:
                    yield signal
                    if isinstance(signal, LinkChanged) and not signal.up:
                        found = await self._find(browser)
                        if found != url:
                            return
        finally:
            inner, self._inner = self._inner, None
            await inner.close()

    async def _find(self, browser: Browser) -> str:
        """The address of a VTN that carries our programs; empty where there is none."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_S):
                while not (found := self._fitting(await browser.announced())):
                    await browser.changed()
                return found
        return ""

    def _fitting(self, announced: Sequence[Announced]) -> str:
        """The first of them that may be ours."""
        return next((url for one in announced if self._may_be_ours(one) and (url := address_of(one))), "")

    def _may_be_ours(self, one: Announced) -> bool:
        """Whether it carries a program of ours, and lets us in."""
        named = {name.strip() for name in one.facts.get("program_names", "").split(",")} - {""}
        carries = not self._settings.programs or not named or bool(named & {*self._settings.programs})
        closed = one.facts.get("requires_auth", "").lower() == "true" and not self._settings.client_id
        return carries and not closed

    def _nobody(self) -> LinkChanged:
        sentence = said("link.nobody", provider=self.id)
        log.warning("%s", sentence)
        return LinkChanged(self.id, False, sentence, self._clock.now())


def address_of(one: Announced) -> str:
    """Where an announced VTN is asked: at its ``.local`` name, or on this machine; empty where at neither.

    >>> address_of(Announced(KIND, "hub", "192.168.1.7", 8443, {"local_url": "https://hub.local:8443/3.1.0"}))
    'https://hub.local:8443/3.1.0'
    >>> address_of(Announced(KIND, "hub", "127.0.0.1", 8080, {"base_path": "openadr3/3.1.0"}))
    'http://127.0.0.1:8080/openadr3/3.1.0'
    """
    told = one.facts.get("local_url", "")
    with suppress(ValueError):
        url = URL(told)
        if url.scheme == "https" and (url.host or "").endswith(".local"):
            return str(url)
    if is_loopback(one.host):
        return f"http://{one.host}:{one.port}/{one.facts.get('base_path', '').strip('/')}".rstrip("/")
    return ""
