"""What a Z-Wave network shows: each switch and each meter, with all that a home file matches it by."""

from typing import Any

import pytest
from pydantic import ValidationError

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.zwave.integration import ZwaveIntegration
from drrouter.adapters.devices.zwave.nodes import Network, Node
from drrouter.adapters.devices.zwave.settings import ZwaveSettings
from drrouter.adapters.devices.zwave.values import METER, ValueId
from drrouter.domain.ids import DeviceId
from drrouter.errors import DeviceSilentError
from drrouter.ports import Found
from drrouter.sim.wire.zwave import FakeNode, FakeZwaveServer, Relay, Status
from tests.adapters.kasa.kettle import Kettle
from tests.adapters.zwave.conftest import Serve
from tests.adapters.zwave.driving import eventually


async def test_a_plug_shows_its_names_its_maker_and_who_it_is_for_good(
    server: FakeZwaveServer, serve: Serve
) -> None:
    integration = await serve(server)
    assert integration.domain == "zwave"
    assert await integration.discover() == (
        Found(
            "zwave",
            "12",
            {
                "id": "c0ffee01-12",
                "alias": "Kettle",
                "model": "FM-PLUG1",
                "manufacturer": "Fakemaker",
                "description": "Metering plug",
                "firmware": "1.2",
                "product": "fff0:0001:000c",
            },
        ),
    )


async def test_each_relay_of_a_strip_is_a_device_and_a_meter_without_switch_is_one(
    clock: SimulatedClock, serve: Serve
) -> None:
    def relay(endpoint: int, **more: Any) -> Relay:
        return Relay(Kettle(clock.now, 100.0), endpoint, **more)

    strip = FakeNode(5, [relay(0), relay(1), relay(2)], name="Strip")
    meter = FakeNode(6, [relay(0, switch=None)], name="Mains")
    button = FakeNode(7, [relay(0, switch=None, metered=False)])
    single = FakeNode(8, [relay(1)], name="Module")
    async with FakeZwaveServer(strip, meter, button, single, now=clock.now) as server:
        integration = await serve(server)
        found = await integration.discover()
    assert [(one.address, one.identity["alias"], one.identity.get("class")) for one in found] == [
        ("5/1", "Strip 1", None),
        ("5/2", "Strip 2", None),
        ("6", "Mains", "meter"),
        ("8/1", "Module", None),
    ]


async def test_nodes_that_are_dead_or_not_interviewed_are_not_listed_until_they_are_there(
    clock: SimulatedClock, serve: Serve, server: FakeZwaveServer
) -> None:
    integration = await serve(server)

    async def listed(*addresses: str) -> None:
        async def are() -> bool:
            return tuple(found.address for found in await integration.discover()) == addresses

        await eventually(are)

    server.turn(12, Status.DEAD)
    await listed()
    server.turn(12, Status.ALIVE)
    await listed("12")
    server.add(FakeNode(13, [Relay(Kettle(clock.now, 5.0))], ready=False))
    server.report(12)
    await listed("12")
    server.interviewed(13)
    server.report(12)
    await listed("12", "13")
    server.remove(13)
    server.report(12)
    await listed("12")


async def test_without_a_server_nothing_can_be_looked_for(server: FakeZwaveServer, serve: Serve) -> None:
    integration = await serve(server)
    await server.stop()
    await _until_lost(integration)
    with pytest.raises(DeviceSilentError, match=r"no connection to the Z-Wave JS server at ws://127"):
        await integration.discover()


async def _until_lost(integration: ZwaveIntegration) -> None:
    async def lost() -> bool:
        return not integration._network.home_id

    await eventually(lost)


async def test_an_address_that_is_no_node_is_refused(server: FakeZwaveServer, serve: Serve) -> None:
    integration = await serve(server)
    for address in ("", "kettle", "12/x", "-1"):
        with pytest.raises(ValueError, match="is no Z-Wave node"):
            integration.setup(DeviceId("kettle"), Found("zwave", address))


