"""What all OpenADR objects have in common: how their keys are written, and how a bad one is refused."""

from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from drrouter.adapters.strict_json import message_error


class ObjectType(StrEnum):
    """Objects that have an address and can be subscribed to (openadr3.yaml, ``objectTypes``)."""

    PROGRAM = "PROGRAM"
    EVENT = "EVENT"
    REPORT = "REPORT"
    SUBSCRIPTION = "SUBSCRIPTION"
    VEN = "VEN"
    RESOURCE = "RESOURCE"


class Operation(StrEnum):
    """What happened to an object (openadr3.yaml, ``notification.operation``)."""

    CREATE = "CREATE"
    READ = "READ"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


def wire_key(name: str) -> str:
    """How OpenADR writes a field of ours.

    >>> wire_key("program_id"), wire_key("created_date_time"), wire_key("callback_url")
    ('programID', 'createdDateTime', 'callbackUrl')
    """
    first, *rest = name.split("_")
    return first + "".join("ID" if part == "id" else part.capitalize() for part in rest)


class WireModel(BaseModel):
    """An object of the wire; reads camelCase and, as some VTNs send it, snake_case."""

    model_config = ConfigDict(
        alias_generator=wire_key,
        allow_inf_nan=False,
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    @classmethod
    def read(cls, found: object, where: str) -> Self:
        """The object that the JSON values say.

        Args:
            where: whose values they are, for the sentence of the error.

        Raises:
            MessageError: they are not such an object; names the first key that is wrong.
        """
        try:
            return cls.model_validate(found)
        except ValidationError as error:
            raise message_error(error, where) from error

    def wire(self) -> dict[str, Any]:
        """The JSON values, without what is not set."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)
