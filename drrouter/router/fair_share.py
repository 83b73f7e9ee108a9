"""How much of each provider's events is kept at once, so that a flood of one leaves the others their room.

Interpretation: far more than any programme needs. What is beyond is neither kept nor acknowledged, and what
was kept before stays: a provider that overflows loses its own newest, and nobody loses anything else.
"""

from collections import Counter
from dataclasses import dataclass, field

from drrouter.domain.event import Event
from drrouter.domain.ids import ProviderId

MOST_EVENTS = 5_000
MOST_PAYLOADS = 200_000


@dataclass(slots=True)
class Held:
    """Counts what each provider has in the book."""

    _events: Counter[ProviderId] = field(default_factory=Counter)
    _payloads: Counter[ProviderId] = field(default_factory=Counter)

    def swap(self, before: Event | None, after: Event | None) -> None:
        """One event took the place of another, came, or went."""
        for event, sign in ((before, -1), (after, 1)):
            if event is not None:
                self._events[event.provider] += sign
                self._payloads[event.provider] += sign * len(event.payloads)

    def fits(self, event: Event, known: Event | None) -> bool:
        """Whether its provider has room for it in the place of what is known of it."""
        events = self._events[event.provider] + (known is None)
        payloads = self._payloads[event.provider] + len(event.payloads) - len(known.payloads if known else ())
        return events <= MOST_EVENTS and payloads <= MOST_PAYLOADS
