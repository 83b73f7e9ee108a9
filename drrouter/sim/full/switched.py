"""Plugs and relays of the full home: everything that is switched on and off."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drrouter.sim.full.piece import Setting, Wire
from drrouter.sim.home_process import free_port
from drrouter.sim.wire.kasa import FakePlug

KASA_ADDRESS = "127.77.1.1"


@asynccontextmanager
async def kasa(setting: Setting) -> AsyncIterator[Wire]:
    """A Kasa plug with a freezer."""
    port = free_port()
    plug = FakePlug(KASA_ADDRESS, "Freezer", setting.outlet("freezer"), now=setting.now, port=port, on=True)
    async with plug:
        table = f'broadcast = "127.255.255.255"\nport = {port}\ndiscovery_s = 0.5\npoll_s = 5'
        yield Wire(table, '{ alias = "Freezer" }')
