"""One plug behind the server, driven over a true WebSocket: told, read, and met in each fault."""

import asyncio
from datetime import timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Outcome, OutcomeKind
from drrouter.domain.measurement import Quality, Quantity
from drrouter.errors import DeviceRefusedError, DeviceSilentError, DeviceUnknownError
from drrouter.sim.wire.zwave import FakeNode, FakeZwaveServer, Fault, Relay, Status
from tests.adapters.kasa.kettle import Kettle
from tests.adapters.zwave.conftest import Serve
from tests.adapters.zwave.driving import Driven, eventually

DONE = Outcome(OutcomeKind.DONE)


async def test_a_plug_is_switched_on_and_off_and_asked_whether_it_did(
    server: FakeZwaveServer, plug: FakeNode, driven: Driven
) -> None:
    assert await driven.tell(2000.0) == DONE
    assert plug.relays[0].level == 99
    assert await driven.tell(0.0) == DONE
    assert plug.relays[0].level == 0
    assert server.commands[-2:] == ["node.set_value", "node.poll_value"]


async def test_everything_is_asked_for_at_first(
    server: FakeZwaveServer, clock: SimulatedClock, driven: Driven
) -> None:
    server.press(12, on=True)
    await clock.advance(timedelta(hours=1))
    readings = await driven.whole()
    assert {quantity: reading.value for quantity, reading in readings.items()} == {
        Quantity.SWITCH: 1.0,
        Quantity.POWER_W: 2000.0,
        Quantity.ENERGY_WH: 2000.0,
        Quantity.VOLTAGE_V: 231.0,
    }
    assert {reading.quality for reading in readings.values()} == {Quality.OK}
    assert {reading.at for reading in readings.values()} == {clock.now()}


async def test_what_somebody_does_by_hand_is_pushed(server: FakeZwaveServer, driven: Driven) -> None:
    await driven.whole()
    asked = len(server.commands)
    server.press(12, on=True)
    await driven.until({Quantity.SWITCH: 1.0, Quantity.POWER_W: 2000.0})
    assert len(server.commands) == asked


async def test_a_plug_that_says_nothing_is_asked_after_a_while(
    server: FakeZwaveServer, clock: SimulatedClock, driven: Driven
) -> None:
    await driven.whole()
    asked = len(server.commands)
    waiting = asyncio.ensure_future(driven.next())
    await clock.advance(timedelta(seconds=59))
    assert not waiting.done()
    await clock.advance(timedelta(seconds=1))
    assert {reading.quantity for reading in await waiting} >= {Quantity.SWITCH, Quantity.POWER_W}
    assert server.commands[asked:] == ["node.poll_value"] * 4


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (Fault.REFUSES, OutcomeKind.REFUSED, "the device rejected it"),
        (Fault.UNSUPPORTED, OutcomeKind.IMPOSSIBLE, "Z-Wave JS cannot set that"),
        (Fault.IGNORES, OutcomeKind.REFUSED, "acknowledged to go to on, but stays at off"),
        (Fault.UNDELIVERED, OutcomeKind.SILENT, "node 12 is dead"),
        (Fault.UNREADABLE, OutcomeKind.REFUSED, "unknown_error"),
        (Fault.SILENT, OutcomeKind.SILENT, "no answer to node.set_value within 0.5 s"),
        (Fault.GARBAGE, OutcomeKind.SILENT, "no connection"),
        (Fault.HALF, OutcomeKind.SILENT, "no connection"),
        (Fault.HANGS_UP, OutcomeKind.SILENT, "no connection"),
    ],
)
async def test_whatever_goes_wrong_with_a_command_is_told_and_heals(
    server: FakeZwaveServer, driven: Driven, fault: Fault, kind: OutcomeKind, words: str
) -> None:
    server.fault = fault
    outcome = await driven.tell(2000.0)
    assert outcome.kind is kind
    assert outcome.sentence.startswith("kettle (Z-Wave): ")
    assert words in outcome.sentence
    server.fault = Fault.NONE
    await eventually(lambda: driven.obeys(2000.0))
    assert server.nodes[12].relays[0].level == 99


