"""The scribe: in order, durable before it is told, and patient with a disk that fails."""

import asyncio
import logging
from collections.abc import AsyncIterator
from functools import partial

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.errors import StoreError, StoreValueError
from drrouter.ports import Change, Collection, Note, Put
from drrouter.router.scribe import RETRY, Scribe
from tests.builders import NOON
from tests.fakes import MemoryStore


class Office:
    """A scribe, its store, and what it told."""

    def __init__(self) -> None:
        self.clock, self.store = SimulatedClock(NOON), MemoryStore()
        self.noted: list[str] = []
        self.scribe = Scribe(self.store, self.clock, lambda entry: self.noted.append(entry.sentence))

    def keep(self, *values: int) -> None:
        """One commit each; it is noted in ``noted`` once it is durable."""
        for value in values:
            self.scribe.keep(put(value), then=partial(self.noted.append, str(value)))

    @property
    def kept(self) -> list[object]:
        return [change.value for commit in self.store.commits for change in commit if isinstance(change, Put)]


def put(value: object) -> Put:
    return Put(Collection.SETTINGS, "number", value)


def note(sentence: str) -> Note:
    return Note(JournalEntry(NOON, JournalKind.PLAN, sentence))


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    made = Office()
    task = asyncio.create_task(made.scribe.run())
    yield made
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_changes_are_committed_in_the_order_in_which_they_were_made(office: Office) -> None:
    office.keep(1, 2, 3)
    assert office.scribe.behind == 3
    await office.clock.settle()
    assert office.kept == [1, 2, 3]
    assert office.noted == ["1", "2", "3"]
    assert office.scribe.behind == 0


async def test_changes_given_together_are_one_transaction(office: Office) -> None:
    office.scribe.keep(put(1), put(2), note("both"))
    await office.clock.settle()
    assert len(office.store.commits) == 1


async def test_the_journal_is_told_once_it_is_durable(office: Office) -> None:
    office.store.fail()
    office.scribe.keep(note("a plan was made"))
    await office.clock.settle()
    assert office.noted == []
    office.store.mend()
    await office.clock.advance(RETRY)
    assert office.noted == ["a plan was made"]


async def test_a_store_that_fails_is_tried_again_and_nothing_is_told_before(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.store.fail(StoreError("the disk is full"))
    office.keep(1, 2)
    await office.clock.advance(20 * RETRY)
    assert (office.noted, office.kept) == ([], [])
    office.store.mend()
    await office.clock.advance(RETRY)
    assert office.noted == ["1", "2"]
    assert [(record.levelno, record.message) for record in caplog.records] == [
        (logging.ERROR, "the store fails; 2 commits wait unacknowledged: the disk is full"),
        (logging.WARNING, "the store works again; 2 commits were waiting"),
    ]


async def test_a_store_that_hangs_holds_nobody_up(office: Office) -> None:
    office.store.hang()
    office.keep(1)
    await office.clock.settle()
    office.keep(2)
    assert office.scribe.behind == 2
    office.store.mend()
    await office.clock.settle()
    assert office.noted == ["1", "2"]


async def test_a_value_that_can_never_be_kept_is_given_up_and_keeps_no_other_back(office: Office) -> None:
    office.store.fail(StoreValueError("a value of settings is no number"))
    office.keep(1)
    await office.clock.settle()
    office.store.mend()
    office.keep(2)
    await office.clock.settle()
    assert office.noted == ["2"]


# Those who wait


async def test_who_waits_is_told_when_this_and_all_before_are_durable(office: Office) -> None:
    office.keep(1)
    await office.scribe.kept(put(2))
    assert office.kept == [1, 2]


async def test_who_waits_for_nothing_of_his_own_waits_for_what_came_before(office: Office) -> None:
    office.store.hang()
    office.keep(1)
    waiting = asyncio.create_task(office.scribe.kept())
    await office.clock.settle()
    assert not waiting.done()
    office.store.mend()
    await waiting
    assert office.kept == [1]


async def test_who_stops_waiting_loses_nothing(office: Office) -> None:
    office.store.hang()
    waiting = asyncio.create_task(office.scribe.kept(put(1)))
    await office.clock.settle()
    waiting.cancel()
    office.store.mend()
    office.keep(2)
    await office.clock.settle()
    assert office.kept == [1, 2]


# The end


async def test_at_an_orderly_end_what_waits_is_committed() -> None:
    office = Office()
    office.keep(1, 2)
    await office.scribe.drain()
    assert office.kept == [1, 2]


async def test_at_an_orderly_end_a_store_that_fails_is_not_waited_for() -> None:
    office = Office()
    office.store.fail()
    office.keep(1, 2)
    await office.scribe.drain()
    assert office.scribe.behind == 2


async def test_what_waits_when_a_run_fails_is_committed_by_the_next() -> None:
    office = Office()

    def mistake() -> None:
        raise KeyError("a mistake of whoever is told")

    office.scribe.keep(put(1), then=mistake)
    office.keep(2, 3)
    with pytest.raises(KeyError):
        await office.scribe.run()
    task = asyncio.create_task(office.scribe.run())
    await office.clock.settle()
    assert office.kept == [1, 2, 3]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_came_while_the_disk_was_at_work_goes_in_one_transaction(office: Office) -> None:
    office.keep(1, 2, 3)
    await office.clock.settle()
    assert [len(commit) for commit in office.store.commits] == [3]
    assert (office.kept, office.noted) == ([1, 2, 3], ["1", "2", "3"])


async def test_one_of_many_that_can_never_be_kept_takes_none_of_the_others_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    office = Office()
    commit = office.store.commit

    async def strict(*changes: Change) -> None:
        if any(isinstance(change, Put) and change.value == 2 for change in changes):
            raise StoreValueError("2 is no value.")
        await commit(*changes)

    office.store.commit = strict  # type: ignore[method-assign]
    office.keep(1, 2, 3)
    await office.scribe.drain()
    office.keep(4, 5)
    await office.scribe.drain()
    assert (office.kept, office.noted) == ([1, 3, 4, 5], ["1", "3", "4", "5"])
    assert [len(one) for one in office.store.commits] == [1, 1, 2]
    assert caplog.text.count("given up") == 1
