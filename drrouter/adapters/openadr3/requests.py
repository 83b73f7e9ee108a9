"""OpenADR objects as a client sends them to a VTN, checked strictly; our own requests are made of them, too.

Unknown keys are refused, because a misspelt one would silently change the meaning. The metadata that a VTN
adds (``id``, ``createdDateTime``, ...) may come back in a PUT and is passed over.

Source: OpenADR 3.1.0, openadr3.yaml, components; where 3.1.1 relaxes 3.1.0 (``clientID`` and ``venID`` of
resources), both forms are read.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from drrouter.adapters.openadr3.base import ObjectType, Operation, WireModel
from drrouter.adapters.openadr3.times import is_date_time, is_duration


def _date_time(text: str) -> str:
    if not is_date_time(text):
        raise ValueError("is no date-time of RFC 3339 with a zone, such as 2026-01-31T12:00:00Z")
    return text


def _duration(text: str) -> str:
    if not is_duration(text):
        raise ValueError("is no duration of ISO 8601, such as PT15M")
    return text


Name = Annotated[StrictStr, Field(min_length=1, max_length=128)]
Label = Annotated[StrictStr, Field(max_length=1024)]
ObjectId = Annotated[StrictStr, Field(min_length=1, max_length=128, pattern=r"^[a-zA-Z0-9_-]+$")]
DateTime = Annotated[StrictStr, AfterValidator(_date_time)]
Duration = Annotated[StrictStr, AfterValidator(_duration)]
Targets = Annotated[list[Name] | None, Field(max_length=1000)]
Uri = Annotated[StrictStr, Field(min_length=2, max_length=8000)]
Token = Annotated[StrictStr, Field(min_length=1, max_length=4096, pattern=r"^[\x21-\x7e]+$")]


class _Strict(WireModel):
    """Exactly the keys of the specification, spelt as it spells them."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class _Request(_Strict):
    """What may come back from an answer of the VTN."""

    id: ObjectId | None = Field(None, exclude=True)
    created_date_time: StrictStr | None = Field(None, exclude=True)
    modification_date_time: StrictStr | None = Field(None, exclude=True)


class IntervalPeriodRequest(_Strict):
    """When; at least the start or the duration is useful."""

    start: DateTime | None = None
    duration: Duration | None = None
    randomize_start: Duration | None = None


class Point(_Strict):
    """A pair of numbers, as of a CURVE."""

    x: StrictFloat | StrictInt
    y: StrictFloat | StrictInt


class Values(_Strict):
    """Values of one type: a payload, or an attribute."""

    type: Name
    values: list[StrictBool | StrictInt | StrictFloat | StrictStr | Point]


class IntervalRequest(_Strict):
    """A stretch of time with its payloads."""

    id: Annotated[StrictInt, Field(ge=-(2**31), lt=2**31)]
    interval_period: IntervalPeriodRequest | None = None
    payloads: list[Values]


class EventDescriptor(_Strict):
    """What the numbers of an event's payload type mean."""

    object_type: Literal["EVENT_PAYLOAD_DESCRIPTOR"] = "EVENT_PAYLOAD_DESCRIPTOR"
    payload_type: Name
    units: Name | None = None
    currency: Label | None = None


class ReportPayloadDescriptor(_Strict):
    """What the numbers of a report's payload type mean."""

    object_type: Literal["REPORT_PAYLOAD_DESCRIPTOR"] = "REPORT_PAYLOAD_DESCRIPTOR"
    payload_type: Name
    reading_type: Name | None = None
    units: Name | None = None
    accuracy: StrictFloat | StrictInt | None = None
    confidence: Annotated[StrictInt, Field(ge=0, le=100)] | None = None


class ReportDescriptorRequest(_Strict):
    """A report that an event asks for; -1 and 1 stand for what the specification's defaults say."""

    payload_type: Name
    reading_type: Name | None = None
    units: Name | None = None
    targets: Targets = None
    aggregate: StrictBool = False
    start_interval: StrictInt = -1
    num_intervals: StrictInt = -1
    historical: StrictBool = True
    frequency: StrictInt = -1
    repeat: StrictInt = 1
    report_intervals: Literal["INTERVALS", "SUB_INTERVALS", "OPEN_INTERVALS"] = "INTERVALS"