@pytest.mark.parametrize(
    "fault", [Fault.UNDELIVERED, Fault.SILENT, Fault.GARBAGE, Fault.HALF, Fault.HANGS_UP]
)
async def test_a_plug_that_cannot_be_asked_is_silent_and_comes_back(
    server: FakeZwaveServer, driven: Driven, fault: Fault
) -> None:
    server.fault = fault
    with pytest.raises(DeviceSilentError, match=r"kettle \(Z-Wave\): "):
        await driven.next()
    server.fault = Fault.NONE
    await eventually(lambda: _says(driven, Quantity.SWITCH, 0.0))


async def test_a_server_that_goes_and_comes_back_is_noticed_and_asked_again(
    server: FakeZwaveServer, driven: Driven
) -> None:
    await driven.whole()
    waiting = asyncio.ensure_future(driven.next())
    await asyncio.sleep(0)
    await server.stop()
    with pytest.raises(DeviceSilentError, match="no connection"):
        await waiting
    assert (await driven.tell(2000.0)).kind is OutcomeKind.SILENT
    server.press(12, on=True)
    await server.start()
    await eventually(lambda: _says(driven, Quantity.SWITCH, 1.0))


async def test_a_half_open_connection_is_noticed_by_its_heartbeat(
    server: FakeZwaveServer, serve: Serve, clock: SimulatedClock
) -> None:
    integration = await serve(server, heartbeat_s=0.05)
    sessions = integration._network.sessions
    await server.hang_up()

    async def is_back() -> bool:
        return integration._network.sessions > sessions

    await eventually(is_back)
    assert len(await integration.discover()) == 1


async def test_a_stick_that_was_started_anew_is_read_again(
    server: FakeZwaveServer, plug: FakeNode, driven: Driven
) -> None:
    await driven.whole()
    plug.relays[0].endpoint = 3
    server.event({"source": "driver", "event": "driver ready"})

    async def is_gone() -> bool:
        return (await driven.tell(2000.0)).kind is OutcomeKind.IMPOSSIBLE

    await eventually(is_gone)


async def test_a_value_that_cannot_be_asked_for_does_not_hide_the_others(
    server: FakeZwaveServer, plug: FakeNode, driven: Driven
) -> None:
    plug.relays[0].metered = False
    assert list(await driven.whole()) == [Quantity.SWITCH]
    server.fault = Fault.UNREADABLE
    with pytest.raises(DeviceRefusedError, match="unknown_error"):
        await driven.whole()


async def test_a_reading_that_a_command_overtook_is_taken_again(
    server: FakeZwaveServer, driven: Driven
) -> None:
    reading = asyncio.ensure_future(driven.whole())
    assert await driven.tell(2000.0) == DONE
    assert (await reading)[Quantity.SWITCH].value == 1.0


async def test_a_dead_node_is_silent_until_it_lives_again(server: FakeZwaveServer, driven: Driven) -> None:
    await driven.whole()
    waiting = asyncio.ensure_future(driven.next())
    await asyncio.sleep(0)
    server.turn(12, Status.DEAD)
    with pytest.raises(DeviceSilentError, match="node 12 is dead"):
        await waiting
    outcome = await driven.tell(2000.0)
    assert (outcome.kind, "node 12 is dead" in outcome.sentence) == (OutcomeKind.SILENT, True)
    server.turn(12, Status.ALIVE)
    await eventually(lambda: driven.obeys(2000.0))


async def test_a_sleeping_device_is_told_nothing_and_is_silent_after_its_time(
    clock: SimulatedClock, serve: Serve, server: FakeZwaveServer, driven: Driven
) -> None:
    server.turn(12, Status.ASLEEP)

    async def refuses() -> bool:
        return "would obey at some later time" in (await driven.tell(2000.0)).sentence

    await eventually(refuses)
    said = asyncio.ensure_future(driven.until({Quantity.VOLTAGE_V: 231.0}))
    await clock.advance(timedelta(hours=1))
    server.press(12, on=True)
    await said
    waiting = asyncio.ensure_future(driven.next())
    await clock.advance(timedelta(minutes=119))
    assert not waiting.done()
    await clock.advance(timedelta(minutes=1))
    with pytest.raises(DeviceSilentError, match="node 12 sleeps"):
        await waiting


