"""Protocols between the router and the world; adapters implement them, simulators too.

Messages that cross a port pickle, so that adapters can move into processes of their own.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

from drrouter.domain.flexibility import Programme
from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.journal import JournalEntry
from drrouter.domain.measurement import Reading
from drrouter.domain.signal import OutboxItem, Signal

T = TypeVar("T")


class Clock(Protocol):
    """The only source of time. Domain timers run on it; network time-outs do not."""

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        ...

    async def sleep_until(self, instant: datetime) -> None:
        """Return at the instant; at once when it has passed."""
        ...

    def working(self) -> AbstractContextManager[None]:
        """While entered, shared simulated time stands still (nothing on a real clock).

        Hold it around every exchange with the outside: a request, a command, a solve, a commit.
        """
        ...


class Timetable(Protocol):
    """Repeats idempotent jobs."""

    async def every(self, step: timedelta, job: Callable[[], Awaitable[None]]) -> None:
        """Run the job at every multiple of step (UTC) for ever; a slow job skips, never piles up."""
        ...


class Executor(Protocol):
    """Where blocking work goes."""

    async def run(self, work: Callable[..., T], *args: Any) -> T:
        """Run it off the event loop and return its result."""
        ...


class Collection(StrEnum):
    """What the store keeps, by kind; each has one type of value."""

    EVENTS = "events"
    WISHES = "wishes"
    OVERRIDES = "overrides"
    COMMITMENTS = "commitments"
    RUNNING = "running"
    LEVELS = "levels"
    PLANS = "plans"
    LEDGER = "ledger"
    SETTINGS = "settings"
    ACKS = "acks"
    RESOURCES = "resources"
    RESOURCE_CHANGES = "resource_changes"
    WORDS = "words"
    HISTORY = "history"


@dataclass(frozen=True, slots=True)
class Put:
    """Keep this value under this key, replacing what was there."""

    collection: Collection
    key: str
    value: object


@dataclass(frozen=True, slots=True)
class Remove:
    """Forget this key; no error where it is unknown."""

    collection: Collection
    key: str


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Put a message into the outbox; a second one of the same id changes nothing."""

    item: OutboxItem


@dataclass(frozen=True, slots=True)
class Note:
    """Write an entry into the journal."""

    entry: JournalEntry


@dataclass(frozen=True, slots=True)
class Forget:
    """Erase every message to this provider, those that were delivered too."""

    provider: ProviderId


Change = Put | Remove | Enqueue | Note | Forget


@dataclass(frozen=True, slots=True)
class OutboxSize:
    """What waits for one provider."""

    messages: int
    bytes: int


class Store(Protocol):
    """Durable memory: one transaction a call, safe on disk when the call returns.

    Raises:
        StoreError: nothing of the call was kept.
    """

    async def commit(self, *changes: Change) -> None:
        """Apply all the changes or none."""
        ...

    async def load(self, collection: Collection, first: str = "", last: str = "") -> dict[str, Any]:
        """Every value by its key, as the type that was put; of the keys from first to last where named."""
        ...

    async def outbox(self, provider: ProviderId, most: int = 100) -> Sequence[OutboxItem]:
        """The oldest undelivered messages to the provider, in order."""
        ...

    async def outbox_size(self, provider: ProviderId) -> OutboxSize:
        """How much waits for the provider."""
        ...

    async def delivered(self, item_ids: Sequence[str]) -> None:
        """Take these out of the outbox."""
        ...

    async def journal(self, most: int = 100, device_id: DeviceId | None = None) -> Sequence[JournalEntry]:
        """The newest entries, newest first."""
        ...


class Provider(Protocol):
    """One service provider."""

    @property
    def id(self) -> ProviderId:
        """Its name in the home file."""
        ...

    def signals(self) -> AsyncGenerator[Signal, None]:
        """What it sends, for ever; reconnects by itself, yields LinkChanged when the link comes or goes."""
        ...

    async def send(self, item: OutboxItem) -> None:
        """Deliver one message; returns once the provider has it. Sending twice is harmless.

        Raises:
            ProviderError: it was not delivered.
        """
        ...


Usage = Callable[[], Reading | None]
"""The newest reading of what the home takes from the grid, in W; None where no meter tells it."""


@runtime_checkable
class UsageTelling(Protocol):
    """A provider that can be told what the home draws, as often as it asks (OpenADR 2.0b, telemetry)."""

    def report_from(self, usage: Usage) -> None:
        """Where the readings come from; until then nothing is reported."""
        ...


