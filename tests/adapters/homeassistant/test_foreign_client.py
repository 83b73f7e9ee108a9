"""The client that Home Assistant has of itself finds our fake server to speak as the real one does."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hass_client import HomeAssistantClient
from hass_client.exceptions import AuthenticationFailed

from drrouter.sim.wire.homeassistant import FakeHomeAssistant, FakePlug


@pytest.fixture
async def client(server: FakeHomeAssistant) -> AsyncIterator[HomeAssistantClient]:
    """Let in, and listening."""
    client = HomeAssistantClient(_url(server), server.token)
    await client.connect(ssl=False)
    listening = asyncio.create_task(client.start_listening())
    yield client
    await client.disconnect()
    await asyncio.gather(listening, return_exceptions=True)


def _url(server: FakeHomeAssistant) -> str:
    return f"ws://{server.host}:{server.port}/api/websocket"


async def test_it_reads_states_and_registries(client: HomeAssistantClient, plug: FakePlug) -> None:
    states = {state["entity_id"]: state for state in await client.get_states()}
    assert states["switch.kettle"]["state"] == "off"
    assert states["sensor.kettle_power"]["attributes"]["unit_of_measurement"] == "W"
    devices = {device["id"]: device for device in await client.get_device_registry()}
    entities = {entity["entity_id"]: entity for entity in await client.get_entity_registry()}
    assert devices[entities["switch.kettle"]["device_id"]]["name"] == "Kettle"


async def test_it_calls_a_service_and_hears_the_change(client: HomeAssistantClient, plug: FakePlug) -> None:
    heard: asyncio.Queue[Any] = asyncio.Queue()
    await client.subscribe_events(heard.put_nowait, "state_changed")
    await client.call_service("switch", "turn_on", target={"entity_id": "switch.kettle"})
    async with asyncio.timeout(5):
        while (event := await heard.get())["data"]["entity_id"] != "switch.kettle":
            pass
    assert event["data"]["new_state"]["state"] == "on"
    assert plug.on


async def test_a_wrong_token_is_refused(server: FakeHomeAssistant) -> None:
    client = HomeAssistantClient(_url(server), "wrong")
    with pytest.raises(AuthenticationFailed):
        await client.connect(ssl=False)
    await client.disconnect()
