"""Looks after what the router was told and what it told: silence, restores, and what measurements teach.

    readings -> Watchman.read -> outlook (base load, sun), learned cycles -> registry
    every look -> Watchman.step -> who fell silent, who does not come back

What it has learned is kept by ``keep`` and read back at the start.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from drrouter.domain.flexibility import ProfileFlexibility
from drrouter.domain.ids import DeviceId
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.said import ended, said
from drrouter.ports import Change, Clock, Collection, Note, Put
from drrouter.router.counted import Counted
from drrouter.router.learned_cycles import LearnedCycles
from drrouter.router.levers import Setpoint
from drrouter.router.outlook import Outlook
from drrouter.router.registry import Registry
from drrouter.router.restores import Restores
from drrouter.router.scribe import Scribe
from drrouter.router.steering import Site
from drrouter.router.viewed import LearnedProgramme

_MEASURED, _CYCLES, _COUNTED = "measured", "learned cycles", "counted"


@dataclass(slots=True)
class Watchman:
    """What is seen of the home beside its present state.

    Attributes:
        outlook: base load and sun.
        counted: what the meter has counted for the bill.
    """

    registry: Registry
    scribe: Scribe
    clock: Clock
    gone: Callable[[DeviceId, str], None]
    outlook: Outlook
    cycles: LearnedCycles
    makers: dict[DeviceId, ProfileFlexibility]
    restores: Restores
    counted: Counted

    @classmethod
    def of(
        cls,
        site: Site,
        registry: Registry,
        scribe: Scribe,
        clock: Clock,
        gone: Callable[[DeviceId, str], None],
        kept: Mapping[str, object],
    ) -> "Watchman":
        """Make one.

        Args:
            site: the home's stated base load, its meter and its roof.
            registry: every device.
            scribe: writes down what is found.
            clock: the time.
            gone: is told who does not answer any longer.
            kept: the store's settings, in which ``keep`` may have put something before a restart.
        """
        outlook = Outlook(registry, site.base_load, site.meter, site.roof, kept.get(_MEASURED))
        makers = {
            profile.id: profile.flexibility
            for profile in registry.profiles()
            if isinstance(profile.flexibility, ProfileFlexibility)
        }
        cycles = LearnedCycles(kept.get(_CYCLES))
        made = cls(
            registry, scribe, clock, gone, outlook, cycles, makers, Restores(), Counted(kept.get(_COUNTED))
        )
        for device_id in makers:
            made._amend(device_id)
        return made

    def read(self, device_id: DeviceId) -> None:
        """A device was read."""
        now, seat = self.clock.now(), self.registry.seat(device_id)
        self.outlook.saw(device_id, now)
        if self.outlook.is_meter(device_id):
            self.counted.saw(self.outlook.meter(now))
        idle_w = seat.profile.binding.end_below_w
        if device_id in self.makers and self.cycles.read(device_id, seat.state, now, idle_w):
            before = seat.profile.flexibility
            self._amend(device_id)
            if before == self._as_made(device_id) != self.registry.seat(device_id).profile.flexibility:
                self._say_learned(device_id)

    def _as_made(self, device_id: DeviceId) -> ProfileFlexibility | None:
        """What the maker states, with what a test of the plug found."""
        known = self.registry.seat(device_id).profile.flexibility
        programmes = self.makers[device_id].programmes
        return replace(known, programmes=programmes) if isinstance(known, ProfileFlexibility) else None

    def _say_learned(self, device_id: DeviceId) -> None:
        """Tell the owner what plans go by from now on."""
        name, now = self.registry.seat(device_id).profile.name, self.clock.now()
        for one in self.learned(device_id):
            if one.in_use:
                sentence = said(
                    "device.learned",
                    name=name,
                    programme=one.programme_id,
                    minutes=one.measured_minutes,
                    measured_kwh=one.measured_wh / 1000,
                    makers_minutes=one.makers_minutes,
                    makers_kwh=one.makers_wh / 1000,
                )
                self.scribe.keep(Note(JournalEntry(now, JournalKind.CYCLE, sentence, device_id)))

    def _amend(self, device_id: DeviceId) -> None:
        """Plan the machine by what was measured of it."""
        profile = self.registry.seat(device_id).profile
        known = profile.flexibility
        if isinstance(known, ProfileFlexibility):
            programmes = self.cycles.amended(device_id, self.makers[device_id]).programmes
            self.registry.amend(replace(profile, flexibility=replace(known, programmes=programmes)))

    def step(self, told: dict[DeviceId, Setpoint]) -> None:
        """Look around; quick, and never waits. ``told`` is what each device shall do now."""
        now = self.clock.now()
        for device_id in self.registry.fallen_silent(now):
            age = now - (self.registry.state(device_id).seen_at or now)
            self.gone(device_id, said("device.silent", minutes=age // timedelta(minutes=1)))
        for found in self.restores.step(self.registry.seats.values(), told, now):
            kind = JournalKind.ALARM if found.missed else JournalKind.DEVICE
            self.scribe.keep(Note(JournalEntry(now, kind, ended(found.sentence), found.device_id)))

    def sentences(self) -> tuple[str, ...]:
        """Who should draw power again and does not, one sentence each."""
        return tuple(self.trouble(device_id) for device_id in sorted(self.restores.missed()))

    def trouble(self, device_id: DeviceId) -> str:
        """That the device does not come back, empty where nothing is wrong."""
        missed = device_id in self.restores.missed()
        name = self.registry.seat(device_id).profile.name
        return said("device.no_power", name=name) if missed else ""

    def learned(self, device_id: DeviceId) -> tuple[LearnedProgramme, ...]:
        """What was measured of a machine's programmes, beside what its maker says."""
        makers = self.makers.get(device_id)
        programmes = makers.programmes if makers else ()
        known = [(one, self.cycles.runs(device_id, one.id)) for one in programmes]
        return tuple(
            LearnedProgramme(
                programme_id=one.id,
                runs=len(runs),
                measured_minutes=float(len(runs[-1])),
                measured_wh=sum(runs[-1]) / 60,
                makers_minutes=one.duration / timedelta(minutes=1),
                makers_wh=one.energy_wh,
                in_use=self.cycles.observed(device_id, one) is not None and not one.may_pause,
            )
            for one, runs in known
            if runs
        )

    def keep(self) -> tuple[Change, ...]:
        """What a restart goes on from."""
        return (
            Put(Collection.SETTINGS, _MEASURED, self.outlook.keep()),
            Put(Collection.SETTINGS, _CYCLES, self.cycles.keep()),
            Put(Collection.SETTINGS, _COUNTED, self.counted.keep(self.clock.now())),
        )
