"""From the home file to the disk: the profile that it names is read, kept, and outlives its source."""

from pathlib import Path

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.executor import InlineExecutor
from drrouter.adapters.store import SqliteStore
from drrouter.app import build_router, offline_sources
from drrouter.config import load_home
from drrouter.domain.ids import ProviderId
from drrouter.domain.signal import LinkChanged
from drrouter.router.core import Router
from drrouter.supervise import Supervisor
from tests.builders import MINUTE, NOON, at
from tests.fakes import FakeProvider, GreedySolver
from tests.profiles import profile_text
from tests.unit.config.homes import CAR, PROVIDER, SITE

ENERGY = ProviderId("sp")


async def live(folder: Path, clock: SimulatedClock, until: str) -> tuple[Router, list[str]]:
    """Run the home's router until then, with a link that is lost at once; return it and its journal."""
    home, executor = load_home(folder / "home.toml", environ=None), InlineExecutor()
    async with SqliteStore(home.store_path, executor, clock) as store:
        provider, sources = FakeProvider(ENERGY), offline_sources(home, clock, executor)
        router = await build_router(home, clock, store, GreedySolver(), [provider], sources)
        async with Supervisor(clock) as supervisor:
            for name, work in router.tasks():
                supervisor.start(name, work)
            provider.says(LinkChanged(ENERGY, False, "The provider cannot be reached.", clock.now()))
            await clock.advance_to(at(until))
            assert not [name for name, health in supervisor.health().items() if health.error]
        await router.scribe.drain()
        return router, [entry.sentence for entry in await store.journal()]


async def test_what_the_home_file_names_is_kept_and_in_force_though_its_file_is_gone(tmp_path: Path) -> None:
    offline = '\n[provider.offline]\nfile = "offline.toml"\n'
    (tmp_path / "home.toml").write_text(f"{SITE}{PROVIDER}{offline}{CAR}", encoding="utf-8")
    (tmp_path / "offline.toml").write_bytes(profile_text())
    clock = SimulatedClock(NOON)
    router, told = await live(tmp_path, clock, "12:10")
    assert router.uplinks.in_force == ()
    assert router.site.follows_prices
    assert any(sentence.startswith("The offline profile of sp (Evenings, version 1)") for sentence in told)

    (tmp_path / "offline.toml").unlink()
    router, told = await live(tmp_path, clock, "12:15")
    assert router.uplinks.in_force == (ENERGY,)
    assert any("was not fetched" in sentence for sentence in told)
    coming = [peak.interval for peak in router.steering.timeline.peaks if peak.interval.start > NOON]
    assert min(coming).start == at("15:00")


async def test_a_profile_that_the_home_file_no_longer_names_is_not_in_force(tmp_path: Path) -> None:
    home, offline = tmp_path / "home.toml", '\n[provider.offline]\nfile = "offline.toml"\n'
    home.write_text(f"{SITE}{PROVIDER}{offline}", encoding="utf-8")
    (tmp_path / "offline.toml").write_bytes(profile_text())
    clock = SimulatedClock(NOON)
    await live(tmp_path, clock, "12:01")
    home.write_text(f"{SITE}{PROVIDER}", encoding="utf-8")
    router, _ = await live(tmp_path, clock, "13:00")
    assert router.uplinks.in_force == ()
    assert clock.now() >= NOON + 60 * MINUTE
