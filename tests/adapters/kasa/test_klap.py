"""Plugs that must be logged in to, over real KLAP: found, switched, read, and met in each of their faults."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, cast

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.kasa import connection
from drrouter.adapters.devices.kasa.integration import KasaIntegration
from drrouter.adapters.devices.kasa.reach import Account
from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Outcome, OutcomeKind
from drrouter.domain.measurement import Quality, Quantity
from drrouter.errors import DeviceRefusedError, DeviceSilentError, DeviceUnknownError
from drrouter.ports import Device
from drrouter.sim.wire.kasa import Answers, FakeKlap, Fault, SmartAnswers, mac_of
from tests.adapters.kasa.asking import ACCOUNT, read, tell

KlapIn = Callable[..., Awaitable[FakeKlap]]
KETTLE = DeviceId("kettle")
MAC = mac_of("127.77.1.1")
KINDS = ["tapo", "kasa 1", "kasa 2"]


@pytest.fixture
def settings(settings: KasaSettings) -> KasaSettings:
    return settings.model_copy(update={"timeout_s": 5, "login_s": 5})


@pytest.fixture
def integration(settings: KasaSettings, clock: SimulatedClock) -> KasaIntegration:
    return KasaIntegration(settings, clock, Account(*ACCOUNT))


PlugIn = Callable[..., Awaitable[FakeKlap]]


async def _set_up(integration: KasaIntegration) -> Device:
    (found,) = await integration.discover()
    return integration.setup(KETTLE, found)


def _relay(fake: FakeKlap) -> bool:
    return cast(Answers | SmartAnswers, fake.firmware).on


@pytest.mark.parametrize("kind", KINDS)
async def test_a_plug_is_found_with_the_name_that_it_tells_after_the_login(
    klap_kettle_in: PlugIn, integration: KasaIntegration, kind: str
) -> None:
    fake = await klap_kettle_in(kind)
    (found,) = await integration.discover()
    assert found.address == f"127.77.1.1:{fake.port}"
    assert found.identity["alias"] == "Kettle"
    assert found.identity["mac"] == MAC
    assert found.identity["series"] == ("P110" if kind == "tapo" else "EP25")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_plug_is_switched_read_back_andread(
    klap_kettle_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock, kind: str
) -> None:
    fake = await klap_kettle_in(kind)
    device = await _set_up(integration)
    assert await tell(device, clock, 2000.0) == Outcome(OutcomeKind.DONE)
    assert _relay(fake)
    seen = await read(device, clock)
    assert seen[Quantity.SWITCH].value == 1.0
    assert seen[Quantity.POWER_W].value == 2000.0
    assert seen[Quantity.VOLTAGE_V].value == pytest.approx(231.0)
    assert (Quantity.ENERGY_WH in seen) is (kind != "tapo")
    assert await tell(device, clock, 0.0) == Outcome(OutcomeKind.DONE)
    assert not _relay(fake)


async def test_one_login_serves_readings_and_commands(
    klap_kettle_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock
) -> None:
    fake = await klap_kettle_in()
    device = await _set_up(integration)
    logins = fake.logins
    readings = device.readings()
    await anext(readings)
    for number in range(6):
        assert (await tell(device, clock, float(number % 2), f"order {number}")).kind is OutcomeKind.DONE
        task = asyncio.ensure_future(anext(readings))
        await clock.advance(timedelta(seconds=10))
        await task
    await readings.aclose()  # type: ignore[attr-defined]
    assert fake.logins == logins + 1


@pytest.mark.parametrize("kind", KINDS)
async def test_a_session_that_the_plug_forgot_is_begun_anew_at_once(
    klap_kettle_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock, kind: str
) -> None:
    fake = await klap_kettle_in(kind)
    device = await _set_up(integration)
    readings = device.readings()
    await anext(readings)
    fake.forget()
    assert (await tell(device, clock, 2000.0)).kind is OutcomeKind.DONE
    await fake.stop()
    await fake.start()
    task = asyncio.ensure_future(anext(readings))
    await clock.advance(timedelta(seconds=10))
    assert (await task)[0].value == 1.0
    await readings.aclose()  # type: ignore[attr-defined]


async def test_a_session_is_given_up_before_the_plug_forgets_it(
    klap_kettle_in: PlugIn,
    integration: KasaIntegration,
    clock: SimulatedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = await klap_kettle_in()
    device = await _set_up(integration)
    readings = device.readings()
    await anext(readings)
    logins = fake.logins
    monkeypatch.setattr(connection, "SESSION_S", -1.0)
    assert (await tell(device, clock, 2000.0)).kind is OutcomeKind.DONE
    assert fake.logins > logins
    await readings.aclose()  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_password_is_said_with_its_remedy_and_not_tried_again_and_again(
    klap_kettle_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock, kind: str
) -> None:
    fake = await klap_kettle_in(kind, account=("owner@example.org", "another"))
    (found,) = await integration.discover()
    assert found.identity.keys() == {"mac", "model", "series", "host", "protocol"}
    device = integration.setup(KETTLE, found)
    outcome = await tell(device, clock, 2000.0)
    assert outcome.kind is OutcomeKind.REFUSED
    for part in ("refuses the password", "kasa.username", "kasa.password_file", "Third-Party Compatibility"):
        assert part in outcome.sentence
    assert ACCOUNT[1] not in outcome.sentence
    with pytest.raises(DeviceRefusedError, match="refuses the password"):
        await read(device, clock)
    honest = FakeKlap("127.77.1.2", fake.firmware, mac=MAC, account=ACCOUNT, version=fake.version)
    fake._account = honest._account
    assert (await tell(device, clock, 2000.0, "at once")).kind is OutcomeKind.REFUSED
    await clock.advance(timedelta(minutes=1))
    assert (await tell(device, clock, 2000.0, "later")).kind is OutcomeKind.DONE


async def test_without_an_account_the_sentence_names_the_keys_to_set(
    klap_kettle_in: PlugIn, settings: KasaSettings, clock: SimulatedClock
) -> None:
    await klap_kettle_in()
    device = await _set_up(KasaIntegration(settings, clock))
    outcome = await tell(device, clock, 2000.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "set kasa.username and kasa.password_file" in outcome.sentence


async def test_a_plug_that_never_belonged_to_an_account_needs_none(
    klap_kettle_in: PlugIn, settings: KasaSettings, clock: SimulatedClock
) -> None:
    await klap_kettle_in(account=("", ""))
    device = await _set_up(KasaIntegration(settings, clock))
    assert (await tell(device, clock, 2000.0)).kind is OutcomeKind.DONE


async def test_a_plug_that_lets_no_program_in_says_which_switch_to_flip(
    klap_kettle_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock
) -> None:
    fake = await klap_kettle_in()
    fake.locked = True
    device = await _set_up(integration)
    outcome = await tell(device, clock, 2000.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "lets no program in; switch on Third-Party Compatibility" in outcome.sentence


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.GARBAGE, Fault.HALF, Fault.ENDLESS])
async def test_a_plug_that_gives_no_usable_answer_is_silent(
    klap_kettle_in: PlugIn,
    integration: KasaIntegration,
    settings: KasaSettings,
    clock: SimulatedClock,
    kind: str,
    fault: Fault,
) -> None:
    fake = await klap_kettle_in(kind)
    (found,) = await integration.discover()
    device = integration.setup(KETTLE, found)
    await read(device, clock)
    fake.fault = fault
    hasty = settings.model_copy(update={"timeout_s": 0.3, "login_s": 0.1})
    same = KasaIntegration(hasty, clock, Account(*ACCOUNT)).setup(KETTLE, found)
    outcome = await tell(same, clock, 2000.0)
    assert outcome.kind is OutcomeKind.SILENT
    assert "kettle (Kasa): no" in outcome.sentence
    with pytest.raises(DeviceSilentError, match="kettle"):
        await read(same, clock)
    fake.fault = Fault.NONE
    assert (await tell(device, clock, 2000.0, "again")).kind is OutcomeKind.DONE
    assert (await read(device, clock))[Quantity.SWITCH].value == 1.0


@pytest.mark.parametrize("kind", KINDS)
async def test_refusal_and_idle_acknowledgement_are_found_out(
    klap_kettle_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock, kind: str
) -> None:
    fake = await klap_kettle_in(kind)
    device = await _set_up(integration)
    fake.fault = Fault.REFUSES
    outcome = await tell(device, clock, 2000.0)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "error" in outcome.sentence
    assert "-1301" in outcome.sentence
    fake.fault = Fault.IGNORES
    outcome = await tell(device, clock, 2000.0, "again")
    assert outcome.kind is OutcomeKind.REFUSED
    assert "its relay did not move" in outcome.sentence


@pytest.mark.parametrize("fault", [Fault.LIES, Fault.NOT_A_NUMBER])
async def test_an_impossible_power_is_marked_bad(
    klap_kettle_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock, fault: Fault
) -> None:
    fake = await klap_kettle_in()
    device = await _set_up(integration)
    fake.fault = fault
    seen = await read(device, clock)
    assert seen[Quantity.POWER_W].quality is Quality.BAD
    assert math.isfinite(seen[Quantity.POWER_W].value)


async def test_a_command_goes_before_the_readings_that_wait(
    klap_kettle_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock
) -> None:
    fake = await klap_kettle_in()
    (found,) = await integration.discover()
    devices = [integration.setup(DeviceId(f"kettle {number}"), found) for number in range(4)]
    asked, honest = asyncio.Event(), fake.firmware.answer
    order: list[str] = []

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        asked.set()
        order.append(request["method"])
        return honest(request)

    fake.firmware.answer = answer  # type: ignore[method-assign]
    fake.fault, fake.delay_s = Fault.SLOW, 0.1
    streams = [device.readings() for device in devices]
    reading = [asyncio.ensure_future(anext(stream)) for stream in streams]
    await asked.wait()
    assert (await tell(devices[-1], clock, 2000.0)).kind is OutcomeKind.DONE
    await asyncio.gather(*reading)
    assert order[: order.index("set_device_info")].count("multipleRequest") == 1
    for stream in streams:
        await stream.aclose()  # type: ignore[attr-defined]


async def test_another_plug_at_the_address_is_neither_commanded_nor_believed(
    klap_kettle_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock
) -> None:
    fake = await klap_kettle_in()
    device = await _set_up(integration)
    await read(device, clock)
    cast(SmartAnswers, fake.firmware).mac = "02:4B:00:00:00:99"
    fake.forget()
    outcome = await tell(device, clock, 2000.0)
    assert outcome.kind is OutcomeKind.IMPOSSIBLE
    assert "another plug answers (02:4B:00:00:00:99)" in outcome.sentence
    assert not _relay(fake)
    with pytest.raises(DeviceUnknownError):
        await read(device, clock)