async def test_a_node_that_was_removed_is_unknown(server: FakeZwaveServer, driven: Driven) -> None:
    await driven.whole()
    waiting = asyncio.ensure_future(driven.next())
    await asyncio.sleep(0)
    server.remove(12)
    with pytest.raises(DeviceUnknownError, match="node 12 is not in the network any more"):
        await waiting
    assert (await driven.tell(0.0)).kind is OutcomeKind.IMPOSSIBLE


async def test_a_node_that_only_the_server_forgot_is_unknown_too(
    server: FakeZwaveServer, driven: Driven
) -> None:
    del server.nodes[12]
    with pytest.raises(DeviceUnknownError, match="no such node"):
        await driven.next()


async def test_another_network_at_the_address_is_told_nothing(
    server: FakeZwaveServer, plug: FakeNode, driven: Driven
) -> None:
    server.home_id = 5
    await server.hang_up()

    async def refuses() -> bool:
        return "another Z-Wave network" in (await driven.tell(2000.0)).sentence

    await eventually(refuses)
    assert plug.relays[0].level == 0


@pytest.mark.parametrize("fault", [Fault.LIES, Fault.NOT_A_NUMBER])
async def test_what_cannot_be_is_marked_bad(server: FakeZwaveServer, driven: Driven, fault: Fault) -> None:
    server.fault = fault
    readings = await driven.whole()
    assert readings[Quantity.POWER_W].quality is Quality.BAD
    assert readings[Quantity.SWITCH].quality is Quality.OK


async def test_power_through_an_open_relay_contradicts_itself(
    server: FakeZwaveServer, plug: FakeNode, driven: Driven
) -> None:
    plug.relays[0].load.set_supply(True)
    readings = await driven.whole()
    assert readings[Quantity.POWER_W].value == 2000.0
    assert readings[Quantity.POWER_W].quality is Quality.BAD


async def test_a_device_that_is_under_way_is_waited_for(
    server: FakeZwaveServer, plug: FakeNode, driven: Driven
) -> None:
    server.fault = Fault.SLOW
    telling = asyncio.ensure_future(driven.tell(2000.0))

    async def asked() -> bool:
        return "node.poll_value" in server.commands

    await eventually(asked)
    server.arrive()
    assert await telling == DONE


async def test_a_device_that_confirms_nothing_is_believed_when_it_says_so_itself(
    server: FakeZwaveServer, driven: Driven
) -> None:
    server.supervised = False
    assert await driven.tell(2000.0) == DONE
    server.fault = Fault.IGNORES
    assert (await driven.tell(0.0)).kind is OutcomeKind.REFUSED


@pytest.mark.parametrize("newest", [28, 5])
async def test_servers_of_older_schemas_are_driven_too(
    clock: SimulatedClock, plug: FakeNode, serve: Serve, newest: int
) -> None:
    async with FakeZwaveServer(plug, now=clock.now, schemas=(0, newest)) as server:
        integration = await serve(server)
        (found,) = await integration.discover()
        driven = Driven(integration.setup(DeviceId("kettle"), found), clock)
        assert await driven.tell(2000.0) == DONE
        server.fault = Fault.REFUSES
        assert (await driven.tell(0.0)).sentence.endswith("the device did not take it")


async def test_a_dimmer_goes_fully_on_and_a_regulated_one_to_its_share(
    clock: SimulatedClock, serve: Serve
) -> None:
    relay = Relay(Kettle(clock.now, 990.0), switch=38)
    async with FakeZwaveServer(FakeNode(3, [relay], with_cc_specific=False), now=clock.now) as server:
        integration = await serve(server)
        (found,) = await integration.discover()
        plain = Driven(integration.setup(DeviceId("lamp"), found), clock)
        assert await plain.tell(5.0) == DONE
        assert relay.level == 99
        assert Quantity.SETPOINT_W not in await plain.whole()

        regulated = [{"id": found.identity["id"], "full_power_w": 990}]
        integration = await serve(server, regulated=regulated)
        heater = Driven(integration.setup(DeviceId("heater"), found), clock)
        assert await heater.tell(300.0) == DONE
        assert relay.level == 30
        readings = await heater.whole()
        assert readings[Quantity.SETPOINT_W].value == pytest.approx(300.0)
        assert readings[Quantity.SWITCH].value == 1.0
        assert await heater.tell(5000.0) == DONE
        assert relay.level == 99
        assert await heater.tell(0.0) == DONE
        assert (await heater.whole())[Quantity.SETPOINT_W].value == 0.0


