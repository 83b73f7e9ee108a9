"""Keeps the failsafe limits of all providers: in force when one was silent too long, said, and not forgotten.

When one is in force is decided in ``failsafe``. Which are survives a restart; a provider that was heard
before it has one heartbeat from the start, and one whose link was lost none beyond that.

Interpretation: where the machine's clock was set back, so that a word of a provider lies ahead, that word
counts as heard now, and what lies between it and other instants stays as long as it was.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from drrouter.domain.ids import ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.limit import Limit, Scope
from drrouter.domain.offline import OfflineOrders
from drrouter.domain.said import said
from drrouter.ports import Change, Clock, Collection, Note, Put
from drrouter.router.failsafe import Failsafe, Guarding, guarding_of
from drrouter.router.hearing import Hearing
from drrouter.router.local import clock_time, lasting
from drrouter.router.scribe import Scribe

log = logging.getLogger(__name__)


def key_of(provider: ProviderId) -> str:
    """Under which it stands among the settings of the store."""
    return f"failsafe/{provider}"


class Failsafes:
    """Of every provider that has one."""

    def __init__(
        self,
        failsafes: Mapping[ProviderId, Failsafe],
        hearing: Hearing,
        scribe: Scribe,
        clock: Clock,
        zone: ZoneInfo,
        silent_since: Mapping[ProviderId, datetime],
        kept: Mapping[str, object],
    ) -> None:
        """Go on from where an earlier run ended.

        Args:
            failsafes: of the home file.
            hearing: who was heard when since the start.
            scribe: keeps what must survive a restart, and the journal.
            clock: for the present instant.
            zone: of the home, for the words.
            silent_since: for each provider, since when it counts as silent until it is heard.
            kept: the settings of the store.
        """
        self._failsafes, self._hearing = dict(failsafes), hearing
        self._scribe, self._clock, self._zone = scribe, clock, zone
        self._silent_since = {name: silent_since.get(name, clock.now()) for name in failsafes}
        restored = {name: _read_back(kept.get(key_of(name))) for name in failsafes}
        for name, found in restored.items():
            if found:
                self._silent_since[name] = found[1]
        self.guarding = {name: Guarding(found[0] if found else None) for name, found in restored.items()}

    def step(self) -> tuple[str, ...]:
        """Bring every one up to this instant, note what changed, and return why a new plan is due."""
        reasons = []
        for provider in self._failsafes:
            before = self.guarding[provider]
            self._follow_clock(provider)
            after = self.guarding[provider] = self._guarding(provider)
            if after.since and self.heard_at(provider) <= after.since:
                self._hearing.awaited.add(provider)
            if before.since != after.since:
                self._scribe.keep(self._to_keep(provider, after))
            if (before.since is None) is not (after.since is None):
                sentence = self._entry(provider) if after.since else self._exit(provider, before)
                log.warning("%s", sentence)
                self._scribe.keep(Note(JournalEntry(self._clock.now(), JournalKind.OFFLINE, sentence)))
                begins = after.since is not None
                reasons.append(said("failsafe.begins" if begins else "failsafe.ends", provider=provider))
            elif before.until != after.until:
                reasons.append(said("failsafe.moves", provider=provider))
        return tuple(reasons)

    def forget(self, provider: ProviderId) -> None:
        """Guard against its silence no more: the home has left it."""
        self._failsafes.pop(provider, None)
        self.guarding.pop(provider, None)

    @property
    def in_force(self) -> tuple[ProviderId, ...]:
        """The providers whose failsafe is in force."""
        return tuple(name for name, one in self.guarding.items() if one.since)

    def orders(self, span: Interval) -> OfflineOrders:
        """The limits in force, as far as they reach into the span."""
        limits, export_limits = [], []
        for provider in self.in_force:
            failsafe = self._failsafes[provider]
            when = self._when(provider, span)
            if when and failsafe.limit_w is not None:
                limits.append(_limit(provider, failsafe, failsafe.limit_w, when))
            if when and failsafe.export_limit_w is not None:
                export_limits.append(_limit(provider, failsafe, failsafe.export_limit_w, when))
        return OfflineOrders(limits=tuple(limits), export_limits=tuple(export_limits))

    def next_change(self) -> datetime | None:
        """The next instant at which time alone changes one."""
        edges = (one.changes_at or self._guarding(name).changes_at for name, one in self.guarding.items())
        return min((edge for edge in edges if edge), default=None)

    def heard_at(self, provider: ProviderId) -> datetime:
        """When it was heard last, or since when it counts as silent."""
        return self._hearing.heard_at.get(provider, self._silent_since[provider])

    def in_force_at(self, provider: ProviderId) -> datetime | None:
        """When its failsafe came into force, or comes if nothing is heard; None where it has none."""
        if provider not in self._failsafes:
            return None
        guarding = self._guarding(provider)
        return guarding.since or guarding.changes_at

    def sentences(self) -> tuple[str, ...]:
        """What is in force, one sentence for each."""
        return tuple(self._sentence(provider) for provider in self.in_force)

    def _follow_clock(self, provider: ProviderId) -> None:
        """Move what is known back, as far as it lies ahead of now because the clock was set back."""
        guarding, limit_at = self.guarding[provider], self._hearing.limit_at.get(provider)
        known = [instant for instant in (self.heard_at(provider), limit_at, guarding.since) if instant]
        ahead = max(known) - self._clock.now()
        if ahead > timedelta(0):
            self._hearing.move_back(provider, ahead)
            self._silent_since[provider] -= ahead
            self.guarding[provider] = replace(guarding, since=guarding.since and guarding.since - ahead)

    def _guarding(self, provider: ProviderId) -> Guarding:
        limit_at, since = self._hearing.limit_at.get(provider), self.guarding[provider].since
        heard_at, failsafe = self.heard_at(provider), self._failsafes[provider]
        return guarding_of(failsafe, heard_at, limit_at, since, self._clock.now())

    def _when(self, provider: ProviderId, span: Interval) -> Interval | None:
        """From its beginning to the end that is in sight, within the span."""
        guarding = self.guarding[provider]
        start = max(guarding.since or span.start, span.start)
        end = min(guarding.until or span.end, span.end)
        return Interval(start, end) if start < end else None

    def _sentence(self, provider: ProviderId) -> str:
        guarding = self.guarding[provider]
        since, heard_at = guarding.since or self._clock.now(), self.heard_at(provider)
        order, begun = self._words(provider), clock_time(since, self._zone)
        heard, until = clock_time(heard_at, self._zone), guarding.until
        if until is None:
            return said("failsafe.silent", order, provider=provider, since=begun, heard=heard)
        end = clock_time(until, self._zone)
        if heard_at > since:
            return said("failsafe.heard", order, provider=provider, since=begun, until=end)
        return said("failsafe.until", order, provider=provider, since=begun, until=end, heard=heard)

    def _words(self, provider: ProviderId) -> str:
        """What it orders, in words."""
        failsafe = self._failsafes[provider]
        limit_w, export_w = failsafe.limit_w, failsafe.export_limit_w
        order = "" if export_w is None else said("failsafe.export", limit_w=export_w)
        if limit_w is not None:
            order = said("failsafe.import", limit_w=limit_w)
            if export_w is not None:
                order = said("failsafe.both", limit_w=limit_w, export_w=export_w)
        return said("failsafe.for", order, names=", ".join(failsafe.members)) if failsafe.members else order

    def _entry(self, provider: ProviderId) -> str:
        silent = lasting(self._failsafes[provider].heartbeat)
        return said("failsafe.entered", self._words(provider), provider=provider, lasted=silent)

    def _exit(self, provider: ProviderId, before: Guarding) -> str:
        began, heard_at = before.since or self._clock.now(), self.heard_at(provider)
        why = said("failsafe.over" if heard_at <= began else "failsafe.least_over")
        fresh_at = self._hearing.limit_at.get(provider)
        if heard_at > began and fresh_at and fresh_at > began:
            why = said("failsafe.fresh")
        after = lasting(self._clock.now() - began)
        return said("failsafe.left", why, provider=provider, lasted=after)

    def _to_keep(self, provider: ProviderId, guarding: Guarding) -> Change:
        since = guarding.since.isoformat() if guarding.since else None
        heard_at = min(self.heard_at(provider), guarding.since or self._clock.now())
        value = {"since": since, "heard_at": heard_at.isoformat()}
        return Put(Collection.SETTINGS, key_of(provider), value)


def _limit(provider: ProviderId, failsafe: Failsafe, max_w: float, when: Interval) -> Limit:
    scope = Scope.GROUP if failsafe.members else Scope.SITE
    program = said("failsafe.program", provider=provider)
    return Limit(when, max_w, scope, failsafe.members, provider=provider, program=program)


def _read_back(kept: object) -> tuple[datetime, datetime] | None:
    """Since when one was in force and when its provider was heard before; None where it was not."""
    if not isinstance(kept, Mapping) or not kept.get("since"):
        return None
    try:
        since, heard_at = (datetime.fromisoformat(str(kept[key])) for key in ("since", "heard_at"))
    except (KeyError, ValueError):
        return None
    return (since, min(heard_at, since)) if since.tzinfo and heard_at.tzinfo else None
