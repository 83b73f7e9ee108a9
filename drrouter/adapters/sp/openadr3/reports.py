"""What the router tells a provider about its events, as OpenADR 3 reports that are stored exactly once.

OpenADR 3 has no receipts and no opt-out service. Interpretation: each message is a report on the event.
Its first payload says what it is about and names the version of the event (``modificationDateTime``):

    receipt       X_RECEIPT     [version]     the event is kept durably
    opted out     X_OPTED_OUT   [version]     and OPERATING_STATE [RUNNING_OPTED_OUT], Definition, Table 4
    impossible    X_IMPOSSIBLE  [version]     the order cannot be met in full; more payloads say by how much
    started       X_STARTED     [version]     its time has begun; OPERATING_STATE [RUNNING_CURTAILED] if so
    done          X_DONE        [version]     its time is over and it was obeyed; not by whom, as a reason
    report        what the event asked for    by resource and interval, with DATA_QUALITY beside each value
    data          X_DATA [text or base64]     opaque; beside it X_DATA_PATH, _MEDIA_TYPE, _ENCODING, _SEQUENCE

What is made long after it was due, or delivered long after it was made, says X_LATE [true], too.
Interpretation: DATA_QUALITY tells how far a value can be trusted; no word of OpenADR 3 says that it is late.

A report names the device as ``resourceName``, so a group order is acknowledged once per member, or the VEN
where the whole site is meant.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC

from drrouter.adapters.openadr3.times import format_instant, format_span
from drrouter.domain.report import ReportBody, Reported
from drrouter.domain.signal import MessageKind, OutboxItem

_PAYLOAD = {
    MessageKind.RECEIPT: "X_RECEIPT",
    MessageKind.OPTED_OUT: "X_OPTED_OUT",
    MessageKind.IMPOSSIBLE: "X_IMPOSSIBLE",
    MessageKind.STARTED: "X_STARTED",
    MessageKind.DONE: "X_DONE",
    MessageKind.REPORT: "X_REPORT",
}
LATE = "X_LATE"
_STATE = {MessageKind.OPTED_OUT: "RUNNING_OPTED_OUT"}
_LATE_DESCRIPTOR = {"objectType": "REPORT_PAYLOAD_DESCRIPTOR", "payloadType": LATE}


def report_name(item: OutboxItem) -> str:
    """The same for the same message, different for any other; short enough for every VTN."""
    kind = f"{item.kind}-late" if item.report and item.report.late else item.kind
    return f"{kind}-{hashlib.sha256(item.id.encode()).hexdigest()[:32]}"


def report_body(item: OutboxItem, ven_name: str, program_id: str = "") -> dict[str, object]:
    """The report for a message.

    Args:
        program_id: given for OpenADR 3.0, whose reports name the program, too.
    """
    report: dict[str, object] = {
        "eventID": item.event_id,
        "clientName": ven_name,
        "reportName": report_name(item),
    }
    report |= _asked_for(item.report, item.late) if item.report else _told(item, ven_name)
    return report | ({"programID": program_id} if program_id else {})


def _told(item: OutboxItem, ven_name: str) -> dict[str, object]:
    """What the router says of itself."""
    payloads = _payloads(item)
    return {
        "payloadDescriptors": [
            {"objectType": "REPORT_PAYLOAD_DESCRIPTOR", "payloadType": kind} for kind in payloads
        ],
        "resources": [
            {
                "resourceName": item.member or ven_name,
                "intervals": [
                    {
                        "id": 0,
                        "intervalPeriod": {"start": _instant(item), "duration": "PT0S"},
                        "payloads": [{"type": kind, "values": [value]} for kind, value in payloads.items()],
                    }
                ],
            }
        ],
    }


def _asked_for(report: ReportBody, late: bool) -> dict[str, object]:
    """What the provider wanted to know; that it is late stands in the first interval of each resource."""
    mark = [{"type": LATE, "values": [True]}] if late or report.late else []
    kind = {"objectType": "REPORT_PAYLOAD_DESCRIPTOR", "payloadType": report.payload_type}
    kind |= {"readingType": report.reading_type} if report.reading_type else {}
    kind |= {"units": report.units} if report.units else {}
    quality = {"objectType": "REPORT_PAYLOAD_DESCRIPTOR", "payloadType": "DATA_QUALITY"}
    return {
        "payloadDescriptors": [kind, quality, *([_LATE_DESCRIPTOR] if mark else [])],
        "resources": [
            {
                "resourceName": name,
                "intervals": [_interval(one, () if place else mark) for place, one in enumerate(intervals)],
            }
            for name, intervals in report.resources
        ],
    }


def _interval(one: Reported, mark: Iterable[Mapping[str, object]]) -> dict[str, object]:
    period = {
        "start": format_instant(one.interval.start),
        "duration": format_span(one.interval.duration),
    }
    payloads = [{"type": kind, "values": [value]} for kind, value in one.payloads]
    return {"id": one.id, "intervalPeriod": period, "payloads": [*payloads, *mark]}


def _payloads(item: OutboxItem) -> dict[str, float | str]:
    """What the report says, by payload type; the message's own payloads win."""
    kind = _PAYLOAD.get(item.kind)
    standard: dict[str, float | str] = {kind: item.event_version} if kind else {}
    if item.kind in _STATE:
        standard["OPERATING_STATE"] = _STATE[item.kind]
    return standard | dict(sorted(item.payloads.items())) | ({LATE: True} if item.late else {})


def _instant(item: OutboxItem) -> str:
    """RFC 3339, UTC."""
    return item.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
