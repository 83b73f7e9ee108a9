"""Strips, whose sockets are devices of their own: Kasa's over the legacy protocol, Tapo's over KLAP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.kasa.integration import KasaIntegration
from drrouter.adapters.devices.kasa.reach import Account
from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceError, DeviceSilentError
from drrouter.ports import Device, Found
from drrouter.sim.wire.kasa import (
    Answers,
    FakeKlap,
    FakeStrip,
    Fault,
    Outlet,
    PlugIdentity,
    SmartStripAnswers,
    StripAnswers,
    mac_of,
)
from tests.adapters.kasa.asking import ACCOUNT, read, tell
from tests.adapters.kasa.kettle import Kettle

KINDS = ["kasa", "kasa over klap", "tapo"]

Strip = FakeStrip | FakeKlap
PlugIn = Callable[[str], Awaitable[Strip]]


@pytest.fixture
def settings(settings: KasaSettings) -> KasaSettings:
    return settings.model_copy(update={"timeout_s": 5, "login_s": 5})


@pytest.fixture
def integration(settings: KasaSettings, clock: SimulatedClock) -> KasaIntegration:
    return KasaIntegration(settings, clock, Account(*ACCOUNT))


@pytest.fixture
async def plug_in(
    clock: SimulatedClock, port: int, klap_in: Callable[..., Awaitable[FakeKlap]]
) -> AsyncIterator[PlugIn]:
    """Plugs in a strip of three sockets, with 100, 200 and 300 W behind them."""
    outlets = [Outlet(f"Socket {n}", Kettle(clock.now, 100.0 * n)) for n in (1, 2, 3)]
    async with AsyncExitStack() as stack:

        async def join(kind: str) -> Strip:
            if kind == "kasa":
                strip = FakeStrip("127.77.0.1", "Strip", outlets, now=clock.now, port=port)
                return await stack.enter_async_context(strip)
            mac = mac_of("127.77.1.1")
            if kind == "tapo":
                return await klap_in(1, SmartStripAnswers("Strip", mac, outlets, clock.now), account=ACCOUNT)
            firmware = StripAnswers(PlugIdentity("Strip", mac, "HS300(US)"), outlets, clock.now)
            return await klap_in(1, firmware, account=ACCOUNT, family="IOT.SMARTPLUGSWITCH")

        yield join


async def _sockets(integration: KasaIntegration) -> list[Device]:
    found = sorted(await integration.discover(), key=lambda one: one.identity["alias"])
    return [integration.setup(DeviceId(one.identity["alias"]), one) for one in found]


async def _tell(device: Device, clock: SimulatedClock, power_w: float) -> tuple[OutcomeKind, str]:
    outcome = await tell(device, clock, power_w)
    return outcome.kind, outcome.sentence


def _relays(strip: Strip) -> list[bool]:
    firmware: Any = strip.answers if isinstance(strip, FakeStrip) else strip.firmware
    return [socket.on for socket in firmware.sockets]


@pytest.mark.parametrize("kind", KINDS)
async def test_each_socket_is_found_with_its_own_name_and_id(
    plug_in: PlugIn, integration: KasaIntegration, kind: str
) -> None:
    strip = await plug_in(kind)
    found = await integration.discover()
    assert sorted(one.identity["alias"] for one in found) == ["Socket 1", "Socket 2", "Socket 3"]
    assert len({one.address for one in found}) == 3
    mac = mac_of(strip.address)
    for one in found:
        child = one.address.partition("#")[2]
        assert one.address.startswith(f"{strip.address}:{strip.port}#")
        assert one.identity["id"] == f"{mac}#{child}"
        assert one.identity["strip"] == mac
        assert "mac" not in one.identity


@pytest.mark.parametrize("kind", KINDS)
async def test_a_socket_is_switched_alone_and_read_back(
    plug_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock, kind: str
) -> None:
    strip = await plug_in(kind)
    first, second, third = await _sockets(integration)
    assert await _tell(second, clock, 1.0) == (OutcomeKind.DONE, "")
    assert _relays(strip) == [False, True, False]
    assert await _tell(third, clock, 1.0) == (OutcomeKind.DONE, "")
    assert await _tell(second, clock, 0.0) == (OutcomeKind.DONE, "")
    assert _relays(strip) == [False, False, True]
    assert (await read(first, clock))[Quantity.SWITCH].value == 0.0


@pytest.mark.parametrize("kind", KINDS)
async def test_each_socket_is_metered_alone(
    plug_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock, kind: str
) -> None:
    await plug_in(kind)
    devices = await _sockets(integration)
    for device in devices[:2]:
        await _tell(device, clock, 1.0)
    seen = [await read(device, clock) for device in devices]
    assert [one[Quantity.POWER_W].value for one in seen] == [100.0, 200.0, 0.0]
    assert [one[Quantity.SWITCH].value for one in seen] == [1.0, 1.0, 0.0]
    assert all(one[Quantity.VOLTAGE_V].value == pytest.approx(231.0) for one in seen)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_refusing_socket_is_reported(
    plug_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock, kind: str
) -> None:
    strip = await plug_in(kind)
    device, *_ = await _sockets(integration)
    strip.fault = Fault.REFUSES
    outcome, sentence = await _tell(device, clock, 1.0)
    assert (outcome, "error" in sentence) == (OutcomeKind.REFUSED, True)
    strip.fault = Fault.IGNORES
    assert (await _tell(device, clock, 2.0))[0] is OutcomeKind.REFUSED


@pytest.mark.parametrize("kind", KINDS)
async def test_a_socket_that_the_strip_does_not_know_costs_itself_alone(
    plug_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock, kind: str
) -> None:
    await plug_in(kind)
    found = (await integration.discover())[0]
    other = Found("kasa", found.address.partition("#")[0] + "#99", found.identity)
    device = integration.setup(DeviceId("ghost"), other)
    assert (await _tell(device, clock, 1.0))[0] in (OutcomeKind.SILENT, OutcomeKind.REFUSED)
    with pytest.raises(DeviceError, match="ghost"):
        await read(device, clock)
    good = integration.setup(DeviceId("good"), found)
    assert Quantity.POWER_W in await read(good, clock)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_strip_that_left_is_silent_and_works_again_when_it_is_back(
    plug_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock, kind: str
) -> None:
    strip = await plug_in(kind)
    devices = await _sockets(integration)
    await strip.stop()
    for device in devices:
        with pytest.raises(DeviceSilentError):
            await read(device, clock)
    await strip.start()
    for device in devices:
        assert (await read(device, clock))[Quantity.SWITCH].value == 0.0


async def test_readings_of_all_sockets_go_over_one_connection(
    plug_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock
) -> None:
    strip = await plug_in("kasa")
    assert isinstance(strip, FakeStrip)
    devices = await _sockets(integration)
    streams = [device.readings() for device in devices]
    await asyncio.gather(*(anext(stream) for stream in streams))
    assert strip.connections == 1
    for stream in streams:
        await stream.aclose()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "children",
    [None, 7, [], ["socket"], [{"alias": "no id"}], [{"id": "\u202e"}], [{"id": 5}]],
    ids=str,
)
async def test_sockets_of_the_wrong_shape_are_left_out(
    plug_in: PlugIn, integration: KasaIntegration, children: object
) -> None:
    strip = await plug_in("kasa")
    assert isinstance(strip, FakeStrip)
    honest = strip.answers.answer

    def twisted(request: dict[str, Any]) -> dict[str, Any]:
        answer = honest(request)
        answer["system"]["get_sysinfo"]["children"] = children
        return answer

    strip.answers.answer = twisted  # type: ignore[method-assign]
    assert await integration.discover() == ()


async def test_what_is_no_socket_among_the_children_is_left_out(
    plug_in: PlugIn, integration: KasaIntegration
) -> None:
    strip = await plug_in("tapo")
    assert isinstance(strip, FakeKlap)
    honest = strip.firmware.answer

    def twisted(request: dict[str, Any]) -> dict[str, Any]:
        answer = honest(request)
        if request["method"] == "get_child_device_list":
            answer["result"]["child_device_list"][0]["category"] = "kasa.switch.outlet.sub-fan"
        return answer

    strip.firmware.answer = twisted  # type: ignore[method-assign]
    assert len(await integration.discover()) == 1


@pytest.mark.parametrize(
    "data",
    [None, [], {}, {"error_code": 0}, {"error_code": 0, "result": {"responses": [5, {"method": 7}]}}],
    ids=str,
)
async def test_half_an_answer_of_a_socket_does_not_pass(
    plug_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock, data: object
) -> None:
    strip = await plug_in("tapo")
    assert isinstance(strip, FakeKlap)
    device, *_ = await _sockets(integration)
    honest = strip.firmware.answer

    def twisted(request: dict[str, Any]) -> dict[str, Any]:
        controlled = request["method"] == "control_child"
        return {"error_code": 0, "result": {"responseData": data}} if controlled else dict(honest(request))

    strip.firmware.answer = twisted  # type: ignore[method-assign]
    assert (await _tell(device, clock, 1.0))[0] is not OutcomeKind.DONE
    with pytest.raises(DeviceError):
        await read(device, clock)


def test_a_strip_answers_for_all_sockets_or_those_that_are_named(clock: SimulatedClock) -> None:
    outlets = [Outlet(f"Socket {n}", Kettle(clock.now, 100.0)) for n in (1, 2)]
    strip = StripAnswers(PlugIdentity("Strip", mac_of("127.77.0.1")), outlets, clock.now)
    assert all(isinstance(socket, Answers) for socket in strip.sockets)
    strip.answer({"system": {"set_relay_state": {"state": 1}}})
    assert [socket.on for socket in strip.sockets] == [True, True]
    wrong = strip.answer({"context": {"child_ids": ["no"]}, "system": {"set_relay_state": {"state": 0}}})
    assert wrong["system"]["set_relay_state"]["err_code"] == -3
    assert strip.answer({"emeter": {"get_realtime": {}}})["emeter"]["get_realtime"]["err_code"] == -3
    assert strip.answer({"emeter": 5})["emeter"]["err_code"] == -1
