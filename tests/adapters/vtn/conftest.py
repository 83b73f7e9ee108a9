"""A VTN with its operator and two homes."""

from collections.abc import AsyncIterator

import pytest

from tests.adapters.vtn.world import BL, HOME, OTHER, Client, Webhook, World, listening, running


@pytest.fixture
async def vtn() -> AsyncIterator[World]:
    async with running() as world:
        yield world


@pytest.fixture
async def bl(vtn: World) -> Client:
    return await vtn.client(BL)


@pytest.fixture
async def home(vtn: World) -> Client:
    return await vtn.client(HOME)


@pytest.fixture
async def other(vtn: World) -> Client:
    return await vtn.client(OTHER)


@pytest.fixture
async def hook() -> AsyncIterator[Webhook]:
    async with listening() as made:
        yield made
