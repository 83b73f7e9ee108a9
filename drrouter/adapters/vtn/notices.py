"""Which subscription is told what, when an object has changed.

A subscriber is told from its own point of view: an event that it begins to see is a CREATE, one that it no
longer sees, because its targets changed, is a DELETE.

Source: OpenADR 3.1.0, Definition, "Subscriptions" and "Object Privacy".
"""

import json
from collections.abc import Iterator

from drrouter.adapters.openadr3 import ObjectType, Operation
from drrouter.adapters.vtn.config import Caller
from drrouter.adapters.vtn.courier import Callback, Courier
from drrouter.adapters.vtn.objects import GONE, Body, Changed, Objects
from drrouter.adapters.vtn.privacy import Privacy, Targets
from drrouter.adapters.vtn.tokens import Clients


class Notifier:
    """Hears of every change and hands notices to the courier."""

    def __init__(self, objects: Objects, privacy: Privacy, clients: Clients, courier: Courier) -> None:
        """Tell subscribers by this courier."""
        self._objects, self._privacy = objects, privacy
        self._clients, self._courier = clients, courier

    def changed(self, changed: Changed) -> None:
        """Tell all whom it concerns; returns at once."""
        grants: dict[str, Targets] = {}
        for subscription in self._objects.all(ObjectType.SUBSCRIPTION):
            if self._concerns(subscription, changed):
                caller = self._clients.caller(subscription["clientID"])
                if caller is not None:
                    self._tell(subscription, caller, changed, grants)
        if changed.kind is ObjectType.SUBSCRIPTION and changed.old is not None:
            kept = frozenset(callbacks_of(changed.new)) if changed.new is not None else frozenset[Callback]()
            self._courier.keep_only(changed.old["id"], kept)

    def _concerns(self, subscription: Body, changed: Changed) -> bool:
        """Whether a subscription is for such objects, and for this one's program.

        Interpretation: VENs and resources belong to no program and concern every subscription for them.
        """
        if not any(changed.kind in operation["objects"] for operation in subscription["objectOperations"]):
            return False
        programs = {self._program(changed.kind, body) for body in (changed.old, changed.new) if body}
        wanted = subscription.get("programID")
        return wanted is None or None in programs or wanted in programs

    def _program(self, kind: ObjectType, body: Body) -> str | None:
        if kind is ObjectType.PROGRAM:
            return str(body["id"])
        if kind is ObjectType.REPORT:
            body = (
                self._objects.get(ObjectType.EVENT, body["eventID"])
                or self._objects.get(GONE, body["eventID"])
                or body
            )
        return body.get("programID")

    def _tell(self, subscription: Body, caller: Caller, changed: Changed, grants: dict[str, Targets]) -> None:
        if caller.client_id not in grants:
            grants[caller.client_id] = (
                frozenset() if caller.is_bl else self._privacy.granted(caller.client_id)
            )
        asked = frozenset(subscription["targets"]) if subscription.get("targets") else None
        old, new = (
            self._privacy.view(caller, body, grants[caller.client_id], asked) if body is not None else None
            for body in (changed.old, changed.new)
        )
        shown = new if new is not None else old
        if shown is None:
            return
        operation = _operation(old, new)
        notice = {"objectType": changed.kind, "operation": operation, "object": shown}
        written = json.dumps(notice).encode()
        for callback in callbacks_of(subscription, changed.kind, operation):
            self._courier.deliver(callback, written)


def callbacks_of(
    subscription: Body, kind: ObjectType | None = None, operation: Operation | None = None
) -> Iterator[Callback]:
    """The callbacks of a subscription, for one kind and operation where they are named."""
    for part in subscription["objectOperations"]:
        if (kind is None or kind in part["objects"]) and (
            operation is None or operation in part["operations"]
        ):
            yield Callback(subscription["id"], part["callbackUrl"], part.get("bearerToken"))


def _operation(old: Body | None, new: Body | None) -> Operation:
    if new is None:
        return Operation.DELETE
    return Operation.CREATE if old is None else Operation.UPDATE
