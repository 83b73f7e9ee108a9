"""Plugs and relays of the full home: everything that is switched on and off."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from drrouter.adapters.devices.names import mac_from
from drrouter.sim.full.piece import Setting, Wire
from drrouter.sim.home_process import free_port
from drrouter.sim.wire.homeassistant import FakeHomeAssistant
from drrouter.sim.wire.homeassistant import FakePlug as HomeAssistantPlug
from drrouter.sim.wire.kasa import FakeKlap, FakePlug, SmartAnswers, mac_of
from drrouter.sim.wire.knx import Actuator, FakeGateway
from drrouter.sim.wire.mqtt import FakeTasmota, SmallBroker
from drrouter.sim.wire.shelly import FakeShelly, Firmware, Identity, announced
from drrouter.sim.wire.shelly import Relay as ShellyRelay
from drrouter.sim.wire.zigbee import MeteringPlug, PseudoTerminal, ZnpStick
from drrouter.sim.wire.zwave import FakeNode, FakeZwaveServer, Relay

KASA_ADDRESS, TAPO_ADDRESS, LOOPBACK = "127.77.1.1", "127.77.1.2", "127.0.0.1"
ACCOUNT = ("owner@example.org", "full home")
ZIGBEE_ID = "00:12:4b:00:0a:0b:0c:01"
REPORTS_EVERY = timedelta(seconds=2)


@asynccontextmanager
async def kasa(setting: Setting) -> AsyncIterator[Wire]:
    """A Kasa plug with a freezer."""
    port = free_port()
    plug = FakePlug(KASA_ADDRESS, "Freezer", setting.outlet("freezer"), now=setting.now, port=port, on=True)
    async with plug:
        table = f'broadcast = "127.255.255.255"\nport = {port}\ndiscovery_s = 0.5\npoll_s = 5'
        yield Wire(table, '{ alias = "Freezer" }')


@asynccontextmanager
async def tapo(setting: Setting) -> AsyncIterator[Wire]:
    """A Tapo plug with a dishwasher, which asks for the account that it belongs to.

    It is listed: plugs that answer a broadcast share a fixed port, and would be heard by every home here.
    """
    mac, outlet = mac_of(TAPO_ADDRESS), setting.outlet("dishwasher")
    firmware = SmartAnswers("Dishwasher", mac, outlet, setting.now, on=True)
    async with FakeKlap(TAPO_ADDRESS, firmware, mac=mac, account=ACCOUNT, discovery_port=free_port()) as fake:
        account = f'username = "{ACCOUNT[0]}"\npassword_file = "{setting.private("tapo.txt", ACCOUNT[1])}"'
        listed = f'[[kasa.device]]\nhost = "{fake.address}"\nport = {fake.port}\nspeaks = "tapo"'
        yield Wire(f"{account}\n{listed}", '{ alias = "Dishwasher" }')


@asynccontextmanager
async def shelly(setting: Setting) -> AsyncIterator[Wire]:
    """A Shelly plug with a washer, which announces itself, to every home here, and asks for a password."""
    mac = f"A8032A{secrets.token_hex(3).upper()}"
    relay = ShellyRelay("Washer", setting.outlet("washer"), on=True)
    firmware = Firmware(Identity(mac, "Cellar"), setting.now, [relay])
    fake = FakeShelly(LOOPBACK, firmware, password=ACCOUNT[1], sleep_until=setting.clock.sleep_until)
    async with fake, announced(fake, LOOPBACK):
        name = setting.private("shelly.txt", fake.password)
        yield Wire(
            f'interfaces = ["{LOOPBACK}"]\npassword_file = "{name}"', f'{{ id = "{mac_from(mac)}#switch:0" }}'
        )


@asynccontextmanager
async def zwave(setting: Setting) -> AsyncIterator[Wire]:
    """A Z-Wave plug with a tumble dryer, behind a Z-Wave JS server."""
    node = FakeNode(12, [Relay(setting.outlet("dryer"))], name="Dryer")
    async with (
        FakeZwaveServer(node, now=setting.now) as server,
        repeating(setting, lambda: server.report(12)),
    ):
        yield Wire(f'url = "{server.url}"', '{ alias = "Dryer" }')


@asynccontextmanager
async def mqtt(setting: Setting) -> AsyncIterator[Wire]:
    """A Tasmota plug with a refrigerator, behind a broker."""
    async with SmallBroker() as broker:
        plug = FakeTasmota(
            broker.host,
            broker.port,
            "fridge",
            setting.outlet("refrigerator"),
            now=setting.now,
            alias="Refrigerator",
        )
        async with plug, repeating(setting, plug.tell):
            yield Wire(f'host = "{broker.host}"\nport = {broker.port}', '{ alias = "Refrigerator" }')


@asynccontextmanager
async def knx(setting: Setting) -> AsyncIterator[Wire]:
    """An actuator on a KNX bus, with a pool pump."""
    switch, state, power, energy = groups = ("1/1/1", "1/1/2", "1/1/3", "1/1/4")
    actuator = Actuator(setting.outlet("pool_pump"), switch=switch, state=state, power=power, energy=energy)
    async with FakeGateway([actuator]) as gateway:
        lines = [
            f'host = "{gateway.host}"',
            f"port = {gateway.port}",
            "[[knx.device]]",
            'alias = "Pool pump"',
        ]
        names = ("switch", "state", "power", "energy")
        lines += [f'{name} = "{group}"' for name, group in zip(names, groups, strict=True)]
        yield Wire("\n".join(lines), '{ alias = "Pool pump" }')


@asynccontextmanager
async def zigbee(setting: Setting) -> AsyncIterator[Wire]:
    """A Zigbee plug with a heater, which joins as soon as the router lets it; the stick is a serial one."""
    plug = MeteringPlug(
        bytes.fromhex(ZIGBEE_ID.replace(":", "")), 0x1001, setting.outlet("heater"), now=setting.now
    )
    async with ZnpStick(PseudoTerminal(setting.folder / "ttyUSB0")) as stick:

        def live() -> None:
            if stick.permitted_s and not stick.nodes:
                stick.join(plug)
            stick.report()

        async with repeating(setting, live):
            table = f'port = "{stick.line.url}"\nradio = "znp"\npermit_join_s = 120\npoll_s = 5'
            yield Wire(table, f'{{ id = "{ZIGBEE_ID}" }}')


@asynccontextmanager
async def homeassistant(setting: Setting) -> AsyncIterator[Wire]:
    """A cooler that Home Assistant knows, whatever it is connected by there."""
    cooler = HomeAssistantPlug("Cooler", setting.outlet("cooler"))
    server = FakeHomeAssistant(cooler, now=setting.now)
    async with server, repeating(setting, lambda: server.tell(cooler)):
        table = f'url = "{server.url}"\ntoken_file = "{setting.private("ha-token.txt", server.token)}"'
        yield Wire(table, '{ alias = "Cooler" }')


@asynccontextmanager
async def repeating(setting: Setting, work: Callable[[], Awaitable[None] | None]) -> AsyncIterator[None]:
    """Do this every now and then, as devices do that report by themselves."""

    async def repeat() -> None:
        while True:
            await setting.clock.sleep_until(setting.now() + REPORTS_EVERY)
            if (saying := work()) is not None:
                await saying

    task = asyncio.create_task(repeat(), name="full.reports")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
