"""The wire of OpenADR 3.1, shared by its two ends: our VEN and our VTN.

loads_strict                                    JSON within limits, before anything else
times        Span parse_span format_span parse_instant format_instant has_zone
             is_beginning_of_time is_date_time is_duration END_OF_TIME
reading      objects as a VTN sends them, lenient: ``reading.Event.read(values, "provider grid")``
             Program Event Interval IntervalPeriod ValuesMap PayloadDescriptor ReportDescriptor Ven
             Resource Report Subscription Notification TokenResponse AuthServerInfo Notifiers Problem
requests     objects as a client sends them, strict; ``requests.EventRequest(...).wire()`` is the body
             ProgramRequest EventRequest ReportRequest SubscriptionRequest BlVenRequest VenVenRequest
             BlResourceRequest VenResourceRequest and their parts
ObjectType, Operation, WireModel

Fields are named as in Python (``program_id``) and written as in OpenADR (``programID``).
Contract: OpenADR 3.1.0; what 3.1.1 adds is tolerated.
"""

from drrouter.adapters.openadr3 import reading, requests, times
from drrouter.adapters.openadr3.base import ObjectType, Operation, WireModel
from drrouter.adapters.openadr3.text import MOST_BYTES, MOST_DEPTH, loads_strict

__all__ = [
    "MOST_BYTES",
    "MOST_DEPTH",
    "ObjectType",
    "Operation",
    "WireModel",
    "loads_strict",
    "reading",
    "requests",
    "times",
]
