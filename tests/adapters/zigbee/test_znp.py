"""A Texas Instruments stick by bytes, over a pseudo terminal and TCP, with zigpy-znp at the other end."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.zigbee.integration import ZigbeeIntegration, build
from drrouter.adapters.devices.zigbee.settings import ZigbeeSettings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceError
from drrouter.ports import Device, Found, Surroundings
from drrouter.sim.wire.zigbee import MeteringPlug, PseudoTerminal, StickFault, TcpLine, ZnpStick
from drrouter.sim.wire.zigbee.mt import Command, Splitter
from tests.adapters.zigbee.conftest import close, until, values
from tests.adapters.zigbee.kettle import Kettle


@pytest.fixture(params=["pseudo terminal", "TCP"])
async def stick(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ZnpStick]:
    line = PseudoTerminal(tmp_path / "ttyUSB0") if request.param == "pseudo terminal" else TcpLine()
    async with ZnpStick(line) as stick:
        yield stick


@pytest.fixture
def plug(clock: SimulatedClock) -> MeteringPlug:
    kettle = Kettle(clock.now, 2000.0)
    return MeteringPlug(bytes.fromhex("00124b000a0b0c01"), 0x1001, kettle, now=clock.now)


@pytest.fixture
async def serve(surroundings: Surroundings) -> AsyncIterator[Callable[[ZnpStick], "Serving"]]:
    """Returns a function that lets an integration serve a stick."""
    async with contextlib.AsyncExitStack() as stack:

        def begin(stick: ZnpStick) -> "Serving":
            settings = ZigbeeSettings(
                port=stick.line.url, radio="znp", database="", timeout_s=2, start_s=20, permit_join_s=60
            )
            serving = Serving(build(settings, surroundings), stick)
            stack.push_async_callback(serving.end)
            return serving

        yield begin


class Serving:
    def __init__(self, integration: ZigbeeIntegration, stick: ZnpStick) -> None:
        self.integration, self.stick = integration, stick
        self.task = asyncio.create_task(integration.serve())

    async def ready(self) -> None:
        """Return when the network runs and joining is permitted."""
        await until(lambda: 60 in self.stick.permitted_s or self.task.done())
        assert not self.task.done(), self.task.exception()

    async def join(self, plug: MeteringPlug) -> Found:
        self.stick.join(plug)
        async with asyncio.timeout(10):
            while not (everything := await self.integration.discover()):  # noqa: ASYNC110 - as the router asks
                await asyncio.sleep(0)
        (found,) = everything
        return found

    async def nobody_left(self) -> None:
        async with asyncio.timeout(10):
            while await self.integration.discover():  # noqa: ASYNC110 - as the router asks
                await asyncio.sleep(0)

    async def end(self) -> None:
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError, DeviceError):
            await self.task


async def _tell(device: Device, clock: SimulatedClock, name: str, power_w: float) -> Outcome:
    lasts = timedelta(minutes=5)
    return await device.apply(Instruction(name, device.id, power_w, "test", clock.now() + lasts))


async def test_a_plug_behind_a_true_stick_joins_is_switched_read_and_reports(
    stick: ZnpStick, plug: MeteringPlug, serve: Callable[[ZnpStick], Serving], clock: SimulatedClock
) -> None:
    serving = serve(stick)
    await serving.ready()
    found = await serving.join(plug)
    assert found.identity["model"] == "SP-1"
    device = serving.integration.setup(DeviceId("kettle"), found)
    readings = device.readings()
    assert values(await anext(readings))[Quantity.SWITCH] == 0.0
    assert await _tell(device, clock, "on", 1.0) == Outcome(OutcomeKind.DONE)
    assert plug.on
    stick.report()
    assert values(await anext(readings))[Quantity.POWER_W] == 2000.0
    stick.leave(plug)
    await serving.nobody_left()
    outcome = await _tell(device, clock, "off", 0.0)
    assert outcome.kind is OutcomeKind.SILENT
    await close(readings)


async def test_a_stick_without_a_network_forms_one(
    surroundings: Surroundings, tmp_path: Path, plug: MeteringPlug
) -> None:
    async with ZnpStick(PseudoTerminal(tmp_path / "ttyUSB0"), has_network=False) as stick:
        settings = ZigbeeSettings(
            port=stick.line.url, radio="znp", database="", channel=20, permit_join_s=60, timeout_s=2
        )
        serving = Serving(build(settings, surroundings), stick)
        await serving.ready()
        assert (await serving.join(plug)).identity["model"] == "SP-1"
        await serving.end()
        assert stick.channel == 20


async def test_noise_on_the_line_is_skipped(
    stick: ZnpStick, plug: MeteringPlug, serve: Callable[[ZnpStick], Serving]
) -> None:
    stick.fault = StickFault.NOISE
    serving = serve(stick)
    await serving.ready()
    assert (await serving.join(plug)).identity["id"] == plug.id


async def test_a_device_out_of_reach_is_silent(
    stick: ZnpStick,
    plug: MeteringPlug,
    serve: Callable[[ZnpStick], Serving],
    clock: SimulatedClock,
) -> None:
    serving = serve(stick)
    await serving.ready()
    device = serving.integration.setup(DeviceId("kettle"), await serving.join(plug))
    stick.vanish(plug)
    outcome = await _tell(device, clock, "on", 1.0)
    assert outcome.kind is OutcomeKind.SILENT
    assert "no usable answer (DeliveryError)" in outcome.sentence


async def test_a_stick_that_is_pulled_is_lost_and_works_again_once_it_is_back(
    stick: ZnpStick, plug: MeteringPlug, serve: Callable[[ZnpStick], Serving]
) -> None:
    serving = serve(stick)
    await serving.ready()
    await stick.line.close()
    with pytest.raises(DeviceError, match=r"the Zigbee stick at .* was lost"):
        await serving.task
    assert await serving.integration.discover() == ()
    stick.permitted_s.clear()
    await stick.line.open()
    again = serve(stick)
    await again.ready()
    assert (await again.join(plug)).identity["id"] == plug.id


async def test_a_stick_that_says_nothing_is_given_up(stick: ZnpStick, surroundings: Surroundings) -> None:
    stick.fault = StickFault.SILENT
    settings = ZigbeeSettings(port=stick.line.url, radio="znp", database="", start_s=0.3)
    with pytest.raises(DeviceError, match=r"cannot be opened: it does not answer; check the port"):
        await build(settings, surroundings).serve()


async def test_a_port_that_is_none_is_said(surroundings: Surroundings, tmp_path: Path) -> None:
    settings = ZigbeeSettings(port=str(tmp_path / "none"), radio="znp", database="")
    with pytest.raises(DeviceError, match=r"none cannot be opened: .*No such file"):
        await build(settings, surroundings).serve()


def test_commands_are_cut_from_a_stream_whatever_is_between_them() -> None:
    ping, version = Command(0x20, 1, 1), Command(0x20, 1, 2, b"\xfe\x00")
    splitter = Splitter()
    assert list(splitter.fed(b"noise" + ping.to_bytes()[:3])) == []
    assert list(splitter.fed(ping.to_bytes()[3:] + b"\xfe\xfe\x00" + version.to_bytes())) == [ping, version]
    assert list(splitter.fed(b"\xfe\xff" + bytes(300) + ping.to_bytes())) == [ping]
