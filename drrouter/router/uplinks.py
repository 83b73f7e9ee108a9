"""Watches the links to all providers: who is silent since when, and which offline profiles are in force.

    signals -> heard() -+-> step() -> journal, reasons for a new plan
    time    ------------+          -> orders() for steering, sentence for the owner

When a profile is in force is decided in ``offline``; which profiles there are, on the ``shelf``. What is
known of a link survives a restart: one that was lost before is not taken for freshly lost.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.offline import OfflineOrders
from drrouter.domain.said import said
from drrouter.domain.signal import LinkChanged
from drrouter.ports import Change, Clock, Collection, Note, Put
from drrouter.router.failsafe import Failsafe
from drrouter.router.failsafes import Failsafes
from drrouter.router.feed_state import Freshness, freshness_at, sentence_of
from drrouter.router.hearing import Hearing
from drrouter.router.local import clock_time, lasting
from drrouter.router.offline import Cause, Mode, Standing, Uplink, standing_of
from drrouter.router.scribe import Scribe
from drrouter.router.shelf import Shelf
from drrouter.tariff import OfflineDocument, expand_offline

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=1)
"""How long after the start a link that nobody has spoken of yet is no trouble worth a word."""


def key_of(provider: ProviderId) -> str:
    """Under which its link stands among the settings of the store."""
    return f"uplink/{provider}"


class Uplinks:
    """The links of all providers of the home."""

    def __init__(
        self,
        providers: Iterable[ProviderId],
        shelf: Shelf,
        scribe: Scribe,
        clock: Clock,
        zone: ZoneInfo,
        follows_prices: bool = False,
        kept: Mapping[str, object] | None = None,
        failsafes: Mapping[ProviderId, Failsafe] | None = None,
        polls: Mapping[ProviderId, timedelta] | None = None,
    ) -> None:
        """Count every link as lost, since now or since before the restart, until it is heard of.

        Args:
            providers: of the home file.
            shelf: their offline profiles.
            scribe: keeps what must survive a restart, and the journal.
            clock: for the present instant.
            zone: of the home, for the words.
            follows_prices: whether the home's tariff needs prices of a provider.
            kept: the settings of the store.
            failsafes: what holds of a provider that is silent for too long.
            polls: the time between two looks at each provider, a minute where nothing is said.
        """
        self._shelf, self._scribe, self._clock, self._zone = shelf, scribe, clock, zone
        self._follows_prices, self._polls = follows_prices, polls or {}
        now, kept = clock.now(), kept or {}
        self._uplinks = {provider: _read_back(kept.get(key_of(provider)), now) for provider in providers}
        self.standings = {provider: Standing(Mode.LIVE, now) for provider in self._uplinks}
        self._entered: dict[ProviderId, datetime] = {}
        self.hearing = Hearing()
        silent_since = {provider: uplink.since for provider, uplink in self._uplinks.items()}
        self.failsafes = Failsafes(failsafes or {}, self.hearing, scribe, clock, zone, silent_since, kept)

    # What comes in

    def heard(
        self, links: Mapping[ProviderId, LinkChanged], events: Iterable[Event]
    ) -> tuple[ProviderId, ...]:
        """Take in the links and the prices that are known now; return the providers whose link came back."""
        known, returned = _data_until(events), []
        for provider, before in self._uplinks.items():
            link = links.get(provider)
            up, since = before.up, before.since
            if link is not None and link.up is not before.up:
                up, since = link.up, link.at if link.up else link.heard_at or link.at
            until = known.get(provider, before.data_until)
            after = Uplink(up, since, until, before.heard or link is not None)
            if after != before:
                self._uplinks[provider] = after
                self._scribe.keep(_to_keep(provider, after))
            if after.up and not before.up:
                returned.append(provider)
        return tuple(returned)

    def step(self) -> tuple[str, ...]:
        """Bring every standing up to this instant, note what changed, and return why a new plan is due."""
        now, reasons = self._clock.now(), []
        for provider in self._uplinks:
            before, after = self.standings[provider], self._standing(provider, now)
            self.standings[provider] = after
            if (before.mode is Mode.IN_FORCE) != (after.mode is Mode.IN_FORCE):
                begins = after.mode is Mode.IN_FORCE
                sentence = self._entry(provider, after) if begins else self._exit(provider, before)
                log.warning("%s", sentence)
                self._scribe.keep(Note(JournalEntry(now, JournalKind.OFFLINE, sentence)))
                reasons.append(said("offline.begins" if begins else "offline.ends", provider=provider))
        return (*reasons, *self.failsafes.step())

    def forget(self, provider: ProviderId) -> None:
        """Watch it no more: the home has left it."""
        self._uplinks.pop(provider, None)
        self.standings.pop(provider, None)
        self._entered.pop(provider, None)
        self.failsafes.forget(provider)

    # What holds

    def has_profile(self, provider: ProviderId) -> bool:
        """Whether it has given an offline profile that is valid now."""
        return self._shelf.profile(provider, self._clock.now()) is not None

    @property
    def in_force(self) -> tuple[ProviderId, ...]:
        """The providers whose offline profile is in force."""
        return tuple(name for name, one in self.standings.items() if one.mode is Mode.IN_FORCE)

    @property
    def all_up(self) -> bool:
        """Whether every link works."""
        return all(uplink.up for uplink in self._uplinks.values())

    def orders(self, span: Interval) -> OfflineOrders:
        """What the profiles and failsafes in force order over the span."""
        orders, now = self.failsafes.orders(span), self._clock.now()
        for provider in self.in_force:
            profile = self._shelf.profile(provider, now)
            if profile is not None:
                orders = orders.plus(expand_offline(profile, span, provider))
        return orders

    def next_change(self) -> datetime | None:
        """The next instant at which time alone changes a standing."""
        edges = [standing.changes_at for standing in self.standings.values()]
        return min((edge for edge in (*edges, self.failsafes.next_change()) if edge), default=None)

    # What is shown

    def freshness_of(self, provider: ProviderId) -> Freshness:
        """How fresh what is known of the provider is now."""
        now, uplink = self._clock.now(), self._uplinks[provider]
        standing, heard_at = self._standing(provider, now), self.hearing.heard_at.get(provider)
        in_force = standing.since if standing.mode is Mode.IN_FORCE else standing.due_at
        edges = [edge for edge in (in_force, self.failsafes.in_force_at(provider)) if edge]
        counts = self._counts_prices(self._shelf.profile(provider, now))
        found = freshness_at(
            now,
            heard_at or uplink.since,
            heard_at,
            self._polls.get(provider, PATIENCE),
            lost=uplink.heard and not uplink.up,
            data_until=uplink.data_until if counts else None,
            failsafe_at=min(edges, default=None),
        )
        return replace(found, sentence=sentence_of(found, provider, self._zone))

    def offline_since(self) -> datetime | None:
        """Since when something is missing from a provider; None while all are live."""
        return min((one.missing_since for one in self._told().values() if one.missing_since), default=None)

    def sentences(self) -> tuple[str, ...]:
        """What is missing and what holds instead: one for each provider not live, and each failsafe."""
        told = tuple(self._sentence(provider, one) for provider, one in self._told().items())
        return (*told, *self.failsafes.sentences())

    def _told(self) -> dict[ProviderId, Standing]:
        """The standings that are worth a word: not those of links nobody has spoken of since a moment ago."""
        now = self._clock.now()
        return {
            provider: standing
            for provider, standing in self.standings.items()
            if standing.mode is not Mode.LIVE
            and (self._uplinks[provider].heard or now - self._uplinks[provider].since >= PATIENCE)
        }

    def _sentence(self, provider: ProviderId, standing: Standing) -> str:
        """How the home stands towards one provider, for the owner."""
        lack = self._lack(provider, standing)
        if standing.mode is Mode.IN_FORCE:
            since = clock_time(standing.since, self._zone)
            return said("offline.in_force", lack, provider=provider, since=since)
        if standing.due_at:
            return said("offline.waits", lack, due=clock_time(standing.due_at, self._zone))
        return said("offline.no_profile", lack)

    def _lack(self, provider: ProviderId, standing: Standing) -> str:
        """What is missing, in words."""
        when = clock_time(standing.missing_since or standing.since, self._zone)
        if standing.cause is Cause.DATA:
            return said("offline.price_out", provider=provider, at=when)
        return said("offline.link_lost", provider=provider, at=when)

    def _entry(self, provider: ProviderId, standing: Standing) -> str:
        self._entered[provider] = standing.since
        profile = self._shelf.profile(provider, self._clock.now())
        name = profile.name if profile else ""
        return said("offline.entered", self._lack(provider, standing), provider=provider, name=name)

    def _exit(self, provider: ProviderId, before: Standing) -> str:
        now, uplink = self._clock.now(), self._uplinks[provider]
        after = lasting(now - self._entered.pop(provider, now))
        why = said("offline.has_ended")
        if uplink.up:
            why = said("offline.new_prices" if before.cause is Cause.DATA else "offline.link_back")
        return said("offline.left", why, provider=provider, lasted=after)

    def _standing(self, provider: ProviderId, now: datetime) -> Standing:
        profile, uplink = self._shelf.profile(provider, now), self._uplinks[provider]
        if not self._counts_prices(profile):
            uplink = Uplink(uplink.up, uplink.since, None, uplink.heard)
        return standing_of(uplink, profile, now)

    def _counts_prices(self, profile: OfflineDocument | None) -> bool:
        """Prices that ran out matter where the tariff, or the provider itself, says that they do."""
        return self._follows_prices or (profile is not None and profile.timeouts.data is not None)


def _data_until(events: Iterable[Event]) -> dict[ProviderId, datetime]:
    """The end of the newest price of each provider."""
    until: dict[ProviderId, datetime] = {}
    for event in events:
        for payload in event.of(PayloadType.PRICE):
            end = payload.interval.end
            until[event.provider] = max(end, until.get(event.provider, end))
    return until


def _to_keep(provider: ProviderId, uplink: Uplink) -> Change:
    until = uplink.data_until.isoformat() if uplink.data_until else None
    value = {"up": uplink.up, "since": uplink.since.isoformat(), "data_until": until}
    return Put(Collection.SETTINGS, key_of(provider), value)


def _read_back(kept: object, now: datetime) -> Uplink:
    """The link as it was: lost since then where it was lost, else lost since now until it is heard of."""
    table = kept if isinstance(kept, Mapping) else {}
    since = _instant(table.get("since")) if table.get("up") is False else None
    return Uplink(False, min(since or now, now), _instant(table.get("data_until")), heard=False)


def _instant(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
