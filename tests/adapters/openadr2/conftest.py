"""What the tests of the 2.0b VEN need: a clock that they move, and openleadr's VTN."""

from collections.abc import AsyncIterator

import pytest

from drrouter.adapters.clock import SimulatedClock
from tests.adapters.openadr2.peers import NOW, State, Vtn


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(NOW)


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch) -> State:
    """What the VTN says of all its events but the cancelled: it would ask the machine's clock."""
    state = State()
    monkeypatch.setattr("openleadr.utils.determine_event_status", lambda _period: state.now)
    return state


@pytest.fixture
async def vtn() -> AsyncIterator[Vtn]:
    made = Vtn()
    await made.start()
    yield made
    await made.stop()
