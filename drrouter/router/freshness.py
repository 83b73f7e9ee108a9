"""On which data rung the home stands: how fresh prices and events are (DESIGN, "The two ladders").

live -> last published, to its end -> offline profile -> best practice
"""

from datetime import datetime

from drrouter.domain.event import PayloadType
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


def _is_published(timeline: Timeline, now: datetime, mandates: Mandates) -> bool:
    """Whether a provider's price for the whole site holds now."""
    network = {name for name, one in mandates.items() if one.role is Role.NETWORK}
    orders = [one for one in timeline.in_force.get(PayloadType.PRICE, ()) if one.provider not in network]
    return any(order.interval.holds(now) and not order.members for order in orders)
