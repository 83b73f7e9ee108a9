"""What a search asks for: a page, targets and filters; unknown parameters are passed over.

Source: OpenADR 3.1.0, openadr3.yaml, parameters of the GET operations; Definition, "Response Filtering".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from multidict import MultiMapping

from drrouter.adapters.vtn.refusal import Refusal

T = TypeVar("T")

MOST_AT_ONCE = 50
"""Objects of one answer (openadr3.yaml, ``limit``); whoever asks for more gets this many."""

_LONGEST = 9


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of a search.

    Attributes:
        targets: None where the query names none.
    """

    parameters: MultiMapping[str]
    skip: int
    limit: int
    targets: frozenset[str] | None
    active: bool

    @classmethod
    def read(cls, parameters: MultiMapping[str]) -> "Query":
        """Read the parameters of a URL.

        Raises:
            Refusal: one of them is not what it must be.
        """
        return cls(
            parameters,
            skip=_number(parameters, "skip", 0),
            limit=min(_number(parameters, "limit", MOST_AT_ONCE), MOST_AT_ONCE),
            targets=_targets(parameters),
            active=_truth(parameters, "active"),
        )

    def allows(self, key: str, value: object) -> bool:
        """Whether a filter is absent, or names this value."""
        wanted = self.parameters.getall(key, [])
        return not wanted or str(value) in wanted

    def page(self, found: Iterable[T]) -> list[T]:
        """The asked-for part of all that was found."""
        return list(islice(found, self.skip, self.skip + self.limit))


def _number(parameters: MultiMapping[str], key: str, otherwise: int) -> int:
    text = parameters.get(key)
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST):
        raise Refusal(400, f"The parameter {key} must be a whole number from 0 on.")
    return int(text)


def _truth(parameters: MultiMapping[str], key: str) -> bool:
    text = parameters.get(key, "false").lower()
    if text not in ("true", "false"):
        raise Refusal(400, f"The parameter {key} must be true or false.")
    return text == "true"


def _targets(parameters: MultiMapping[str]) -> frozenset[str] | None:
    """Interpretation: ``targets=a&targets=b`` and ``targets=a,b`` ask for objects with a or b."""
    given = parameters.getall("targets", [])
    return frozenset(part for text in given for part in (text, *text.split(",")) if part) if given else None
