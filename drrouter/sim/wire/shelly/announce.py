"""Announces a fake Shelly by mDNS, as real ones announce themselves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from drrouter.sim.wire.shelly.device import FakeShelly

KIND = "_shelly._tcp.local."


@asynccontextmanager
async def announced(fake: FakeShelly, interface: str) -> AsyncIterator[None]:
    """Say that it is there, on the network of this address of ours; take its leave at the end."""
    mine = fake.firmware.identity
    service = ServiceInfo(
        KIND,
        f"{mine.id}.{KIND}",
        fake.port,
        properties={"gen": str(mine.generation), "app": mine.app, "ver": "1.3.3"},
        server=f"{mine.id}.local.",
        parsed_addresses=[fake.host],
    )
    zeroconf = AsyncZeroconf(interfaces=[interface])
    try:
        await (await zeroconf.async_register_service(service, cooperating_responders=True))
        yield
    finally:
        await zeroconf.async_unregister_all_services()
        await zeroconf.async_close()
