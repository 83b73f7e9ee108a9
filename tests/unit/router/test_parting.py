"""What the store holds of a provider that is gone is erased, and nothing of the owner's (A13)."""

from dataclasses import replace

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.ack import received
from drrouter.domain.device import KnownLevel
from drrouter.domain.event import Event
from drrouter.domain.ids import ProviderId
from drrouter.domain.resource import LeafChange, LeafPath
from drrouter.domain.signal import MessageKind
from drrouter.domain.wish import Override, OverrideMode
from drrouter.ports import Collection, Enqueue, Put
from drrouter.router import arbiter, failsafes, shelf, uplinks
from drrouter.router.evidence import PREFIX
from drrouter.router.outbox import message
from drrouter.router.parting import Known, close_out, key_of
from drrouter.router.resources import forward
from tests.builders import CAR, FREEZER, NOON, OTHER_SP, SP, at, price, shed
from tests.fakes import MemoryStore

HERE, THERE = "openadr3 https://here", "openadr3 https://there"
CLOCK = SimulatedClock(NOON)


async def a_store(*providers: ProviderId) -> MemoryStore:
    """What a router has kept that works with these, each with an event, a message, a link and a profile."""
    store = MemoryStore()
    await store.commit(
        Put(Collection.OVERRIDES, CAR, Override(CAR, OverrideMode.OFF, at("18:00"), "owner")),
        Put(Collection.LEVELS, FREEZER, KnownLevel(-18.0, NOON)),
        Put(Collection.SETTINGS, "hand/grid", True),
        Put(Collection.RESOURCE_CHANGES, "9", told_of_home()),
        Put(Collection.SETTINGS, arbiter.KEPT, ["grid/e x/e", "x/e y/e"]),
    )
    for provider in providers:
        event = replace(shed("e", "12:00", "13:00"), provider=provider)
        await store.commit(
            *kept_of(event),
            Put(Collection.SETTINGS, uplinks.key_of(provider), {"up": True}),
            Put(Collection.SETTINGS, shelf.key_of(provider), {"documents": []}),
            Put(Collection.SETTINGS, failsafes.key_of(provider), {}),
            Put(Collection.SETTINGS, forward.key_of(provider), 7),
            Put(Collection.SETTINGS, f"{PREFIX}{provider}/0", {}),
            Put(Collection.RESOURCES, f"providers/{provider}/events/e/NEW", {}),
            Put(Collection.RESOURCE_CHANGES, f"1 {provider}", told_of(provider)),
            Known(HERE).keep(provider),
        )
    return store


def told_of(provider: ProviderId) -> LeafChange:
    path = LeafPath(f"providers/{provider}/events/e/NEW")
    return LeafChange(1, path, False, "text/plain", 3, provider, NOON)


def told_of_home() -> LeafChange:
    return LeafChange(9, LeafPath("home/note"), False, "text/plain", 3, "owner", NOON)


def kept_of(event: Event) -> list[Put | Enqueue]:
    key = f"{event.provider}/{event.id}"
    return [
        Put(Collection.EVENTS, key, event),
        Put(Collection.ACKS, key, received(event, (None,), NOON)),
        Enqueue(message(event, MessageKind.RECEIPT, CLOCK)),
    ]


def names(store: MemoryStore) -> set[str]:
    """Every key that the store has."""
    return {key for _, key in store.documents}


OWN = {CAR, FREEZER, "hand/grid", "9", arbiter.KEPT}


async def test_what_is_kept_of_a_provider_that_is_gone_is_erased_and_nothing_else() -> None:
    store = await a_store(SP, OTHER_SP)
    assert await close_out(store, CLOCK, {OTHER_SP: HERE}) == frozenset()
    assert not any(SP in key for key in names(store) - OWN)
    assert names(store) >= OWN | {f"{OTHER_SP}/e", uplinks.key_of(OTHER_SP), key_of(OTHER_SP)}
    assert [item.provider for item in store.items.values()] == [OTHER_SP]
    assert store.documents[Collection.SETTINGS, arbiter.KEPT] == ["x/e y/e"]
    assert store.sentences() == [
        "grid is no provider of this home: 1 events of it ended, 1 messages that it had not received were let"
        " go, and what was kept of it is erased."
    ]


async def test_a_provider_with_another_address_is_another_provider() -> None:
    store = await a_store(SP)
    await close_out(store, CLOCK, {SP: THERE})
    assert names(store) == OWN | {key_of(SP)}
    assert store.documents[Collection.SETTINGS, key_of(SP)] == {"address": THERE, "left": False}
    assert "grid has another address" in store.sentences()[0]
    assert store.items == {}


async def test_nothing_happens_to_those_that_stay() -> None:
    store = await a_store(SP)
    before, commits = dict(store.documents), len(store.items)
    await close_out(store, CLOCK, {SP: HERE})
    await close_out(store, CLOCK, {SP: HERE})
    assert (store.documents, len(store.items), store.sentences()) == (before, commits, [])


async def test_the_first_start_only_notes_who_is_there() -> None:
    store = MemoryStore()
    await close_out(store, CLOCK, {SP: HERE})
    assert store.documents == {(Collection.SETTINGS, key_of(SP)): {"address": HERE, "left": False}}
    assert store.sentences() == []


async def test_a_store_from_before_addresses_were_kept_is_believed() -> None:
    store = await a_store(SP, OTHER_SP)
    for provider in (SP, OTHER_SP):
        del store.documents[Collection.SETTINGS, key_of(provider)]
    await close_out(store, CLOCK, {SP: THERE})
    assert uplinks.key_of(SP) in names(store)
    assert uplinks.key_of(OTHER_SP) not in names(store)


async def test_what_only_an_event_tells_of_is_found_too() -> None:
    store = MemoryStore()
    await store.commit(*kept_of(price("p", 0.2, "12:00", "13:00")))
    await close_out(store, CLOCK, {})
    assert (names(store), store.items) == (set(), {})


async def test_a_provider_that_was_left_stays_left_until_it_is_gone_or_moves() -> None:
    store = await a_store()
    await store.commit(Known(HERE, left=True).keep(SP))
    assert await close_out(store, CLOCK, {SP: HERE}) == {SP}
    assert await close_out(store, CLOCK, {SP: THERE}) == frozenset()
    await store.commit(Known(HERE, left=True).keep(SP))
    assert await close_out(store, CLOCK, {}) == frozenset()
    assert await close_out(store, CLOCK, {SP: HERE}) == frozenset()


async def test_the_number_of_the_newest_change_that_was_told_stays_and_nothing_that_it_told() -> None:
    store = await a_store(SP)
    del store.documents[Collection.RESOURCE_CHANGES, "9"]
    await close_out(store, CLOCK, {})
    (change,) = (await store.load(Collection.RESOURCE_CHANGES)).values()
    assert (change.sequence, change.path, change.by, change.size) == (1, "gone", "router", 0)
