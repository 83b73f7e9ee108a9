"""Keeps the offline profiles that providers have sent, and refuses what must not replace a good one.

At most two are kept for a provider: one that holds now, and one that will hold later.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from drrouter.domain.ids import ProviderId
from drrouter.domain.mandate import Mandate, Mandates
from drrouter.errors import DocumentError
from drrouter.ports import Change, Collection, Put
from drrouter.router.profile_mandate import beyond, held_to
from drrouter.tariff import OfflineDocument, read_offline

log = logging.getLogger(__name__)

MOST = 2


@dataclass(frozen=True, slots=True)
class Kept:
    """A profile, and its text as it came."""

    document: OfflineDocument
    text: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A profile that is new on the shelf, and what the store must keep."""

    document: OfflineDocument
    change: Change


@dataclass(frozen=True, slots=True)
class Rules:
    """What a profile must fit to.

    Attributes:
        currency: of the home, for price levels.
        programs: by provider, the programmes that the home is enrolled in; none named means all.
        mandates: what each provider may send; the rest of its profile counts nowhere.
    """

    currency: str = "EUR"
    programs: Mapping[ProviderId, tuple[str, ...]] = field(default_factory=dict)
    mandates: Mandates = field(default_factory=dict)


def key_of(provider: ProviderId) -> str:
    """Under which its profiles stand among the settings of the store."""
    return f"offline profile/{provider}"


class Shelf:
    """The offline profiles of every provider."""

    def __init__(self, rules: Rules, kept: Mapping[str, object], providers: Iterable[ProviderId]) -> None:
        """Read back what ``kept`` (the settings of the store) holds for these providers."""
        self._rules = rules
        self._kept = {provider: _read_back(kept.get(key_of(provider)), provider) for provider in providers}

    def profile(self, provider: ProviderId, now: datetime) -> OfflineDocument | None:
        """The newest one that is valid now, else the one that will be valid first; None where none will."""
        documents = [one.document for one in self._kept.get(provider, ())]
        valid = [document for document in documents if document.validity.holds(now)]
        if valid:
            return held_to(max(valid, key=lambda document: document.version), self._mandate(provider))
        coming = [document for document in documents if document.validity.start > now]
        first = min(coming, key=lambda document: document.validity.start, default=None)
        return held_to(first, self._mandate(provider)) if first else None

    def left_out(self, provider: ProviderId, document: OfflineDocument) -> tuple[str, ...]:
        """The tables of a profile that its provider may not write."""
        return beyond(document, self._mandate(provider))

    def _mandate(self, provider: ProviderId) -> Mandate:
        return self._rules.mandates.get(provider, Mandate())

    def take(self, provider: ProviderId, data: bytes, where: str, now: datetime) -> Taken | None:
        """Take a profile in; what was kept stays in use where this one is refused.

        Args:
            provider: who sent it.
            data: the whole file.
            where: its name or address, for the sentence.
            now: aware UTC.

        Returns:
            What is new; None where it is known already.

        Raises:
            DocumentError: it is not valid, has ended, is older than what is kept, or is not for this home.
        """
        document = read_offline(data, where)
        new, shelf = Kept(document, data.decode()), self._kept.get(provider, ())
        if any(one.document == document for one in shelf):
            return None
        self._refuse_unfit(provider, document, where, now)
        _refuse_older(document, shelf, where)
        self._kept[provider] = _after(new, shelf, now)
        texts = [one.text for one in self._kept[provider]]
        return Taken(document, Put(Collection.SETTINGS, key_of(provider), {"documents": texts}))

    def _refuse_unfit(
        self, provider: ProviderId, document: OfflineDocument, where: str, now: datetime
    ) -> None:
        """It must not be over, and must be meant for a home like this one."""
        if document.validity.end <= now:
            last = document.valid.last
            raise DocumentError(where, "valid.until", f"ended on {last}", "The provider must write a new one")
        programs = self._rules.programs.get(provider, ())
        if document.program and programs and document.program not in programs:
            raise DocumentError(
                where,
                "program",
                f"is {document.program!r}, which this home does not take part in",
                f"It takes part in: {', '.join(programs)}",
            )
        if document.currency and document.currency != self._rules.currency:
            raise DocumentError(
                where,
                "currency",
                f"is {document.currency}, but this home pays in {self._rules.currency}",
                "The provider must write prices of the same currency",
            )


def _refuse_older(document: OfflineDocument, shelf: Sequence[Kept], where: str) -> None:
    """Never go back to an older version, nor take other content under the same number."""
    newest = max((one.document for one in shelf), key=lambda one: one.version, default=None)
    if newest is None or document.version > newest.version:
        return
    if document.version < newest.version:
        said = f"is {document.version}, older than {newest.version}, which is kept"
    else:
        said = f"is {document.version} as before, yet the content differs"
    raise DocumentError(where, "version", said, "The provider must give a new version a higher number")


def _after(new: Kept, shelf: Sequence[Kept], now: datetime) -> tuple[Kept, ...]:
    """What is kept from now on: one that holds now stays while the new one only holds later."""
    if new.document.validity.holds(now):
        return (new,)
    held = [one for one in shelf if one.document.validity.holds(now)]
    return (*held[: MOST - 1], new)


def _read_back(kept: object, provider: ProviderId) -> tuple[Kept, ...]:
    """The profiles of an earlier run; one that this version cannot read is forgotten."""
    texts = kept.get("documents") if isinstance(kept, Mapping) else None
    found: list[Kept] = []
    for text in texts if isinstance(texts, Sequence) else ():
        try:
            found.append(Kept(read_offline(str(text).encode(), f"kept profile of {provider}"), str(text)))
        except DocumentError as error:
            log.warning("an offline profile that was kept is forgotten: %s", error.sentence)
    return tuple(found[:MOST])
