"""Events as they stand in a message of OpenADR 2.0b, read out of XML that passed the schema.

What they mean is left to ``normalise``. Ids are taken as they are written: ``007`` is not 7.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from drrouter.adapters.openadr3.times import Span, parse_instant, parse_span
from drrouter.adapters.sp.openadr2.codec import Message, Node, own_text, text_of

MOST_INTERVALS = 10_000
"""More of them in one event are not read."""

CANCELLED, COMPLETED = "cancelled", "completed"
_TARGETS = ("groupID", "groupName", "resourceID")
_ITEM = ["currency", "currencyPerKWh", "currencyPerKW", "powerReal", "energyReal", "customUnit"]


@dataclass(frozen=True, slots=True)
class Step:
    """One interval of a signal, as written."""

    uid: str
    start: datetime | None
    span: Span
    value: float | None


@dataclass(frozen=True, slots=True)
class WireSignal:
    """One signal of an event.

    Attributes:
        item, units, scale: of its ``itemBase``, such as ``currencyPerKWh``, ``EUR``, ``none``.
    """

    name: str
    type: str
    steps: tuple[Step, ...]
    item: str = ""
    units: str = ""
    scale: str = ""


@dataclass(frozen=True, slots=True)
class WireEvent:
    """One event, as written.

    Attributes:
        number: its modificationNumber.
        status: none, far, near, active, completed or cancelled.
        priority: 0 is none, 1 the highest.
        is_test: whatever is not ``false`` is a test (conformance rule 6).
        start_after: within which the start may be drawn later.
        targets: groups and resources; the VENs that are named are in ``vens``.
    """

    id: str
    number: int
    status: str
    priority: int
    market: str
    created: datetime | None
    is_test: bool
    comment: str
    start: datetime | None
    span: Span
    start_after: Span
    signals: tuple[WireSignal, ...]
    targets: tuple[str, ...]
    vens: tuple[str, ...]
    wants_answer: bool


def events_in(message: Message) -> Iterator[WireEvent]:
    """Every event of a message."""
    if message.body is not None:
        for node in message.body.iterfind(".//{*}oadrEvent"):
            yield _event(node)


def _event(node: Node) -> WireEvent:
    test, target = text_of(node, "testEvent"), node.find("{*}eiEvent/{*}eiTarget")
    return WireEvent(
        id=text_of(node, "eventID"),
        number=int(text_of(node, "modificationNumber") or 0),
        status=text_of(node, "eventStatus"),
        priority=int(text_of(node, "priority") or 0),
        market=text_of(node, "marketContext"),
        created=parse_instant(text_of(node, "createdDateTime")),
        is_test=test not in ("", "false"),
        comment=text_of(node, "vtnComment"),
        start=parse_instant(text_of(node.find(".//{*}eiActivePeriod"), "date-time")),
        span=_span(node.find(".//{*}eiActivePeriod/{*}properties/{*}duration")),
        start_after=parse_span(text_of(node, "startafter")) or Span(),
        signals=tuple(_signal(one) for one in node.iterfind(".//{*}eiEventSignal")),
        targets=tuple(_texts(target, *_TARGETS)),
        vens=tuple(_texts(target, "venID")),
        wants_answer=text_of(node, "oadrResponseRequired") != "never",
    )


def _signal(node: Node) -> WireSignal:
    steps: list[Step] = []
    for one in node.iterfind("{*}intervals/{*}interval"):
        if len(steps) == MOST_INTERVALS:
            break
        steps.append(_step(one))
    item = next((name for name in _ITEM if node.find(f"{{*}}{name}") is not None), "")
    return WireSignal(
        name=text_of(node, "signalName").upper(),
        type=text_of(node, "signalType"),
        steps=tuple(steps),
        item=item,
        units=text_of(node, "itemUnits"),
        scale=text_of(node, "siScaleCode"),
    )


def _step(node: Node) -> Step:
    uid, value = node.find("{*}uid"), text_of(node.find("{*}signalPayload"), "value")
    return Step(
        uid=text_of(uid, "text"),
        start=parse_instant(text_of(node.find("{*}dtstart"), "date-time")),
        span=_span(node.find("{*}duration")),
        value=float(value) if value else None,
    )


def _span(node: Node | None) -> Span:
    return parse_span(text_of(node, "duration")) or Span()


def _texts(node: Node | None, *names: str) -> Iterator[str]:
    """The texts of every element of these names."""
    if node is not None:
        yield from filter(None, (own_text(one) for name in names for one in node.iterfind(f"{{*}}{name}")))