async def test_a_dimmer_that_rounds_its_level_has_obeyed(clock: SimulatedClock, serve: Serve) -> None:
    relay = _Rounding(Kettle(clock.now, 990.0), switch=38)
    async with FakeZwaveServer(FakeNode(3, [relay]), now=clock.now) as server:
        integration = await serve(server)
        (found,) = await integration.discover()
        assert await Driven(integration.setup(DeviceId("lamp"), found), clock).tell(5.0) == DONE
        integration = await serve(server, regulated=[{"id": found.identity["id"], "full_power_w": 990}])
        heater = Driven(integration.setup(DeviceId("heater"), found), clock)
        assert await heater.tell(300.0) == DONE
        relay.off_by = 2
        assert (await heater.tell(300.0)).sentence.endswith("go to 30, but stays at 28")


class _Rounding(Relay):
    off_by = 1

    @property
    def shown(self) -> int:
        return max(self.level - self.off_by, 0)


async def test_a_meter_is_read_and_obeys_nothing(clock: SimulatedClock, serve: Serve) -> None:
    load = Kettle(clock.now, 500.0)
    load.set_supply(True)
    async with FakeZwaveServer(FakeNode(6, [Relay(load, switch=None)]), now=clock.now) as server:
        integration = await serve(server)
        (found,) = await integration.discover()
        meter = Driven(integration.setup(DeviceId("mains"), found), clock)
        readings = await meter.whole()
        assert readings[Quantity.POWER_W].value == 500.0
        assert Quantity.SWITCH not in readings
        outcome = await meter.tell(0.0)
        assert (outcome.kind, outcome.sentence) == (
            OutcomeKind.IMPOSSIBLE,
            "mains (Z-Wave): it only measures",
        )


async def test_each_relay_of_a_strip_is_switched_and_read_alone(clock: SimulatedClock, serve: Serve) -> None:
    relays = [Relay(Kettle(clock.now, 100.0 * (number + 1)), number) for number in range(3)]
    async with FakeZwaveServer(FakeNode(5, relays), now=clock.now) as server:
        integration = await serve(server)
        _, second = await integration.discover()
        driven = Driven(integration.setup(DeviceId("second"), second), clock)
        assert await driven.tell(300.0) == DONE
        assert [relay.level for relay in relays] == [0, 0, 99]
        assert (await driven.whole())[Quantity.POWER_W].value == 300.0


async def test_a_meter_at_another_endpoint_of_a_single_relay_belongs_to_it(
    clock: SimulatedClock, serve: Serve
) -> None:
    load = Kettle(clock.now, 700.0)
    relays = [Relay(load, 0, metered=False), Relay(load, 2, switch=None)]
    async with FakeZwaveServer(FakeNode(5, relays), now=clock.now) as server:
        integration = await serve(server)
        (found,) = await integration.discover()
        driven = Driven(integration.setup(DeviceId("one"), found), clock)
        assert await driven.tell(700.0) == DONE
        assert (await driven.whole())[Quantity.POWER_W].value == 700.0


async def test_an_unknown_endpoint_is_impossible(
    server: FakeZwaveServer, plug: FakeNode, driven: Driven
) -> None:
    plug.relays[0].endpoint = 7
    outcome = await driven.tell(5.0)
    assert (outcome.kind, "no such endpoint" in outcome.sentence) == (OutcomeKind.IMPOSSIBLE, True)


async def _says(driven: Driven, quantity: Quantity, value: float) -> bool:
    """Whether the device says so when it is asked; silent ones do not."""
    return (await driven.whole())[quantity].value == value
