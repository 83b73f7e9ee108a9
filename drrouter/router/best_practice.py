"""What a home does off-peak when nobody has said what off-peak is: nights count as cheaper than days.

Where a tariff follows its provider, its own prices only stand in for those that the provider has not sent.
They are the best practice where they have a calendar; where they are the same all day, fixed night hours are.

Source: TR 102 935, 5.3.1.2 ("a best practice offline-mode ... to avoid regular peak pricing consumption").
"""

from zoneinfo import ZoneInfo

from drrouter.domain.interval import Interval, slots
from drrouter.domain.rates import Rates

NIGHT = (23, 7)
"""Interpretation: the local hours that count as off-peak, from and to, where nobody names any."""

PREMIUM_SHARE, PREMIUM_LEAST = 0.25, 0.02
"""Interpretation: by how much a kWh counts as dearer by day: a share of its price, and at least this."""


def off_peak(rates: Rates, zone: ZoneInfo) -> Rates:
    """The rates themselves where they have a calendar of their own, else the same with dearer days.

    Args:
        rates: what stands in for the provider's prices, per kWh.
        zone: of the home.
    """
    prices = {price for _, price in rates.steps}
    if len(prices) != 1:
        return rates
    (price,) = prices
    premium = max(PREMIUM_SHARE * abs(price), PREMIUM_LEAST)
    days = [
        (slot, price + premium)
        for step, _ in rates.steps
        for slot in slots(step.start, step.end)
        if not _is_night(slot, zone)
    ]
    return rates.overlay(Rates(tuple(days)))


def _is_night(slot: Interval, zone: ZoneInfo) -> bool:
    hour = slot.start.astimezone(zone).hour
    return hour >= NIGHT[0] or hour < NIGHT[1]
