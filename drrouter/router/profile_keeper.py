"""Fetches a provider's offline profile at the start and daily, and puts it on the shelf or says why not.

A profile that is refused, or cannot be fetched, changes nothing: the one that is kept stays in use. Each
reason is said once in the journal, not daily.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from drrouter.domain.ids import ProviderId
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.said import said, sentences
from drrouter.errors import DocumentError, ProviderError
from drrouter.ports import Clock, DocumentSource, Note
from drrouter.router.failsafe import Failsafe
from drrouter.router.local import lasting
from drrouter.router.scribe import Scribe
from drrouter.router.shelf import Rules, Shelf
from drrouter.router.waiting import news_or
from drrouter.tariff import OfflineDocument

log = logging.getLogger(__name__)

DAILY = timedelta(days=1)
RETRY = timedelta(hours=1)
"""How long after a fetch that failed the next one follows, at the latest."""

JITTER = 0.25
"""Share of the time by which a fetch may come earlier, so that homes do not come all at once."""


@dataclass(frozen=True, slots=True)
class OfflineSetup:
    """What the home has for offline times.

    Attributes:
        sources: where each provider puts its profile.
        rules: what a profile must fit to.
        kept: the settings of the store, with the profiles and links of an earlier run.
        failsafes: what holds of each provider that is silent for too long.
        polls: the time between two looks at each provider.
    """

    sources: Mapping[ProviderId, DocumentSource] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    kept: Mapping[str, object] = field(default_factory=dict)
    failsafes: Mapping[ProviderId, Failsafe] = field(default_factory=dict)
    polls: Mapping[ProviderId, timedelta] = field(default_factory=dict)


class ProfileKeeper:
    """Keeps one provider's profile up to date; run it as one supervised task."""

    def __init__(
        self,
        provider: ProviderId,
        source: DocumentSource,
        shelf: Shelf,
        scribe: Scribe,
        clock: Clock,
        changed: Callable[[str], None],
        seed: str,
    ) -> None:
        """Fetch nothing yet.

        Args:
            provider: whose profile it is.
            source: where it lies.
            shelf: keeps what is good.
            scribe: keeps it durably, and the journal.
            clock: for the time of the next fetch.
            changed: told why a plan is due when there is a new profile.
            seed: of the jitter; it should differ from home to home.
        """
        self._provider, self._source, self._shelf = provider, source, shelf
        self._scribe, self._clock, self._changed = scribe, clock, changed
        self._dice = random.Random(f"{seed} {provider}")  # noqa: S311 -- spreads load, guards nothing
        self._said = ""
        self._news = asyncio.Event()
        self._missed = False

    def link_returned(self) -> None:
        """Try at once what could not be fetched while the link was lost."""
        if self._missed:
            self._news.set()

    async def run(self) -> None:
        """Fetch for ever."""
        while True:
            self._news.clear()
            self._missed = not await self._fetch()
            longest = RETRY if self._missed else DAILY
            wait = longest * (1 - JITTER * self._dice.random())
            await news_or(self._clock, self._clock.now() + wait, self._news)

    async def _fetch(self) -> bool:
        """Fetch once; whether the source gave anything, good or bad."""
        is_kept = self._shelf.profile(self._provider, self._clock.now()) is not None
        kept = said("profile.stays") if is_kept else ""
        try:
            data = await self._source.read()
        except (ProviderError, DocumentError) as error:
            why = said("profile.not_fetched", error.sentence, provider=self._provider)
            self._say(sentences([why, kept]))
            return False
        try:
            taken = self._shelf.take(self._provider, data, self._source.where, self._clock.now())
        except DocumentError as error:
            why = said("profile.refused", error.sentence, provider=self._provider)
            self._say(sentences([why, kept]))
            return True
        self._said = ""
        if taken is not None:
            out = self._shelf.left_out(self._provider, taken.document)
            but = said("profile.left_out", what=", ".join(out)) if out else ""
            accepted = sentences([_accepted(self._provider, taken.document), but])
            self._scribe.keep(taken.change, self._note(accepted))
            self._changed(said("because.profile", provider=self._provider))
        return True

    def _say(self, sentence: str) -> None:
        """Say a refusal once, until another follows or a fetch succeeds."""
        if sentence != self._said:
            log.warning("%s", sentence)
            self._scribe.keep(self._note(sentence))
        self._said = sentence

    def _note(self, sentence: str) -> Note:
        return Note(JournalEntry(self._clock.now(), JournalKind.OFFLINE, sentence))


def _accepted(provider: ProviderId, profile: OfflineDocument) -> str:
    """What is kept from now on, in words."""
    return said(
        "profile.kept",
        provider=provider,
        name=profile.name,
        version=str(profile.version),
        until=str(profile.valid.last),
        wait=lasting(profile.timeouts.link),
    )
