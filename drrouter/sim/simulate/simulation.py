"""Plays a home with its true router over days of virtual time, and keeps everything that was measured.

    agenda -> providers ---+
    habits -> people ------+--> router (built anew after each restart) --> plugs --> house
    dice   -> faults ------+

Judging is left to ``referee`` and ``closing``, the bill to ``report``.
"""

import asyncio
import logging
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from drrouter.config import HomeConfig
from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.router.showing import ledger_of
from drrouter.router.viewed import LedgerView
from drrouter.sim.house import House, HouseSpec
from drrouter.sim.record import HouseRecord, record_of
from drrouter.sim.simulate.agenda import Notice, Publish, agenda_of
from drrouter.sim.simulate.closing import closing_findings
from drrouter.sim.simulate.disk import Disk
from drrouter.sim.simulate.dwelling import house_of_home
from drrouter.sim.simulate.faults import Dice, Fault
from drrouter.sim.simulate.habits import Act, script_of
from drrouter.sim.simulate.life import Life, Outage
from drrouter.sim.simulate.people import People
from drrouter.sim.simulate.plugs import MemoryPlug, plugs_of
from drrouter.sim.simulate.prices import PriceSeries
from drrouter.sim.simulate.referee import Finding, Referee
from drrouter.sim.simulate.uplink import MemoryProvider
from drrouter.sim.simulate.virtual_time import VirtualClock, run

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)

AFTERWARDS = 2 * HOUR
"""How long the router goes on without faults after the end, so that all that waits can be delivered."""

MEMORY_DISK = Path("/dev/shm")  # noqa: S108 - a folder of random name is made in it
"""Where commits cost nothing; the store's own settings stay as they are."""


@dataclass(frozen=True, slots=True)
class Plot:
    """What is played.

    Attributes:
        day: the first local day; ``days`` so many.
        faults: which may strike.
        replan: how often a plan is made where nothing happens; None for the home file's.
        reconcile: how often the router compares wished and seen; None for the home file's.
        poll: how often each plug is asked.
    """

    home: HomeConfig
    day: date
    days: int
    seed: int
    prices: PriceSeries
    faults: frozenset[Fault] = frozenset()
    replan: timedelta | None = None
    reconcile: timedelta | None = None
    poll: timedelta = timedelta(minutes=1)

    @property
    def span(self) -> Interval:
        """The simulated time."""
        return span_of(self.home, self.day, self.days)


@dataclass(frozen=True, slots=True)
class Played:
    """Everything that came of it."""

    plot: Plot
    spec: HouseSpec
    script: tuple[Act, ...]
    agenda: tuple[Notice, ...]
    record: HouseRecord
    account: LedgerView
    findings: tuple[Finding, ...]
    struck: dict[str, int]
    outages: tuple[Outage, ...]
    plans: int
    commits: int
    commands: int
    receipts: int


def span_of(home: HomeConfig, day: date, days: int) -> Interval:
    """So many local days, from midnight to midnight."""
    ends = (datetime.combine(one, time(0), home.zone) for one in (day, day + timedelta(days=days)))
    start, end = (instant.astimezone(UTC) for instant in ends)
    return Interval(start, end)


def play(plot: Plot, progress: Callable[[float], None] = lambda _: None) -> Played:
    """Play it in virtual time.

    Args:
        plot: what is played; equal plots give equal results.
        progress: told, each simulated hour, which share is done.
    """
    parent = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="drrouter-simulate-", dir=parent) as folder:
        return run(_Simulation(plot, Path(folder), progress).play())


class _Simulation:
    """One run."""

    def __init__(self, plot: Plot, folder: Path, progress: Callable[[float], None]) -> None:
        router = plot.home.router
        timing = replace(
            router, replan=plot.replan or router.replan, reconcile=plot.reconcile or router.reconcile
        )
        self._plot, self._home = plot, replace(plot.home, router=timing)
        self._folder, self._progress, self._span = folder, progress, plot.span

    async def play(self) -> Played:
        """Set everything up, let it happen, and close the books."""
        plot, span = self._plot, self._span
        clock, dice = VirtualClock(span.start), Dice(plot.seed, plot.faults)
        spec = house_of_home(self._home, plot.day, plot.seed)
        house, disk = House(spec, span.start), Disk(clock)
        plugs = plugs_of(house, clock, dice, span, plot.poll)
        _switch_on(self._home, plugs)
        life = Life(self._home, self._folder, clock, dice, disk, span)
        providers = [MemoryProvider(one.id, clock, dice, span, life.killed) for one in self._home.providers]
        life.join(providers, plugs)
        script = script_of(self._home, span, plot.seed)
        agenda = agenda_of(self._home, span, plot.prices.rates, plot.seed)
        people = People(house, clock, lambda: life.front)
        referee = Referee(self._home, plugs, providers, script, life, clock, plot.poll)
        happening = (_publish(agenda, providers, clock), _live(script, people, clock))
        tasks = [asyncio.ensure_future(each) for each in (life.run(), referee.run(), *happening)]
        try:
            await _or_failure(tasks, self._pass_until(span.end, clock))
            house.advance(span.end)
            record = record_of(house)
            dice.enabled = frozenset()
            await _or_failure(tasks, clock.sleep_until(span.end + AFTERWARDS))
            account = ledger_of(life.router) if life.router else LedgerView()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        findings = (*referee.findings, *closing_findings(span, plugs, providers, disk, people))
        return Played(
            plot=plot,
            spec=spec,
            script=script,
            agenda=agenda,
            record=record,
            account=account,
            findings=findings,
            struck={fault.value: dice.struck[fault] for fault in Fault if dice.struck[fault]},
            outages=tuple(life.outages),
            plans=sum(account.solve_rungs.values()),
            commits=disk.commits,
            commands=sum(plug.commands for plug in plugs.values()),
            receipts=sum(len(provider.received) for provider in providers),
        )

    async def _pass_until(self, end: datetime, clock: VirtualClock) -> None:
        """Let time pass, and say how far it is."""
        while clock.now() < end:
            await clock.sleep_until(min(end, clock.now() + HOUR))
            self._progress((clock.now() - self._span.start) / self._span.duration)


def _switch_on(home: HomeConfig, plugs: dict[DeviceId, MemoryPlug]) -> None:
    """Plugs are on at first, those of machines aside."""
    for profile in home.profiles:
        if not isinstance(profile.flexibility, ProfileFlexibility):
            plugs[profile.id].appliance.set_supply(True)


async def _publish(agenda: tuple[Notice, ...], providers: list[MemoryProvider], clock: VirtualClock) -> None:
    """Let the providers send what they send."""
    by_id = {provider.id: provider for provider in providers}
    for notice in agenda:
        await clock.sleep_until(notice.at)
        by_id[notice.event.provider if isinstance(notice, Publish) else notice.provider].take(notice)


async def _live(script: tuple[Act, ...], people: People, clock: VirtualClock) -> None:
    """Let people do what they do; one who waits for an answer keeps nobody else waiting."""
    async with asyncio.TaskGroup() as group:
        for act in script:
            await clock.sleep_until(act.at)
            group.create_task(people.act(act))


async def _or_failure(tasks: Sequence["asyncio.Task[None]"], work: Coroutine[Any, Any, None]) -> None:
    """The work, or the first failure among the tasks beside it; those may end, the scripts do."""
    main = asyncio.ensure_future(work)
    try:
        while not main.done():
            pending = [task for task in tasks if not task.done()]
            await asyncio.wait((main, *pending), return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        main.result()
    finally:
        main.cancel()
