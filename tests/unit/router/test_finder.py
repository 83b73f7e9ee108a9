"""Finding devices: ours are claimed and read, strangers listed, and what is gone is said once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.ids import DeviceId
from drrouter.domain.measurement import Reading
from drrouter.errors import DeviceError
from drrouter.ports import Device, Found
from drrouter.router.finder import READ_AGAIN, Finder
from drrouter.router.recognise import Recogniser, Sought
from drrouter.router.registry import Registry
from drrouter.router.sightings import strangers
from tests.builders import HVAC, NOON, WASHER, hvac, washer
from tests.fakes import FakeIntegration, FakePlug

PERIOD = timedelta(seconds=10)
GONE_AFTER = 3 * PERIOD


class Network:
    """A finder on a home network with one integration, and what it was told."""

    def __init__(self) -> None:
        self.clock, self.kasa = SimulatedClock(NOON), FakeIntegration()
        self.registry = Registry([hvac(), washer()])
        self.answers: list[DeviceId] = []
        self.gone: list[str] = []
        sought = {
            HVAC: Sought("kasa", {"alias": "Air con"}),
            WASHER: Sought("kasa", {"mac": "AA"}),
        }
        self.finder = Finder(self.registry, sought, self.clock, PERIOD, GONE_AFTER, self.read, self.is_gone)

    def read(self, device_id: DeviceId, readings: Sequence[Reading]) -> None:
        self.answers.append(device_id)
        self.registry.take_in(device_id, readings)

    def is_gone(self, device_id: DeviceId, why: str) -> None:
        self.gone.append(why)
        self.registry.gone(device_id)

    def plug(self, name: DeviceId = HVAC) -> FakePlug:
        return FakePlug(name, self.clock)

    def strangers(self) -> set[str]:
        ours = [seat.found for seat in self.registry.seats.values() if seat.found]
        return {one.found.address for one in strangers(self.registry.sightings.all(), ours) if not one.gone}


@pytest.fixture
async def network() -> AsyncIterator[Network]:
    made = Network()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(_end, asyncio.create_task(made.finder.run(made.kasa)))
        yield made


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


# Recognising


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        ({"alias": "AIR CON"}, True),
        ({"alias": "air con", "mac": "aa:bb"}, True),
        ({"alias": "air con", "mac": "cc"}, False),
        ({"address": "10.0.0.5:9999"}, True),
        ({"host": "10.0.0.5"}, True),
        ({"serial": "1"}, False),
        ({}, False),
    ],
)
def test_a_device_is_recognised_when_all_that_is_stated_agrees(match: dict[str, str], fits: bool) -> None:
    found = Found("kasa", "10.0.0.5:9999", {"alias": "Air con", "mac": "AA:BB"})
    assert Sought("kasa", match).fits(found) == fits
    assert not Sought("shelly", match).fits(found)


@given(
    sought=st.dictionaries(
        st.sampled_from("abcde"),
        st.dictionaries(
            st.sampled_from(["alias", "mac", "host"]), st.sampled_from(["x", "Y", ""]), max_size=2
        ),
    ),
    alias=st.sampled_from(["X", "y", ""]),
    mac=st.sampled_from(["x", "y"]),
)
def test_the_owner_of_a_found_device_is_the_first_of_the_home_file_that_fits(
    sought: dict[str, dict[str, str]], alias: str, mac: str
) -> None:
    home = {DeviceId(name): Sought("kasa", match) for name, match in sought.items()}
    found = Found("kasa", "x:1", {"alias": alias, "mac": mac})
    first = next((name for name, one in home.items() if one.fits(found)), None)
    assert Recogniser(home).owner(found) == first


def test_a_channel_of_a_device_is_recognised_by_the_host_of_the_device() -> None:
    found = Found("shelly", "10.0.0.5:80#switch:0", {"id": "AA:BB#switch:0"})
    assert Sought("shelly", {"host": "10.0.0.5"}).fits(found)
    assert Sought("shelly", {"id": "aa:bb#switch:0"}).fits(found)


async def test_a_device_of_ours_is_claimed_and_read(network: Network) -> None:
    found = network.kasa.put("10.0.0.5:9999", plug := network.plug(), alias="air con")
    await network.clock.advance(2 * PERIOD)
    seat = network.registry.seat(HVAC)
    assert (seat.handle, seat.found) == (plug, found)
    assert network.answers == [HVAC] * 3
    assert network.kasa.set_up == ["10.0.0.5:9999"]


async def test_two_things_that_one_entry_recognises_are_said_once_and_the_first_is_kept(
    network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    network.kasa.put("10.0.0.5:9999", first := network.plug(), alias="air con")
    network.kasa.put("10.0.0.6:9999", network.plug(), alias="Air Con")
    await network.clock.advance(3 * PERIOD)
    assert network.registry.seat(HVAC).handle is first
    said = [one for one in caplog.messages if "recognised at" in one]
    assert said == [
        "hvac is recognised at 10.0.0.5:9999 and at 10.0.0.6:9999; name its mac or id in its match"
    ]


async def test_a_device_that_appears_is_claimed_within_the_period(network: Network) -> None:
    await network.clock.advance(PERIOD / 2)
    network.kasa.put("10.0.0.5:9999", network.plug(), alias="air con")
    await network.clock.advance(PERIOD / 2)
    assert network.registry.is_present(HVAC)


async def test_a_stranger_is_listed_while_it_is_there(network: Network) -> None:
    network.kasa.put("10.0.0.9:9999", network.plug(), alias="neighbour")
    await network.clock.advance(PERIOD)
    assert network.strangers() == {"10.0.0.9:9999"}
    del network.kasa.network["10.0.0.9:9999"]
    await network.clock.advance(GONE_AFTER)
    assert network.strangers() == set()


async def test_a_device_of_ours_that_is_seen_no_more_and_says_nothing_is_gone(network: Network) -> None:
    class Mute(FakePlug):
        async def readings(self) -> AsyncIterator[Sequence[Reading]]:
            yield self.answer()
            await asyncio.get_running_loop().create_future()

    network.kasa.put("10.0.0.5:9999", Mute(HVAC, network.clock), alias="air con")
    await network.clock.advance(PERIOD)
    assert network.registry.is_present(HVAC)
    del network.kasa.network["10.0.0.5:9999"]
    await network.clock.advance(GONE_AFTER)
    assert network.gone == ["it has not been seen for 30 s"]


async def test_a_device_of_ours_that_still_answers_is_not_gone_because_no_search_finds_it(
    network: Network,
) -> None:
    network.kasa.put("10.0.0.5:9999", network.plug(), alias="air con")
    await network.clock.advance(PERIOD)
    del network.kasa.network["10.0.0.5:9999"]
    await network.clock.advance(3 * GONE_AFTER)
    assert network.gone == []


async def test_of_two_that_fit_the_first_is_ours_and_stays_so(network: Network) -> None:
    network.kasa.put("10.0.0.6:9999", network.plug(), alias="air con")
    await network.clock.advance(PERIOD)
    later = network.kasa.put("10.0.0.5:9999", network.plug(), alias="air con")
    network.kasa.network = dict(sorted(network.kasa.network.items()))
    await network.clock.advance(3 * PERIOD)
    assert network.kasa.set_up == ["10.0.0.6:9999"]
    assert network.strangers() == {later.address}


async def test_a_device_that_moved_is_read_at_its_new_address_alone(network: Network) -> None:
    network.kasa.put("10.0.0.5:9999", network.plug(), alias="air con")
    await network.clock.advance(PERIOD)
    del network.kasa.network["10.0.0.5:9999"]
    moved = network.kasa.put("10.0.0.7:9999", plug := network.plug(), alias="air con")
    await network.clock.advance(PERIOD)
    assert network.registry.seat(HVAC).found == moved
    assert network.registry.seat(HVAC).handle == plug
    network.answers.clear()
    await network.clock.advance(2 * PERIOD)
    assert len(network.answers) == 4


# Faults


async def test_a_device_that_falls_silent_is_gone_and_returns_when_it_answers(network: Network) -> None:
    plug = network.plug()
    network.kasa.put("10.0.0.5:9999", plug, alias="air con")
    await network.clock.advance(PERIOD)
    plug.unreachable = True
    await network.clock.advance(PERIOD)
    assert not network.registry.is_present(HVAC)
    assert set(network.gone) == {"hvac does not answer"}
    plug.unreachable = False
    await network.clock.advance(READ_AGAIN)
    assert network.registry.is_present(HVAC)


async def test_a_discovery_that_fails_is_said_once_and_tried_again(
    network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    network.kasa.error = DeviceError("no network")
    network.kasa.put("10.0.0.5:9999", network.plug(), alias="air con")
    await network.clock.advance(3 * PERIOD)
    assert [record.message for record in caplog.records if record.levelno == logging.WARNING] == [
        "discovery by kasa failed: no network"
    ]
    network.kasa.error = None
    await network.clock.advance(PERIOD)
    assert network.registry.is_present(HVAC)


async def test_an_integration_that_cannot_look_is_told_until_it_can(network: Network) -> None:
    network.kasa.error = DeviceError("no network")
    await network.clock.advance(PERIOD)
    assert network.registry.blind == {"kasa": "no network"}
    network.kasa.error = None
    await network.clock.advance(PERIOD)
    assert network.registry.blind == {}


async def test_a_device_at_an_address_that_is_none_is_gone_and_harms_no_other(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.kasa.put("10.0.0.5:9999", network.plug(), alias="air con")
    network.kasa.put("10.0.0.6:9999", network.plug(WASHER), mac="aa")
    usual = network.kasa.setup

    def setup(device_id: DeviceId, found: Found) -> Device:
        if device_id == HVAC:
            raise ValueError("hvac: 'x' is no address")
        return usual(device_id, found)

    monkeypatch.setattr(network.kasa, "setup", setup)
    await network.clock.advance(PERIOD)
    assert network.registry.is_present(WASHER)
    assert set(network.gone) == {"hvac: 'x' is no address"}


async def test_a_failed_discovery_leaves_what_is_known_alone(network: Network) -> None:
    network.kasa.put("10.0.0.5:9999", network.plug(), alias="air con")
    network.kasa.put("10.0.0.9:9999", network.plug(), alias="neighbour")
    await network.clock.advance(PERIOD)
    network.kasa.error = DeviceError("no network")
    await network.clock.advance(2 * PERIOD)
    assert network.registry.is_present(HVAC)
    assert network.strangers() == {"10.0.0.9:9999"}


async def test_a_device_that_cannot_be_set_up_is_gone_and_harms_no_other(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.kasa.put("10.0.0.5:9999", network.plug(), alias="air con")
    network.kasa.put("10.0.0.6:9999", network.plug(WASHER), mac="aa")
    usual = network.kasa.setup

    def setup(device_id: DeviceId, found: Found) -> Device:
        if device_id == HVAC:
            raise DeviceError("a library is missing")
        return usual(device_id, found)

    monkeypatch.setattr(network.kasa, "setup", setup)
    await network.clock.advance(PERIOD)
    assert network.registry.is_present(WASHER)
    assert set(network.gone) == {"a library is missing"}


async def test_another_integration_that_starts_leaves_the_readers_of_the_first_alone(
    network: Network,
) -> None:
    network.kasa.put("10.0.0.5:9999", network.plug(), alias="air con")
    await network.clock.advance(PERIOD)
    shelly = FakeIntegration("shelly")
    shelly.put("10.0.0.8", network.plug(), alias="lamp")
    task = asyncio.create_task(network.finder.run(shelly))
    await network.clock.advance(2 * PERIOD)
    assert network.kasa.set_up == ["10.0.0.5:9999"]
    assert network.strangers() == {"10.0.0.8"}
    network.answers.clear()
    await network.clock.advance(PERIOD)
    assert len(network.answers) == 2
    await _end(task)


async def test_an_integration_that_was_restarted_reads_its_devices_again(network: Network) -> None:
    network.kasa.put("10.0.0.5:9999", network.plug(), alias="air con")
    first = asyncio.create_task(network.finder.run(network.kasa))
    await network.clock.advance(PERIOD)
    await _end(first)
    network.answers.clear()
    await network.clock.advance(2 * PERIOD)
    assert len(network.answers) >= 3


async def test_a_device_whose_readings_end_is_asked_again(network: Network) -> None:
    class Shy(FakePlug):
        async def readings(self) -> AsyncIterator[Sequence[Reading]]:
            yield self.answer()

    network.kasa.put("10.0.0.5:9999", Shy(HVAC, network.clock), alias="air con")
    await network.clock.advance(PERIOD + 2 * READ_AGAIN)
    assert network.answers == [HVAC] * 3
    assert network.gone == []


async def test_a_reader_that_fails_is_started_again_and_the_others_do_not_notice(
    network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    class Odd(FakePlug):
        fails = True

        async def readings(self) -> AsyncIterator[Sequence[Reading]]:
            if Odd.fails:
                raise KeyError("a mistake of ours")
            async for answer in super().readings():
                yield answer

    network.kasa.put("10.0.0.5:9999", Odd(HVAC, network.clock), alias="air con")
    network.kasa.put("10.0.0.6:9999", network.plug(WASHER), mac="aa")
    await network.clock.advance(3 * PERIOD)
    assert {*network.gone} == {"reading it failed (KeyError: 'a mistake of ours')"}
    assert network.registry.is_present(WASHER)
    assert not network.registry.is_present(HVAC)
    assert network.kasa.set_up == ["10.0.0.5:9999", "10.0.0.6:9999"]
    Odd.fails = False
    await network.clock.advance(3 * PERIOD)
    assert network.registry.is_present(HVAC)
    said = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert said == ["reader hvac failed: KeyError: 'a mistake of ours'", "reader hvac is back"]
