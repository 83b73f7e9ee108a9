"""What each provider of the home file may send, read from its ``role`` and ``may_send``."""

from collections.abc import Iterable
from typing import Annotated, Literal, Protocol

from pydantic import AfterValidator, Field

from drrouter.domain.ids import ProviderId
from drrouter.domain.mandate import Mandate, Role, mandate

RoleName = Literal["energy", "network", "aggregator"]


def _known(words: tuple[str, ...]) -> tuple[str, ...]:
    """Each is a group or a payload type."""
    mandate(None, words)
    return words


MaySend = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=64)], ...],
    Field(max_length=60),
    AfterValidator(_known),
]
"""Words of the home file for payload types; none at all: nothing that it sends is obeyed."""


class Sender(Protocol):
    """A table of the home file that tells of somebody who sends."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def role(self) -> RoleName | None:
        """Its trade."""
        ...

    @property
    def may_send(self) -> tuple[str, ...] | None:
        """What the owner lets it send."""
        ...


def mandates_of(senders: Iterable[Sender]) -> dict[ProviderId, Mandate]:
    """By provider and feed, in the order of the home file."""
    return {
        ProviderId(one.id): mandate(Role(one.role) if one.role else None, one.may_send) for one in senders
    }
