"""What the control types of S2 share: a description that holds for a while, and orders made of instructions.

A control type is one room: it reads the descriptions and the status of its kind, tells by what the device is
steered, and turns an instruction of the router into those of S2.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from drrouter.adapters.devices.s2.schema import Json
from drrouter.domain.instruction import Instruction
from drrouter.domain.measurement import Quantity
from drrouter.errors import MessageError

MOST_HELD = 8
"""How many descriptions are kept that hold later."""

Steered = Iterator[tuple[Quantity, float]]


@dataclass(frozen=True, slots=True)
class Order:
    """One instruction of S2, ready to be sent but for its ids.

    Attributes:
        message_type: such as ``PEBC.Instruction``.
        execution_time: when it shall be carried out.
        parts: what it says.
        means: the same in the words of its control type.
    """

    message_type: str
    execution_time: datetime
    parts: Json = field(default_factory=dict)
    means: Any = None


class Control(Protocol):
    """One control type, once it is selected.

    Attributes:
        types: the messages that belong to it.
    """

    types: ClassVar[frozenset[str]]

    def hear(self, message_type: str, message: Json, now: datetime) -> None:
        """Take one of its messages.

        Raises:
            MessageError: it contradicts what is known, or describes what is none of ours.
        """
        ...

    def revoke(self, object_type: str, object_id: str) -> bool:
        """Forget what was described; whether it was known."""
        ...

    def steered(self, now: datetime) -> Steered:
        """By what it can be steered now, and where that stands; nothing where it cannot."""
        ...

    def orders(self, instruction: Instruction, now: datetime) -> tuple[Order, ...]:
        """What to send, to be carried out one after the other; nothing where it does so already.

        Raises:
            DeviceError: it cannot do that.
        """
        ...

    def done(self, order: Order, instruction_id: str) -> None:
        """The resource manager does as it is told."""
        ...

    def failed(self, instruction_id: str) -> None:
        """What it did before it does no more."""
        ...


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Held(Generic[T]):
    """A description and when it holds."""

    id: str
    since: datetime
    until: datetime | None
    what: T


def instant(text: str) -> datetime:
    """An instant as a checked message writes it, in UTC.

    Raises:
        MessageError: it is beyond all calendars.
    """
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise MessageError("S2", "", f"{text[:40]} is no time of ours") from error


class Descriptions(Generic[T]):
    """Those of one kind, a few of them for later."""

    def __init__(self) -> None:
        """There is none yet."""
        self._held: list[Held[T]] = []

    def put(self, held: Held[T], now: datetime) -> None:
        """Keep one; another of the same id is replaced.

        Of too many the first is forgotten, but never what holds now, or will hold first where nothing does:
        the clock of a resource manager may go ahead of ours.
        """
        self._held = [one for one in self._held if one.id != held.id] + [held]
        self._held.sort(key=lambda one: one.since)
        if len(self._held) > MOST_HELD:
            needed = self.at(now) or self._held[0]
            self._held.remove(next(one for one in self._held if one is not needed))

    def drop(self, name: str) -> bool:
        """Forget one; whether it was there."""
        kept = [one for one in self._held if one.id != name]
        found, self._held = len(kept) < len(self._held), kept
        return found

    def at(self, now: datetime) -> Held[T] | None:
        """What holds now: the one that began last."""
        holding = [one for one in self._held if one.since <= now and (one.until is None or now < one.until)]
        return holding[-1] if holding else None

    def all(self) -> tuple[T, ...]:
        """Every one that is kept."""
        return tuple(one.what for one in self._held)
