"""What a wire event says beside all that we interpret, as it came: unknown payload types and CTA2045.

    one value, and a descriptor whose units name a media type    the value itself; base64 for octet-stream
    anything else                                                 a JSON document with the intervals

    {"payloadType": "CTA2045_X", "units": "", "intervalPeriod": ..., "intervals": [{"id": 0, "values": [1]}]}

Interpretation: OpenADR says nothing of how to carry XML or bytes, so a descriptor's units may say it. Values
are not looked into; time rules are left to who reads them.
"""

import binascii
import json
from base64 import b64decode

from drrouter.adapters.openadr3 import reading
from drrouter.domain.event import PayloadType
from drrouter.domain.resource import MEDIA_TYPES, MOST_BYTES
from drrouter.domain.signal import Opaque

MOST_TYPES = 50
"""Payload types of one event that are kept."""

_BINARY = "application/octet-stream"
_INTERPRETED = {kind.value for kind in PayloadType if not kind.startswith("CTA2045_")}


def opaque_of(row: reading.Event, program: reading.Program | None) -> tuple[Opaque, ...]:
    """Every part that is only kept; those that are too long are left out (``too_long`` names them)."""
    found = (_opaque(kind, row, program) for kind in _kinds(row))
    return tuple(one for one in found if len(one.data) <= MOST_BYTES)


def too_long(row: reading.Event, program: reading.Program | None) -> tuple[str, ...]:
    """A sentence for each part that is not kept, because it is too long or there are too many."""
    kinds = _all_kinds(row)
    long = [kind for kind in _kinds(row) if len(_opaque(kind, row, program).data) > MOST_BYTES]
    sentences = [
        f"payload type {kind[:40]!r} is not kept: it is longer than {MOST_BYTES} bytes" for kind in long
    ]
    if len(kinds) > MOST_TYPES:
        sentences.append(f"only the first {MOST_TYPES} of {len(kinds)} unknown payload types are kept")
    return tuple(sentences)


def _all_kinds(row: reading.Event) -> tuple[str, ...]:
    kinds = (payload.type for interval in row.intervals for payload in interval.payloads)
    return tuple(dict.fromkeys(kind for kind in kinds if kind not in _INTERPRETED))


def _kinds(row: reading.Event) -> tuple[str, ...]:
    return _all_kinds(row)[:MOST_TYPES]


def _opaque(kind: str, row: reading.Event, program: reading.Program | None) -> Opaque:
    units = _units(kind, row, program)
    values = [
        (interval, payload.values)
        for interval in row.intervals
        for payload in interval.payloads
        if payload.type == kind
    ]
    if len(values) == 1 and units.lower() in MEDIA_TYPES:
        data = _plain(units.lower(), values[0][1])
        if data is not None:
            return Opaque(kind, units.lower(), data)
    document = {
        "payloadType": kind,
        "units": units,
        "intervalPeriod": _period(row.interval_period),
        "intervals": [
            {"id": interval.id, "intervalPeriod": _period(interval.interval_period), "values": list(some)}
            for interval, some in values
        ],
    }
    text = json.dumps(document, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Opaque(kind, "application/json", text.encode())


def _units(kind: str, row: reading.Event, program: reading.Program | None) -> str:
    """What the descriptor says: the event's word, else the program's."""
    for owner in (row, program):
        for descriptor in owner.payload_descriptors if owner else ():
            if descriptor.payload_type == kind and descriptor.units:
                return descriptor.units.strip()
    return ""


def _plain(media_type: str, values: tuple[object, ...]) -> bytes | None:
    """The one value as bytes; None where it is not what its media type says it is."""
    value = values[0] if len(values) == 1 else None
    if not isinstance(value, str):
        return None
    try:
        return b64decode(value, validate=True) if media_type == _BINARY else value.encode()
    except (binascii.Error, ValueError):
        return None


def _period(period: reading.IntervalPeriod | None) -> dict[str, str] | None:
    """As it came, without what is absent."""
    if period is None:
        return None
    said = {
        "start": period.start,
        "duration": period.duration,
        "randomizeStart": period.randomize_start,
    }
    return {key: value for key, value in said.items() if value is not None}
