"""What was seen on the home network and when: each thing once, shown as gone when it is seen no more.

seen ------ not seen for gone_after ------> gone, said once ------ KEPT_GONE ------> forgotten
  ^------------------- seen again -------------'
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from drrouter.ports import Found

MOST = 2000
"""Things remembered, however many hosts announce themselves; the ones seen least lately are forgotten."""

KEPT_GONE = timedelta(days=7)
"""How long something that is gone is still shown."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The object model that fits a found device best.

    Attributes:
        model_id: its id.
        confidence: from 0 to 1, how well the model's matcher knows this device.
    """

    model_id: str
    confidence: float


Propose = Callable[[Found], Proposal | None]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing on the home network.

    Attributes:
        first_at, last_at: when it was seen first and last.
        gone_after: how long it may be unseen until it counts as gone.
        stated: within this time it is shown as gone once it fell silent.
        gone: whether it counts as gone.
    """

    found: Found
    first_at: datetime
    last_at: datetime
    gone_after: timedelta
    stated: timedelta
    proposal: Proposal | None = None
    gone: bool = False


class Sightings:
    """Remembers what every integration saw."""

    def __init__(self, propose: Propose = lambda _: None) -> None:
        """``propose`` names the object model that fits a found device best."""
        self._propose = propose
        self._known: dict[tuple[str, str], Sighting] = {}

    def all(self) -> tuple[Sighting, ...]:
        """Everything known, in the order in which it was met."""
        return tuple(self._known.values())

    def of(self, found: Found) -> Sighting | None:
        """When this very thing was seen; None where it is not known."""
        return self._known.get(_mark(found))

    def saw(
        self,
        integration: str,
        everything: Sequence[Found],
        now: datetime,
        gone_after: timedelta,
        stated: timedelta | None = None,
    ) -> tuple[Found, ...]:
        """Take in one whole discovery of an integration; return what has just become gone.

        ``stated``: within which time the integration says that something silent is shown as gone.
        """
        for found in everything:
            self._meet(found, now, gone_after, stated or gone_after)
        missed = [
            (mark, one)
            for mark, one in self._known.items()
            if one.found.integration == integration and not one.gone and now - one.last_at >= one.gone_after
        ]
        for mark, one in missed:
            self._known[mark] = replace(one, gone=True)
            log.warning("%s at %s is gone", integration, one.found.address)
        self._forget(now)
        return tuple(one.found for _, one in missed)

    def _meet(self, found: Found, now: datetime, gone_after: timedelta, stated: timedelta) -> None:
        """Something is there: new, known, or back."""
        mark = _mark(found)
        known = self._known.get(mark)
        if known is None or known.found != found:
            first_at = known.first_at if known else now
            self._known[mark] = Sighting(found, first_at, now, gone_after, stated, self._propose(found))
        else:
            self._known[mark] = replace(known, last_at=now, gone_after=gone_after, stated=stated, gone=False)
        if known is None or known.gone:
            log.info("%s at %s is here", found.integration, found.address)

    def _forget(self, now: datetime) -> None:
        """Drop what has been gone for long, and of a flood what was seen least lately."""
        self._known = {
            mark: one for mark, one in self._known.items() if not one.gone or now - one.last_at < KEPT_GONE
        }
        if len(self._known) > MOST:
            latest = sorted(self._known.items(), key=lambda item: item[1].last_at, reverse=True)[:MOST]
            keep = {mark for mark, _ in latest}
            self._known = {mark: one for mark, one in self._known.items() if mark in keep}


def strangers(sightings: Iterable[Sighting], ours: Iterable[Found]) -> tuple[Sighting, ...]:
    """Those that are no device of the home file."""
    marks = {_mark(found) for found in ours}
    return tuple(one for one in sightings if _mark(one.found) not in marks)


def _mark(found: Found) -> tuple[str, str]:
    """What tells one thing from another, even after it moved to another address."""
    own = found.identity.get("id") or found.identity.get("mac") or found.address
    return found.integration, own
