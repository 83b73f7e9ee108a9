"""Tells the price of energy to devices that want it (Price, 0x0700): when it changes, and when they ask.

Source: Smart Energy (075356), D.4.
"""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from typing import Any

from drrouter.adapters.devices.zigbee.asking import asked
from drrouter.adapters.devices.zigbee.clusters.price import (
    GET_CURRENT_PRICE,
    GET_SCHEDULED_PRICES,
    PUBLISH_PRICE,
    OurPrice,
)
from drrouter.adapters.devices.zigbee.load_control import seconds_of
from drrouter.adapters.devices.zigbee.money import priced
from drrouter.errors import DeviceError
from drrouter.ports import Clock, EnergyPrice

KWH = 0x00
PROVIDER = 1
MINUTE = timedelta(minutes=1)
UNTIL_CHANGED = 0xFFFF


class Prices:
    """The price that holds, and who was told."""

    def __init__(self, clock: Clock, timeout_s: float) -> None:
        """No price is known yet."""
        self._clock, self._timeout_s = clock, timeout_s
        self._current: EnergyPrice | None = None

    async def publish(self, price: EnergyPrice, clusters: Iterable[OurPrice]) -> int:
        """Tell each of these; returns how many could be told. One that cannot costs the others nothing."""
        self._current = price
        for cluster in (everyone := list(clusters)):
            cluster.answer = partial(self._asked, cluster)
        told = await asyncio.gather(*(self._tell(cluster) for cluster in everyone))
        return sum(told)

    async def _asked(self, cluster: OurPrice, number: int, _: Any, sequence: int) -> None:
        """A device asks for the price that holds."""
        if number in (GET_CURRENT_PRICE, GET_SCHEDULED_PRICES):
            await self._tell(cluster, sequence)

    async def _tell(self, cluster: OurPrice, sequence: int | None = None) -> bool:
        price, now = self._current, seconds_of(self._clock.now())
        if price is None:
            return False
        currency, amount, digits = priced(price.per_kwh, price.currency)
        start, minutes = seconds_of(price.start), (price.end - price.start) // MINUTE
        minutes = min(minutes, UNTIL_CHANGED)
        content = (PROVIDER, "", start, now, KWH, currency, digits << 4, 0, start, minutes, amount)
        try:
            await asked(cluster.client_command(PUBLISH_PRICE, *content, tsn=sequence), self._timeout_s)
        except DeviceError:
            return False
        return True
