"""S2's messages as they come: strict JSON, then the schema of their kind, as s2-python's forms have it.

Interpretation: the forms that s2-python generates from the schema are taken, not its own classes above them:
those want every id to be a UUID, which the schema does not, and let some missing keys pass.

Source: flexiblepower/s2-ws-json, 0.0.2-beta.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError
from s2python.generated import gen_s2

from drrouter.adapters.strict_json import message_error, parse
from drrouter.errors import MessageError

VERSION = "0.0.2-beta"
"""Of the schema; both sides name it in their handshakes."""

MOST_BYTES = 512 * 1024
"""The longest message; a longer one ends the connection."""

NO_ID = "00000000-0000-0000-0000-000000000000"
"""What a status refers to where the message has no id that can be read."""

DDBC = "DDBC.SystemDescription"

Json = dict[str, Any]

_ID = re.compile(r"[a-zA-Z0-9\-_:]{2,64}")


def _forms() -> Mapping[str, type[BaseModel]]:
    """Every message of S2 by its type."""
    named = (
        (one.model_fields["message_type"].default, one)
        for one in vars(gen_s2).values()
        if isinstance(one, type) and issubclass(one, BaseModel) and "message_type" in one.model_fields
    )
    return MappingProxyType({str(kind): form for kind, form in named})


FORMS = _forms()


class BadMessageError(MessageError):
    """A message that S2 does not have, with the status that answers it."""

    def __init__(self, status: str, subject: str, why: MessageError) -> None:
        """Say by which status it is answered, and to which message that refers."""
        super().__init__(why.where, why.key, why.problem)
        self.status, self.subject = status, subject


def read(text: str, sender: str) -> tuple[str, Json]:
    """The type of a message, and the message as its schema has it.

    Raises:
        BadMessageError: INVALID_DATA where it is no JSON or has no id, INVALID_MESSAGE where it is not as the
            schema wants it.
    """
    try:
        message = parse(text.encode(errors="replace"), sender, MOST_BYTES)
    except (MessageError, RecursionError) as error:
        why = error if isinstance(error, MessageError) else MessageError(sender, "", "it nests too deeply")
        raise BadMessageError("INVALID_DATA", NO_ID, why) from error
    kind = message.get("message_type") if isinstance(message, dict) else None
    subject = _subject(message, kind)
    if subject is None:
        raise BadMessageError("INVALID_DATA", NO_ID, MessageError(sender, "message_id", "there is none"))
    if not isinstance(kind, str) or kind not in FORMS:
        raise BadMessageError(
            "INVALID_MESSAGE", subject, MessageError(sender, "message_type", "it is none of S2")
        )
    try:
        checked = FORMS[kind].model_validate(_as_the_schema_has_it(message) if kind == DDBC else message)
        return kind, checked.model_dump(mode="json", by_alias=True, exclude_none=True)
    except ValidationError as error:
        raise BadMessageError("INVALID_MESSAGE", subject, message_error(error, sender)) from error


def _as_the_schema_has_it(message: Json) -> Json:
    """A DDBC.SystemDescription as s2-python's own classes write it, put right.

    The schema calls the id of an operation mode ``Id`` and has one supply_range; they write ``id``, too, and
    a list of one.
    """

    def mode(said: object) -> object:
        if not isinstance(said, dict):
            return said
        ranges = said.get("supply_range")
        alone = {"supply_range": ranges[0]} if isinstance(ranges, list) and len(ranges) == 1 else {}
        return {("Id" if key == "id" else key): value for key, value in said.items()} | alone

    def actuator(said: object) -> object:
        if not isinstance(said, dict) or not isinstance(said.get("operation_modes"), list):
            return said
        return said | {"operation_modes": list(map(mode, said["operation_modes"]))}

    actuators = message.get("actuators")
    return message | {"actuators": list(map(actuator, actuators))} if isinstance(actuators, list) else message


def _subject(message: object, kind: object) -> str | None:
    """The id by which a message is answered, "" for a status, which is answered by nothing."""
    if not isinstance(message, dict):
        return None
    if kind == "ReceptionStatus":
        return ""
    said = message.get("message_id")
    return said if isinstance(said, str) and _ID.fullmatch(said) else None
