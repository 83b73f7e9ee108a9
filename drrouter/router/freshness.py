"""On which data rung the home stands: how fresh prices and events are (DESIGN, "The two ladders").

live -> last published, to its end -> offline profile -> best practice
"""

from collections.abc import Iterator
from datetime import datetime

from drrouter.domain.event import PayloadType
from drrouter.domain.interval import Interval
from drrouter.domain.mandate import NO_MANDATES, Mandates, Role
from drrouter.domain.plan import DataRung
from drrouter.domain.timeline import Timeline


def data_rung_of(
    now: datetime,
    timeline: Timeline,
    *,
    all_up: bool,
    in_force: bool,
    follows_prices: bool,
    mandates: Mandates = NO_MANDATES,
) -> DataRung:
    """The rung at an instant.

    Args:
        now: the instant.
        timeline: what holds.
        all_up: whether the link to every provider works.
        in_force: whether an offline profile is in force; prices still known count beside it.
        follows_prices: whether the tariff's own prices only stand in for those of a provider; then they are
            best practice, where no published price is left.
        mandates: who sells energy: the network's part of the price alone publishes nothing.
    """
    if in_force:
        return DataRung.OFFLINE_PROFILE
    known = (
        _is_published(timeline, now, mandates)
        if follows_prices
        else timeline.import_price.at(now) is not None
    )
    if not known:
        return DataRung.BEST_PRACTICE
    return DataRung.LIVE if all_up else DataRung.LAST_PUBLISHED


def published_until(
    now: datetime, timeline: Timeline, *, follows_prices: bool, mandates: Mandates = NO_MANDATES
) -> datetime | None:
    """Until when the prices from now on are published; now, where the one of now is not.

    None where the tariff's own prices count: they are known as far as they reach.
    """
    if not follows_prices:
        return None
    end = now
    for span in sorted(_published(timeline, mandates), key=lambda one: one.start):
        if span.start <= end:
            end = max(end, span.end)
    return end


def _is_published(timeline: Timeline, now: datetime, mandates: Mandates) -> bool:
    """Whether a provider's price for the whole site holds now."""
    return any(span.holds(now) for span in _published(timeline, mandates))


def _published(timeline: Timeline, mandates: Mandates) -> Iterator[Interval]:
    """For when there are prices of energy for the whole site, as providers sent them."""
    network = {name for name, one in mandates.items() if one.role is Role.NETWORK}
    for order in timeline.in_force.get(PayloadType.PRICE, ()):
        if order.provider not in network and not order.members:
            yield order.interval
