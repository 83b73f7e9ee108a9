"""Report descriptors as they come, and reports as they go; numbers are the obligations of a VEN."""

from datetime import timedelta
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.openadr3 import requests
from drrouter.adapters.sp.openadr3.reports import report_body
from drrouter.domain.event import Event
from drrouter.domain.ids import EventId, ProgramId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.report import NO_GRID, ReportAsk, ReportBody, Reported, ReportIntervals
from drrouter.domain.signal import EventCancelled, MessageKind, OutboxItem
from tests.adapters.sp.peers import TroubleVtn, events, listening, settings_for
from tests.adapters.sp.wire import DAY, HOUR, NOW, read, says, wire


def asking(*intervals: dict[str, Any], descriptor: dict[str, Any] | None = None, **members: Any) -> Event:
    return read(
        wire(*intervals, reportDescriptors=[{"payloadType": "USAGE"} | (descriptor or {})], **members)
    )


def test_a_descriptor_is_read_with_its_defaults() -> None:
    """28."""
    (ask,) = asking(says(1)).asks
    assert ask == ReportAsk("USAGE")
    assert (ask.start, ask.count, ask.historical, ask.frequency, ask.repeat) == (-1, -1, True, -1, 1)


def test_a_descriptor_is_read_as_it_is_written() -> None:
    """28: and targets of 3.0.1."""
    said = {
        "readingType": "DIRECT_READ",
        "units": "KWH",
        "targets": ["freezer", {"type": "RESOURCE_NAME", "values": ["car"]}],
        "aggregate": True,
        "startInterval": 1,
        "numIntervals": 2,
        "historical": False,
        "frequency": 0,
        "repeat": -1,
        "reportIntervals": "SUB_INTERVALS",
    }
    (ask,) = asking(says(1), descriptor=said).asks
    assert ask == ReportAsk(
        "USAGE", "DIRECT_READ", "KWH", ("freezer", "car"), True, 1, 2, False, 0, -1, ReportIntervals.PARTS
    )


def test_a_descriptor_that_makes_no_sense_is_read_as_the_nearest_that_does() -> None:
    """28."""
    (ask,) = asking(says(1), descriptor={"startInterval": -9, "reportIntervals": "SOME", "repeat": -7}).asks
    assert (ask.start, ask.repeat, ask.intervals) == (-1, -1, ReportIntervals.SAME)


def test_the_intervals_keep_their_ids_and_loop_with_the_event() -> None:
    """29."""
    first, second = says(1) | {"id": 7}, says(2) | {"id": 3}
    assert [slot[0] for slot in asking(first, second).grid.slots] == [7, 3]
    loops = asking(first, second, duration="P1D").grid
    assert (loops.repeats, loops.size, loops.slot(3)) == (
        True,
        24,
        (3, Interval(DAY + 3 * HOUR, DAY + 4 * HOUR)),
    )
    assert asking(first, second, duration="PT1H").grid.size == 1
    assert read(wire(first)).grid == NO_GRID


def test_a_period_without_intervals_implies_them() -> None:
    """28: User Guide 8.7."""
    grid = asking(intervalPeriod={"start": "2026-03-01T00:00:00Z", "duration": "PT1H"}).grid
    assert (grid.implied, grid.size, grid.slot(5)) == (
        True,
        None,
        (5, Interval(DAY + 5 * HOUR, DAY + 6 * HOUR)),
    )
    now = asking(intervalPeriod={"start": "0001-01-01", "duration": "PT1H"}, duration="PT3H").grid
    assert (now.size, now.slots[0][1].start) == (3, NOW)


@pytest.mark.parametrize(
    "period", [None, {}, {"start": "0001-01-01", "duration": "PT0H"}, {"start": "soon", "duration": "PT1H"}]
)
def test_an_event_that_only_asks_is_no_cancelled_one(period: dict[str, str] | None) -> None:
    """20, 28: User Guide 8.6 asks with start 0001 and no duration."""
    event = asking(intervalPeriod=period)
    assert (event.payloads, event.grid, len(event.asks)) == ((), NO_GRID, 1)
    assert not event.ends_before(NOW + timedelta(days=400))


async def test_an_event_that_only_asks_is_taken_in_and_cancelled_by_its_deletion(
    vtn: TroubleVtn, clock: SimulatedClock
) -> None:
    """20, 28."""
    asks = [{"payloadType": "STORAGE_CHARGE_LEVEL", "frequency": 0}]
    period = {"start": "0001-01-01", "duration": "PT0H"}
    row = vtn.add("events", programID="p1", intervalPeriod=period, reportDescriptors=asks)
    async with listening(settings_for(vtn.url), clock) as (_, heard):
        assert [event.id for event in events(heard)] == [row["id"]]
        assert not [signal for signal in heard if isinstance(signal, EventCancelled)]


def test_a_report_goes_out_as_a_strict_vtn_takes_it() -> None:
    """29: ids and periods of the event's intervals, units and reading type in the descriptor, and quality."""
    hour = Interval(DAY, DAY + HOUR)
    said = Reported(7, hour, (("USAGE", 1.5), ("DATA_QUALITY", "OK")))
    body = ReportBody("USAGE", "DIRECT_READ", "KWH", (("freezer", (said,)),), late=True)
    item = OutboxItem(
        "i", ProviderId("sp"), MessageKind.REPORT, EventId("e1"), "v", ProgramId("p"), NOW, report=body
    )
    wire_body = report_body(item, "home")
    requests.ReportRequest.read(wire_body, "test")
    assert str(wire_body["reportName"]).startswith("report-late-")
    assert wire_body["clientName"] == "home"
    assert wire_body["resources"] == [
        {
            "resourceName": "freezer",
            "intervals": [
                {
                    "id": 7,
                    "intervalPeriod": {"start": "2026-03-01T00:00:00Z", "duration": "PT1H"},
                    "payloads": [
                        {"type": "USAGE", "values": [1.5]},
                        {"type": "DATA_QUALITY", "values": ["OK"]},
                        {"type": "X_LATE", "values": [True]},
                    ],
                }
            ],
        }
    ]