async def test_hostile_names_are_cleaned_and_odd_dumps_cost_nothing(
    clock: SimulatedClock, server: FakeZwaveServer, serve: Serve
) -> None:
    hostile = FakeNode(9, [Relay(Kettle(clock.now, 5.0))], name="Wash\u202eer\x1b[31m" + "x" * 5000)
    hostile.extra = {"deviceConfig": "none", "label": None, "manufacturerId": "many", "status": "alive"}
    server.nodes[9] = hostile
    server.nodes[10] = FakeNode(10, [], extra={"values": {"no": "list"}})
    server.nodes[11] = FakeNode(11, [], extra={"nodeId": True})
    stick = FakeNode(14, [Relay(Kettle(clock.now, 5.0))], extra={"isControllerNode": True})
    server.nodes[14] = stick
    integration = await serve(server)
    first, plug = await integration.discover()
    assert first.identity["alias"].startswith("Washer[31mxxx")
    assert len(first.identity["alias"]) == 64
    assert "model" not in first.identity
    assert plug.address == "12"


async def test_a_network_of_many_nodes_is_taken_in_whole(clock: SimulatedClock, serve: Serve) -> None:
    nodes = [FakeNode(number, [Relay(Kettle(clock.now, 5.0))]) for number in range(2, 202)]
    async with FakeZwaveServer(*nodes, now=clock.now) as server:
        integration = await serve(server, timeout_s=10)
        assert len(await integration.discover()) == 200


def test_a_meter_is_understood_by_its_property_key_where_nothing_else_says_what_it_counts() -> None:
    node = Node(3)
    given_kwh, gas = 1 << 16 | 0 << 8 | 2, 2 << 16 | 0 << 8 | 1
    for key in (given_kwh, gas, None, "odd"):
        value = {"commandClass": METER, "endpoint": 0, "property": "value", "propertyKey": key}
        node.learn(value, 1.5, 1)
    assert list(node.values) == [ValueId(METER, 0, "value", given_kwh)]
    assert node.values[ValueId(METER, 0, "value", given_kwh)].factor == 1000


def test_a_node_keeps_no_more_values_than_it_can_have_and_drops_what_is_removed() -> None:
    node = Node(3)
    for endpoint in range(1000):
        node.learn({"commandClass": 37, "endpoint": endpoint, "property": "targetValue"}, True, 1)
    assert len(node.values) == 256
    node.forget({"commandClass": 37, "endpoint": 3, "property": "targetValue"})
    node.forget({"commandClass": 32, "endpoint": 3, "property": "targetValue"})
    assert len(node.values) == 255


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"source": "controller", "event": "node removed", "node": {"nodeId": 99}},
        {"source": "controller", "event": "node added", "node": "none"},
        {"source": "node", "event": "value updated", "nodeId": 2},
        {
            "source": "node",
            "event": "value updated",
            "nodeId": 2,
            "args": {"commandClass": 37, "property": 5},
        },
        {"source": "node", "event": "value removed", "nodeId": 2, "args": {"commandClass": 37}},
        {"source": "node", "event": "ready", "nodeId": 2, "nodeState": None},
        {"source": "node", "event": "statistics updated", "nodeId": 2, "statistics": {}},
        {"source": "node", "event": "alive", "nodeId": 77},
        {"source": "driver", "event": "logging"},
    ],
)
def test_events_that_say_nothing_to_us_change_nothing(event: dict[str, Any]) -> None:
    network = Network()
    network.begin({"controller": {"homeId": 1}, "nodes": [{"nodeId": 2, "ready": True}]})
    network.hear(event)
    assert (list(network.nodes), network.nodes[2].status, network.nodes[2].values) == ([2], 0, {})


def test_a_value_that_was_removed_is_gone_and_one_that_was_added_is_there() -> None:
    network = Network()
    network.begin({"controller": None, "nodes": [{"nodeId": 2, "ready": True}]})
    args = {"commandClass": 37, "endpoint": 0, "property": "targetValue", "newValue": True}
    network.hear({"source": "node", "event": "value added", "nodeId": 2, "args": args})
    assert network.nodes[2].devices == (0,)
    network.hear({"source": "node", "event": "value removed", "nodeId": 2, "args": args})
    assert list(network.nodes[2].devices) == []


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"url": "http://127.0.0.1"}, "url"),
        ({"url": "ws://somebody:secret@127.0.0.1"}, "url"),
        ({"url": "ws://192.168.1.4:3000"}, "in plain text"),
        ({"poll_s": 1}, "poll_s"),
        ({"regulated": [{"id": "x", "full_power_w": 0}]}, "full_power_w"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(table: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        ZwaveSettings.model_validate(table)


def test_plain_text_to_another_machine_needs_a_reason_and_encryption_none() -> None:
    assert ZwaveSettings(url="ws://192.168.1.4:3000", plain="its own cable").plain
    assert ZwaveSettings(url="wss://zwave.lan/socket").full_power_w("x") is None
