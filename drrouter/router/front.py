"""The router's face to its clients: implements ``RouterFacade`` from memory, and keeps what they ask for.

Reading never waits. What a person or an appliance asks for acts at once and is answered when it is
durable, so that "yes" is never forgotten.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import date, datetime

from drrouter.domain.flexibility import (
    ProfileFlexibility,
    RemoteStart,
)
from drrouter.domain.ids import DeviceId, EventId, HoldToken, ProviderId
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.option import Option
from drrouter.domain.owner import HandsOff, OptOut, Vacation, called
from drrouter.domain.plan import Plan
from drrouter.domain.resource import Rights
from drrouter.domain.said import Worded, ended, said
from drrouter.domain.timeline import Timeline
from drrouter.domain.wish import Commitment, Override, OverrideMode, Wish
from drrouter.errors import HoldConflictError, MessageError, OptionError, StoreError
from drrouter.planner import Problem
from drrouter.planner.port import Solver
from drrouter.ports import Change as Kept
from drrouter.ports import Collection, Joining, Note, Store
from drrouter.router import showing, views
from drrouter.router.core import Router
from drrouter.router.desk import Question, programme_of
from drrouter.router.doctor import Finding, Machine, examine
from drrouter.router.facade import EVERY_TOPIC, Change, OptionsRequest, Topic, WishRequest
from drrouter.router.history.advice import AdviceView
from drrouter.router.history.advisor import advice_of
from drrouter.router.history.history_views import HistoryView
from drrouter.router.history.spans import Span
from drrouter.router.leaving import leave
from drrouter.router.local import clock_time
from drrouter.router.obeying import cost_of
from drrouter.router.plug_test import PlugTest
from drrouter.router.provider_views import ProviderView, providers_of
from drrouter.router.resources.keeper import Resources
from drrouter.router.setting_up import NoHomeFile, SetupFacade
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
from drrouter.router.what_if import WhatIf
from drrouter.router.wishing import unknown_programme, wish_of, wish_said

PATIENCE_S = 10.0
"""Real seconds that a client waits for the disk before it is told that the answer is not durable yet."""


class Front:
    """What clients may see and ask of one router."""

    def __init__(
        self,
        router: Router,
        store: Store,
        networks: Mapping[str, Joining] | None = None,
        resources: Resources | None = None,
        second: Solver | None = None,
        machine: Callable[[], Machine] = Machine,
        setup: SetupFacade | None = None,
    ) -> None:
        """The store is read for the journal alone.

        Args:
            networks: those that devices join, by name.
            resources: opaque data; a tree that has room for nobody where None.
            second: a solver beside the router's, for questions of "what if"; None: they are answered by hand.
            machine: the facts of the machine that the router runs on, for its doctor.
            setup: the home file; None: there is none to change.
        """
        self._router, self._store, self._networks = router, store, dict(networks or {})
        self.resources = resources or Resources(Rights(), router.scribe, router.clock)
        self._machine = machine
        self.setup: SetupFacade = setup or NoHomeFile()
        self._what_if = WhatIf(second, self._supposed, lambda: router.book.plan)

    def _supposed(self, device_id: DeviceId, wish: Wish) -> Problem:
        """The home as it is, with this asked of a device."""
        return self._router.problem("what if", self._router.book.supposing(device_id, wish))

    def status(self) -> StatusView:
        """The router at a glance."""
        return self._router.status()

    def plan(self) -> Plan | None:
        """The plan in force."""
        return self._router.book.plan

    def devices(self) -> tuple[DeviceView, ...]:
        """Every device of the home file."""
        return tuple(self._router.device(device_id) for device_id in self._router.registry.seats)

    def events(self) -> tuple[EventView, ...]:
        """Every event that is kept, in the order of their starts."""
        return showing.events_of(self._router)

    def timeline(self) -> Timeline:
        """What holds at each instant."""
        return self._router.steering.timeline

    def providers(self) -> tuple[ProviderView, ...]:
        """Every provider of the home, side by side."""
        return providers_of(self._router)

    def discovered(self) -> tuple[FoundView, ...]:
        """Every device seen on the home network."""
        return views.discovered(self._router.registry)

    def ledger(self) -> LedgerView:
        """The router's account of its work."""
        return showing.ledger_of(self._router)

    def doctor(self) -> tuple[Finding, ...]:
        """What is well, what is wrong, and what to do about it, the worst first."""
        return examine(self.status(), self.devices(), self._router.health(), self._machine())

    async def journal(self, most: int = 100, device_id: DeviceId | None = None) -> tuple[JournalEntry, ...]:
        """The newest entries, newest first."""
        return tuple(await self._store.journal(most, device_id))

    async def history(self, span: Span, day: date | None = None) -> HistoryView:
        """What the home used in the span in which a local day lies."""
        return await self._router.almanac.span(span, day)

    async def advice(self) -> AdviceView:
        """At most three computed suggestions."""
        return await advice_of(self._router)

    def changes(self, topics: frozenset[Topic] = EVERY_TOPIC) -> AsyncIterator[Change]:
        """What is new of these topics from now on, for ever."""
        return self._router.broadcast.listen(topics)

    async def options(self, device_id: DeviceId, request: OptionsRequest) -> tuple[Option, ...]:
        """The priced answer to "which options are available now?"; no solver is asked.

        Raises:
            OptionError: the device has no cycles, or runs one.
            WishImpossibleError: no start keeps the ready-by.
        """
        seat, now = self._router.registry.seat(device_id), self._router.clock.now()
        flexibility = seat.profile.flexibility
        if not isinstance(flexibility, ProfileFlexibility):
            raise OptionError(said("refused.no_programmes", name=seat.profile.name))
        if flexibility.remote_start is RemoteStart.NONE:
            raise OptionError(said("refused.by_hand", name=seat.profile.name))
        if seat.state.running:
            raise OptionError(said("refused.running", name=seat.profile.name))
        wish = self._router.book.cycle_wish(device_id)
        wanted = request.programme_id or (wish.programme_id if wish else None)
        programme = programme_of(flexibility, wanted)
        if programme is None:
            raise unknown_programme(device_id, flexibility)
        earliest = max(request.earliest or now, now)
        ready_by = request.ready_by or (wish.ready_by if wish else now + self._router.settings.horizon)
        return self._router.desk.quote(Question(device_id, programme, earliest, ready_by), now)

    def held_for(self, token: HoldToken) -> DeviceId | None:
        """The device that a hold token belongs to."""
        return self._router.desk.held_for(token)

    async def accept(self, token: HoldToken) -> Commitment:
        """Make the held option a commitment; the same token again gives the same commitment."""
        known = self._router.desk.accepted(token)
        if known:
            await self._durable()
            return known
        holder = self._router.desk.held_for(token)
        if holder and self._router.registry.state(holder).running:
            raise HoldConflictError(said("refused.runs_now"))
        made = self._router.desk.accept(token, self._router.clock.now())
        name = self._router.registry.seat(made.device_id).profile.name
        start = self._said(made.start)
        sentence = said("order.promised", name=name, programme=made.programme_id, at=start)
        await self._ask(
            sentence,
            made.device_id,
            JournalKind.COMMITMENT,
            self._router.book.put(Collection.COMMITMENTS, made.device_id, made),
            self._router.book.drop(Collection.WISHES, made.device_id),
        )
        return made

    async def override(
        self, device_id: DeviceId, mode: OverrideMode, until: datetime, by: str = "owner"
    ) -> Override:
        """The person's final word on a device until then; only safety stands above it."""
        seat, now = self._router.registry.seat(device_id), self._router.clock.now()
        if until <= now:
            problem = said("refused.past", at=self._said(until))
            raise MessageError("override", "until", problem, said("refused.later"))
        order = Override(device_id, mode, until, by)
        is_on, name = mode is OverrideMode.ON, seat.profile.name
        sentence = said("order.on" if is_on else "order.off", called(by), name=name, until=self._said(until))
        change = self._router.book.put(Collection.OVERRIDES, device_id, order)
        await self._ask(sentence, device_id, JournalKind.OVERRIDE, change)
        return order

    async def clear_override(self, device_id: DeviceId, by: str = "owner") -> None:
        """Give the device back to the plan."""
        seat = self._router.registry.seat(device_id)
        if device_id not in self._router.book.overrides:
            return
        change = self._router.book.drop(Collection.OVERRIDES, device_id)
        sentence = said("order.auto", called(by), name=seat.profile.name)
        await self._ask(sentence, device_id, JournalKind.OVERRIDE, change)

    async def wish(self, device_id: DeviceId, request: WishRequest, by: str = "owner") -> Wish:
        """Ask for a cycle or a level; replaces the device's earlier wish."""
        seat = self._router.registry.seat(device_id)
        wish = self._wish_of(device_id, request)
        change = self._router.book.put(Collection.WISHES, device_id, wish)
        sentence = wish_said(wish, seat.profile.name, by, self._router.settings.zone)
        await self._ask(sentence, device_id, JournalKind.WISH, change)
        return wish

    async def what_if(self, device_id: DeviceId, request: WishRequest) -> WhatIfView:
        """What would be planned if this were asked; the plan in force stays.

        Raises:
            OptionError: a cycle runs, which no plan moves.
        """
        seat = self._router.registry.seat(device_id)
        if seat.state.running:
            raise OptionError(said("refused.running", name=seat.profile.name))
        return await self._what_if.ask(device_id, self._wish_of(device_id, request))

    async def event_cost(self, provider_id: ProviderId, event_id: EventId) -> EventCost:
        """What obeying an event costs, by a plan with it and one without."""
        return await cost_of(self._router, self._what_if, provider_id, event_id)

    def _wish_of(self, device_id: DeviceId, request: WishRequest) -> Wish:
        profile = self._router.registry.seat(device_id).profile
        return wish_of(profile, request, self._router.clock.now(), self._router.settings.zone)

    async def hand_over(self, device_id: DeviceId, steered: bool, by: str = "owner") -> None:
        """Let the router steer a device from now on, or only watch it."""
        await self._durable(*self._router.first_minutes.hand_over(device_id, steered, by))

    async def opt_out(self, word: OptOut) -> OptOut:
        """Take the home or a device out of events until then."""
        if word.provider is not None and word.provider not in self._router.senders:
            known = ", ".join(self._router.senders) or "none"
            problem, remedy = said("refused.no_provider"), said("refused.there_is", names=known)
            raise MessageError("opt-out", word.provider, problem, remedy)
        await self._durable(*self._router.word.opt_out(word))
        return word

    async def opt_in(self, word_id: str, by: str = "owner") -> None:
        """Let those orders count again; no error where they do."""
        await self._durable(*self._router.word.opt_in(word_id, by))

    async def take_hands_off(self, until: datetime | None, by: str = "owner") -> HandsOff:
        """Steer nothing until then, or until told to."""
        await self._durable(*self._router.word.take_hands_off(until, by))
        return self._router.book.hands_off or HandsOff(self._router.clock.now(), until, by)

    async def steer(self, by: str = "owner") -> None:
        """Steer again; no error where the router does."""
        await self._durable(*self._router.word.steer(by))

    async def go_away(self, word: Vacation) -> Vacation:
        """Nobody is at home for a while."""
        await self._durable(*self._router.word.go_away(word))
        return word

    async def come_back(self, by: str = "owner") -> None:
        """Somebody is at home; no error where nobody said otherwise."""
        await self._durable(*self._router.word.come_back(by))

    async def test_plug(self, device_id: DeviceId) -> PlugTest:
        """Begin the pull-plug test of a machine."""
        return self._router.first_minutes.begin_test(device_id)

    async def stop_plug_test(self, device_id: DeviceId) -> None:
        """End the test and give the machine its power back."""
        self._router.registry.seat(device_id)
        self._router.first_minutes.stop_test(device_id)

    async def leave_provider(self, provider_id: ProviderId, by: str = "owner") -> Parting:
        """Part with a provider of the home, for good."""
        return await leave(self._router, self._store, provider_id, by, self.resources.forget)

    async def permit_join(self, integration: str, seconds: int, by: str = "owner") -> None:
        """Let new devices join the network of an integration for so long; 0 closes it."""
        network = self._networks.get(integration)
        if network is None:
            known = ", ".join(sorted(self._networks)) or "none"
            problem, remedy = said("refused.no_network"), said("refused.there_is", names=known)
            raise MessageError("join", integration, problem, remedy)
        await network.permit(seconds)
        sentence = said("device.join_no_more", called(by), network=integration)
        if seconds:
            sentence = said("device.may_join", called(by), network=integration, seconds=seconds)
        await self._durable(Note(JournalEntry(self._router.clock.now(), JournalKind.DEVICE, sentence)))

    async def clear_wish(self, device_id: DeviceId, by: str = "owner") -> None:
        """Forget the device's wish and what was promised but has not begun."""
        seat, book = self._router.registry.seat(device_id), self._router.book
        changes = [book.drop(Collection.WISHES, device_id), book.drop(Collection.COMMITMENTS, device_id)]
        sentence = said("order.nothing", called(by), name=seat.profile.name)
        await self._ask(sentence, device_id, JournalKind.WISH, *changes)

    def _said(self, instant: datetime) -> Worded:
        return clock_time(instant, self._router.settings.zone)

    async def _ask(self, sentence: str, device_id: DeviceId, kind: JournalKind, *changes: Kept) -> None:
        """Act on what was asked at once, ask for a plan, and return when it is durable."""
        self._router.look()
        self._router.replanner.request(sentence, urgent=kind is JournalKind.OVERRIDE)
        entry = JournalEntry(self._router.clock.now(), kind, ended(sentence), device_id)
        await self._durable(*changes, Note(entry))

    async def _durable(self, *changes: Kept) -> None:
        """Return when these, and all before them, are on the disk.

        Raises:
            StoreError: the disk does not take it in time; it holds, but a restart may forget it.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._router.scribe.kept(*changes)
        except TimeoutError as error:
            raise StoreError(said("refused.disk")) from error
