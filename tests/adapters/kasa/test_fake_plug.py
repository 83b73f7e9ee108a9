"""The fake is a plug to the real library: python-kasa itself discovers, updates, switches and reads it."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from kasa import Device, DeviceConfig, Discover, KasaException, Module

from drrouter.adapters.clock import SimulatedClock
from drrouter.sim.wire.kasa import FakePlug, Fault, Meter, decipher, encipher

PlugIn = Callable[..., Awaitable[FakePlug]]


async def test_the_library_finds_each_plug_under_its_own_address_by_broadcast(
    plug_in: PlugIn, port: int
) -> None:
    for number in (1, 2, 3):
        await plug_in(number, f"Plug {number}")
    found = await Discover.discover(
        target="127.255.255.255", port=port, discovery_timeout=1, discovery_packets=2
    )
    assert {host: device.alias for host, device in found.items()} == {
        "127.77.0.1": "Plug 1",
        "127.77.0.2": "Plug 2",
        "127.77.0.3": "Plug 3",
    }


async def test_the_library_finds_a_plug_by_its_address(plug_in: PlugIn, port: int) -> None:
    await plug_in(1)
    found = await Discover.discover_single("127.77.0.1", port=port, discovery_timeout=1)
    assert found is not None
    assert found.model == "HS110"


@pytest.mark.parametrize("meter", Meter)
async def test_the_library_updates_switches_and_reads_a_plug(
    plug_in: PlugIn, port: int, clock: SimulatedClock, meter: Meter
) -> None:
    await plug_in(1, "Kettle", 2000.0, meter=meter)
    device = await Device.connect(config=DeviceConfig("127.77.0.1", port_override=port))
    try:
        assert not device.is_on
        await device.turn_on()
        await clock.advance(timedelta(minutes=30))
        await device.update()
        assert device.is_on
        energy = device.modules[Module.Energy]
        assert energy.current_consumption == 2000.0
        assert energy.consumption_total == 1.0
        assert energy.voltage == 231.0
        assert energy.current == pytest.approx(2000 / 231, abs=0.001)
        assert {name: feature.value for name, feature in device.features.items() if name != "reboot"}
        await device.turn_off()
        await device.update()
        assert not device.is_on
        assert energy.current_consumption == 0.0
    finally:
        await device.disconnect()


async def test_a_plug_keeps_its_relay_while_it_is_away(plug_in: PlugIn, port: int) -> None:
    plug = await plug_in(1)
    plug.answers.switch(True)
    await plug.stop()
    with pytest.raises(KasaException):
        await Device.connect(config=DeviceConfig("127.77.0.1", port_override=port))
    await plug.start()
    device = await Device.connect(config=DeviceConfig("127.77.0.1", port_override=port))
    assert device.is_on
    await device.disconnect()


async def test_what_a_plug_does_not_know_it_answers_with_an_error(plug_in: PlugIn) -> None:
    plug = await plug_in(1)
    request = {
        "smartlife.iot.dimmer": {"get_dimmer_parameters": {}},
        "system": {"reboot": {}, "set_relay_state": {"state": 2}, "set_led_off": {"off": 1}},
        "time": None,
    }
    answer = plug.answers.answer(request)
    assert answer["smartlife.iot.dimmer"]["err_code"] == -1
    assert answer["system"]["reboot"]["err_code"] == -2
    assert answer["system"]["set_relay_state"]["err_code"] == -3
    assert answer["system"]["set_led_off"]["err_code"] == 0
    assert answer["time"]["err_code"] == -1
    assert plug.answers.answer({"system": {"get_sysinfo": {}}})["system"]["get_sysinfo"]["led_off"] == 1
    assert plug.answers.answer({"system": {"set_led_off": {}}})["system"]["set_led_off"]["err_code"] == -3


async def test_a_plug_hangs_up_on_what_is_no_request(plug_in: PlugIn, port: int) -> None:
    await plug_in(1)
    for nonsense in (b"\xff\xff\xff\xff", (4).to_bytes(4, "big") + encipher(b"[1] "), b"\0\0\0\2{}"):
        reader, writer = await asyncio.open_connection("127.77.0.1", port)
        writer.write(nonsense)
        assert await reader.read() == b""
        writer.close()


async def test_a_datagram_that_is_no_request_gets_no_answer(plug_in: PlugIn) -> None:
    plug = await plug_in(1)
    plug.heard(b"nonsense", ("127.0.0.1", 9))
    plug.fault = Fault.SILENT
    plug.heard(encipher(b'{"system":{"get_sysinfo":{}}}'), ("127.0.0.1", 9))
    assert plug.requests == 0


def test_the_cipher_undoes_itself() -> None:
    plain = json.dumps({"system": {"get_sysinfo": {}}, "text": "Wäscherei"}).encode()
    assert decipher(encipher(plain)) == plain
    assert decipher(b"") == encipher(b"") == b""
