"""OpenADR objects as a VTN sends them, read leniently: unknown fields are passed over, nulls count as absent.

Times stay texts, because their meaning needs the event around them (``times``); identifiers may come as
numbers, keys in snake_case. For what we send, see ``requests``.

Source: OpenADR 3.1.0, openadr3.yaml, components; facts of VTNs in the field.
"""

from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field

from drrouter.adapters.openadr3.base import WireModel

T = TypeVar("T")


def _none_is_empty(found: object) -> object:
    return () if found is None else found


def _number_is_text(found: object) -> object:
    is_number = isinstance(found, int) and not isinstance(found, bool)
    return str(found) if is_number else found


def _zone_free(found: object) -> object:
    """Any other thing than a text is no time."""
    return found if isinstance(found, str) else None


Many = Annotated[tuple[T, ...], BeforeValidator(_none_is_empty)]
Text = Annotated[str, BeforeValidator(_number_is_text)]
TimeText = Annotated[str | None, BeforeValidator(_zone_free)]


class IntervalPeriod(WireModel):
    """When an interval starts, how long it lasts, and by how much its start may be moved."""

    start: TimeText = None
    duration: TimeText = None
    randomize_start: TimeText = None


class ValuesMap(WireModel):
    """Values of one type: a payload, or an attribute."""

    type: str
    values: Many[Any] = ()


class Interval(WireModel):
    """A stretch of time with its payloads; ``id`` is the sender's number, not an order."""

    id: int = 0
    interval_period: IntervalPeriod | None = None
    payloads: Many[ValuesMap] = ()


class PayloadDescriptor(WireModel):
    """What the numbers of a payload type mean, in events and in reports."""

    object_type: str | None = None
    payload_type: str
    units: str | None = None
    currency: str | None = None
    reading_type: str | None = None
    accuracy: float | None = None
    confidence: int | None = None


class ReportDescriptor(WireModel):
    """A report that an event asks for."""

    payload_type: str
    reading_type: str | None = None
    units: str | None = None
    targets: Many[Any] = ()
    aggregate: bool | None = None
    start_interval: int | None = None
    num_intervals: int | None = None
    historical: bool | None = None
    frequency: int | None = None
    repeat: int | None = None
    report_intervals: str | None = None


class _Addressable(WireModel):
    """What the VTN adds to every object; absent in a notice of some VTNs."""

    id: Text
    created_date_time: TimeText = None
    modification_date_time: TimeText = None
    object_type: str | None = None


class Program(_Addressable):
    """The business context of events."""

    program_name: str
    interval_period: IntervalPeriod | None = None
    payload_descriptors: Many[PayloadDescriptor] = ()
    attributes: Many[ValuesMap] = ()
    targets: Many[Any] = ()


class Event(_Addressable):
    """What a provider announces or asks for; ``targets`` are texts in 3.1, objects in 3.0."""

    program_id: Text
    event_name: str | None = None
    duration: TimeText = None
    priority: int | None = None
    targets: Many[Any] = ()
    report_descriptors: Many[ReportDescriptor] = ()
    payload_descriptors: Many[PayloadDescriptor] = ()
    interval_period: IntervalPeriod | None = None
    intervals: Many[Interval] = ()


class Ven(_Addressable):
    """A VEN as the VTN knows it; ``targets`` are what it was granted."""

    ven_name: str
    client_id: Text | None = None
    attributes: Many[ValuesMap] = ()
    targets: Many[Any] = ()


class Resource(_Addressable):
    """A device, or a group of them, that belongs to a VEN."""

    resource_name: str
    ven_id: Text | None = None
    attributes: Many[ValuesMap] = ()
    targets: Many[Any] = ()


class ReportResource(WireModel):
    """What a report says of one resource."""

    resource_name: str
    interval_period: IntervalPeriod | None = None
    intervals: Many[Interval] = ()


class Report(_Addressable):
    """What a VEN tells of an event."""

    event_id: Text
    client_name: str
    report_name: str | None = None
    client_id: Text | None = None
    payload_descriptors: Many[PayloadDescriptor] = ()
    resources: Many[ReportResource] = ()


class ObjectOperation(WireModel):
    """Which operations on which objects are told where; the token is not sent back by every VTN."""

    objects: Many[str] = ()
    operations: Many[str] = ()
    callback_url: str
    bearer_token: str | None = None


class Subscription(_Addressable):
    """What a client wants to be told of."""

    client_name: str
    client_id: Text | None = None
    program_id: Text | None = None
    object_operations: Many[ObjectOperation] = ()
    targets: Many[Any] = ()


class Notification(WireModel):
    """What a VTN sends to a callback; ``object`` is read by the model of its ``object_type``."""

    object_type: str
    operation: str
    object: dict[str, Any]
    targets: Many[Any] = ()


class TokenResponse(WireModel):
    """What the token endpoint answers; its keys are RFC 6749's, in snake_case."""

    access_token: str = Field(alias="access_token", min_length=1)
    token_type: str | None = Field(None, alias="token_type")
    expires_in: float | None = Field(None, alias="expires_in")
    scope: str | None = None


class AuthServerInfo(WireModel):
    """Where tokens are given out."""

    token_url: str = Field(alias="tokenURL")


class Notifiers(WireModel):
    """How a VTN tells of changes; ``mqtt`` is its binding object, None where it has none."""

    webhook: bool | None = Field(None, alias="WEBHOOK")
    mqtt: dict[str, Any] | None = Field(None, alias="MQTT")


class Problem(WireModel):
    """Why a request was refused."""

    type: str | None = None
    title: str | None = None
    status: int | None = None
    detail: str | None = None
    instance: str | None = None
