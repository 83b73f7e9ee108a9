"""Tells devices that want to know what energy costs: when the price changes, and when it is found out anew.

Which devices those are, each integration knows (Zigbee Price); the plan needs none of this.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from drrouter.domain.timeline import Timeline
from drrouter.ports import Clock, EnergyPrice, PriceTelling

LOOKS_EVERY = timedelta(minutes=1)
"""How soon a price that a provider changes meanwhile is told."""


class PriceTeller:
    """Watches the import price on behalf of devices."""

    def __init__(
        self, timeline: Callable[[], Timeline], listeners: Sequence[PriceTelling], clock: Clock
    ) -> None:
        """``timeline`` gives what holds now; it must not wait."""
        self._timeline, self._listeners, self._clock = timeline, listeners, clock
        self._told: EnergyPrice | None = None

    async def run(self) -> None:
        """Tell every new price, for ever."""
        while True:
            price = self._price()
            if price is not None and price != self._told:
                self._told = price
                for listener in self._listeners:
                    await listener.publish_price(price)
            soon = self._clock.now() + LOOKS_EVERY
            await self._clock.sleep_until(soon if price is None else min(soon, price.end))

    def _price(self) -> EnergyPrice | None:
        """The price that holds now; None in a gap."""
        timeline, now = self._timeline(), self._clock.now()
        for interval, per_kwh in timeline.import_price.steps:
            if interval.holds(now):
                return EnergyPrice(per_kwh, timeline.currency, interval.start, interval.end)
        return None
