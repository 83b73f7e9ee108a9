"""The client that Home Assistant has of Z-Wave JS finds our fake server to speak as the real one does."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from zwave_js_server.client import Client
from zwave_js_server.const import SetValueStatus
from zwave_js_server.model.node import Node
from zwave_js_server.model.value import SetValueResult, Value

from drrouter.sim.wire.zwave import FakeNode, FakeZwaveServer, Status


@pytest.fixture
async def client(server: FakeZwaveServer) -> AsyncIterator[Client]:
    """Connected, with the whole network read."""
    async with aiohttp.ClientSession() as session:
        client = Client(server.url, session)
        await client.connect()
        ready = asyncio.Event()
        listening = asyncio.create_task(client.listen(ready))
        begun = asyncio.create_task(ready.wait())
        await asyncio.wait({listening, begun}, return_when=asyncio.FIRST_COMPLETED)
        assert ready.is_set(), listening.exception()
        yield client
        await client.disconnect()
        await asyncio.gather(listening, return_exceptions=True)


def node_of(client: Client, number: int = 12) -> Node:
    assert client.driver is not None
    return client.driver.controller.nodes[number]


def value_of(node: Node, command_class: int, name: str) -> Value:
    return next(
        value
        for value in node.values.values()
        if value.command_class == command_class and value.property_name == name
    )


async def test_it_reads_the_network_that_we_dump(client: Client) -> None:
    assert client.driver is not None
    assert client.driver.controller.home_id == 0xC0FFEE01
    node = node_of(client)
    assert (node.name, node.ready, node.status.name) == ("Kettle", True, "ALIVE")
    assert value_of(node, 37, "currentValue").value is False
    assert any(value.command_class == 50 for value in node.values.values())


async def test_it_sets_a_value_and_hears_what_became_of_it(client: Client, plug: FakeNode) -> None:
    node, updated = node_of(client), asyncio.Event()
    node.on("value updated", lambda _: updated.set())
    result: SetValueResult | None = await node.async_set_value(value_of(node, 37, "targetValue"), True)
    assert result is not None
    assert result.status in (SetValueStatus.SUCCESS, SetValueStatus.WORKING)
    await asyncio.wait_for(updated.wait(), 5)
    assert plug.relays[0].level == 99


async def test_it_hears_that_a_node_dies(client: Client, server: FakeZwaveServer) -> None:
    node, dead = node_of(client), asyncio.Event()
    node.on("dead", lambda _: dead.set())
    server.turn(12, Status.DEAD)
    await asyncio.wait_for(dead.wait(), 5)
    assert node.status.name == "DEAD"
