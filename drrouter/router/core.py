"""The router: joins the parts and lets signals and readings in; ``front`` answers its clients.

signals  -> intake -> steering (guard, dispatch) at once; scribe -> store -> outbox
readings -> registry -> household -> book, replan
triggers -> replanner -> plan -> steering
clients  -> front (options, accept, override, wish) -> book, scribe
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from drrouter.domain.ids import DeviceId, ProviderId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.measurement import Reading
from drrouter.domain.plan import DataRung, Plan
from drrouter.domain.said import said
from drrouter.domain.signal import Signal
from drrouter.domain.timeline import Timeline
from drrouter.planner import Margin, Problem, greedy
from drrouter.planner.port import Solver
from drrouter.ports import Clock, Collection, Note, Provider, Put, Store
from drrouter.router import showing, views
from drrouter.router.account import Account, ErrorCount
from drrouter.router.arbiter import KEPT, Arbiter
from drrouter.router.baseline import KEY as KEPT_BASELINES
from drrouter.router.baseline import Baselines
from drrouter.router.book import Book
from drrouter.router.broadcast import Broadcast
from drrouter.router.charged import charged
from drrouter.router.desk import OptionsDesk
from drrouter.router.dispatch import Dispatcher
from drrouter.router.evidence import Evidence
from drrouter.router.facade import Change, Topic
from drrouter.router.first_minutes import FirstMinutes
from drrouter.router.freshness import data_rung_of
from drrouter.router.history.almanac import Almanac
from drrouter.router.household import Household, StandingWish
from drrouter.router.intake import Intake
from drrouter.router.minutes import figures_of, said_of_plan
from drrouter.router.news import DeviceNews
from drrouter.router.outbox import OutboxSender
from drrouter.router.outcomes import Outcomes
from drrouter.router.owners_word import OwnersWord
from drrouter.router.pace import Pace, every
from drrouter.router.profile_keeper import OfflineSetup, ProfileKeeper
from drrouter.router.registry import Registry
from drrouter.router.replan import Replanner
from drrouter.router.reporter import Reporter
from drrouter.router.scribe import Scribe
from drrouter.router.shelf import Shelf
from drrouter.router.situation import describe
from drrouter.router.steady import PATIENCE, is_news
from drrouter.router.steering import Site, Steering
from drrouter.router.uplinks import Uplinks
from drrouter.router.viewed import DeviceView, StatusView
from drrouter.router.waiting import nothing_runs
from drrouter.router.watchman import Watchman
from drrouter.supervise import TaskHealth

log = logging.getLogger(__name__)

TIME_PASSED = said("because.time")
"""The only trigger that is no reason to leave a plan; a new one must be worth it."""

Task = tuple[str, Callable[[], Awaitable[None]]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the home file says about the router itself."""

    site_name: str
    zone: ZoneInfo
    reconcile: timedelta = timedelta(seconds=5)
    replan: timedelta = timedelta(minutes=15)
    horizon: timedelta = timedelta(hours=24)
    solver_budget: timedelta = timedelta(seconds=10)
    margin: Margin = Margin()  # noqa: RUF009 -- it is frozen
    lasting: tuple[str, ...] = ()  # sentences of what is amiss as long as the home file says so


