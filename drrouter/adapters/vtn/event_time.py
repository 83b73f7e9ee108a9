"""When an event has transpired, for the filter ``active``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from drrouter.adapters.openadr3.times import is_beginning_of_time, parse_instant, parse_span
from drrouter.adapters.vtn.objects import Body


def has_transpired(event: Body, now: datetime) -> bool:
    """Whether the last interval of an event has ended.

    Interpretation: an event that does not say when it ends, such as a request for reports without
    intervals, has not transpired; "now" (0001-01-01) is when the event was last written.
    """
    end = event_end(event)
    return end is not None and end <= now


def event_end(event: Body) -> datetime | None:
    """The end of the last interval; None where the event does not say.

    Source: OpenADR 3.1.0, User Guide 7.3: intervals follow one another unless they say when they start,
    and ``duration`` of the event, where given, overrides theirs.
    """
    default = event.get("intervalPeriod") or {}
    written = parse_instant(event["modificationDateTime"])
    first = last = None
    following: datetime | None = None
    for interval in event.get("intervals") or ():
        own = interval.get("intervalPeriod") or {}
        start = _start(own, default, following, written)
        span = parse_span(own.get("duration")) or parse_span(default.get("duration"))
        if start is None or span is None:
            return None
        following = span.after(start)
        first = start if first is None else min(first, start)
        last = following if last is None else max(last, following)
    whole = parse_span(event.get("duration"))
    return whole.after(first) if first is not None and whole else last


def _start(
    own: Mapping[str, Any], default: Mapping[str, Any], following: datetime | None, written: datetime | None
) -> datetime | None:
    """Where an interval begins."""
    mine, common = own.get("start"), default.get("start")
    if mine is not None and not is_beginning_of_time(mine):
        return parse_instant(mine)
    if following is not None:
        return following
    if common is not None and not is_beginning_of_time(common):
        return parse_instant(common)
    return written if is_beginning_of_time(mine) or is_beginning_of_time(common) else None
