"""The watch over failsafes while the machine's clock is set back: silence is counted from then on."""

from datetime import datetime

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.signal import Heard
from drrouter.ports import Collection
from drrouter.router.failsafe import Failsafe
from drrouter.router.failsafes import Failsafes, key_of
from drrouter.router.hearing import Hearing
from drrouter.router.scribe import Scribe
from tests.builders import HOUR, MINUTE, SP, at, capacity
from tests.fakes import MemoryStore
from tests.homes import AMSTERDAM

BOX = Failsafe(heartbeat=2 * MINUTE, duration=2 * HOUR, limit_w=4200)


class Watch:
    """The failsafe of one provider, by a clock that can be set."""

    def __init__(self, now: str, kept: dict[str, object] | None = None) -> None:
        self.clock, self.store, self.hearing = SimulatedClock(at(now)), MemoryStore(), Hearing()
        self.scribe = Scribe(self.store, self.clock, lambda _: None)
        failsafes = {SP: BOX}
        self.watch = Failsafes(failsafes, self.hearing, self.scribe, self.clock, AMSTERDAM, {}, kept or {})

    def at(self, now: str, *, heard: bool = False, limit: bool = False) -> datetime | None:
        """Set the clock, let the provider be heard, step; since when the failsafe is in force."""
        self.clock._now = at(now)
        if heard or limit:
            self.hearing.take(Heard(SP, at(now)), at(now))
        if limit:
            self.hearing.ordered(capacity("fresh", 5000.0, "08:00", "20:00"), at(now))
        self.watch.step()
        return self.watch.guarding[SP].since


def test_a_provider_that_falls_silent_is_missed_though_it_was_heard_by_a_later_clock() -> None:
    watch = Watch("12:00")
    assert watch.at("12:01", heard=True) is None
    assert watch.at("10:30") is None
    assert watch.watch.heard_at(SP) == at("10:30")
    assert watch.watch.next_change() == at("10:32")
    assert watch.at("10:31:59") is None
    assert watch.at("10:32") == at("10:32")


def test_one_that_was_never_heard_is_missed_as_well() -> None:
    watch = Watch("12:00")
    assert watch.at("10:30") is None
    assert watch.at("10:32") == at("10:32")


def test_a_failsafe_in_force_goes_on_and_ends_with_the_word_of_its_provider() -> None:
    watch = Watch("12:00")
    assert watch.at("12:10") == at("12:02")
    assert watch.at("10:00") == at("10:00")
    assert watch.at("10:05", heard=True) == at("10:00")
    assert watch.watch.guarding[SP].until == at("12:00")
    assert watch.at("10:06", limit=True) is None


def test_what_came_after_its_beginning_still_came_after_it() -> None:
    watch = Watch("12:00")
    assert watch.at("12:10") == at("12:02")
    assert watch.at("12:20", heard=True) == at("12:02")
    assert watch.at("10:20") == at("10:02")
    assert watch.watch.guarding[SP].until == at("12:02")
    watch = Watch("12:00")
    watch.at("12:10")
    assert watch.at("12:20", limit=True) is None
    assert watch.at("10:20") is None
    assert watch.at("10:22") == at("10:22")


async def test_what_is_kept_is_moved_as_well_and_a_restart_reads_it() -> None:
    watch = Watch("12:00")
    watch.at("12:10")
    watch.at("10:00")
    await watch.scribe.drain()
    kept = dict(await watch.store.load(Collection.SETTINGS))
    assert kept[key_of(SP)] == {"since": at("10:00").isoformat(), "heard_at": at("09:58").isoformat()}
    again = Watch("09:00", kept)
    assert again.at("09:00") == at("09:00")
    assert again.at("09:10", limit=True) is None


def test_a_clock_that_only_goes_forwards_moves_nothing() -> None:
    watch = Watch("12:00")
    for when in ("12:01", "12:02", "12:03"):
        assert watch.at(when, heard=True) is None
        assert watch.watch.heard_at(SP) == at(when)