class DocumentSource(Protocol):
    """Where a provider puts a document for the home: a file or an address."""

    @property
    def where(self) -> str:
        """Its name or address, for sentences."""
        ...

    async def read(self) -> bytes:
        """The whole document as it is now; at most a little more than documents may be long.

        Raises:
            DocumentError: the file cannot be read.
            ProviderError: the address does not give it.
        """
        ...


class Device(Protocol):
    """One device of the home, driven by an integration."""

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        ...

    def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """Its measurements, for ever, all of one answer together.

        Raises:
            DeviceError: it does not answer; call again to go on.
        """
        ...

    async def apply(self, instruction: Instruction) -> Outcome:
        """Carry it out, read back, and say what became of it; never raises for the device's faults."""
        ...


@dataclass(frozen=True, slots=True)
class CallBudget:
    """How often a device may be called.

    Attributes:
        least_pause: between two commands.
        per_day: commands within any 24 hours; None is as many as one likes.

    Raises:
        ValueError: a number is negative, or no call is allowed at all.
    """

    least_pause: timedelta = timedelta(0)
    per_day: int | None = None

    def __post_init__(self) -> None:
        """Refuse what could never be called."""
        if self.least_pause < timedelta(0) or (self.per_day is not None and self.per_day < 1):
            raise ValueError("a call budget needs least_pause >= 0 and at least one call a day")


@runtime_checkable
class Budgeted(Protocol):
    """A device that may not be called as often as one likes, such as one behind its maker's cloud."""

    @property
    def budget(self) -> CallBudget:
        """How often it may be called."""
        ...


@runtime_checkable
class SelfRestoring(Protocol):
    """A switch whose own timer restores it when its instruction expires: it is told again before.

    Devices that tell a set-point or a mode are always told again before, unless they are ``Budgeted``.
    """

    @property
    def restores_itself(self) -> bool:
        """Whether its timer runs."""
        ...


@runtime_checkable
class Stated(Protocol):
    """A device that states how old its readings may get before it counts as silent."""

    @property
    def silent_after(self) -> timedelta:
        """Older readings are not trusted."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A device seen on the home network; names and texts are hostile until cleaned.

    Attributes:
        address: how the integration reaches it (host:port).
        identity: what the matchers of object models and home files are compared with
            (``alias``, ``mac``, ``model``, ...).
    """

    integration: str
    address: str
    identity: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an integration is given.

    Attributes:
        clock: the only source of time.
        executor: for libraries that block.
        folder: where the home file lies; relative file names of settings start there.
        secret: the first line of a private file named in the settings; raises DocumentError where the file
            is missing, empty or may be read by others.
    """

    clock: Clock
    executor: Executor
    folder: Path
    secret: Callable[[str], str]


class Integration(Protocol):
    """One transport (Kasa, Shelly, Zigbee, ...)."""

    @property
    def domain(self) -> str:
        """Its name in home files."""
        ...

    async def discover(self) -> Sequence[Found]:
        """Look once for devices; several seconds at most."""
        ...

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        """A handle on a found device."""
        ...


@runtime_checkable
class Joining(Protocol):
    """An integration whose network a device joins only while its owner permits it (Zigbee, Z-Wave)."""

    async def permit(self, seconds: int) -> None:
        """Let new devices join for so long; 0 closes the network at once.

        Raises:
            DeviceError: the network is not there.
        """
        ...


@runtime_checkable
class Serving(Protocol):
    """An integration that must keep something open: a broker's session, a radio, a listening port."""

    async def serve(self) -> None:
        """Keep it open until cancelled; supervised, and started again after it fails.

        Raises:
            DeviceError: it cannot be opened, or was lost.
        """
        ...


@dataclass(frozen=True, slots=True)
class Quote:
    """The answer to a machine that asks when its cycle should begin, and what that costs."""

    start: datetime
    cost: float
    currency: str


Quoting = Callable[[DeviceId, Programme, bool, tuple[datetime, datetime] | None], Awaitable[Quote | None]]
"""The best start for this cycle of this device within this time, promised where it is true; None: none."""


@runtime_checkable
class Asking(Protocol):
    """An integration whose machines ask by themselves which options they have (Zigbee Power Profile, S2)."""

    def answer_with(self, quoting: Quoting) -> None:
        """Who knows the answers; until then nobody does."""
        ...


@dataclass(frozen=True, slots=True)
class EnergyPrice:
    """What a kWh that is taken costs from one instant to another; negative where it is paid for."""

    per_kwh: float
    currency: str
    start: datetime
    end: datetime


@runtime_checkable
class PriceTelling(Protocol):
    """An integration with devices that want to know the price of energy (Zigbee Price)."""

    async def publish_price(self, price: EnergyPrice) -> int:
        """Tell each of them; how many were told."""
        ...