class ProgramDescription(_Strict):
    """Where a program is described."""

    url: Uri = Field(alias="URL")


class ProgramRequest(_Request):
    """A program."""

    object_type: Literal["PROGRAM"] | None = Field(None, exclude=True)
    program_name: Name
    interval_period: IntervalPeriodRequest | None = None
    program_descriptions: list[ProgramDescription] | None = None
    payload_descriptors: list[EventDescriptor | ReportPayloadDescriptor] | None = None
    attributes: list[Values] | None = None
    targets: Targets = None


class EventRequest(_Request):
    """An event."""

    object_type: Literal["EVENT"] | None = Field(None, exclude=True)
    program_id: ObjectId
    event_name: Label | None = None
    duration: Duration | None = None
    priority: Annotated[StrictInt, Field(ge=0)] | None = None
    targets: Targets = None
    report_descriptors: list[ReportDescriptorRequest] | None = None
    payload_descriptors: list[EventDescriptor] | None = None
    interval_period: IntervalPeriodRequest | None = None
    intervals: list[IntervalRequest] | None = None


class ReportResourceRequest(_Strict):
    """What a report says of one resource."""

    resource_name: Name
    interval_period: IntervalPeriodRequest | None = None
    intervals: list[IntervalRequest]


class ReportRequest(_Request):
    """A report; ``programID`` is 3.0's and passed over."""

    object_type: Literal["REPORT"] | None = Field(None, exclude=True)
    client_id: Name | None = Field(None, exclude=True)
    program_id: ObjectId | None = Field(None, exclude=True)
    event_id: ObjectId
    client_name: Name
    report_name: Label | None = None
    payload_descriptors: list[ReportPayloadDescriptor] | None = None
    resources: list[ReportResourceRequest]


class ObjectOperationRequest(_Strict):
    """Which operations on which objects are told where."""

    objects: Annotated[list[ObjectType], Field(min_length=1)]
    operations: Annotated[list[Operation], Field(min_length=1)]
    callback_url: Uri
    bearer_token: Token | None = None


class SubscriptionRequest(_Request):
    """What a client wants to be told of."""

    object_type: Literal["SUBSCRIPTION"] | None = Field(None, exclude=True)
    client_id: Name | None = Field(None, exclude=True)
    client_name: Name
    program_id: ObjectId | None = None
    object_operations: Annotated[list[ObjectOperationRequest], Field(min_length=1, max_length=32)]
    targets: Targets = None


class BlVenRequest(_Request):
    """A VEN as business logic writes it: with the client it belongs to and the targets it is granted."""

    object_type: Literal["BL_VEN_REQUEST", "VEN"] = Field("BL_VEN_REQUEST")
    client_id: Name
    ven_name: Name
    targets: Targets = None
    attributes: list[Values] | None = None


class VenVenRequest(_Request):
    """A VEN as it writes itself: it has no say in its targets."""

    object_type: Literal["VEN_VEN_REQUEST"] = Field("VEN_VEN_REQUEST")
    ven_name: Name
    attributes: list[Values] | None = None


class BlResourceRequest(_Request):
    """A resource as business logic writes it."""

    object_type: Literal["BL_RESOURCE_REQUEST", "RESOURCE"] = Field("BL_RESOURCE_REQUEST")
    client_id: Name | None = Field(None, exclude=True)
    resource_name: Name
    ven_id: ObjectId
    targets: Targets = None
    attributes: list[Values] | None = None


class VenResourceRequest(_Request):
    """A resource as its VEN writes it; the VEN is known from the token."""

    object_type: Literal["VEN_RESOURCE_REQUEST"] = Field("VEN_RESOURCE_REQUEST")
    resource_name: Name
    ven_id: ObjectId | None = None
    attributes: list[Values] | None = None
