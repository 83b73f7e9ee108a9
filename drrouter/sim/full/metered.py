"""Meters, chargers, batteries, inverters and heat pumps of the full home."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientError

from drrouter.sim.full.piece import Setting, Wire
from drrouter.sim.home_process import free_port
from drrouter.sim.wire.modbus import FakeBattery, FakeInverter, FakeModbus, FakeSgReady
from drrouter.sim.wire.ocpp import BatteryCar, FakeChargePoint
from drrouter.sim.wire.p1 import FakeTcpMeter
from drrouter.sim.wire.s2 import FakeRod

TRY_AGAIN_S = 0.5
SUN_W = 2600.0
HEAT_PUMP_W = {"blocked": 0.0, "normal": 600.0, "recommended": 1400.0, "forced": 2400.0}


@asynccontextmanager
async def p1(setting: Setting) -> AsyncIterator[Wire]:
    """The meter at the connection: all that the house draws and gives, on one line."""

    def lines_w() -> tuple[float, float, float]:
        return setting.net_w(), 0.0, 0.0

    async with FakeTcpMeter(lines_w, now=setting.now, sleep_until=setting.clock.sleep_until) as meter:
        where = f'host = "{meter.host}"\ntcp_port = {meter.port}'
        yield Wire(f'[[p1.meter]]\nalias = "Meter"\n{where}', '{ alias = "Meter" }')


@asynccontextmanager
async def sun(setting: Setting) -> AsyncIterator[Wire]:
    """An inverter on a sunny day."""
    inverter = FakeInverter(1, lambda: SUN_W, now=setting.now)
    async with FakeModbus([inverter]) as gateway:
        setting.watts["roof"] = lambda: -inverter.power_w
        yield _modbus(gateway, "Roof", 1, "inverter")


@asynccontextmanager
async def battery(setting: Setting) -> AsyncIterator[Wire]:
    """A battery in the cellar."""
    store = FakeBattery(2, now=setting.now)
    async with FakeModbus([store]) as gateway:
        setting.watts["battery"] = lambda: store.power_w
        yield _modbus(gateway, "Battery", 2, "battery")


@asynccontextmanager
async def heat_pump(setting: Setting) -> AsyncIterator[Wire]:
    """A heat pump whose two SG-Ready contacts hang on a relay board."""
    board = FakeSgReady(3, HEAT_PUMP_W.__getitem__)
    async with FakeModbus([board]) as gateway:
        setting.watts["heat_pump"] = lambda: HEAT_PUMP_W[board.mode]
        wire = _modbus(gateway, "Heat pump", 3, "sg_ready")
        yield Wire(f"{wire.table}\npower_register = 10\npower_scale = 10.0", wire.match)


@asynccontextmanager
async def car(setting: Setting) -> AsyncIterator[Wire]:
    """A charge point that connects as soon as the router listens, with a car that is half full."""
    port, battery = free_port(), BatteryCar(setting.now)
    fake = FakeChargePoint(
        f"http://127.0.0.1:{port}/ocpp", "CP1", battery, clock=setting.clock, version="2.0.1"
    )
    setting.watts["car"] = battery.power_w
    connecting = asyncio.create_task(_connect(fake), name="full.charge_point")
    try:
        yield Wire(f'port = {port}\nsample_s = 2\n[[ocpp.charge_point]]\nid = "CP1"', '{ id = "CP1" }')
    finally:
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        await fake.stop()


@asynccontextmanager
async def rod(setting: Setting) -> AsyncIterator[Wire]:
    """A heating rod whose resource manager connects as soon as the router listens."""
    port, token = free_port(), "of-the-heating-rod-of-the-full-home"
    fake = FakeRod(f"http://127.0.0.1:{port}/s2/rod", token, clock=setting.clock)
    setting.watts["rod"] = fake.power_w
    table = f'port = {port}\n[[s2.resource_manager]]\nid = "rod"'
    connecting = asyncio.create_task(_greet(fake), name="full.resource_manager")
    try:
        yield Wire(f'{table}\ntoken_file = "{setting.private("rod.token", token)}"', '{ id = "rod" }')
    finally:
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
        await fake.stop()


async def _greet(fake: FakeRod) -> None:
    """Try until the router is there."""
    while True:
        with contextlib.suppress(ClientError, OSError):
            await fake.start()
            return
        await asyncio.sleep(TRY_AGAIN_S)


async def _connect(fake: FakeChargePoint) -> None:
    """Try until the router is there, then plug the car in."""
    while not fake.connected:
        with contextlib.suppress(ClientError, OSError):
            await fake.start()
            await fake.plug_in()
            return
        await asyncio.sleep(TRY_AGAIN_S)


def _modbus(gateway: FakeModbus, alias: str, unit: int, kind: str) -> Wire:
    """One Modbus device of the home file."""
    lines = ("[[modbus.device]]", f'alias = "{alias}"', f'host = "{gateway.host}"', f"port = {gateway.port}")
    return Wire("\n".join((*lines, f"unit = {unit}", f'kind = "{kind}"')), f'{{ alias = "{alias}" }}')
