"""Each dialect over real bytes through an independent broker: found, read, told, refused, silent, gone."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.instruction import Outcome, OutcomeKind
from drrouter.domain.measurement import Quality, Quantity
from drrouter.errors import DeviceSilentError
from drrouter.ports import Found
from drrouter.sim.wire.mqtt import FakeAnnounced, FakeBridge, FakeTasmota, FakeWallbox, FakeZigbeePlug, Fault
from tests.adapters.kasa.kettle import Kettle
from tests.adapters.mqtt.broker import HomeBroker
from tests.adapters.mqtt.conftest import Home, drain

Enter = Callable[[Any], Awaitable[Any]]
MAC = "A4:CF:12:00:00:01"
IEEE = "0x00158d0000000001"


@pytest.fixture
async def tasmota(broker: HomeBroker, kettle: Kettle, clock: SimulatedClock, enter: Enter) -> FakeTasmota:
    fake: FakeTasmota = await enter(FakeTasmota(broker.host, broker.port, "plug", kettle, now=clock.now))
    return fake


async def test_a_tasmota_plug_is_found_read_and_switched(home: Home, tasmota: FakeTasmota) -> None:
    found = await home.found(MAC)
    assert found[MAC] == Found(
        "mqtt",
        f"mqtt/{MAC}",
        {
            "alias": "Tasmota",
            "mac": MAC,
            "id": MAC,
            "model": "Sonoff POW R3",
            "manufacturer": "Tasmota",
            "host": "127.0.0.1",
            "dialect": "tasmota",
        },
    )
    device = await home.device(MAC)
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)
    assert tasmota.relays == [True]
    await home.clock.advance(timedelta(hours=1))
    wanted = (Quantity.POWER_W, Quantity.ENERGY_WH, Quantity.VOLTAGE_V, Quantity.SWITCH)
    seen = await home.read_until(device, *wanted)
    assert {quantity: reading.value for quantity, reading in seen.items()} == {
        Quantity.SWITCH: 1.0,
        Quantity.POWER_W: 2000.0,
        Quantity.ENERGY_WH: 2000.0,
        Quantity.VOLTAGE_V: 231.0,
    }
    assert await home.tell(device, 0.0) == Outcome(OutcomeKind.DONE)
    assert tasmota.relays == [False]


async def test_a_zigbee2mqtt_plug_is_found_read_and_switched(
    home: Home, broker: HomeBroker, kettle: Kettle, enter: Enter
) -> None:
    plug = FakeZigbeePlug(IEEE, "Freezer plug", kettle)
    await enter(FakeBridge(broker.host, broker.port, plug))
    found = await home.found(IEEE)
    assert found.keys() == {IEEE}
    assert found[IEEE].identity | {} == {
        "alias": "Freezer plug",
        "id": IEEE,
        "ieee": IEEE,
        "model": "SP 120",
        "model_id": "SP 120",
        "manufacturer": "Innr",
        "dialect": "zigbee2mqtt",
    }
    device = await home.device(IEEE)
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)
    assert plug.on
    seen = await home.read_until(device, Quantity.POWER_W)
    assert seen[Quantity.POWER_W].value == 2000.0
    assert seen[Quantity.POWER_W].quality is Quality.OK


async def test_a_device_announced_bit_by_bit_is_one_device_read_and_switched(
    home: Home, broker: HomeBroker, kettle: Kettle, enter: Enter
) -> None:
    fake = await enter(FakeAnnounced(broker.host, broker.port, "boiler", kettle))
    found = await home.found("maker_boiler")
    assert found["maker_boiler"].identity == {
        "alias": "Plug boiler",
        "mac": "02:4D:51:00:00:01",
        "id": "maker_boiler",
        "model": "P1",
        "manufacturer": "Maker",
        "dialect": "homeassistant",
    }
    device = await home.device("maker_boiler")
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)
    assert fake.on
    seen = await home.read_until(device, Quantity.SWITCH, Quantity.POWER_W, Quantity.ENERGY_WH)
    assert seen[Quantity.POWER_W].value == 2000.0


async def test_a_device_announced_at_once_is_set_to_a_power(
    home: Home, broker: HomeBroker, kettle: Kettle, enter: Enter
) -> None:
    fake = await enter(FakeWallbox(broker.host, broker.port, "wallbox", kettle))
    device = await home.device("wallbox")
    assert await home.tell(device, 4200.0) == Outcome(OutcomeKind.DONE)
    assert fake.limit_kw == 4.2
    seen = await home.read_until(device, Quantity.SETPOINT_W, Quantity.POWER_W)
    assert seen[Quantity.SETPOINT_W].value == pytest.approx(4200.0)
    assert await home.tell(device, 50_000.0) == Outcome(OutcomeKind.DONE)
    assert fake.limit_kw == 11.0
    fake.fault = Fault.REFUSES
    assert (await home.tell(device, 0.0)).kind is OutcomeKind.REFUSED


async def test_each_relay_of_a_strip_is_a_device_with_its_own_power(
    home: Home, broker: HomeBroker, clock: SimulatedClock, enter: Enter
) -> None:
    loads = Kettle(clock.now, 100.0), Kettle(clock.now, 200.0)
    strip = await enter(FakeTasmota(broker.host, broker.port, "strip", *loads, now=clock.now))
    found = await home.found(f"{MAC}/1", f"{MAC}/2")
    assert found[f"{MAC}/2"].identity["alias"] == "Tasmota 2"
    device = await home.device(f"{MAC}/2")
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)
    assert strip.relays == [False, True]
    assert (await home.read_until(device, Quantity.POWER_W))[Quantity.POWER_W].value == 200.0


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.REFUSES, OutcomeKind.REFUSED),
        (Fault.IGNORES, OutcomeKind.SILENT),
        (Fault.MUTE, OutcomeKind.SILENT),
        (Fault.GARBAGE, OutcomeKind.SILENT),
        (Fault.HALF, OutcomeKind.SILENT),
    ],
)
async def test_what_a_device_says_after_a_command_decides_its_outcome(
    home: Home, tasmota: FakeTasmota, fault: Fault, kind: OutcomeKind
) -> None:
    device = await home.device(MAC)
    tasmota.fault = fault
    outcome = await home.tell(device, 1.0)
    assert outcome.kind is kind
    assert outcome.sentence.startswith("kettle (MQTT): it ")
    tasmota.fault = Fault.NONE
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)


async def test_a_device_that_speaks_only_of_changes_need_not_say_again_what_it_does(
    home: Home, broker: HomeBroker, kettle: Kettle, enter: Enter
) -> None:
    fake = await enter(FakeAnnounced(broker.host, broker.port, "boiler", kettle))
    device = await home.device("maker_boiler")
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)
    fake.fault = Fault.MUTE
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)
    assert (await home.tell(device, 0.0)).kind is OutcomeKind.SILENT


async def test_a_device_without_switch_can_be_read_and_not_steered(
    home: Home, broker: HomeBroker, clock: SimulatedClock, enter: Enter
) -> None:
    loads = Kettle(clock.now, 100.0), Kettle(clock.now, 200.0)
    await enter(FakeTasmota(broker.host, broker.port, "strip", *loads, now=clock.now))
    device = await home.device(MAC)
    assert (await home.read_until(device, Quantity.VOLTAGE_V))[Quantity.VOLTAGE_V].value == 231.0
    outcome = await home.tell(device, 1.0)
    assert outcome.kind is OutcomeKind.IMPOSSIBLE
    assert "not be steered" in outcome.sentence


@pytest.mark.parametrize("fault", [Fault.LIES, Fault.NOT_A_NUMBER])
async def test_an_impossible_power_is_marked(home: Home, tasmota: FakeTasmota, fault: Fault) -> None:
    device = await home.device(MAC)
    tasmota.fault = fault
    assert (await home.read_until(device, Quantity.POWER_W))[Quantity.POWER_W].quality is Quality.BAD


async def test_a_plug_that_the_bridge_does_not_hear_is_gone(
    home: Home, broker: HomeBroker, kettle: Kettle, enter: Enter
) -> None:
    plug = FakeZigbeePlug(IEEE, "plug", kettle)
    bridge = await enter(FakeBridge(broker.host, broker.port, plug))
    device = await home.device(IEEE)
    plug.reachable = False
    await bridge.say_availability(plug)
    with pytest.raises(DeviceSilentError, match="its bridge"):
        await drain(device)
    assert await home.integration.discover() == ()


async def test_a_device_that_left_the_list_of_its_bridge_is_gone(
    home: Home, broker: HomeBroker, kettle: Kettle, enter: Enter
) -> None:
    bridge = await enter(FakeBridge(broker.host, broker.port, FakeZigbeePlug(IEEE, "plug", kettle)))
    device = await home.device(IEEE)
    bridge.plugs.clear()
    await bridge.list_devices()
    while await home.integration.discover():
        pass
    assert (await home.tell(device, 1.0)).kind is OutcomeKind.IMPOSSIBLE


async def test_a_device_that_says_nothing_for_too_long_is_silent(home: Home, tasmota: FakeTasmota) -> None:
    device = await home.device(MAC)
    await home.read_until(device, Quantity.SWITCH, Quantity.POWER_W)
    tasmota.fault = Fault.MUTE
    await home.clock.advance(timedelta(minutes=16))
    with pytest.raises(DeviceSilentError, match="said nothing for 900 s"):
        await drain(device, lambda: home.clock.advance(timedelta(minutes=16)))
    tasmota.fault = Fault.NONE
    assert (await home.read_until(device, Quantity.POWER_W))[Quantity.POWER_W].quality is Quality.OK


async def test_a_device_is_asked_again_when_it_says_nothing_by_itself(
    home: Home, tasmota: FakeTasmota, kettle: Kettle
) -> None:
    device = await home.device(MAC)
    batches = 0

    async def read() -> None:
        nonlocal batches
        async for _ in device.readings():
            batches += 1

    reading = asyncio.create_task(read())
    while len(tasmota.heard) < 10:
        await home.clock.advance(timedelta(seconds=31))
    assert {text for _, text in tasmota.heard} == {"10", "11"}
    assert batches > 2
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)


async def test_commands_while_the_broker_is_away_are_silent_and_never_sent_later(
    home: Home, broker: HomeBroker, tasmota: FakeTasmota
) -> None:
    device = await home.device(MAC)
    assert await home.tell(device, 0.0) == Outcome(OutcomeKind.DONE)
    await broker.stop()
    with pytest.raises(DeviceSilentError, match="no session with the broker"):
        await drain(device)
    outcome = await home.tell(device, 1.0)
    assert outcome.kind is OutcomeKind.SILENT
    assert "no session with the broker" in outcome.sentence
    with pytest.raises(DeviceSilentError, match="no session"):
        await home.integration.discover()
    heard = len(tasmota.heard)
    await broker.start()
    await _found_again(home)
    assert all("POWER" not in topic for topic, _ in tasmota.heard[heard:])
    assert tasmota.relays == [False]
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)


async def _found_again(home: Home) -> None:
    """Wait until the session stands and the plug is announced again."""
    while True:
        try:
            await home.found(MAC)
        except DeviceSilentError:
            continue
        return


async def test_a_device_known_in_two_dialects_is_listed_once(
    home: Home, broker: HomeBroker, kettle: Kettle, enter: Enter
) -> None:
    bridge = await enter(FakeBridge(broker.host, broker.port, FakeZigbeePlug(IEEE, "plug", kettle)))
    config = {"stat_t": "x", "cmd_t": "y", "dev": {"ids": [f"zigbee2mqtt_{IEEE}"], "name": "twice"}}
    await bridge.say("homeassistant/switch/x/y/config", json.dumps(config), retain=True)
    permit = {"stat_t": "x", "cmd_t": "y", "dev": {"ids": ["zigbee2mqtt_bridge_0x00124b0000000001"]}}
    await bridge.say("homeassistant/switch/bridge/permit/config", json.dumps(permit), retain=True)
    assert (await home.found(IEEE)).keys() == {IEEE}


async def test_retained_garbage_costs_nobody_anything(
    home: Home, broker: HomeBroker, tasmota: FakeTasmota
) -> None:
    for topic in (
        "tasmota/discovery/X/config",
        "zigbee2mqtt/bridge/devices",
        "homeassistant/switch/x/config",
    ):
        for text in (
            "\x00\xff",
            "[1",
            "[]",
            '{"a":1,"a":2}',
            "[[1]]",
            '{"dev":7,"cmps":{"a":1}}',
            "x" * 100_000,
        ):
            await tasmota.say(topic, text, retain=True)
    assert (await home.found(MAC)).keys() == {MAC}


async def test_an_entity_that_was_taken_away_is_no_more(
    home: Home, broker: HomeBroker, kettle: Kettle, enter: Enter
) -> None:
    fake = await enter(FakeAnnounced(broker.host, broker.port, "boiler", kettle))
    await home.found("maker_boiler")
    for component, entity, _ in fake.configs():
        await fake.say(f"homeassistant/{component}/boiler/{entity}/config", "", retain=True)
    while await home.integration.discover():
        pass
