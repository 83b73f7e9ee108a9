"""Cuts the link of a home at random instants of its daily life and measures what it does in peak windows.

Each day a car comes in the afternoon and asks for its charge, a machine is loaded at noon, a freezer and an
air conditioner run as they like. Between the steps below nothing changes: plugs are read at every step and at
every edge, so that power times time is energy.
"""

import itertools
import random
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from drrouter.domain.event import Event, Payload, PayloadType
from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.interval import Interval
from drrouter.domain.journal import JournalKind
from drrouter.domain.signal import EventReceived, LinkChanged
from drrouter.router.facade import WishRequest
from drrouter.router.household import StandingWish
from drrouter.tariff import expand_offline
from tests.builders import CAR, DAY, FREEZER, HOUR, SP, WASHER, event
from tests.homes import AMSTERDAM, Home, running
from tests.profiles import MemorySource, a_profile, profile_text

STEP = timedelta(minutes=5)
TIMEOUT = timedelta(seconds=100)
PEAKS = """
[[peak]]
id = "morning"
hours = ["07:30-09:30"]

[[peak]]
id = "evening"
hours = ["17:00-21:00"]
"""


@dataclass(frozen=True, slots=True)
class Cut:
    """One time without link."""

    lost: datetime
    back: datetime

    @property
    def due(self) -> datetime:
        """When the profile must be in force."""
        return self.lost + TIMEOUT

    @property
    def is_long(self) -> bool:
        """Whether the profile comes into force at all."""
        return self.due < self.back


@dataclass(slots=True)
class Figures:
    """What was measured.

    Attributes:
        entered_late_s, left_late_s: how late each profile came into force, and left.
        peak_hours: time in force and inside a peak window.
        shifted_wh: energy of shiftable loads then; safety and cycles begun earlier do not count.
        safety_wh: energy of the freezer then, near its bound.
        running_wh: energy of cycles then that were begun before the profile came into force.
        begun: cycles begun while in force that touch a peak window.
        cycles, charged_wh: what the home got done in all.
    """

    cuts: int = 0
    entered_late_s: list[float] = field(default_factory=list)
    left_late_s: list[float] = field(default_factory=list)
    force_hours: float = 0.0
    peak_hours: float = 0.0
    shifted_wh: float = 0.0
    safety_wh: float = 0.0
    running_wh: float = 0.0
    begun: int = 0
    cycles: int = 0
    charged_wh: float = 0.0

    def told(self) -> str:
        """The figures in words."""
        return (
            f"{self.cuts} cuts, {len(self.entered_late_s)} longer than the time-out: in force at most "
            f"{max(self.entered_late_s, default=0.0):.3f} s late, live again at most "
            f"{max(self.left_late_s, default=0.0):.3f} s late; {self.force_hours:.1f} h in force, "
            f"{self.peak_hours:.1f} h of them in peak windows: {self.shifted_wh:.1f} Wh of shiftable load, "
            f"{self.begun} cycles begun into a window (beside {self.running_wh:.0f} Wh of cycles that ran "
            f"already and {self.safety_wh:.0f} Wh for the freezer's bound); {self.cycles} cycles and "
            f"{self.charged_wh / 1000:.0f} kWh charged in all"
        )


def random_cuts(count: int, span: Interval, dice: random.Random) -> list[Cut]:
    """Cuts at instants drawn evenly over the span, each ending before the next begins."""
    seconds = sorted(dice.uniform(0, span.duration.total_seconds()) for _ in range(count))
    instants = [span.start + timedelta(seconds=round(second, 3)) for second in seconds]
    ends = [*instants[1:], span.end]
    return [
        Cut(lost, lost + dice.uniform(0.05, 0.95) * (end - lost))
        for lost, end in zip(instants, ends, strict=True)
        if end - lost > timedelta(seconds=1)
    ]


async def live_through(count: int, days: int, seed: int, *, with_profile: bool = True) -> Figures:
    """Let so many days pass, with so many cuts, and measure; without a profile to see what it changes."""
    span, dice = Interval(DAY, DAY + timedelta(days=days)), random.Random(seed)
    home = Home(
        start=span.start,
        tick=STEP,
        replan=HOUR,
        offline=MemorySource(profile_text(PEAKS, link_s=TIMEOUT.total_seconds())) if with_profile else None,
        follows_prices=True,
        standing={CAR: StandingWish(8000.0, time(7, 0))},
    )
    cuts = random_cuts(count, span, dice)
    async with running(home):
        life = _Life(home, span, cuts, dice)
        await life.run()
        return life.figures