class Router:
    """One home's router; everything that it uses is given to it.

    Attributes:
        health: how its tasks do, from whoever keeps them running.
        stop: ends one of its tasks for good, by whoever keeps them running.
        hear: told each signal of a provider before it has any effect here.
    """

    def __init__(
        self,
        settings: Settings,
        site: Site,
        registry: Registry,
        book: Book,
        store: Store,
        providers: Sequence[Provider],
        solver: Solver,
        clock: Clock,
        standing: dict[DeviceId, StandingWish],
        kept: object = None,
        offline: OfflineSetup = OfflineSetup(),  # noqa: B008 -- it is frozen
        almanac: Almanac | None = None,
    ) -> None:
        """Join the parts; ``book``, ``kept`` and ``offline.kept`` have been read back from the store."""
        self.settings, self.site, self.registry, self.book = settings, site, registry, book
        self.clock, self.providers, self.broadcast = clock, list(providers), Broadcast()
        self.news, self.evidence = DeviceNews(self.broadcast, self.device), Evidence(clock, offline.kept)
        self.scribe = Scribe(store, clock, self.broadcast.noted, self.evidence.witness)
        self.dispatcher = Dispatcher(registry, clock, self._carried_out)
        self._join_uplinks(providers, offline, store)
        self.first_minutes = FirstMinutes(registry, self.scribe, clock, self._first_minutes, offline.kept)
        self.watchman = Watchman.of(
            site, registry, self.scribe, clock, lambda *told: self.household.gone(*told), offline.kept
        )
        first, outlook, said = self.first_minutes, self.watchman.outlook, self._said
        self.steering = Steering(
            site, registry, book, self.dispatcher, clock, self.uplinks.orders, first.setpoint, outlook
        )
        self.replanner = Replanner(
            solver, clock, settings.solver_budget, self.problem, self._adopt, lambda: book.plan is not None
        )
        self._join_messages(offline.kept)
        self.household = Household(
            registry, book, self.scribe, clock, standing, settings.zone, self.replanner.request
        )
        self.word = OwnersWord(
            registry, book, self.scribe, clock, settings.zone, said, first.hands_off, self.steering.directory
        )
        self.household.is_away = self.word.is_away
        self.desk = OptionsDesk(self._live, settings.zone, self.steering.barred)
        self.almanac = almanac or Almanac.of(registry, book, store, clock, settings.zone, site.meter)
        self.account = Account(ErrorCount.of("drrouter"), kept)
        self.shown = views.Shown(settings.site_name, settings.zone.key, clock.now())
        self.health: Callable[[], Mapping[str, TaskHealth]] = dict
        self.stop: Callable[[str], Awaitable[None]] = nothing_runs
        self.hear: Callable[[Signal], None] = lambda _: None
        self.pace = Pace(clock, settings.reconcile, self._act_on_orders)
        self._restore()

    def _restore(self) -> None:
        """Take up what was kept over a restart."""
        if self.book.hands_off is not None:
            self.first_minutes.stay_off()
        self.registry.restore(self.book.running, self.book.levels)
        if changed := (*self.book.admit(self.site.mandates), *self.intake.take_up()):
            self.scribe.keep(*changed)
        for commitment in self.book.commitments.values():
            self.desk.remember(commitment)

    def _join_uplinks(self, providers: Sequence[Provider], offline: OfflineSetup, store: Store) -> None:
        """The links to providers: their profiles, and who delivers to them."""
        clock, kept = self.clock, offline.kept
        names, shelf = [one.id for one in providers], Shelf(offline.rules, kept, offline.sources)
        zone, prices = self.settings.zone, self.site.follows_prices
        silence = offline.failsafes, offline.polls
        self.uplinks = Uplinks(names, shelf, self.scribe, clock, zone, prices, kept, *silence)
        seed = str(kept.get("seed", self.settings.site_name))
        own = shelf, self.scribe, clock, self.orders_changed, seed
        self.keepers = {name: ProfileKeeper(name, source, *own) for name, source in offline.sources.items()}
        versions, say = self.book.versions, self._alarm
        self.senders = {one.id: OutboxSender(one, store, clock, versions(one.id), say) for one in providers}

    def _join_messages(self, kept: Mapping[str, object]) -> None:
        """What providers send, and what they are told."""
        book, scribe, clock, sent = self.book, self.scribe, self.clock, self._committed
        whom = self.orders_changed, sent, self.uplinks.hearing, self.site.mandates
        self.outcomes = Outcomes(book, scribe, clock, sent, partial(showing.hindrance_of, self))
        overtake = self.outcomes.overtake
        self.intake = Intake(book, scribe, clock, self.steering.directory, *whom, overtake)
        baselines = Baselines(self.settings.zone, kept.get(KEPT_BASELINES))
        self.reporter = Reporter(self.steering, self.registry, book, scribe, clock, sent, baselines)
        may, zone, told = self.site.mandates, self.settings.zone, kept.get(KEPT)
        self.arbiter = Arbiter(may, zone, self.steering.is_shed, told)

    def tasks(self) -> tuple[Task, ...]:
        """Everything that must run, by name, for the supervisor."""
        senders = [(f"outbox {name}", sender.run) for name, sender in self.senders.items()]
        uplinks = [(f"uplink {provider.id}", self._listen_to(provider)) for provider in self.providers]
        own: list[Task] = [
            ("scribe", self.scribe.run),
            ("dispatch", self.dispatcher.run),
            ("planner", self.replanner.run),
            ("reconcile", self._reconcile),
            ("replan tick", self._tick),
            ("reports", self.reporter.run),
        ]
        keepers = [(f"offline profile {name}", keeper.run) for name, keeper in self.keepers.items()]
        return (*own, *senders, *uplinks, *keepers)

    # What comes in

    def _listen_to(self, provider: Provider) -> Callable[[], Awaitable[None]]:
        """A task that lets the signals of one provider in."""

        async def listen() -> None:
            async with aclosing(provider.signals()) as signals:
                async for signal in signals:
                    self.signal(signal)

        return listen

    def signal(self, signal: Signal) -> None:
        """Let one signal of a provider have its effect, at once."""
        self.hear(signal)
        self.intake.take(signal)

    def readings(self, device_id: DeviceId, readings: Sequence[Reading]) -> None:
        """Let one answer of a device in."""
        before = self.registry.state(device_id)
        for happening in self.registry.take_in(device_id, readings):
            self.household.happened(device_id, happening)
            self.look()
        self.watchman.read(device_id)
        self.almanac.diary.read(device_id, self.steering.timeline)
        self.news.tell([device_id])
        if is_news(before, self.registry.state(device_id)):
            self.pace.stir()
        self.pace.follow_clock()

    def _first_minutes(self, why: str) -> None:
        """A device was handed over or taken back, or its test went on."""
        self.steering.events_changed()
        self.replanner.request(why)
        self.look()

    def _said(self, why: str) -> None:
        """The owner said something of the whole home."""
        self.steering.events_changed()
        self.replanner.request(why, urgent=True)
        self.look()

    def orders_changed(self, why: str) -> None:
        """An event, a link or an offline profile changed: act now, plan after."""
        self.steering.events_changed()
        self.replanner.request(why, urgent=True)
        self.pace.changed()

    def _act_on_orders(self) -> None:
        """Let every change of orders so far have its effect."""
        for provider in self.uplinks.heard(self.intake.links, self.book.events.values()):
            if provider in self.keepers:
                self.keepers[provider].link_returned()
        self._step_offline()
        self.look()
        self.account.passed(self.clock.now(), self.data_rung())

    def _step_offline(self) -> None:
        """Let offline profiles come into force and leave."""
        for reason in self.uplinks.step():
            self.steering.events_changed()
            self.replanner.request(reason, urgent=True)

    def _committed(self, provider: ProviderId) -> None:
        """The provider's outbox has news."""
        if provider in self.senders:
            self.senders[provider].wake()

    def _alarm(self, sentence: str) -> None:
        """Write down that something was lost."""
        self.scribe.keep(Note(JournalEntry(self.clock.now(), JournalKind.ALARM, sentence)))

    # What goes out

    def look(self) -> None:
        """Steer the devices by what holds now, and tell providers what cannot be done."""
        verdict = self.steering.look(self.book.plan)
        self.pace.looked()
        self.outcomes.tell(verdict, self.steering.timeline, self.word.refused())
        self.news.tell(self.registry.seats)
        self.arbiter.note(self.steering.timeline, self.clock.now(), self.scribe)

    def _carried_out(self, instruction: Instruction, outcome: Outcome) -> None:
        """A device answered an instruction."""
        self.household.carried_out(instruction, outcome)
        self.pace.stir()
        self.news.tell([instruction.device_id])

    async def _reconcile(self) -> None:
        """Look again when something is new and at every edge, for ever; at an idle home now and then."""
        while True:
            self.pace.begin()
            self._step_offline()
            self.first_minutes.step()
            self.word.step()
            self.watchman.step(self.steering.setpoints)
            self.account.passed(self.clock.now(), self.data_rung())
            if gone := self.book.expired(self.clock.now()):
                self.scribe.keep(*gone)
            if not self.steering.is_steady(self.book.plan):
                self.look()
            if self.broadcast.is_heard(Topic.STATUS):
                self.broadcast.tell(Change(Topic.STATUS, self.status()))
            self.news.tell(self.registry.seats)
            await self.pace.rest(self._edge)

    def _edge(self) -> tuple[datetime, bool]:
        """When to look again at the latest, and whether a device is told, or somebody watches."""
        edge = self.steering.next_look(max(self.settings.reconcile, PATIENCE))
        edge = min(edge, self.uplinks.next_change() or edge, self.word.next_change() or edge)
        testing = self.broadcast.is_heard(Topic.STATUS) or self.first_minutes.is_testing
        return edge, testing or not self.dispatcher.is_settled()

    # Planning

    async def _tick(self) -> None:
        """Ask for a plan at the start and at every quarter of an hour."""
        self.replanner.request(said("because.start"))
        await every(self.clock, self.settings.replan, self._time_passed)

    def _time_passed(self) -> None:
        self.keep_levels()
        self.replanner.request(TIME_PASSED)

    def problem(self, trigger: str, book: Book | None = None, timeline: Timeline | None = None) -> Problem:
        """The home as it is now, for the planner; by another book or timeline where one is only supposed."""
        self.steering.refresh()
        home = describe(
            self.clock.now(),
            trigger,
            self.site,
            self.registry,
            book or self.book,
            timeline or self.steering.timeline,
            self.settings.horizon,
            self.data_rung(),
            margin=self.settings.margin if trigger == TIME_PASSED else None,
            outlook=self.watchman.outlook,
        )
        return charged(home, self.site.terms, self.watchman.counted.quarters())

    def data_rung(self) -> DataRung:
        """How fresh prices and events are (DESIGN, "The two ladders")."""
        return data_rung_of(
            self.clock.now(),
            self.steering.timeline,
            all_up=self.uplinks.all_up,
            in_force=bool(self.uplinks.in_force),
            follows_prices=self.site.follows_prices,
            mandates=self.site.mandates,
        )

    def _adopt(self, problem: Problem, plan: Plan) -> None:
        """Take a plan into force."""
        self.account.planned(plan)
        self.steering.adopt(problem, plan)
        self.outcomes.planned(problem.now)
        entry = JournalEntry(self.clock.now(), JournalKind.PLAN, said_of_plan(plan), data=figures_of(plan))
        ledger = Put(Collection.LEDGER, "router", self.account.keep())
        self.scribe.keep(self.book.keep_plan(plan), ledger, Note(entry))
        self.broadcast.tell(Change(Topic.PLAN, plan))
        self.look()

    def _live(self) -> tuple[Problem, Plan]:
        """The home as it is and the plan in force; where there is none yet, the greedy one."""
        problem = self.problem("options")
        return problem, self.book.plan or greedy(problem)

    def keep_levels(self) -> None:
        """Remember the levels, so that a restart need not guess."""
        known = {device_id: self.registry.known_level(device_id) for device_id in self.registry.seats}
        changes = [self.book.put(Collection.LEVELS, key, level) for key, level in known.items() if level]
        self.scribe.keep(*changes, *self.watchman.keep(), *self.almanac.diary.keep())

    # What is shown

    def status(self) -> StatusView:
        """The router at a glance."""
        return showing.status_of(self)

    def device(self, device_id: DeviceId) -> DeviceView:
        """One device."""
        return showing.device_of(self, device_id)
