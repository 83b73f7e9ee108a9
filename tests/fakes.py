"""The ports in memory: a store, devices, providers, an integration and solvers that fail as real ones do."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any

from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.instruction import Instruction, Outcome, OutcomeKind
from drrouter.domain.journal import JournalEntry
from drrouter.domain.measurement import Quantity, Reading
from drrouter.domain.plan import Plan
from drrouter.domain.signal import OutboxItem, Signal
from drrouter.errors import DeviceError, DeviceSilentError, PlannerError, ProviderError, StoreError
from drrouter.planner import Problem, greedy, plan
from drrouter.ports import (
    Change,
    Clock,
    Collection,
    Device,
    Enqueue,
    Forget,
    Found,
    Note,
    OutboxSize,
    Put,
    Remove,
)
from tests.builders import SP, answer


class MemoryStore:
    """Keeps what is committed; fails while ``failing``, and hangs while ``hanging`` is not set."""

    def __init__(self) -> None:
        self.documents: dict[tuple[Collection, str], Any] = {}
        self.items: dict[str, OutboxItem] = {}
        self.known_items: set[str] = set()
        self.entries: list[JournalEntry] = []
        self.commits: list[tuple[Change, ...]] = []
        self.error: StoreError | None = None
        self._may_go_on = asyncio.Event()
        self._may_go_on.set()

    def fail(self, error: StoreError | None = None) -> None:
        self.error = error or StoreError("the disk is full")

    def mend(self) -> None:
        self.error = None
        self._may_go_on.set()

    def hang(self) -> None:
        self._may_go_on.clear()

    async def commit(self, *changes: Change) -> None:
        await self._may_go_on.wait()
        if self.error:
            raise self.error
        self.commits.append(changes)
        for change in changes:
            self._apply(change)

    def _apply(self, change: Change) -> None:
        match change:
            case Put(collection, key, value):
                self.documents[collection, key] = value
            case Remove(collection, key):
                self.documents.pop((collection, key), None)
            case Enqueue(item) if item.id not in self.known_items:
                self.items[item.id] = item
                self.known_items.add(item.id)
            case Forget(provider):
                gone = {name for name, item in self.items.items() if item.provider == provider}
                self.items = {name: item for name, item in self.items.items() if name not in gone}
                self.known_items -= gone
            case Note(entry):
                self.entries.append(entry)

    async def load(self, collection: Collection, first: str = "", last: str = "") -> dict[str, Any]:
        self._refuse()
        found = {key: value for (kind, key), value in self.documents.items() if kind is collection}
        return {key: value for key, value in found.items() if not last or first <= key <= last}

    async def outbox(self, provider: ProviderId, most: int = 100) -> Sequence[OutboxItem]:
        self._refuse()
        return [item for item in self.items.values() if item.provider == provider][:most]

    async def outbox_size(self, provider: ProviderId) -> OutboxSize:
        waiting = await self.outbox(provider, most=10**9)
        return OutboxSize(len(waiting), sum(len(repr(item)) for item in waiting))

    async def delivered(self, item_ids: Sequence[str]) -> None:
        self._refuse()
        for item_id in item_ids:
            self.items.pop(item_id, None)

    async def journal(self, most: int = 100, device_id: DeviceId | None = None) -> Sequence[JournalEntry]:
        self._refuse()
        told = [entry for entry in self.entries if device_id in (None, entry.device_id)]
        return told[::-1][:most]

    def sentences(self) -> list[str]:
        """The journal as it is read."""
        return [entry.sentence for entry in self.entries]

    def _refuse(self) -> None:
        if self.error:
            raise self.error


class FakePlug:
    """A metering plug with something behind it: ``load_w`` tells what that draws while the plug is on.

    It lies (says done and does nothing), refuses, or is silent, as ``mood`` says.
    """

    def __init__(
        self,
        name: str,
        clock: Clock,
        *,
        on: bool = True,
        load_w: Callable[[], float] = lambda: 0.0,
        period: timedelta = timedelta(seconds=5),
    ) -> None:
        self.id, self._clock, self._load_w, self._period = DeviceId(name), clock, load_w, period
        self.on = on
        self.mood: OutcomeKind | None = None
        self.lies = False
        self.unreachable = False
        self.patience = asyncio.Event()
        self.patience.set()
        self.received: list[Instruction] = []
        self.energy_wh = 0.0

    async def apply(self, instruction: Instruction) -> Outcome:
        self.received.append(instruction)
        await self.patience.wait()
        if self.unreachable or self.mood:
            return Outcome(self.mood or OutcomeKind.SILENT, "it does not want to")
        if not self.lies:
            self.on = instruction.power_w > 0
        return Outcome(OutcomeKind.DONE)

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        while True:
            if self.unreachable:
                raise DeviceSilentError(f"{self.id} does not answer")
            yield self.answer()
            await self._clock.sleep_until(self._clock.now() + self._period)
            self.energy_wh += self.power_w * self._period / timedelta(hours=1)

    def answer(self) -> Sequence[Reading]:
        return answer(self.id, self._clock.now(), self.on, self.power_w, self.energy_wh)

    @property
    def power_w(self) -> float:
        return self._load_w() if self.on else 0.0

    @property
    def switched(self) -> list[bool]:
        """What it was told, on or off."""
        return [instruction.power_w > 0 for instruction in self.received]


class FakeProvider:
    """A provider whose signals a test sends; ``error`` is raised where something is delivered to it."""

    def __init__(self, name: ProviderId = SP) -> None:
        self.id = name
        self.received: list[OutboxItem] = []
        self.error: Callable[[OutboxItem], ProviderError | None] = lambda _: None
        self._signals: asyncio.Queue[Signal] = asyncio.Queue()

    def says(self, *signals: Signal) -> None:
        for signal in signals:
            self._signals.put_nowait(signal)

    async def signals(self) -> AsyncGenerator[Signal, None]:
        while True:
            yield await self._signals.get()

    async def send(self, item: OutboxItem) -> None:
        if error := self.error(item):
            raise error
        self.received.append(item)

    @property
    def heard(self) -> list[str]:
        """What was delivered, as "kind event member"."""
        return [f"{item.kind} {item.event_id} {item.member or 'site'}" for item in self.received]


class FakeIntegration:
    """Finds what a test puts on its network, and hands out the plugs of these addresses."""

    def __init__(self, domain: str = "kasa") -> None:
        self.domain = domain
        self.network: dict[str, Device] = {}
        self.identities: dict[str, dict[str, str]] = {}
        self.error: DeviceError | None = None
        self.set_up: list[str] = []

    def put(self, address: str, device: Device, **identity: str) -> Found:
        self.network[address] = device
        self.identities[address] = identity
        return Found(self.domain, address, identity)

    async def discover(self) -> Sequence[Found]:
        if self.error:
            raise self.error
        return [Found(self.domain, address, self.identities[address]) for address in self.network]

    def setup(self, device_id: DeviceId, found: Found) -> Device:
        self.set_up.append(found.address)
        return self.network[found.address]


class InlineSolver:
    """The true planner, in this process."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    async def solve(self, problem: Problem, budget: timedelta) -> Plan:
        self.problems.append(problem)
        return plan(problem)


