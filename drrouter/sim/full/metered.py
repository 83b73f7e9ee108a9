"""Meters, chargers, batteries and inverters of the full home."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drrouter.sim.full.piece import Setting, Wire
from drrouter.sim.wire.p1 import FakeTcpMeter


@asynccontextmanager
async def p1(setting: Setting) -> AsyncIterator[Wire]:
    """The meter at the connection: all that the house draws and gives, on one line."""

    def lines_w() -> tuple[float, float, float]:
        house = setting.house
        house.advance(setting.now())
        return house.base.power_w + sum(one.power_w for one in house.appliances.values()), 0.0, 0.0

    async with FakeTcpMeter(lines_w, now=setting.now, sleep_until=setting.clock.sleep_until) as meter:
        where = f'host = "{meter.host}"\ntcp_port = {meter.port}'
        yield Wire(f'[[p1.meter]]\nalias = "Meter"\n{where}', '{ alias = "Meter" }')