class _Life:
    """One home's days."""

    def __init__(self, home: Home, span: Interval, cuts: list[Cut], dice: random.Random) -> None:
        self.home, self.span, self.cuts, self.dice = home, span, cuts, dice
        profile = a_profile(PEAKS, link_s=TIMEOUT.total_seconds())
        self.peaks = [peak.interval for peak in expand_offline(profile, span, SP).peaks]
        self.figures = Figures(cuts=len(cuts))
        self._began: datetime | None = None

    async def run(self) -> None:
        """Step by step, edge by edge."""
        home = self.home
        home.provider.says(
            LinkChanged(SP, True, "The link is up.", self.span.start), EventReceived(self._prices())
        )
        await home.clock.settle()
        edges = self._edges()
        for now, following in itertools.pairwise(edges):
            await home.clock.advance_to(now)
            await self._happen(now)
            self._measure(Interval(now, following))
        await home.clock.advance_to(self.span.end)
        self._judge_lateness()

    def _prices(self) -> Event:
        hours = [self.span.start + number * HOUR for number in range(24 + int(self.span.hours))]
        made = [
            Payload(PayloadType.PRICE, Interval(start, start + HOUR), self.dice.uniform(-0.05, 0.5))
            for start in hours
        ]
        return event("prices", *made)

    def _edges(self) -> list[datetime]:
        """Every instant at which something may change by itself, or we change it."""
        steps = int(self.span.duration / STEP)
        edges = {self.span.start + number * STEP for number in range(steps + 1)}
        edges |= {edge for cut in self.cuts for edge in (cut.lost, cut.due, cut.back)}
        edges |= {edge for peak in self.peaks for edge in (peak.start, peak.end)}
        return sorted(edge for edge in edges if self.span.start <= edge <= self.span.end)

    async def _happen(self, now: datetime) -> None:
        """The link and the people of the home."""
        for cut in self.cuts:
            if now in (cut.lost, cut.back):
                up = now == cut.back
                self.home.provider.says(LinkChanged(SP, up, "The link changed.", now))
        local = now.astimezone(AMSTERDAM)
        car, washer = self.home.plug(CAR).appliance, self.home.plug(WASHER).appliance
        idle = not washer.armed and washer.started_at is None
        if idle and (local.hour, local.minute, local.second) == (12, 0, 0):
            washer.armed = True
            await self.home.front.wish(WASHER, WishRequest(now + 20 * HOUR))
        if (local.hour, local.minute, local.second) == (16, 0, 0):
            car.plugged_in, car.charged_wh = True, 0.0
        if (local.hour, local.minute, local.second) == (7, 5, 0):
            car.plugged_in = False
            self.figures.charged_wh += car.charged_wh
        await self.home.clock.settle()

    def _measure(self, step: Interval) -> None:
        """What every plug delivers from here to the next edge."""
        home, figures = self.home, self.figures
        power_w = {device_id: plug.power_w for device_id, plug in home.plugs.items()}
        machine = home.plug(WASHER).appliance
        in_force = any(cut.due <= step.start < cut.back for cut in self.cuts)
        if machine.started_at is not None and machine.started_at != self._began:
            self._began = machine.started_at
            figures.cycles += 1
            figures.begun += in_force and self._touches_a_peak(machine.started_at)
        if not in_force:
            return
        figures.force_hours += step.hours
        if not any(peak.holds(step.start) for peak in self.peaks):
            return
        figures.peak_hours += step.hours
        figures.running_wh += step.hours * power_w[WASHER]
        if _is_held(home, FREEZER):
            figures.safety_wh += step.hours * power_w[FREEZER]
        else:
            figures.shifted_wh += step.hours * power_w[FREEZER]
        figures.shifted_wh += step.hours * power_w[CAR]

    def _touches_a_peak(self, started_at: datetime) -> bool:
        flexibility = self.home.plug(WASHER).appliance.profile.flexibility
        assert isinstance(flexibility, ProfileFlexibility)
        cycle = Interval(started_at, started_at + flexibility.programmes[0].duration)
        return any(peak.overlap(cycle) for peak in self.peaks)

    def _judge_lateness(self) -> None:
        """Compare the journal with the instants at which each profile had to enter and to leave."""
        told = [entry for entry in self.home.store.entries if entry.kind is JournalKind.OFFLINE]
        entered = [entry.at for entry in told if "is in force:" in entry.sentence]
        left = [entry.at for entry in told if "no longer in force" in entry.sentence]
        if self.home.offline is None:
            return
        long = [cut for cut in self.cuts if cut.is_long]
        assert len(entered) == len(long), (len(entered), len(long))
        self.figures.entered_late_s = [
            (at - cut.due).total_seconds() for at, cut in zip(entered, long, strict=True)
        ]
        backs = [cut.back for cut in long]
        self.figures.left_late_s = [(at - back).total_seconds() for at, back in zip(left, backs, strict=True)]


def _is_held(home: Home, device_id: DeviceId) -> bool:
    """Whether safety keeps the device on."""
    band = home.router.steering.verdict.bands.get(device_id)
    return band is not None and band.min_w > 0
