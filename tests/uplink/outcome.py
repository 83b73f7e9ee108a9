"""What comes of a month of events, in a form that two runs can be compared by."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from drrouter.domain.interval import Interval


def event_id_of(key: str) -> str:
    """The id of the event that is called so."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Said:
    """One message: what it says (``X_RECEIPT``, ``X_DONE``, ...), of which version, and of whom."""

    kind: str
    event_id: str
    version: str
    resource: str

    @property
    def key(self) -> tuple[str, str]:
        """The version that it is about."""
        return self.event_id, self.version

    @classmethod
    def read(cls, content: str) -> "Said":
        """Out of a content as ``Outcome.reports`` has them."""
        event_id, _, _, resource, payloads = json.loads(content)
        kind = next((one for one in payloads if one.startswith("X_")), "")
        return cls(kind, event_id, str(payloads[kind][0]) if kind else "", resource)


@dataclass(slots=True)
class Outcome:
    """What came of it.

    Attributes:
        timelines: at each quiet noon, what holds from then on, without events that start when they are read.
        events: at each quiet noon, the events that are not over, by name.
        final: the whole timeline at the end.
        reports: what the provider was told: event, sender, name, content without the time of writing.
        told: for each event and resource, the kinds and versions in the order of their coming.
        left: messages that still wait at the end.
        said_at: when each content was said first.
        troubles: when the router could not be reached, or could not keep what it read.
        doubled: reports of one name that came more than once.
    """

    timelines: list[Any] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    final: Any = None
    reports: set[str] = field(default_factory=set)
    told: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    said_at: dict[str, datetime] = field(default_factory=dict)
    left: int = 0
    troubles: tuple[Interval, ...] = ()
    doubled: list[str] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    took_s: float = 0.0
    cpu_s: float = 0.0
