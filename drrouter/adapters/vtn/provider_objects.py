"""Programs and events: written by business logic, read by those whom their targets name."""

from drrouter.adapters.openadr3 import ObjectType
from drrouter.adapters.openadr3.requests import EventRequest, ProgramRequest
from drrouter.adapters.vtn.call import Call
from drrouter.adapters.vtn.collection import Collection, Draft, Values
from drrouter.adapters.vtn.config import Caller, Scope
from drrouter.adapters.vtn.event_time import has_transpired
from drrouter.adapters.vtn.objects import Body
from drrouter.adapters.vtn.query import Query
from drrouter.adapters.vtn.refusal import Refusal

_READERS = frozenset({Scope.READ_ALL, Scope.READ_TARGETS})
_WHERE = "the request"


def _read_program(_: Caller, values: Values) -> ProgramRequest:
    return ProgramRequest.read(values, _WHERE)


def _program_fields(draft: Draft) -> Values:
    """A program; its name is unique in the VTN (Definition, "Object names")."""
    fields = draft.request.wire()
    for other in draft.vtn.objects.all(ObjectType.PROGRAM):
        if other["programName"] == fields["programName"] and other["id"] != draft.old_id:
            raise Refusal(409, f"There is a program of the name {fields['programName']!r} already.")
    return fields


def _any_program(_call: Call, _query: Query, _body: Body) -> bool:
    return True


def _read_event(_: Caller, values: Values) -> EventRequest:
    return EventRequest.read(values, _WHERE)


def _event_fields(draft: Draft) -> Values:
    """An event; its program must be there."""
    fields = draft.request.wire()
    if draft.vtn.objects.get(ObjectType.PROGRAM, fields["programID"]) is None:
        raise Refusal(400, "programID: there is no such program. Create it first.")
    return fields


def _event_allowed(call: Call, query: Query, event: Body) -> bool:
    if not query.allows("programID", event["programID"]):
        return False
    return not (query.active and has_transpired(event, call.vtn.clock.now()))


PROGRAMS = Collection(
    kind=ObjectType.PROGRAM,
    path="/programs",
    readers=_READERS,
    writers=frozenset({Scope.WRITE_PROGRAMS}),
    read=_read_program,
    fields=_program_fields,
    allows=_any_program,
)

EVENTS = Collection(
    kind=ObjectType.EVENT,
    path="/events",
    readers=_READERS,
    writers=frozenset({Scope.WRITE_EVENTS}),
    read=_read_event,
    fields=_event_fields,
    allows=_event_allowed,
)
