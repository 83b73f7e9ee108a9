"""VENs and their resources: written by the VEN itself, except for targets, which business logic grants.

Source: OpenADR 3.1.0, Definition, "Object Privacy" and "Object names".
"""

from drrouter.adapters.openadr3 import ObjectType, WireModel
from drrouter.adapters.openadr3.requests import (
    BlResourceRequest,
    BlVenRequest,
    VenResourceRequest,
    VenVenRequest,
)
from drrouter.adapters.vtn.call import Call
from drrouter.adapters.vtn.collection import Collection, Draft, Values
from drrouter.adapters.vtn.config import Caller, Scope
from drrouter.adapters.vtn.objects import Body, Objects
from drrouter.adapters.vtn.query import Query
from drrouter.adapters.vtn.refusal import Refusal

_READERS = frozenset({Scope.READ_ALL, Scope.READ_VEN_OBJECTS})
_WRITERS = frozenset({Scope.WRITE_VENS})
_WHERE = "the request"


def _read_ven(caller: Caller, values: Values) -> WireModel:
    """The form of a ven that this role may write."""
    if caller.is_bl:
        return BlVenRequest.read(values, _WHERE)
    _refuse_powers(values)
    return VenVenRequest.read(values, _WHERE)


def _read_resource(caller: Caller, values: Values) -> WireModel:
    """The form of a resource that this role may write."""
    if caller.is_bl:
        return BlResourceRequest.read(values, _WHERE)
    _refuse_powers(values)
    return VenResourceRequest.read(values, _WHERE)


def _refuse_powers(values: Values) -> None:
    """A VEN that writes as business logic, or writes targets, has no right to; this is no slip of form."""
    if "targets" in values:
        raise Refusal(403, "A VEN does not write targets; business logic grants them.")
    if str(values.get("objectType")).startswith("BL_"):
        raise Refusal(403, "Only business logic sends an objectType that begins with BL_.")


def _ven_fields(draft: Draft) -> Values:
    """A ven; names and clients are unique in the VTN.

    Interpretation: one ven a client, because a VEN's resources and targets are found by its client.
    """
    fields = draft.request.wire()
    if not draft.caller.is_bl:
        fields |= _given_ven(draft, fields["venName"])
    credential = draft.vtn.clients.credential(fields["clientID"])
    always = credential.targets if credential else ()
    if targets := list(dict.fromkeys((*always, *(fields.get("targets") or ())))):
        fields["targets"] = targets
    for other in draft.vtn.objects.all(ObjectType.VEN):
        if other["id"] == draft.old_id:
            continue
        if other["venName"] == fields["venName"]:
            raise Refusal(409, f"There is a ven of the name {fields['venName']!r} already.")
        if other["clientID"] == fields["clientID"]:
            raise Refusal(409, f"The client has a ven already, of the name {other['venName']!r}.")
    return fields


def _given_ven(draft: Draft, ven_name: str) -> Values:
    """What a VEN does not write of its ven: its client, its targets, and a name that is set."""
    credential = draft.vtn.clients.credential(draft.caller.client_id)
    named = credential.ven_name if credential else None
    if named is not None and ven_name != named:
        raise Refusal(403, f"This client enrols under the name {named!r} only.")
    kept = draft.old.get("targets") if draft.old is not None else None
    return {"clientID": draft.caller.client_id} | ({"targets": kept} if kept is not None else {})


def _resource_fields(draft: Draft) -> Values:
    """A resource; its name is unique among its ven's."""
    fields = draft.request.wire()
    if draft.caller.is_bl:
        ven = draft.vtn.objects.get(ObjectType.VEN, fields["venID"])
        if ven is None:
            raise Refusal(400, "venID: there is no such ven. Create it first.")
    else:
        ven = _own_ven(draft.vtn.objects, draft.caller, fields.get("venID"))
        targets = draft.old.get("targets") if draft.old is not None else None
        fields |= {"targets": targets} if targets is not None else {}
    for other in draft.vtn.objects.all(ObjectType.RESOURCE):
        is_same = other["venID"] == ven["id"] and other["resourceName"] == fields["resourceName"]
        if is_same and other["id"] != draft.old_id:
            raise Refusal(409, f"The ven has a resource of the name {fields['resourceName']!r} already.")
    return {**fields, "venID": ven["id"], "clientID": ven["clientID"]}


def _own_ven(objects: Objects, caller: Caller, named: str | None) -> Body:
    """The ven of a client."""
    for ven in objects.all(ObjectType.VEN):
        if ven["clientID"] == caller.client_id:
            if named not in (None, ven["id"]):
                raise Refusal(403, "venID: a VEN writes resources of its own ven only.")
            return ven
    raise Refusal(400, "Enrol first: POST /vens.")


def _ven_allowed(_: Call, query: Query, ven: Body) -> bool:
    return query.allows("venName", ven["venName"]) and _has_target(query, ven)


def _resource_allowed(_: Call, query: Query, resource: Body) -> bool:
    is_named = query.allows("resourceName", resource["resourceName"]) and query.allows(
        "venID", resource["venID"]
    )
    return is_named and _has_target(query, resource)


def _has_target(query: Query, body: Body) -> bool:
    return query.targets is None or not query.targets.isdisjoint(body.get("targets") or ())


VENS = Collection(
    kind=ObjectType.VEN,
    path="/vens",
    readers=_READERS,
    writers=_WRITERS,
    read=_read_ven,
    fields=_ven_fields,
    allows=_ven_allowed,
)

RESOURCES = Collection(
    kind=ObjectType.RESOURCE,
    path="/resources",
    readers=_READERS,
    writers=_WRITERS,
    read=_read_resource,
    fields=_resource_fields,
    allows=_resource_allowed,
)
