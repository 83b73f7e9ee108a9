"""What the router tells a provider about its events, as OpenADR 3 reports that are stored exactly once.

OpenADR 3 has no receipts and no opt-out service. Interpretation: each message is a report on the event.
Its first payload says what it is about and names the version of the event (``modificationDateTime``):

    receipt       X_RECEIPT     [version]     the event is kept durably
    opted out     X_OPTED_OUT   [version]     and OPERATING_STATE [RUNNING_OPTED_OUT], Definition, Table 4
    impossible    X_IMPOSSIBLE  [version]     the order cannot be met in full; more payloads say by how much

A report names the device as ``resourceName``, so a group order is acknowledged once per member, or the VEN
where the whole site is meant.
"""

import hashlib
from datetime import UTC

from drrouter.domain.signal import MessageKind, OutboxItem

_PAYLOAD = {
    MessageKind.RECEIPT: "X_RECEIPT",
    MessageKind.OPTED_OUT: "X_OPTED_OUT",
    MessageKind.IMPOSSIBLE: "X_IMPOSSIBLE",
}
_STATE = {MessageKind.OPTED_OUT: "RUNNING_OPTED_OUT"}


def report_name(item: OutboxItem) -> str:
    """The same for the same message, different for any other; short enough for every VTN."""
    return f"{item.kind}-{hashlib.sha256(item.id.encode()).hexdigest()[:32]}"


def report_body(item: OutboxItem, ven_name: str, program_id: str = "") -> dict[str, object]:
    """The report for a message.

    Args:
        program_id: given for OpenADR 3.0, whose reports name the program, too.
    """
    payloads = _payloads(item)
    report: dict[str, object] = {
        "eventID": item.event_id,
        "clientName": ven_name,
        "reportName": report_name(item),
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
    return report | ({"programID": program_id} if program_id else {})


def _payloads(item: OutboxItem) -> dict[str, float | str]:
    """What the report says, by payload type; the message's own payloads win."""
    standard: dict[str, float | str] = {_PAYLOAD[item.kind]: item.event_version}
    if item.kind in _STATE:
        standard["OPERATING_STATE"] = _STATE[item.kind]
    return standard | dict(sorted(item.payloads.items()))


def _instant(item: OutboxItem) -> str:
    """RFC 3339, UTC."""
    return item.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
