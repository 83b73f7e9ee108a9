"""Object privacy: what of an object a client may see.

    business logic    everything; of other clients' subscriptions all but the bearer token
    a VEN             programs and events without targets, or with targets that it was granted
                      (then only those targets show); of all else what its own client created or owns

A VEN is granted the targets of its own ven object and of that VEN's resources, which only business logic
writes.

Source: OpenADR 3.1.0, Definition, "Object Privacy".
"""

from drrouter.adapters.openadr3 import ObjectType
from drrouter.adapters.vtn.config import Caller
from drrouter.adapters.vtn.objects import Body, Objects

Targets = frozenset[str]


class Privacy:
    """Shows each client its view of the objects."""

    def __init__(self, objects: Objects, must_ask: bool = False) -> None:
        """``must_ask``: objects with targets show only to queries that name one of them."""
        self._objects, self._must_ask = objects, must_ask

    def granted(self, client_id: str) -> Targets:
        """All targets that a client was granted."""
        mine = [ven for ven in self._objects.all(ObjectType.VEN) if ven["clientID"] == client_id]
        ids = {ven["id"] for ven in mine}
        if ids:
            mine += [each for each in self._objects.all(ObjectType.RESOURCE) if each["venID"] in ids]
        return frozenset(target for body in mine for target in body.get("targets") or ())

    def view(self, caller: Caller, body: Body, granted: Targets, asked: Targets | None = None) -> Body | None:
        """The object as the client sees it; None where it does not.

        Interpretation: the specification has a VEN name the targets it asks for. A query that names none
        finds, unless ``must_ask``, whatever the VEN was granted; one that names some finds no object
        without targets.

        Args:
            granted: from ``granted``, empty for business logic.
            asked: the targets that the query names; None where it names none.
        """
        if body["objectType"] not in (ObjectType.PROGRAM, ObjectType.EVENT):
            return self._owned(caller, body)
        targets = frozenset(body.get("targets") or ())
        if caller.is_bl:
            return body if asked is None or targets & asked else None
        seen = targets & granted if asked is None else targets & granted & asked
        if asked is None and not targets:
            return body
        if not seen or (asked is None and self._must_ask):
            return None
        return {**body, "targets": [target for target in body["targets"] if target in seen]}

    def by_id(self, caller: Caller, body: Body) -> Body | None:
        """The object that a client asks for by its id, without naming targets."""
        targets = frozenset(body.get("targets") or ())
        granted = frozenset() if caller.is_bl else self.granted(caller.client_id)
        return self.view(caller, body, granted, targets if self._must_ask and targets else None)

    def _owned(self, caller: Caller, body: Body) -> Body | None:
        """Everything that belongs to one client."""
        is_own = body.get("clientID") == caller.client_id
        if not is_own and not caller.is_bl:
            return None
        if body["objectType"] == ObjectType.SUBSCRIPTION and not is_own:
            return _without_tokens(body)
        return body


def _without_tokens(subscription: Body) -> Body:
    """A subscription without what proves the VTN to its callbacks."""
    operations = [
        {key: value for key, value in operation.items() if key != "bearerToken"}
        for operation in subscription["objectOperations"]
    ]
    return {**subscription, "objectOperations": operations}
