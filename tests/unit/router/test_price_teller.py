"""Devices that want to know the price are told it once, at each change, and nothing in a gap."""

import asyncio
from datetime import timedelta

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.interval import Interval
from drrouter.domain.rates import Rates
from drrouter.domain.timeline import Timeline
from drrouter.ports import EnergyPrice
from drrouter.router.price_teller import PriceTeller
from tests.builders import HOUR, NOON


class Display:
    """A device that shows the price."""

    def __init__(self) -> None:
        self.told: list[EnergyPrice] = []

    async def publish_price(self, price: EnergyPrice) -> int:
        self.told.append(price)
        return 1


def _timeline(*steps: tuple[int, int, float]) -> Timeline:
    rates = Rates(
        tuple((Interval(NOON + start * HOUR, NOON + end * HOUR), value) for start, end, value in steps)
    )
    return Timeline("EUR", rates, Rates(), Rates())


async def test_each_price_is_told_once_and_nothing_in_a_gap() -> None:
    clock, display = SimulatedClock(NOON), Display()
    known = _timeline((0, 1, 0.30), (2, 3, -0.05))
    task = asyncio.create_task(PriceTeller(lambda: known, [display], clock).run())
    await clock.advance(2 * HOUR + timedelta(minutes=30))
    assert [(price.per_kwh, price.end - NOON) for price in display.told] == [(0.30, HOUR), (-0.05, 3 * HOUR)]
    task.cancel()


async def test_a_price_that_changes_meanwhile_is_told_within_a_minute() -> None:
    clock, display = SimulatedClock(NOON), Display()
    timelines = [_timeline((0, 4, 0.30))]
    task = asyncio.create_task(PriceTeller(lambda: timelines[-1], [display], clock).run())
    await clock.advance(timedelta(minutes=10))
    timelines.append(_timeline((0, 4, 0.90)))
    await clock.advance(timedelta(minutes=1))
    assert [price.per_kwh for price in display.told] == [0.30, 0.90]
    task.cancel()
