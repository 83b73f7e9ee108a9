"""Power cuts that a provider announces, with the window in which there will be no power.

    alert            |-- ALERT_POSSIBLE_OUTAGE, 10:00 to 12:00 --|      an announced cut
    alert  |------------------- three days of storm -------------------|   a warning

Interpretation: OpenADR has one alert for both, and no type for a planned cut. A network operator that plans
one knows its hours: the alert for the whole site of ``LONGEST`` at most announces a cut, one that lasts
longer warns of cuts at any time, and there is nothing to be planned around. What home batteries do during
either is said in ``router.directed``.

Source: OpenADR 3.1, Definition, "ALERT_POSSIBLE_OUTAGE"; TR 102 935, 5.2.1 ("planned shutdowns").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from drrouter.domain.event import PayloadType
from drrouter.domain.ids import ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.timeline import Order

LONGEST = timedelta(hours=12)
"""An alert that lasts longer names no hours: it warns."""


@dataclass(frozen=True, slots=True)
class Outage:
    """There will be no power from the grid over the interval.

    Attributes:
        provider: who announced it.
    """

    interval: Interval
    provider: ProviderId


def outages_in(messages: Iterable[Order]) -> tuple[Outage, ...]:
    """The cuts that these alerts announce, in order of time."""
    found = {
        Outage(order.interval, order.provider)
        for order in messages
        if order.kind is PayloadType.ALERT_POSSIBLE_OUTAGE
        and not order.members
        and order.interval.duration <= LONGEST
    }
    return tuple(sorted(found, key=lambda one: (one.interval.start, one.interval.end, one.provider)))
