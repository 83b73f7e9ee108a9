"""Builds wire events in one line, and reads them as the router does."""

from datetime import UTC, datetime, timedelta
from typing import Any

from drrouter.adapters.openadr3 import reading
from drrouter.adapters.sp.openadr3.normalise import normalise
from drrouter.domain.event import Event
from drrouter.domain.ids import ProviderId

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
DAY = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
PRICE = {"payloadType": "PRICE", "units": "KWH", "currency": "EUR"}


def wire(*intervals: dict[str, Any], **members: Any) -> dict[str, Any]:
    """An event of day-ahead prices, unless told otherwise."""
    return {
        "id": "e1",
        "programID": "p1",
        "eventName": "prices",
        "createdDateTime": "2026-02-28T13:00:00Z",
        "modificationDateTime": "2026-02-28T14:00:00Z",
        "payloadDescriptors": [PRICE],
        "intervalPeriod": {"start": "2026-03-01T00:00:00Z", "duration": "PT1H"},
        "intervals": list(intervals),
        **members,
    }


def says(*values: Any, kind: str = "PRICE", **period: Any) -> dict[str, Any]:
    """One interval, with a period of its own where one is given."""
    row: dict[str, Any] = {"id": 0, "payloads": [{"type": kind, "values": list(values)}]}
    return row | ({"intervalPeriod": period} if period else {})


def read(row: dict[str, Any], program: dict[str, Any] | None = None) -> Event:
    known = reading.Program.read(program, "test") if program else None
    event = normalise(reading.Event.read(row, "test"), known, ProviderId("sp"), NOW)
    assert isinstance(event, Event)
    return event


def steps(event: Event) -> list[tuple[float, float, float]]:
    """Payloads as (hours after midnight, hours after midnight, value)."""
    return [((p.interval.start - DAY) / HOUR, (p.interval.end - DAY) / HOUR, p.value) for p in event.payloads]
