"""New devices join while the owner permits it, and no longer."""

import asyncio
from datetime import timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.errors import DeviceRefusedError, DeviceSilentError
from drrouter.ports import Joining, Serving
from drrouter.sim.wire.zwave import FakeNode, FakeZwaveServer, Fault, Relay
from tests.adapters.kasa.kettle import Kettle
from tests.adapters.zwave.conftest import Serve
from tests.adapters.zwave.driving import eventually


async def test_the_network_is_open_for_the_time_that_was_permitted(
    server: FakeZwaveServer, serve: Serve, clock: SimulatedClock
) -> None:
    integration = await serve(server)
    assert isinstance(integration, Serving)
    assert isinstance(integration, Joining)
    await integration.permit(120)
    assert server.is_open
    await clock.advance(timedelta(seconds=119))
    assert server.is_open
    server.add(FakeNode(13, [Relay(Kettle(clock.now, 5.0))]))

    async def is_found() -> bool:
        return [found.address for found in await integration.discover()] == ["12", "13"]

    await eventually(is_found)
    await clock.advance(timedelta(seconds=2))

    async def is_closed() -> bool:
        return not server.is_open

    await eventually(is_closed)


async def test_the_network_is_closed_at_once_on_demand(server: FakeZwaveServer, serve: Serve) -> None:
    integration = await serve(server)
    await integration.permit(120)
    await integration.permit(0)
    assert not server.is_open


async def test_a_busy_controller_and_a_missing_server_say_so(server: FakeZwaveServer, serve: Serve) -> None:
    integration = await serve(server)
    server.fault = Fault.REFUSES
    with pytest.raises(DeviceRefusedError, match="busy"):
        await integration.permit(120)
    await server.stop()

    async def is_lost() -> bool:
        with pytest.raises(DeviceSilentError):
            await integration.permit(120)
        return True

    await eventually(is_lost)


async def test_a_device_that_encrypts_is_granted_what_needs_no_pin(
    server: FakeZwaveServer, serve: Serve
) -> None:
    integration = await serve(server)
    server.ask_for_keys(0, 1)
    await integration.permit(120)
    server.event({"source": "controller", "event": "grant security classes", "requested": "all"})

    async def answered(count: int) -> bool:
        return len(server.granted) == count

    server.ask_for_keys(0, 1)
    await eventually(lambda: answered(1))
    server.ask_for_keys(1, 2)
    await eventually(lambda: answered(2))
    assert [grant["securityClasses"] for grant in server.granted] == [[0], []]


async def test_what_cannot_be_closed_is_told_in_the_log_and_nothing_stops(
    server: FakeZwaveServer, serve: Serve, clock: SimulatedClock, caplog: pytest.LogCaptureFixture
) -> None:
    integration = await serve(server)
    await integration.permit(10)
    server.fault = Fault.SILENT
    await clock.advance(timedelta(seconds=10))

    async def is_told() -> bool:
        return "could not be closed" in caplog.text

    await eventually(is_told)
    server.fault = Fault.NONE
    await asyncio.sleep(0)
    assert len(await integration.discover()) == 1
