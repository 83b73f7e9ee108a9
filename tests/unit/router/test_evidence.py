"""The record of each provider: what it sent and was told, its own, bounded, and there after a restart."""

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.signal import MessageKind
from drrouter.ports import Collection, Enqueue, Note, Put, Remove
from drrouter.router import evidence
from drrouter.router.book import event_key
from drrouter.router.evidence import Evidence
from drrouter.router.outbox import message
from tests.builders import CAR, FREEZER, NOON, OTHER_SP, SP, price, shed

CLOCK = SimulatedClock(NOON)
ORDER = shed("e", "12:00", "13:00")


def kept_of(changes: tuple[object, ...]) -> dict[str, object]:
    return {one.key: one.value for one in changes if isinstance(one, Put)}


def test_an_event_and_the_receipts_of_its_members_are_one_entry_that_a_restart_keeps() -> None:
    record = Evidence(CLOCK, {})
    receipts = [Enqueue(message(ORDER, MessageKind.RECEIPT, CLOCK, member)) for member in (FREEZER, CAR)]
    kept = record.witness((Put(Collection.EVENTS, event_key(SP, ORDER.id), ORDER), *receipts))
    (entry,) = record.of(SP)
    assert entry.sentence == "It sent E (SIMPLE); receipt for car, freezer."
    assert (entry.at, entry.event_id, entry.version) == (NOON, ORDER.id, ORDER.version)
    assert Evidence(CLOCK, kept_of(kept)).of(SP) == (entry,)
    assert Evidence(CLOCK, kept_of(kept)).of(SP)[0].sentence_said == entry.sentence_said is not None
    assert record.of(OTHER_SP) == ()


def test_what_a_provider_was_told_and_took_back_is_there_the_newest_first() -> None:
    record = Evidence(CLOCK, {})
    told = message(ORDER, MessageKind.IMPOSSIBLE, CLOCK, None, excess_w=200.0)
    record.witness((Enqueue(told),))
    record.witness((Enqueue(message(ORDER, MessageKind.OPTED_OUT, CLOCK, FREEZER)),))
    gone = Remove(Collection.EVENTS, event_key(SP, ORDER.id))
    assert record.witness((gone,)) == ()
    record.witness((gone, Note(JournalEntry(NOON, JournalKind.EVENT_CANCELLED, "gone"))))
    assert [entry.sentence for entry in record.of(SP)] == [
        "It took the event back.",
        "Told for freezer: opted out.",
        "Told for the home: impossible (excess_w: 200.0).",
    ]
    assert len(record.of(SP, 1)) == 1


def test_an_event_of_which_nothing_is_obeyed_and_a_late_receipt_are_said_as_they_are() -> None:
    record = Evidence(CLOCK, {})
    empty = price("p", 0.1, "12:00", "13:00").moved(NOON - NOON)
    record.witness((Enqueue(message(empty, MessageKind.RECEIPT, CLOCK, None, ignored="all")),))
    assert (
        record.of(SP)[0].sentence
        == "It sent p (nothing that is obeyed); receipt for the home (ignored: all)."
    )
    for kind in (MessageKind.REPORT, MessageKind.DATA):
        assert record.witness((Enqueue(message(empty, kind, CLOCK, None, X="secret")),)) == ()
    record.witness((Enqueue(message(empty, MessageKind.IMPOSSIBLE, CLOCK, None, reason="long " * 500)),))
    assert len(record.of(SP)[0].sentence) == evidence.LONGEST
    assert record.of(SP)[0].sentence_said is None


def test_the_same_told_again_is_no_new_entry() -> None:
    record, told = Evidence(CLOCK, {}), Enqueue(message(ORDER, MessageKind.OPTED_OUT, CLOCK, FREEZER))
    assert len(record.witness((told,))) == 1
    assert record.witness((told,)) == ()
    assert len(record.of(SP)) == 1


def test_a_flood_of_one_provider_pushes_out_nothing_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MOST", 5)
    record, kept = Evidence(CLOCK, {}), dict[str, object]()
    other = price("p", 0.1, "12:00", "13:00", provider=OTHER_SP)
    kept |= kept_of(record.witness((Enqueue(message(other, MessageKind.RECEIPT, CLOCK)),)))
    for number in range(12):
        one = message(shed(f"e{number}", "12:00", "13:00"), MessageKind.RECEIPT, CLOCK)
        kept |= kept_of(record.witness((Enqueue(one),)))
    assert len(record.of(OTHER_SP)) == 1
    assert [entry.event_id for entry in record.of(SP)] == ["e11", "e10", "e9", "e8", "e7"]
    assert len(kept) == 6
    again = Evidence(CLOCK, kept)
    assert again.of(SP) == record.of(SP)
    assert again.of(OTHER_SP) == record.of(OTHER_SP)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"number": "x"},
        {"number": 1, "at": "2026-06-01", "event_id": "e", "version": "", "sentence": ""},
    ],
)
def test_what_cannot_be_read_is_passed_over(value: object) -> None:
    assert Evidence(CLOCK, {"evidence/grid/1": value, "seed": "s"}).of(SP) == ()
