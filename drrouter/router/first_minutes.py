"""The first minutes with a device: watched until its owner hands it over, its plug put to the test.

    watched --hand over--> steered --take back--> watched

A watched device is read and shown, its cycles are recognised, and nothing is told to it. What was decided is
kept over a restart, and so is that a test holds a plug off: whatever ends the test, its power comes back.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from drrouter.domain.flexibility import ProfileFlexibility, RemoteStart
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import FailSafe
from drrouter.domain.journal import JournalEntry, JournalKind
from drrouter.domain.owner import called
from drrouter.domain.said import ended, said
from drrouter.errors import MessageError
from drrouter.ports import Change, Clock, Collection, Note, Put
from drrouter.router import plug_test
from drrouter.router.levers import Setpoint
from drrouter.router.plug_test import PlugTest, Stage
from drrouter.router.registry import Registry
from drrouter.router.safety import nominal_w
from drrouter.router.scribe import Scribe

_HAND, _TESTED, _CUT = "hand/", "plug test/", "plug cut/"


class FirstMinutes:
    """Which devices are steered, and the tests that run."""

    def __init__(
        self,
        registry: Registry,
        scribe: Scribe,
        clock: Clock,
        changed: Callable[[str], None],
        kept: Mapping[str, object],
    ) -> None:
        """``changed`` is told why steering and plan should look again; ``kept`` was read from the store."""
        self._registry, self._scribe, self._clock, self._changed = registry, scribe, clock, changed
        self._tests: dict[DeviceId, PlugTest] = {}
        self._released: set[DeviceId] = set()
        self._steered: dict[DeviceId, bool] = {}
        self._hands_off = False
        for profile in registry.profiles():
            steered = kept.get(_HAND + profile.id)
            self._steered[profile.id] = not profile.watch_only if steered is None else steered is not False
            registry.watch(profile.id, not self._steered[profile.id])
            if kept.get(_TESTED + profile.id) == Stage.STAYED_OFF.value:
                self._never_start(profile.id)
            if kept.get(_CUT + profile.id) is True:
                self._release(profile.id, registry.seat(profile.id).watched)

    def hand_over(self, device_id: DeviceId, steered: bool, by: str = "owner") -> tuple[Change, ...]:
        """Let the router steer the device from now on, or only watch it; returns what is to be kept."""
        seat = self._registry.seat(device_id)
        self._steered[device_id] = steered
        if not self._hands_off:
            self._registry.watch(device_id, not steered)
            self._release(device_id, not steered)
        sentence = said("hand.over" if steered else "hand.back", called(by), name=seat.profile.name)
        self._changed(sentence)
        return (Put(Collection.SETTINGS, _HAND + device_id, steered), self._note(device_id, sentence))

    def hands_off(self, off: bool) -> None:
        """Let go of every device, giving back what was switched off, or steer those that were handed over."""
        if off is self._hands_off:
            return
        self._hands_off = off
        for device_id, steered in self._steered.items():
            if steered:
                self._registry.watch(device_id, off)
                self._release(device_id, off)

    def stay_off(self) -> None:
        """Go on keeping the hands off after a restart; what was to be given back was given back before it."""
        self._hands_off = True
        for device_id in self._steered:
            self._registry.watch(device_id, True)

    def test_of(self, device_id: DeviceId) -> PlugTest | None:
        """How far its test is; None where none was begun."""
        return self._tests.get(device_id)

    def begin_test(self, device_id: DeviceId) -> PlugTest:
        """Begin the pull-plug test of a machine, anew where one runs.

        Raises:
            MessageError: the device is no machine with cycles, or runs one now, which the test would cut.
        """
        seat = self._registry.seat(device_id)
        profile = seat.profile
        if not isinstance(profile.flexibility, ProfileFlexibility):
            raise MessageError("plug test", "device", said("refused.no_cycles", name=profile.name))
        if plug_test.is_at_work(profile, seat.state):
            raise MessageError("plug test", "device", said("refused.at_work", name=profile.name))
        test = self._tests[device_id] = plug_test.begin(profile, self._clock.now())
        self._scribe.keep(self._note(device_id, said("plug.begins", name=profile.name)))
        self._changed(said("plug.is_tested", name=profile.name))
        return test

    def stop_test(self, device_id: DeviceId) -> None:
        """End a test that runs; its plug gets power again. No error where none runs."""
        test = self._tests.pop(device_id, None)
        if test and not test.is_over:
            name = self._registry.seat(device_id).profile.name
            self._release(device_id, self._registry.seat(device_id).watched)
            note = self._note(device_id, said("plug.stopped", name=name))
            self._scribe.keep(note, self._is_cut(device_id, False))
            self._changed(said("plug.ended", name=name))

    @property
    def is_testing(self) -> bool:
        """Whether a test runs, so that somebody must look every few seconds."""
        return any(not test.is_over for test in self._tests.values())

    def step(self) -> None:
        """Take every test a moment further."""
        now = self._clock.now()
        for device_id, test in self._tests.items():
            seat = self._registry.seat(device_id)
            after = self._tests[device_id] = plug_test.step(test, seat.profile, seat.state, now)
            if after.stage is not test.stage:
                self._reached(device_id, after)

    def setpoint(self, device_id: DeviceId) -> Setpoint | None:
        """What a test, or giving it back, wants of the plug, above plan and guard; None where nothing is."""
        seat, test = self._registry.seat(device_id), self._tests.get(device_id)
        if test is not None and test.wants_power is not None:
            return Setpoint(nominal_w(seat.profile) if test.wants_power else 0.0, said("plug.because"))
        if device_id not in self._released or seat.state.on is None:
            return None
        if seat.state.on:
            self._released.discard(device_id)
            self._scribe.keep(self._is_cut(device_id, False))
            return None
        return Setpoint(nominal_w(seat.profile), said("plug.given_back"))

    def _release(self, device_id: DeviceId, watched: bool) -> None:
        """Whatever we switched off gets its power back before we let go of it, where its model wants that."""
        seat = self._registry.seat(device_id)
        if watched and seat.profile.binding.fail_safe is FailSafe.RESTORE_POWER:
            self._released.add(device_id)
        else:
            self._released.discard(device_id)

    def _reached(self, device_id: DeviceId, test: PlugTest) -> None:
        """Tell of a new stage, and draw the consequence of a result."""
        cut = self._is_cut(device_id, test.stage is Stage.CUT)
        changes: list[Change] = [self._note(device_id, test.sentence), cut]
        if test.stage in (Stage.RESUMED, Stage.STAYED_OFF):
            changes.append(Put(Collection.SETTINGS, _TESTED + device_id, test.stage.value))
        if test.stage is Stage.STAYED_OFF:
            self._never_start(device_id)
        if test.stage is Stage.GIVEN_UP:
            self._release(device_id, self._registry.seat(device_id).watched)
        self._scribe.keep(*changes)
        self._changed(test.sentence)

    def _never_start(self, device_id: DeviceId) -> None:
        """Its plug cannot start it."""
        profile = self._registry.seat(device_id).profile
        if isinstance(profile.flexibility, ProfileFlexibility):
            flexibility = replace(profile.flexibility, remote_start=RemoteStart.NONE)
            self._registry.amend(replace(profile, flexibility=flexibility))

    @staticmethod
    def _is_cut(device_id: DeviceId, cut: bool) -> Change:
        """What a restart must know to give the power back."""
        return Put(Collection.SETTINGS, _CUT + device_id, cut)

    def _note(self, device_id: DeviceId, sentence: str) -> Note:
        return Note(JournalEntry(self._now(), JournalKind.DEVICE, ended(sentence), device_id))

    def _now(self) -> datetime:
        return self._clock.now()
