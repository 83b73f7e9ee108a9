"""Reports and subscriptions: each belongs to the client that wrote it, and business logic reads them all."""

from typing import cast

from drrouter.adapters.openadr3 import ObjectType
from drrouter.adapters.openadr3.requests import ReportRequest, SubscriptionRequest
from drrouter.adapters.vtn.call import Call, Vtn
from drrouter.adapters.vtn.callbacks import challenge, check_url
from drrouter.adapters.vtn.collection import Collection, Draft, Values
from drrouter.adapters.vtn.config import Caller, Scope
from drrouter.adapters.vtn.objects import GONE, Body
from drrouter.adapters.vtn.query import Query
from drrouter.adapters.vtn.refusal import Refusal

MOST_SUBSCRIPTIONS = 100
"""Of one client, so that none makes the VTN send a flood at every event."""

_READERS = frozenset({Scope.READ_ALL, Scope.READ_VEN_OBJECTS})
_WHERE = "the request"


def _read_report(_: Caller, values: Values) -> ReportRequest:
    return ReportRequest.read(values, _WHERE)


def _report_fields(draft: Draft) -> Values:
    """A report on an event that is there, or was.

    Interpretation: a VEN may report on an event that was deleted, or that it no longer sees: the report tells
    of the time before. Ids are random, so nobody learns by trying which events there are.
    """
    fields = draft.request.wire()
    objects, event_id = draft.vtn.objects, fields["eventID"]
    if objects.get(ObjectType.EVENT, event_id) is None and objects.get(GONE, event_id) is None:
        raise Refusal(400, "eventID: there is no such event.")
    return {**fields, "clientID": draft.caller.client_id}


def _report_allowed(call: Call, query: Query, report: Body) -> bool:
    objects = call.vtn.objects
    event = objects.get(ObjectType.EVENT, report["eventID"]) or objects.get(GONE, report["eventID"]) or {}
    return (
        query.allows("eventID", report["eventID"])
        and query.allows("clientName", report["clientName"])
        and query.allows("programID", event.get("programID"))
    )


def _read_subscription(_: Caller, values: Values) -> SubscriptionRequest:
    return SubscriptionRequest.read(values, _WHERE)


async def _vet_subscription(draft: Draft) -> None:
    """Callbacks must be allowed, and new ones must answer the challenge."""
    config = draft.vtn.config
    known = {
        (part["callbackUrl"], part.get("bearerToken"))
        for part in (draft.old or {}).get("objectOperations", ())
    }
    for part in cast(SubscriptionRequest, draft.request).object_operations:
        url = check_url(part.callback_url, config.callbacks_on_this_machine)
        is_known = (part.callback_url, part.bearer_token) in known
        if config.challenge_callbacks and not is_known:
            await challenge(draft.vtn.session, url, part.bearer_token)
            known.add((part.callback_url, part.bearer_token))


def _subscription_fields(draft: Draft) -> Values:
    """A subscription; its program, if any, is one that its client sees."""
    fields = draft.request.wire()
    if "programID" in fields and not _sees_program(draft.vtn, draft.caller, fields["programID"]):
        raise Refusal(400, "programID: there is no such program.")
    mine = (each for each in draft.vtn.objects.all(ObjectType.SUBSCRIPTION) if _is_of(each, draft.caller))
    if draft.old is None and sum(1 for _ in mine) >= MOST_SUBSCRIPTIONS:
        raise Refusal(507, f"A client has at most {MOST_SUBSCRIPTIONS} subscriptions. Delete some.")
    return {**fields, "clientID": draft.caller.client_id}


def _is_of(body: Body, caller: Caller) -> bool:
    return bool(body["clientID"] == caller.client_id)


def _sees_program(vtn: Vtn, caller: Caller, program_id: str) -> bool:
    program = vtn.objects.get(ObjectType.PROGRAM, program_id)
    return program is not None and vtn.privacy.by_id(caller, program) is not None


def _subscription_allowed(_: Call, query: Query, subscription: Body) -> bool:
    return (
        query.allows("programID", subscription.get("programID"))
        and query.allows("clientName", subscription["clientName"])
        and any(
            query.allows("objects", kind)
            for part in subscription["objectOperations"]
            for kind in part["objects"]
        )
    )


REPORTS = Collection(
    kind=ObjectType.REPORT,
    path="/reports",
    readers=_READERS,
    writers=frozenset({Scope.WRITE_REPORTS}),
    read=_read_report,
    fields=_report_fields,
    allows=_report_allowed,
)

SUBSCRIPTIONS = Collection(
    kind=ObjectType.SUBSCRIPTION,
    path="/subscriptions",
    readers=_READERS,
    writers=frozenset({Scope.WRITE_SUBSCRIPTIONS}),
    read=_read_subscription,
    fields=_subscription_fields,
    allows=_subscription_allowed,
    vet=_vet_subscription,
)
