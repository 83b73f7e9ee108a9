"""A home's tree of opaque data on a store of its own, which may be cut off and begun again at any instant."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.resource import Party, Rights, Who
from drrouter.ports import Change, Clock, Store
from drrouter.router.resources.keeper import Resources, read_back
from drrouter.router.scribe import Scribe, Then
from tests.builders import NOON
from tests.fakes import MemoryStore

GRID, MAKER = ProviderId("grid"), ProviderId("maker")
CAR, WASHER = DeviceId("car"), DeviceId("washer")
RIGHTS = Rights({GRID: frozenset(), MAKER: frozenset({CAR})}, frozenset({CAR, WASHER}))

OWNER = Who(Party.OWNER, "owner")
RESIDENT = Who(Party.RESIDENT, "resident Anna")
GUEST = Who(Party.GUEST, "guest Ben")
THE_CAR = Who(Party.APPLIANCE, "appliance car", CAR)
THE_WASHER = Who(Party.APPLIANCE, "appliance washer", WASHER)
THE_GRID = Who(Party.PROVIDER, "grid", GRID)
THE_MAKER = Who(Party.PROVIDER, "maker", MAKER)

JSON, XML, BYTES = "application/json", "application/xml", "application/octet-stream"


class AtOnce(Scribe):
    """A scribe whose disk has everything at once."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(MemoryStore(), clock, lambda _: None)

    def keep(self, *changes: Change, then: Then | None = None) -> None:
        if then:
            then()


def resources_at_once(clock: Clock, rights: Rights = RIGHTS) -> Resources:
    """A tree without a disk."""
    return Resources(rights, AtOnce(clock), clock)


class DataHome:
    """A router's tree and its scribe; the store outlives both."""

    def __init__(self, store: Store, clock: SimulatedClock, resources: Resources, scribe: Scribe) -> None:
        self.store, self.clock, self.resources, self.scribe = store, clock, resources, scribe


@asynccontextmanager
async def data_home(store: Store, clock: SimulatedClock | None = None) -> AsyncIterator[DataHome]:
    """The tree as the store has it; leaving is as sudden as the end of a process."""
    clock = clock or SimulatedClock(NOON)
    scribe = Scribe(store, clock, lambda _: None)
    task = asyncio.create_task(scribe.run())
    try:
        yield DataHome(store, clock, Resources(RIGHTS, scribe, clock, await read_back(store)), scribe)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
