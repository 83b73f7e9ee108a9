"""Events that conflict and change, from the wire to the timeline; numbers are the obligations of a VEN."""

import asyncio
import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.openadr3 import reading
from drrouter.adapters.sp.openadr3.normalise import normalise
from drrouter.domain.event import Event, PayloadType
from drrouter.domain.ids import ProviderId
from drrouter.domain.timeline import Order, TariffRates, Timeline, resolve
from drrouter.router.book import Book
from drrouter.router.intake import Intake
from drrouter.router.scribe import Scribe
from tests.adapters.sp.peers import TroubleVtn, fail, listening, pushing, shed
from tests.adapters.sp.wire import DAY, HOUR, NOW, PRICE, says, wire
from tests.fakes import MemoryStore

LONG = {"start": "2026-03-01T12:05:00Z", "duration": "P2D"}
KW = {"payloadType": "IMPORT_CAPACITY_LIMIT", "units": "KW"}


def limit(name: str, kw: float, *, hour: int = 12, priority: int | None = None, modified: int = 0) -> Event:
    """A limit for two hours, written in that minute of the day before."""
    row = wire(
        says(kw, kind="IMPORT_CAPACITY_LIMIT"),
        id=name,
        priority=priority,
        payloadDescriptors=[KW],
        intervalPeriod={"start": f"2026-03-01T{hour:02}:00:00Z", "duration": "PT2H"},
        modificationDateTime=f"2026-02-28T14:{modified:02}:00Z",
    )
    return event(row)


def event(row: dict[str, Any]) -> Event:
    found = normalise(reading.Event.read(row, "test"), None, ProviderId("sp"), NOW)
    assert isinstance(found, Event)
    return found


def timeline(*given: Event) -> Timeline:
    return resolve(given, TariffRates(), {})


def in_force(kind: PayloadType, *given: Event) -> list[tuple[str, float, float]]:
    """Which event holds, between which hours of the day."""
    orders: tuple[Order, ...] = timeline(*given).in_force[kind]
    return [(o.event_id, (o.interval.start - DAY) / HOUR, (o.interval.end - DAY) / HOUR) for o in orders]


LIMIT = PayloadType.IMPORT_CAPACITY_LIMIT


def test_the_lower_number_wins_where_two_overlap_and_the_other_holds_beside_it() -> None:
    """18: 0 is highest, none is lowest."""
    low, high = limit("low", 1, priority=3), limit("high", 5, hour=13, priority=0)
    assert in_force(LIMIT, low, high) == [("low", 12, 13), ("high", 13, 15)]
    assert in_force(LIMIT, limit("none", 1), low, high)[0] == ("low", 12, 13)


@pytest.mark.parametrize(
    ("other", "winner"),
    [
        (limit("b", 3), "b"),  # tighter
        (limit("b", 4, modified=1), "b"),  # newer
        (limit("b", 4), "a"),  # the id
    ],
)
def test_equal_priority_goes_to_the_tighter_then_the_newer_then_the_id(other: Event, winner: str) -> None:
    """18: unspecified by OpenADR; ours is the safest."""
    assert in_force(LIMIT, limit("a", 4), other) == [(winner, 12, 14)]
    assert in_force(LIMIT, other, limit("a", 4)) == [(winner, 12, 14)]


def test_a_price_and_an_alert_and_emissions_do_not_conflict() -> None:
    """18: conflict is within one payload type only (User Guide 7.1)."""
    price = event(wire(says(0.3), payloadDescriptors=[PRICE], priority=0))
    ghg = event(wire(says(300, kind="GHG"), id="e2"))
    alert = event(wire(says("Save", kind="ALERT_GRID_EMERGENCY"), id="e3"))
    found = timeline(price, ghg, alert)
    assert found.import_price.at(DAY) == 0.3
    assert found.co2_g_per_kwh.at(DAY) == 300
    assert len(found.alerts) == 1


class Desk:
    """The router's intake with its book and a store in memory."""

    def __init__(self, clock: SimulatedClock) -> None:
        self.store, self.book = MemoryStore(), Book()
        self.scribe = Scribe(self.store, clock, lambda _: None)
        self.intake = Intake(self.book, self.scribe, clock, dict, lambda _: None, lambda _: None)

    def receipts(self) -> Counter[str]:
        return Counter(f"{item.event_id} {item.event_version}" for item in self.store.items.values())


async def _a_bad_day(vtn: TroubleVtn, clock: SimulatedClock, seed: int) -> tuple[Desk, list[Any]]:
    """Creates, updates and deletes; notices late, doubled, lost and of the past; polls that fail."""
    dice, desk, notices = random.Random(seed), Desk(clock), list[tuple[str, dict[str, Any]]]()
    async with listening(pushing(vtn, poll_s=600), clock) as (_, heard):
        for step in range(40):
            rows = list(vtn.rows["events"].values())
            match dice.choice(
                ("create", "update", "update", "delete", "tell", "tell", "tell", "fail", "wait")
            ):
                case "create":
                    notices.append(("CREATE", shed(vtn, intervalPeriod=LONG, priority=step)))
                case "update" if rows:
                    row = dice.choice(rows)
                    dated = (
                        {"modificationDateTime": f"2026-03-01T12:00:{step:02}Z"}
                        if dice.random() < 0.5
                        else {}
                    )
                    row |= {"priority": step} | dated
                    notices.append(("UPDATE", dict(row)))
                case "delete" if rows:
                    notices.append(("DELETE", vtn.rows["events"].pop(dice.choice(rows)["id"])))
                case "tell" if notices:
                    await vtn.notify(*dice.choice(notices))
                case "fail":
                    vtn.bend["GET /events"] = fail
                case "wait":
                    vtn.bend.pop("GET /events", None)
                    await clock.advance(timedelta(seconds=dice.choice((1, 30, 900))))
            await clock.settle()
        vtn.bend.clear()
        await clock.advance(timedelta(minutes=20))
    for signal in heard:
        desk.intake.take(signal)
    await desk.scribe.drain()
    return desk, heard


@pytest.mark.parametrize("seed", range(12))
async def test_after_any_confusion_of_notices_and_polls_the_book_is_what_the_provider_has(
    vtn: TroubleVtn, clock: SimulatedClock, seed: int
) -> None:
    """19, 20, 21: and each version was taken in, and acknowledged, once."""
    desk, _ = await _a_bad_day(vtn, clock, seed)
    found = {event.id: event.priority for event in desk.book.events.values()}
    assert found == {row["id"]: row["priority"] for row in vtn.rows["events"].values()}
    assert set(desk.receipts().values()) <= {1}


@pytest.mark.parametrize("seed", range(4))
async def test_hearing_everything_twice_changes_nothing(
    vtn: TroubleVtn, clock: SimulatedClock, seed: int
) -> None:
    """21: as after a restart of the link."""
    desk, _ = await _a_bad_day(vtn, clock, seed)
    events, receipts, notes = dict(desk.book.events), desk.receipts(), len(desk.store.sentences())
    async with listening(pushing(vtn), clock) as (_, again):
        await asyncio.sleep(0)
    for signal in again[1:]:  # all but the word that the link is up
        desk.intake.take(signal)
    await desk.scribe.drain()
    assert (dict(desk.book.events), desk.receipts(), len(desk.store.sentences())) == (events, receipts, notes)