class GreedySolver(InlineSolver):
    """The lowest rung alone, where a test is not about the solver."""

    async def solve(self, problem: Problem, budget: timedelta) -> Plan:
        self.problems.append(problem)
        return greedy(problem)


class HangingSolver(InlineSolver):
    """Never answers before it is let go, and then fails."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = asyncio.Event()

    async def solve(self, problem: Problem, budget: timedelta) -> Plan:
        self.problems.append(problem)
        await self.let_go.wait()
        raise PlannerError("no plan came in time")


class FakeSetter(FakePlug):
    """A device that is set to a power or a mode, and tells what it was told last.

    ``draws_w`` tells what it draws by its set-point; ``facts`` are measured besides (levels, plugged, ...).
    """

    def __init__(
        self,
        name: str,
        clock: Clock,
        *,
        draws_w: Callable[[float], float] = lambda watts: watts,
        modes_w: tuple[float, ...] = (),
        period: timedelta = timedelta(seconds=5),
        **facts: float,
    ) -> None:
        super().__init__(name, clock, period=period)
        self._draws_w, self.modes_w = draws_w, modes_w
        self.setpoint_w, self.mode = 0.0, 1
        self.facts = {Quantity(name): value for name, value in facts.items()}

    async def apply(self, instruction: Instruction) -> Outcome:
        before = self.on
        outcome = await super().apply(instruction)
        if outcome.kind is OutcomeKind.DONE and not self.lies:
            self.setpoint_w = instruction.power_w
            self.mode = self.mode if instruction.mode is None else instruction.mode
        self.on = before
        return outcome

    @property
    def power_w(self) -> float:
        return self.modes_w[self.mode] if self.modes_w else self._draws_w(self.setpoint_w)

    def answer(self) -> Sequence[Reading]:
        told = (Quantity.MODE, self.mode) if self.modes_w else (Quantity.SETPOINT_W, self.setpoint_w)
        values = {Quantity.POWER_W: self.power_w, told[0]: told[1], **self.facts}
        now = self._clock.now()
        return tuple(Reading(self.id, quantity, value, now) for quantity, value in values.items())
