"""A month of events between our true VTN and a true router, with faults from a seed, in virtual time.

    operator -> VTN == bytes ==> VEN -> intake -> book, guard, scribe -> store
                 |   <== bytes == outbox <--------------------------------'
                 '-> post office -> notices lost, late, twice, in any order -> VEN's webhook

The bytes between VTN and VEN are those of HTTP (``memory_net``). The link goes down, falls silent or breaks
off in the middle of an answer; the router is killed and built anew from its store; the disk fills. The solver
never answers, so nothing may wait for it.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, process_time
from typing import Any

from drrouter.adapters.openadr3 import ObjectType
from drrouter.adapters.sp.openadr3.settings import Openadr3Settings, WebhookSettings
from drrouter.adapters.strict_json import plain
from drrouter.adapters.vtn.app import build_app
from drrouter.adapters.vtn.call import VTN
from drrouter.adapters.vtn.objects import Objects
from drrouter.adapters.vtn.server import listening
from drrouter.config import HomeConfig, load_home
from drrouter.domain.event import Event
from drrouter.domain.ids import ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.timeline import Timeline, resolve
from drrouter.router.core import Router
from drrouter.sim.simulate.faults import Fault
from drrouter.sim.simulate.virtual_time import VirtualClock
from tests.memory_net import MemoryLoop, run
from tests.uplink.agenda import AFTERWARDS, DAY, Act, agenda_of, month_of
from tests.uplink.line import HOOK_ENTRANCE, HOOK_PORT, OFFICE_PORT, VTN_ENTRANCE, VTN_PORT, PostOffice, Way
from tests.uplink.lives import Lives, QuietDice, Scene
from tests.uplink.outcome import Outcome
from tests.uplink.provider import SECRET, Archive, Operator, names_by_key, vtn_config

SP = ProviderId("grid")
POLL_S = 600.0
LOOK = timedelta(minutes=5)
"""Where nothing is steered, nobody need look more often; orders act at once all the same."""
AHEAD = 3 * DAY
"""How far the timelines of noon are compared."""

FAULTS = frozenset(
    {
        Fault.UPLINK_LOST,
        Fault.STORE_FAILS,
        Fault.RESTART_ORDERLY,
        Fault.RESTART_KILL,
        Fault.KILL_BEFORE_COMMIT,
        Fault.KILL_AFTER_COMMIT,
        Fault.KILL_AFTER_SEND,
    }
)


HOME = """
schema = "drrouter.home/1"
[site]
name = "A home on bad lines"
time_zone = "Europe/Amsterdam"
[tariff]
id = "generic.nl_day_night"
[[provider]]
id = "grid"
kind = "openadr3"
role = "network"
url = "http://127.0.0.1:9100"
client_id = "home"
client_secret = "a secret for tests"
ven_name = "home"
"""
DEVICE = """
[[device]]
id = "{name}"
name = "{name}"
model = "generic.{model}"
integration = "kasa"
match = {{ alias = "{name}" }}
groups = ["{group}"]
"""
DEVICES = (
    ("relay_1", "hvac_relay", "hvac"),
    ("relay_2", "hvac_relay", "hvac"),
    ("car_1", "ev_charger", "cars"),
)


def play(count: int, days: int, seed: int, folder: Path, faulty: bool) -> Outcome:
    """Play the agenda of the seed, with faults or without."""
    began, cpu = monotonic(), process_time()
    folder.mkdir(parents=True, exist_ok=True)
    with names_by_key():
        outcome = run(_Stage(count, days, seed, folder, faulty).play())
    outcome.took_s, outcome.cpu_s = monotonic() - began, process_time() - cpu
    return outcome


class _Stage:
    """Everything of one run."""

    def __init__(self, count: int, days: int, seed: int, folder: Path, faulty: bool) -> None:
        self._month, self._folder, self._seed = month_of(days), folder, seed
        self._agenda, self._faults = (
            agenda_of(count, self._month, seed),
            FAULTS if faulty else frozenset[Fault](),
        )
        file = folder / "home.toml"
        devices = [DEVICE.format(name=name, model=model, group=group) for name, model, group in DEVICES]
        file.write_text(HOME + "".join(devices))
        file.chmod(0o600)
        home = load_home(file)
        self._home: HomeConfig = replace(home, router=replace(home.router, reconcile=LOOK))
        self._settings = Openadr3Settings(
            SP,
            f"http://127.0.0.1:{VTN_ENTRANCE}",
            "home",
            SECRET,
            ven_name="home",
            resources=tuple(name for name, _, _ in DEVICES),
            poll_s=POLL_S,
            webhook=WebhookSettings(port=HOOK_PORT, callback_url=f"http://127.0.0.1:{OFFICE_PORT}/notices"),
            seed="the seed of this router",
        )

    async def play(self) -> Outcome:
        self._clock = clock = VirtualClock(self._month.start)
        dice = QuietDice(self._seed, self._faults, clock, self._month)
        up, down = (Way(clock, dice, name, self._month) for name in ("up", "down"))
        loop = asyncio.get_running_loop()
        assert isinstance(loop, MemoryLoop)
        loop.links = {VTN_ENTRANCE: (VTN_PORT, up), HOOK_ENTRANCE: (HOOK_PORT, down)}
        outcome = Outcome()
        office = PostOffice(clock, dice, self._month)
        scene = Scene(self._month, self._folder, self._home, self._settings, clock, dice, up, down)
        app, lives = build_app(vtn_config(), clock), Lives(scene)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(listening(app, port=VTN_PORT))
            await stack.enter_async_context(listening(office.app(), port=OFFICE_PORT))
            await stack.enter_async_context(office)
            archive = Archive(app[VTN].objects, clock, outcome)
            works = (lives.run(), up.cut_at_spells(), down.cut_at_spells(), archive.work())
            tasks = [asyncio.ensure_future(work) for work in works]
            operating = asyncio.ensure_future(Operator(self._agenda, clock).work())
            try:
                await self._look_on(lives, outcome, [operating, *tasks])
                await self._close(lives, archive, app[VTN].objects, outcome)
            finally:
                for task in (*tasks, operating):
                    task.cancel()
                await asyncio.gather(*tasks, operating, return_exceptions=True)
        outcome.struck.update(office.struck)
        outcome.struck.update({fault.value: count for fault, count in dice.struck.items()})
        outcome.struck.update(broken=up.broken + down.broken, lives=len(lives.outages) + 1)
        disk = dice.spells(Fault.STORE_FAILS, "disk", self._month)
        outcome.troubles = (*(spell.interval for spell in (*up.spells, *disk)), *lives.outages)
        return outcome

    async def _look_on(self, lives: Lives, outcome: Outcome, tasks: list["asyncio.Task[None]"]) -> None:
        """Note at the end of each quiet hour what holds."""
        noon = self._month.start.replace(hour=12, minute=29)
        while noon < self._month.end:
            await self._clock.sleep_until(noon)
            for task in tasks:
                if task.done():
                    task.result()
            assert lives.router is not None
            self._note(lives.router, outcome, noon)
            noon += DAY
        await self._clock.sleep_until(self._month.end + AFTERWARDS)

    def _note(self, router: Router, outcome: Outcome, now: datetime) -> None:
        site, own = router.site, dict[str, Event]()
        for event in router.book.events.values():
            if not event.ends_before(now):
                own[event.name] = event
        span = Interval(now, now + 2 * DAY)
        fixed = [one for one in own.values() if not _starts_now(one, self._agenda)]
        timeline = resolve(fixed, site.tariff(span), router.steering.directory())
        outcome.timelines.append(_from(plain(Timeline, timeline), now))
        known = {name: replace(one, received_at=None, known_until=None) for name, one in own.items()}
        outcome.events.append({name: _from(plain(Event, one), now) for name, one in sorted(known.items())})

    async def _close(self, lives: Lives, archive: Archive, objects: Objects, outcome: Outcome) -> None:
        """The end: the timeline as it stands, and everything that was told."""
        assert lives.router is not None
        assert lives.store is not None
        lives.router.steering.events_changed()
        lives.router.steering.refresh()
        outcome.final = plain(Timeline, lives.router.steering.timeline)
        outcome.left = len(await lives.store.outbox(SP, most=10_000))
        await archive.keep(list(objects.all(ObjectType.REPORT)))


_NOW: dict[int, frozenset[str]] = {}


def _starts_now(event: Event, agenda: tuple[Act, ...]) -> bool:
    """Whether it starts when it is read."""
    if id(agenda) not in _NOW:
        _NOW[id(agenda)] = frozenset(
            act.key for act in agenda if act.body and act.body["intervalPeriod"]["start"].startswith("0001")
        )
    return event.name in _NOW[id(agenda)]


def _from(value: Any, now: datetime) -> Any:
    """What holds in the days to come, of plain values; events without an end are read so far at least."""
    if isinstance(value, dict):
        return {key: _from(one, now) for key, one in value.items()}
    if isinstance(value, list):
        return [_from(cut, now) for one in value if (cut := _within(one, now)) is not None]
    return value


def _within(value: Any, now: datetime) -> Any:
    """A row with its interval cut to the days to come; None where it lies outside."""
    if isinstance(value, dict) and "interval" in value:
        cut = _cut(value["interval"], now)
        return cut and {**value, "interval": cut}
    if (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], dict)
        and {*value[0]} == {"start", "end"}
    ):
        cut = _cut(value[0], now)
        return cut and [cut, value[1]]  # a step of rates
    return value


def _cut(interval: dict[str, str], now: datetime) -> list[str] | None:
    """The part of an interval that lies in the days to come."""
    start = max(now, datetime.fromisoformat(interval["start"]))
    end = min(now + AHEAD, datetime.fromisoformat(interval["end"]))
    return [str(start), str(end)] if start < end else None
