"""What most tests of the VEN need: a clock that they move, and a VTN that they can bend."""

from collections.abc import AsyncIterator

import pytest

from drrouter.adapters.clock import SimulatedClock
from tests.adapters.sp.peers import NOW, TroubleVtn, trouble


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(NOW)


@pytest.fixture
async def vtn() -> AsyncIterator[TroubleVtn]:
    async with trouble() as made:
        yield made
