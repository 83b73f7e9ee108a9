"""The pull-plug test: does a machine go on by itself after its power was cut? A pure step function.

    waiting --draws for a minute--> cut --30 s--> watching --draws again--> resumed
       |                             |               '--5 minutes----------> stayed_off
       '--two hours--> given_up <----'  the plug does not switch

Only a machine that goes on may be started by its plug: somebody fills it and presses start while the plug is
off, and power starts it. One that stays off is watched, and its owner is told the best time.

Source: the field's practice for machines behind bare plugs, a test by hand before the plug is trusted.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from drrouter.domain.device import DeviceProfile, DeviceState, Presence
from drrouter.domain.plan import Reason
from drrouter.domain.said import carry, said

DRAWS_FOR = timedelta(minutes=1)
"""Interpretation: a machine that has drawn for so long is at work, not just lit."""

CUT_FOR = timedelta(seconds=30)
"""Interpretation: long enough that its electronics forget what a flicker of the mains would not."""

BACK_WITHIN = timedelta(minutes=5)
"""Interpretation: machines that go on check their door and water first; none takes longer."""

OBEYS_WITHIN = timedelta(minutes=1)
"""How long the plug may take to open its relay."""

PATIENCE = timedelta(hours=2)
"""How long the test waits for somebody to start the machine."""


class Stage(StrEnum):
    """How far the test is."""

    WAITING = "waiting"
    CUT = "cut"
    WATCHING = "watching"
    RESUMED = "resumed"
    STAYED_OFF = "stayed_off"
    GIVEN_UP = "given_up"


OVER = frozenset({Stage.RESUMED, Stage.STAYED_OFF, Stage.GIVEN_UP})


@dataclass(frozen=True, slots=True)
class PlugTest:
    """A test of one machine.

    Attributes:
        since: when the stage began.
        draws_since: since when the machine has drawn power without a pause; None while it does not.
        sentence: what the person at the machine should do, or what was found.
        sentence_said: the sentence as a code with values.
    """

    stage: Stage
    since: datetime
    sentence: str
    draws_since: datetime | None = None
    sentence_said: Reason | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """The sentence carries its reason."""
        carry(self, "sentence")

    @property
    def is_over(self) -> bool:
        """Whether there is a result."""
        return self.stage in OVER

    @property
    def wants_power(self) -> bool | None:
        """Whether the plug must be on or off now; None where the test is over."""
        return None if self.is_over else self.stage is not Stage.CUT


def begin(profile: DeviceProfile, now: datetime) -> PlugTest:
    """A test that waits for the machine to run."""
    watts = profile.binding.start_above_w
    return PlugTest(
        Stage.WAITING,
        now,
        said("plug.start", name=profile.name, watts=watts),
    )


def is_at_work(profile: DeviceProfile, state: DeviceState) -> bool:
    """Whether the machine runs a cycle, or draws as if it did: a real one is never cut (A6)."""
    return state.running is not None or _draws(profile, state)


def step(test: PlugTest, profile: DeviceProfile, state: DeviceState, now: datetime) -> PlugTest:
    """The test a moment later."""
    if test.is_over:
        return test
    if state.presence is Presence.GONE:
        return _over(test, Stage.GIVEN_UP, now, said("plug.unreachable", name=profile.name))
    draws = _draws(profile, state)
    return {Stage.WAITING: _waiting, Stage.CUT: _cut, Stage.WATCHING: _watching}[test.stage](
        test, profile, state, draws, now
    )


def _draws(profile: DeviceProfile, state: DeviceState) -> bool:
    """Whether it draws as a machine at work."""
    return state.on is not False and (state.power_w or 0.0) > profile.binding.start_above_w


def _waiting(test: PlugTest, profile: DeviceProfile, _: DeviceState, draws: bool, now: datetime) -> PlugTest:
    """Wait until it is at work."""
    since = (test.draws_since or now) if draws else None
    if since and now - since >= DRAWS_FOR:
        sentence = said("plug.cut", name=profile.name, seconds=CUT_FOR.total_seconds())
        return PlugTest(Stage.CUT, now, sentence)
    if now - test.since >= PATIENCE:
        sentence = said("plug.not_started", name=profile.name)
        return _over(test, Stage.GIVEN_UP, now, sentence)
    return replace(test, draws_since=since)


def _cut(test: PlugTest, profile: DeviceProfile, state: DeviceState, _: bool, now: datetime) -> PlugTest:
    """Wait until it has been without power for long enough."""
    if state.on is not False:
        if now - test.since >= OBEYS_WITHIN:
            sentence = said("plug.stays_on", name=profile.name)
            return _over(test, Stage.GIVEN_UP, now, sentence)
        return test
    off_since = max(test.since, state.changed_at or test.since)
    if now - off_since < CUT_FOR:
        return test
    sentence = said("plug.back", name=profile.name)
    return PlugTest(Stage.WATCHING, now, sentence)


def _watching(
    test: PlugTest, profile: DeviceProfile, state: DeviceState, draws: bool, now: datetime
) -> PlugTest:
    """Wait for it to go on."""
    if draws:
        sentence = said("plug.resumed", name=profile.name)
        return _over(test, Stage.RESUMED, now, sentence)
    if now - test.since >= BACK_WITHIN:
        if state.on is not True:
            sentence = said("plug.stays_off", name=profile.name)
            return _over(test, Stage.GIVEN_UP, now, sentence)
        sentence = said("plug.stayed_off", name=profile.name)
        return _over(test, Stage.STAYED_OFF, now, sentence)
    return test


def _over(test: PlugTest, stage: Stage, now: datetime, sentence: str) -> PlugTest:
    return replace(test, stage=stage, since=now, sentence=sentence, draws_since=None)
