"""Intake: an order acts at once, is kept with its receipt, and is acknowledged only once it is durable."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import DeviceId, EventId, ProviderId
from drrouter.domain.mandate import Role, mandate
from drrouter.domain.signal import EventCancelled, EventReceived, EventsComplete, LinkChanged, OutboxItem
from drrouter.ports import Collection, Enqueue, Put, Remove
from drrouter.router.book import Book
from drrouter.router.intake import Intake
from drrouter.router.scribe import RETRY, Scribe
from tests.builders import CAR, FREEZER, NOON, OTHER_SP, SP, at, event, price, shed
from tests.fakes import MemoryStore

ORDER = shed("e", "12:00", "13:00")


class Desk:
    """Intake, book and scribe on a store, and whom intake told what."""

    def __init__(self) -> None:
        self.clock, self.store, self.book = SimulatedClock(NOON), MemoryStore(), Book()
        self.scribe = Scribe(self.store, self.clock, lambda _: None)
        self.acted: list[str] = []
        self.committed: list[ProviderId] = []
        self.intake = Intake(
            self.book, self.scribe, self.clock, self.directory, self.acted.append, self.committed.append
        )

    def directory(self) -> dict[str, tuple[DeviceId, ...]]:
        return {"cold": (FREEZER,), "big": (CAR, FREEZER), "home": ()}

    @property
    def receipts(self) -> list[tuple[EventId, DeviceId | None]]:
        return [(item.event_id, item.member) for item in self.store.items.values()]

    def kept_with(self, item: OutboxItem) -> bool:
        """Whether event and message were one transaction."""
        (commit,) = [commit for commit in self.store.commits if Enqueue(item) in commit]
        return any(isinstance(change, Put) and change.value == ORDER for change in commit)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    made = Desk()
    task = asyncio.create_task(made.scribe.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_an_order_acts_before_anything_is_awaited(desk: Desk) -> None:
    desk.intake.take(EventReceived(ORDER))
    assert desk.acted == ["event E"]
    assert desk.book.events[SP, ORDER.id] == ORDER
    assert desk.store.commits == []


async def test_an_order_acts_while_the_disk_hangs_and_is_acknowledged_when_it_works_again(desk: Desk) -> None:
    desk.store.hang()
    desk.intake.take(EventReceived(ORDER))
    await desk.clock.settle()
    assert desk.acted == ["event E"]
    assert (desk.committed, desk.receipts) == ([], [])
    desk.store.mend()
    await desk.clock.settle()
    assert (desk.committed, desk.receipts) == ([SP], [("e", None)])


async def test_an_order_acts_while_the_disk_is_full_and_is_acknowledged_when_it_is_not(desk: Desk) -> None:
    desk.store.fail()
    desk.intake.take(EventReceived(ORDER))
    await desk.clock.advance(10 * RETRY)
    assert desk.committed == []
    desk.store.mend()
    await desk.clock.advance(RETRY)
    assert (desk.committed, desk.receipts) == ([SP], [("e", None)])


async def test_an_event_and_its_receipt_are_one_transaction(desk: Desk) -> None:
    desk.intake.take(EventReceived(ORDER))
    await desk.clock.settle()
    (item,) = desk.store.items.values()
    assert desk.kept_with(item)


async def test_replaying_an_event_changes_nothing(desk: Desk) -> None:
    for _ in range(3):
        desk.intake.take(EventReceived(ORDER))
        await desk.clock.settle()
    assert len(desk.store.commits) == 1
    assert desk.acted == ["event E"]


async def test_a_new_version_is_taken_in_and_acknowledged_too(desk: Desk) -> None:
    newer = replace(ORDER, modified_at=NOON)
    for one in (ORDER, newer):
        desk.intake.take(EventReceived(one))
    await desk.clock.settle()
    assert desk.book.events[SP, ORDER.id] == newer
    assert [item.event_version for item in desk.store.items.values()] == [ORDER.version, newer.version]


# Who acknowledges


@pytest.mark.parametrize(
    ("targets", "members"),
    [
        ((), [None]),
        (("home",), [None]),
        (("neighbour",), [None]),
        (("cold",), [FREEZER]),
        (("big", "cold", "home"), [CAR, FREEZER]),
    ],
)
async def test_a_group_order_is_acknowledged_once_per_member_and_any_other_once(
    desk: Desk, targets: tuple[str, ...], members: list[DeviceId | None]
) -> None:
    desk.intake.take(EventReceived(replace(ORDER, targets=targets)))
    await desk.clock.settle()
    assert [member for _, member in desk.receipts] == members


# What is said


async def test_the_owner_reads_what_came_from_whom_for_whom(desk: Desk) -> None:
    strange = replace(
        event("odd", targets=("big", "cold")), name="", ignored=("a price in yards", "a colour")
    )
    desk.intake.take(EventReceived(price("p", 0.3, "12:00", "13:00")))
    desk.intake.take(EventReceived(strange))
    await desk.clock.settle()
    assert desk.store.sentences() == [
        "grid sent P (PRICE).",
        "grid sent odd (nothing we understand) for big, cold. Ignored: a price in yards; a colour.",
    ]


# Cancelling


async def test_a_cancelled_event_is_forgotten_at_once_and_the_owner_reads_it(desk: Desk) -> None:
    desk.intake.take(EventReceived(ORDER))
    desk.intake.take(EventCancelled(SP, ORDER.id, NOON))
    assert desk.book.events == {}
    assert desk.acted == ["event E", "cancelled event E"]
    await desk.clock.settle()
    assert desk.store.sentences()[-1] == "grid cancelled E."
    assert "events" not in {collection for collection, _ in desk.store.documents}


async def test_what_is_cancelled_in_time_has_no_outcome_though_nobody_looks(
    desk: Desk,
) -> None:
    """A restart may come in between, so the event and what became of it go in one transaction."""
    desk.intake.take(EventReceived(ORDER))
    await desk.clock.settle()
    desk.intake.take(EventCancelled(SP, ORDER.id, NOON))
    await desk.clock.settle()
    assert desk.book.acks == {}
    gone = {change.collection for change in desk.store.commits[-1] if isinstance(change, Remove)}
    assert gone == {Collection.EVENTS, Collection.ACKS}


async def test_what_is_cancelled_after_its_end_still_has_its_outcome_told(desk: Desk) -> None:
    desk.intake.take(EventReceived(ORDER))
    await desk.clock.advance(at("13:00") - NOON)
    desk.intake.take(EventCancelled(SP, ORDER.id, at("13:00")))
    assert desk.book.events == {}
    assert list(desk.book.acks) == [(SP, ORDER.id)]


async def test_cancelling_what_is_not_known_changes_nothing(desk: Desk) -> None:
    desk.intake.take(EventCancelled(SP, EventId("never"), NOON))
    await desk.clock.settle()
    assert (desk.acted, desk.store.commits) == ([], [])


async def test_an_event_that_was_cancelled_may_come_again(desk: Desk) -> None:
    for signal in (EventReceived(ORDER), EventCancelled(SP, ORDER.id, NOON), EventReceived(ORDER)):
        desk.intake.take(signal)
    assert desk.book.events == {(SP, ORDER.id): ORDER}


async def test_an_event_that_a_complete_poll_misses_is_cancelled(desk: Desk) -> None:
    others = replace(ORDER, provider=OTHER_SP)
    stays = shed("stays", "12:00", "13:00")
    for one in (ORDER, others, stays):
        desk.intake.take(EventReceived(one))
    desk.intake.take(EventsComplete(SP, frozenset([stays.id]), NOON))
    assert set(desk.book.events) == {(OTHER_SP, ORDER.id), (SP, stays.id)}


async def test_an_event_that_is_over_is_forgotten_without_a_word(desk: Desk) -> None:
    desk.intake.take(EventReceived(ORDER))
    desk.intake.take(EventsComplete(SP, frozenset(), at("13:00")))
    await desk.clock.settle()
    assert desk.book.events == {}
    assert desk.acted == ["event E"]
    assert len(desk.store.sentences()) == 1


# Versions


def unending(until: str, fingerprint: str = "f") -> Event:
    """An order that is known until then and goes on."""
    return replace(shed("e", "12:00", until), known_until=at(until), fingerprint=fingerprint)


async def test_an_event_that_is_read_on_is_kept_and_acts_but_is_neither_noted_nor_acknowledged_again(
    desk: Desk,
) -> None:
    """13."""
    for until in ("13:00", "15:00", "14:00"):
        desk.intake.take(EventReceived(unending(until)))
    await desk.clock.settle()
    assert (await desk.store.load(Collection.EVENTS))["grid/e"] == unending("15:00")
    assert desk.acted == ["event E", "more of event E is known"]
    assert len(desk.receipts) == len(desk.store.sentences()) == 1


async def test_an_event_that_is_read_to_its_end_reaches_no_farther(desk: Desk) -> None:
    """13."""
    desk.intake.take(EventReceived(unending("13:00")))
    desk.intake.take(EventReceived(replace(unending("15:00"), known_until=None)))
    desk.intake.take(EventReceived(unending("16:00")))
    assert desk.book.events[SP, ORDER.id].known_until is None
    assert len(desk.acted) == 2


async def test_new_content_with_an_old_date_is_dated_to_its_receipt_and_acknowledged(desk: Desk) -> None:
    """19, 21: and the same content again, of a router that was restarted, is known."""
    for fingerprint in "abcc":
        desk.intake.take(EventReceived(replace(ORDER, fingerprint=fingerprint)))
    await desk.clock.settle()
    assert len(desk.receipts) == len(desk.acted) == 3
    assert len({item.event_version for item in desk.store.items.values()}) == 3
    kept = desk.book.events[SP, ORDER.id]
    assert kept.modified_at == NOON + timedelta.resolution


async def test_what_is_not_understood_is_told_to_the_provider_with_the_receipt(desk: Desk) -> None:
    """22."""
    odd = replace(ORDER, ignored=("payload type 'CTA2045_X' is not used",))
    desk.intake.take(EventReceived(odd))
    await desk.clock.settle()
    (item,) = desk.store.items.values()
    assert item.payloads == {"ignored": "payload type 'CTA2045_X' is not used"}


# Links


async def test_a_link_that_goes_is_remembered_noted_and_looked_at(desk: Desk) -> None:
    down = LinkChanged(SP, False, "The grid does not answer.", NOON)
    desk.intake.take(down)
    await desk.clock.settle()
    assert desk.intake.links == {SP: down}
    assert desk.acted == ["link to grid down"]
    assert desk.store.sentences() == ["The grid does not answer."]


async def test_a_link_that_returns_wakes_its_outbox(desk: Desk) -> None:
    desk.intake.take(LinkChanged(SP, True, "The link is up.", NOON))
    assert desk.acted == ["link to grid up"]
    await desk.clock.settle()
    assert desk.committed == [SP]


# What a provider may not send


def narrow(desk: Desk, *may_send: str) -> None:
    desk.intake = Intake(
        desk.book,
        desk.scribe,
        desk.clock,
        desk.directory,
        desk.acted.append,
        desk.committed.append,
        mandates={SP: mandate(Role.ENERGY, may_send)},
    )


async def test_what_is_beyond_a_mandate_is_not_kept_and_is_said_once_to_its_provider_and_the_owner(
    desk: Desk,
) -> None:
    narrow(desk, "prices")
    for _ in range(3):
        desk.intake.take(EventReceived(ORDER))
    await desk.clock.settle()
    (kept,) = desk.book.events.values()
    assert (kept.payloads, kept.beyond) == ((), (PayloadType.SIMPLE,))
    (item,) = desk.store.items.values()
    beyond = "SIMPLE is beyond what you may send to this home"
    assert item.payloads == {"ignored": beyond, "obeyed": "nothing"}
    (said,) = [one for one in desk.store.sentences() if "sent E" in one]
    assert said.startswith("grid sent E (nothing that it may send).")


async def test_the_same_version_counts_again_when_the_owner_widens_what_may_be_sent(desk: Desk) -> None:
    order = replace(ORDER, fingerprint="the same")
    narrow(desk, "prices")
    desk.intake.take(EventReceived(order))
    narrow(desk, "prices", "sheds")
    desk.intake.take(EventReceived(order))
    desk.intake.take(EventReceived(order))
    await desk.clock.settle()
    (kept,) = desk.book.events.values()
    assert (kept.payloads, kept.beyond) == (order.payloads, ())
    assert len(desk.store.items) == 2


async def test_what_was_kept_before_is_held_to_what_may_be_sent_by_now(desk: Desk) -> None:
    desk.book.keep_event(ORDER)
    (change,) = desk.book.admit({SP: mandate(Role.ENERGY, ["prices"])})
    assert isinstance(change, Put)
    assert desk.book.events[SP, ORDER.id].payloads == ()
    assert desk.book.admit({SP: mandate(Role.ENERGY, ["prices"])}) == ()
