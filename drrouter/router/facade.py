"""The router as its clients see it: what it shows, what may be asked of it, and what it tells by itself.

The local API knows the router by ``RouterFacade`` alone. What is shown are frozen views made of domain
values; texts of devices and providers in them are hostile and are shown as text only.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from drrouter.domain.ids import DeviceId, EventId, HoldToken, ProgrammeId, ProviderId
from drrouter.domain.journal import JournalEntry
from drrouter.domain.option import Option
from drrouter.domain.owner import HandsOff, OptOut, Vacation
from drrouter.domain.plan import Plan
from drrouter.domain.timeline import Timeline
from drrouter.domain.wish import Commitment, Override, OverrideMode, Wish
from drrouter.router.doctor import Finding
from drrouter.router.history.advice import AdviceView
from drrouter.router.history.history_views import HistoryView
from drrouter.router.history.spans import Span
from drrouter.router.plug_test import PlugTest
from drrouter.router.provider_views import ProviderView
from drrouter.router.resources.facade import ResourcesFacade
from drrouter.router.setting_up import SetupFacade
from drrouter.router.viewed import (
    DeviceView,
    EventCost,
    EventView,
    FoundView,
    LedgerView,
    Parting,
    StatusView,
    WhatIfView,
)


@dataclass(frozen=True, slots=True)
class OptionsRequest:
    """Which options are available now? What is left out, the router chooses."""

    programme_id: ProgrammeId | None = None
    earliest: datetime | None = None
    ready_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class WishRequest:
    """A cycle (programme, ready-by) or a level by a time; which one, the device's kind decides.

    Attributes:
        ready_by: when the cycle shall be done, or the level reached.
        level: in the storage's unit; for storages only.
    """

    ready_by: datetime
    programme_id: ProgrammeId | None = None
    earliest: datetime | None = None
    level: float | None = None


class Topic(StrEnum):
    """What a change is about; each has one type of payload."""

    STATUS = "status"
    PLAN = "plan"
    DEVICE = "device"
    JOURNAL = "journal"


EVERY_TOPIC = frozenset(Topic)


@dataclass(frozen=True, slots=True)
class Change:
    """Something is new; the payload is the whole new view, not a difference."""

    topic: Topic
    payload: StatusView | Plan | DeviceView | JournalEntry


class RouterFacade(Protocol):
    """What clients may ask of the router. Reading answers from memory at once.

    Every method that names a device raises ``DeviceUnknownError`` where there is none of that id.
    """

    @property
    def resources(self) -> ResourcesFacade:
        """Opaque data by path."""
        ...

    @property
    def setup(self) -> SetupFacade:
        """The home file."""
        ...

    def status(self) -> StatusView:
        """The router at a glance."""
        ...

    def plan(self) -> Plan | None:
        """The plan in force, None before the first one."""
        ...

    def devices(self) -> tuple[DeviceView, ...]:
        """Every device of the home file."""
        ...

    def events(self) -> tuple[EventView, ...]:
        """Every event that is kept, in the order of their starts."""
        ...

    def timeline(self) -> Timeline:
        """What holds at each instant."""
        ...

    def providers(self) -> tuple[ProviderView, ...]:
        """Every provider of the home, side by side."""
        ...

    def discovered(self) -> tuple[FoundView, ...]:
        """Every device seen on the home network, ours and strangers."""
        ...

    def ledger(self) -> LedgerView:
        """The router's account of its work."""
        ...

    def doctor(self) -> tuple[Finding, ...]:
        """What is well, what is wrong, and what to do about it, the worst first."""
        ...

    async def options(self, device_id: DeviceId, request: OptionsRequest) -> tuple[Option, ...]:
        """The priced answer to "which options are available now?", each held for a while.

        Raises:
            WishImpossibleError: no start can keep what is asked.
            OptionError: the device has nothing to choose.
        """
        ...

    def held_for(self, token: HoldToken) -> DeviceId | None:
        """The device that a hold token belongs to, None where no such token was handed out."""
        ...

    async def accept(self, token: HoldToken) -> Commitment:
        """Make the held option a commitment; the same token again gives the same commitment.

        Raises:
            HoldUnknownError: no such token was handed out.
            HoldExpiredError: its life is over.
            HoldConflictError: it no longer fits; ``options`` has fresh ones.
        """
        ...

    async def override(
        self, device_id: DeviceId, mode: OverrideMode, until: datetime, by: str = "owner"
    ) -> Override:
        """The person's final word on a device until then; only safety stands above it."""
        ...

    async def clear_override(self, device_id: DeviceId, by: str = "owner") -> None:
        """Give the device back to the plan; no error where there is no override."""
        ...

    async def wish(self, device_id: DeviceId, request: WishRequest, by: str = "owner") -> Wish:
        """Ask for a cycle or a level; replaces the device's earlier wish.

        Raises:
            WishImpossibleError: it cannot be met, whatever the prices are.
            InputError: the request does not suit the device (an unknown programme, a level out of bounds).
        """
        ...

    async def what_if(self, device_id: DeviceId, request: WishRequest) -> WhatIfView:
        """What would be planned if this were asked of the device; the plan in force stays.

        Raises:
            WishImpossibleError, MessageError: as ``wish``.
            OptionError: the device would take no part in it, such as a car that is not here.
        """
        ...

    async def event_cost(self, provider_id: ProviderId, event_id: EventId) -> EventCost:
        """What obeying an event costs, by a plan with it and one without.

        Raises:
            MessageError: there is no such event, or nothing to be done because of it within the plan.
        """
        ...

    async def clear_wish(self, device_id: DeviceId, by: str = "owner") -> None:
        """Forget the device's wish; no error where there is none."""
        ...

    async def hand_over(self, device_id: DeviceId, steered: bool, by: str = "owner") -> None:
        """Let the router steer a device from now on, or only watch it; kept over a restart."""
        ...

    async def opt_out(self, word: OptOut) -> OptOut:
        """Take the home or a device out of events until then; the same again replaces it.

        Raises:
            MessageError: the event is unknown, the time is past or too far off, or too many stand already.
        """
        ...

    async def opt_in(self, word_id: str, by: str = "owner") -> None:
        """Let those orders count again; no error where they do."""
        ...

    async def take_hands_off(self, until: datetime | None, by: str = "owner") -> HandsOff:
        """Steer nothing until then, or until told to; every device is as it would be without the router.

        Raises:
            MessageError: the time is past or too far off.
        """
        ...

    async def steer(self, by: str = "owner") -> None:
        """Steer again; no error where the router does."""
        ...

    async def go_away(self, word: Vacation) -> Vacation:
        """Nobody is at home for a while; replaces what was said before.

        Raises:
            MessageError: the return is past or too far off.
        """
        ...

    async def come_back(self, by: str = "owner") -> None:
        """Somebody is at home; no error where nobody said otherwise."""
        ...

    async def test_plug(self, device_id: DeviceId) -> PlugTest:
        """Begin the pull-plug test: does the machine go on by itself after its power was cut?

        Raises:
            MessageError: the device is no machine with cycles.
        """
        ...

    async def stop_plug_test(self, device_id: DeviceId) -> None:
        """End the test and give the machine its power back; no error where none runs."""
        ...

    async def permit_join(self, integration: str, seconds: int, by: str = "owner") -> None:
        """Let new devices join the network of an integration (Zigbee, Z-Wave) for so long; 0 closes it.

        Raises:
            MessageError: the integration has no network to join.
            DeviceError: the network is not there.
        """
        ...

    async def leave_provider(self, provider_id: ProviderId, by: str = "owner") -> Parting:
        """Part with a provider: deliver what waits, let it forget the home, and erase what is kept of it.

        It stays left over restarts, until the home file no longer names it, or names it with another address.

        Raises:
            MessageError: there is no such provider.
        """
        ...

    async def journal(self, most: int = 100, device_id: DeviceId | None = None) -> tuple[JournalEntry, ...]:
        """The newest entries, newest first."""
        ...

    async def history(self, span: Span, day: date | None = None) -> HistoryView:
        """What the home used in the span in which a local day lies; today where none is named."""
        ...

    async def advice(self) -> AdviceView:
        """At most three computed suggestions."""
        ...

    def changes(self, topics: frozenset[Topic] = EVERY_TOPIC) -> AsyncIterator[Change]:
        """What is new of these topics, all without them, from now on, for ever.

        A reader that is too slow misses the oldest, and never stops us.
        """
        ...
