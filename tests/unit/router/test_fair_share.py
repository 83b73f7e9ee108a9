"""A flood of one provider fills its own share, and nobody else's."""

import asyncio
from datetime import timedelta

import pytest

from drrouter.domain.signal import EventReceived
from drrouter.router import fair_share
from tests.builders import HOUR, OTHER_SP, SP, price
from tests.unit.router.test_intake import Desk


async def test_what_is_beyond_its_share_is_neither_kept_nor_acknowledged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fair_share, "MOST_EVENTS", 3)
    desk = Desk()
    task = asyncio.create_task(desk.scribe.run())
    for number in range(5):
        desk.intake.take(EventReceived(price(f"e{number}", 0.1, "12:00", "13:00")))
    desk.intake.take(EventReceived(price("other", 0.1, "12:00", "13:00", provider=OTHER_SP)))
    desk.intake.take(EventReceived(price("e0", 0.2, "12:00", "13:00", modified_at=desk.clock.now())))
    await desk.clock.settle()
    assert set(desk.book.events) == {(SP, "e0"), (SP, "e1"), (SP, "e2"), (OTHER_SP, "other")}
    assert sorted(event_id for event_id, _ in desk.receipts) == ["e0", "e0", "e1", "e2", "other"]
    floods = [one for one in desk.store.sentences() if "more than can be kept" in one]
    assert floods == ["grid sends more than can be kept; what is beyond is left out."]
    await desk.clock.advance(HOUR + timedelta(minutes=1))
    desk.intake.take(EventReceived(price("e9", 0.1, "12:00", "13:00")))
    await desk.clock.settle()
    assert len([one for one in desk.store.sentences() if "more than can be kept" in one]) == 2
    desk.book.drop_event(SP, price("e1", 0.1, "12:00", "13:00").id)
    desk.intake.take(EventReceived(price("e9", 0.1, "12:00", "13:00")))
    assert (SP, "e9") in desk.book.events
    task.cancel()


def test_payloads_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fair_share, "MOST_PAYLOADS", 1)
    held, one = fair_share.Held(), price("e", 0.1, "12:00", "13:00")
    assert held.fits(one, None)
    held.swap(None, one)
    assert held.fits(one, one)
    assert not held.fits(price("f", 0.1, "12:00", "13:00"), None)
