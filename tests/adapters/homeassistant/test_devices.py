"""Devices behind a fake Home Assistant over real bytes: found, read, told, refused, unavailable, back."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.instruction import Outcome, OutcomeKind
from drrouter.domain.measurement import Quality, Quantity
from drrouter.errors import DeviceRefusedError, DeviceSilentError, DeviceUnknownError
from drrouter.ports import Found
from drrouter.sim.wire.homeassistant import (
    Entity,
    FakeDevice,
    FakeHomeAssistant,
    FakePlug,
    FakeWallbox,
    Fault,
)
from tests.adapters.homeassistant.conftest import Home, Serve, built, drain, first
from tests.adapters.kasa.kettle import Kettle

PLUG, BOX = "device_kettle", "device_wallbox"


async def test_every_device_is_found_with_its_identity(home: Home) -> None:
    found = await home.found()
    assert found.keys() == {PLUG, BOX}
    assert found[PLUG] == Found(
        "homeassistant",
        f"homeassistant/{PLUG}",
        {
            "alias": "Kettle",
            "id": PLUG,
            "mac": "02:4D:51:00:00:02",
            "model": "P1",
            "manufacturer": "Maker",
        },
    )


async def test_a_plug_is_switched_and_read(home: Home, plug: FakePlug) -> None:
    device = await home.device(PLUG)
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)
    assert plug.on
    assert {quantity: reading.value for quantity, reading in (await first(device)).items()} == {
        Quantity.SWITCH: 1.0,
        Quantity.POWER_W: 2000.0,
        Quantity.ENERGY_WH: 0.0,
    }
    assert await home.tell(device, 0.0) == Outcome(OutcomeKind.DONE)
    assert not plug.on


async def test_a_change_is_read_as_it_happens(home: Home, plug: FakePlug, server: FakeHomeAssistant) -> None:
    device = await home.device(PLUG)
    readings = device.readings()
    assert {reading.quantity for reading in await anext(readings)} >= {Quantity.SWITCH}
    coming = asyncio.ensure_future(anext(readings))
    plug.call("switch.kettle", "turn_on", {})
    await server.tell(plug)
    assert Quantity.SWITCH in {reading.quantity for reading in await coming if reading.value == 1.0}
    await readings.aclose()  # type: ignore[attr-defined]


async def test_a_wallbox_is_set_to_a_power_within_what_it_takes(home: Home, wallbox: FakeWallbox) -> None:
    device = await home.device(BOX)
    assert await home.tell(device, 4200.0) == Outcome(OutcomeKind.DONE)
    assert wallbox.limit_kw == 4.2
    assert await home.tell(device, 50_000.0) == Outcome(OutcomeKind.DONE)
    assert wallbox.limit_kw == 11.0
    seen = await first(device)
    assert seen[Quantity.SETPOINT_W].value == 11_000.0
    assert seen[Quantity.PLUGGED].value == 1.0


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault.REFUSES, OutcomeKind.REFUSED, "The device did not answer"),
        (Fault.IGNORES, OutcomeKind.SILENT, "its state did not change within 0.5 s"),
        (Fault.CONTRARY, OutcomeKind.REFUSED, "its state is another"),
        (Fault.SILENT, OutcomeKind.SILENT, "no answer to call_service within 0.5 s"),
    ],
)
async def test_what_home_assistant_and_the_state_say_decides_the_outcome(
    home: Home, server: FakeHomeAssistant, fault: Fault, kind: OutcomeKind, words: str
) -> None:
    device = await home.device(PLUG)
    server.fault = fault
    outcome = await home.tell(device, 1.0)
    assert outcome.kind is kind
    assert outcome.sentence.startswith("kettle (Home Assistant): ")
    assert words in outcome.sentence
    server.fault = Fault.NONE
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)


@pytest.mark.parametrize("fault", [Fault.GARBAGE, Fault.HALF])
async def test_garbage_ends_the_connection_and_the_next_one_is_good(
    home: Home, server: FakeHomeAssistant, fault: Fault
) -> None:
    device = await home.device(PLUG)
    server.fault = fault
    assert (await home.tell(device, 1.0)).kind is OutcomeKind.SILENT
    server.fault = Fault.NONE
    await _found_again(home)
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)


async def test_a_slow_home_assistant_is_waited_for(home: Home, server: FakeHomeAssistant) -> None:
    device = await home.device(PLUG)
    server.fault, server.delay_s = Fault.SLOW, 0.02
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)


async def test_an_unavailable_device_is_silent_and_listed_no_more_until_it_returns(
    home: Home, server: FakeHomeAssistant, plug: FakePlug
) -> None:
    device = await home.device(PLUG)
    plug.available = False
    await server.tell(plug)
    with pytest.raises(DeviceSilentError, match=r"kettle \(Home Assistant\): .* unavailable"):
        await drain(device)
    assert (await home.found()).keys() == {BOX}
    assert (await home.tell(device, 1.0)).kind is OutcomeKind.SILENT
    plug.available = True
    await server.tell(plug)
    while PLUG not in await home.found():
        await home.integration._link.ask("ping")
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)


async def test_commands_while_home_assistant_is_away_are_silent_and_never_sent_later(
    home: Home, server: FakeHomeAssistant, plug: FakePlug
) -> None:
    device = await home.device(PLUG)
    await server.stop()
    with pytest.raises(DeviceSilentError, match="no connection to Home Assistant"):
        await drain(device)
    assert (await home.tell(device, 1.0)).kind is OutcomeKind.SILENT
    with pytest.raises(DeviceSilentError, match="no connection"):
        await home.integration.discover()
    await server.start()
    await _found_again(home)
    assert server.calls == []
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)


async def _found_again(home: Home) -> None:
    while True:
        try:
            if PLUG in await home.found():
                return
        except DeviceSilentError:
            continue


async def test_a_device_that_was_removed_is_unknown(
    home: Home, server: FakeHomeAssistant, plug: FakePlug
) -> None:
    device = await home.device(PLUG)
    await server.remove(plug)
    while PLUG in await home.found():
        await home.integration._link.ask("ping")
    assert (await home.tell(device, 1.0)).kind is OutcomeKind.IMPOSSIBLE
    with pytest.raises(DeviceUnknownError, match="knows it no more"):
        await drain(device)


async def test_a_device_that_came_is_found(
    home: Home, server: FakeHomeAssistant, clock: SimulatedClock
) -> None:
    assert "device_fan" not in await home.found()
    server.devices.append(FakePlug("Fan", Kettle(clock.now, 40.0)))
    await server.tell_registry()
    while "device_fan" not in await home.found():
        await home.integration._link.ask("ping")


async def test_only_allowed_devices_are_listed(serve: Serve) -> None:
    home = await serve(devices=["wall*"])
    assert (await home.found()).keys() == {BOX}


async def test_a_device_with_a_pause_is_told_something_only_so_often(
    serve: Serve, server: FakeHomeAssistant, clock: SimulatedClock
) -> None:
    home = await serve(pause=[{"match": "Kettle", "least_pause_s": 300}])
    device = await home.device(PLUG)
    assert await home.tell(device, 1.0) == Outcome(OutcomeKind.DONE)
    await clock.advance(timedelta(seconds=100))
    outcome = await home.tell(device, 0.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "every 300 s only; 200 s are left" in outcome.sentence
    assert len(server.calls) == 1
    await clock.advance(timedelta(seconds=200))
    assert await home.tell(device, 0.0) == Outcome(OutcomeKind.DONE)


async def test_without_the_right_to_read_registries_every_entity_is_a_device(
    home: Home, server: FakeHomeAssistant
) -> None:
    server.fault = Fault.NO_ADMIN
    assert {"switch.kettle", "sensor.kettle_power", "number.wallbox_limit"} <= (await home.found()).keys()


async def test_each_of_several_switches_is_a_device(
    home: Home, server: FakeHomeAssistant, clock: SimulatedClock
) -> None:
    left, right = Entity("switch.left", lambda: "off"), Entity("switch.right", lambda: "on")
    temperature = {"device_class": "temperature", "unit_of_measurement": "°F"}
    probe = Entity("sensor.probe", lambda: "68", temperature)
    server.devices = [FakeDevice("strip", "Strip", left, right, probe)]
    found = await home.found()
    assert found.keys() == {"strip", "switch.left", "switch.right"}
    device = await home.device("strip")
    assert (await first(device))[Quantity.TEMPERATURE_C].value == pytest.approx(20.0)
    assert (await home.tell(device, 1.0)).kind is OutcomeKind.IMPOSSIBLE
    right_one = await home.device("switch.right")
    assert (await first(right_one))[Quantity.SWITCH].value == 1.0


async def test_a_climate_entity_is_switched_and_tells_the_temperature(
    home: Home, server: FakeHomeAssistant
) -> None:
    attributes = {"supported_features": 1 | 128 | 256, "current_temperature": 20.5}
    server.devices = [FakeDevice("", "Room", Entity("climate.room", lambda: "heat", attributes))]
    device = await home.device("climate.room")
    seen = await first(device)
    assert (seen[Quantity.SWITCH].value, seen[Quantity.TEMPERATURE_C].value) == (1.0, 20.5)
    outcome = await home.tell(device, 0.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert (server.calls[-1]["domain"], server.calls[-1]["service"]) == ("climate", "turn_off")


@pytest.mark.parametrize(
    ("state", "quality"),
    [("14000000", Quality.BAD), ("70", Quality.BAD), ("hot", Quality.BAD), ("0.4", Quality.OK)],
)
async def test_an_impossible_power_is_marked(
    home: Home, server: FakeHomeAssistant, state: str, quality: Quality
) -> None:
    power = {"device_class": "power", "unit_of_measurement": "W"}
    entities = Entity("switch.x", lambda: "off"), Entity("sensor.x", lambda: state, power)
    server.devices = [FakeDevice("x", "X", *entities)]
    assert (await first(await home.device("x")))[Quantity.POWER_W].quality is quality


async def test_a_sensor_that_is_unknown_says_nothing(home: Home, server: FakeHomeAssistant) -> None:
    power = {"device_class": "power", "unit_of_measurement": "W"}
    entities = Entity("switch.x", lambda: "on"), Entity("sensor.x", lambda: "unknown", power)
    server.devices = [FakeDevice("x", "X", *entities)]
    assert (await first(await home.device("x"))).keys() == {Quantity.SWITCH}


async def test_a_device_of_which_nothing_changes_for_too_long_is_silent(
    serve: Serve, clock: SimulatedClock
) -> None:
    home = await serve(silent_after_s=600)
    device = await home.device(PLUG)
    reading = asyncio.ensure_future(drain(device))
    while not reading.done():
        await clock.advance(timedelta(seconds=300))
    with pytest.raises(DeviceSilentError, match="nothing of it changed for 600 s"):
        await reading


async def test_an_earlier_handle_hears_no_more(home: Home, plug: FakePlug) -> None:
    old = await home.device(PLUG)
    new = await home.device(PLUG)
    assert await home.tell(new, 1.0) == Outcome(OutcomeKind.DONE)
    assert new._newest
    assert not old._newest


async def test_a_wrong_token_is_refused_and_never_shown(
    server: FakeHomeAssistant, clock: SimulatedClock, tmp_path: Path
) -> None:
    server.token = "another"
    with pytest.raises(DeviceRefusedError, match="does not accept the token") as caught:
        await built(server, clock, tmp_path).serve()
    assert "long-lived token" not in str(caught.value)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (Fault.SILENT, "does not greet"),
        (Fault.GARBAGE, "no message of Home Assistant"),
        (Fault.HALF, "no message of Home Assistant"),
    ],
)
async def test_what_does_not_greet_as_home_assistant_does_is_silent(
    server: FakeHomeAssistant, clock: SimulatedClock, tmp_path: Path, spoil: Fault, words: str
) -> None:
    server.fault = spoil
    with pytest.raises(DeviceSilentError, match=words):
        await built(server, clock, tmp_path).serve()


async def test_nobody_at_the_port_is_silence(
    server: FakeHomeAssistant, clock: SimulatedClock, tmp_path: Path
) -> None:
    await server.stop()
    with pytest.raises(DeviceSilentError, match="cannot be reached"):
        await built(server, clock, tmp_path).serve()


async def test_a_home_assistant_that_answers_no_ping_is_hung_up_on(
    server: FakeHomeAssistant, clock: SimulatedClock, tmp_path: Path
) -> None:
    integration = built(server, clock, tmp_path, heartbeat_s=0.05, timeout_s=0.2)
    serving = asyncio.ensure_future(integration.serve())
    await integration.discover()
    server.fault = Fault.SILENT
    with pytest.raises(DeviceSilentError, match="closed the connection"):
        await serving


async def test_a_state_that_cannot_be_learnt_is_asked_for_again(
    home: Home, server: FakeHomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest: Callable[..., object] = server._result

    async def unwilling(socket: object, command: dict[str, str]) -> object:
        if command["type"] == "get_states":
            return None, {"code": "unknown_error"}
        return await honest(socket, command)  # type: ignore[misc]

    with monkeypatch.context() as patch:
        patch.setattr(server, "_result", unwilling)
        with pytest.raises(DeviceRefusedError, match=r"refuses \(unknown_error: no reason\)"):
            await home.integration.discover()
    assert (await home.found()).keys() == {PLUG, BOX}
