"""What every translation shares: identifiers that come out the same each time, and checked messages."""

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from drrouter.domain.flexibility import Line
from drrouter.errors import MessageError

_OURS = uuid.uuid5(uuid.NAMESPACE_URL, "drrouter.device/1")
_LONGEST_KEY = 64

LONGEST_MS = 10**14
"""A duration of S2 that is longer, some three thousand years, is a mistake and no number of ours."""


class Wire(BaseModel):
    """A foreign message or a part of one: keys that we do not know are passed over, odd numbers are not."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False, populate_by_name=True)

    def as_message(self) -> dict[str, Any]:
        """As it is sent: JSON-able, with their names, without what is left open."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


Checked = TypeVar("Checked", bound=BaseModel)


def id_of(model_id: str, *keys: str) -> str:
    """An identifier for a part of an object model; the same model and keys always give the same.

    >>> id_of("generic.washer", "cotton40")
    '9fe28423-e6e5-58e3-823a-c01db7925d4a'
    """
    return str(uuid.uuid5(_OURS, "\n".join((model_id, *keys))))


def key_from(foreign_id: str, otherwise: str) -> str:
    """A foreign identifier as a key of our documents.

    >>> key_from("9fe28423-e6e5", "program_1"), key_from("::", "program_1")
    ('9fe28423_e6e5', 'program_1')
    """
    return re.sub(r"[^a-z0-9_]", "_", foreign_id.lower()).lstrip("_")[:_LONGEST_KEY] or otherwise


def distinct(keys: Iterable[str]) -> list[str]:
    """The keys in order; one that came before is numbered.

    >>> distinct(["eco", "eco", "quick"])
    ['eco', 'eco_2', 'quick']
    """
    seen: dict[str, int] = {}
    result: list[str] = []
    for key in keys:
        name = key
        while name in result:
            seen[key] = seen.get(key, 1) + 1
            ending = f"_{seen[key]}"
            name = key[: _LONGEST_KEY - len(ending)] + ending
        result.append(name)
    return result


def checked(form: type[Checked], message: Mapping[str, Any], sender: str) -> Checked:
    """The message in its form.

    Raises:
        MessageError: it does not have that form, or says what no object model can say.
    """
    try:
        return form.model_validate(message)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise MessageError(sender, key, first["msg"]) from error


LINES = {
    Line.L1: "ELECTRIC.POWER.L1",
    Line.L2: "ELECTRIC.POWER.L2",
    Line.L3: "ELECTRIC.POWER.L3",
}
"""S2's names of the three conductors."""

THREE_LINES = "ELECTRIC.POWER.3_PHASE_SYMMETRIC"
"""S2's name of what all three carry together, each the same."""

ELECTRIC = (*LINES.values(), THREE_LINES)
