"""Discovery by real broadcasts, and what becomes of hostile or foreign answers."""

import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from kasa import Discover, KasaException
from pydantic import ValidationError

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.kasa.integration import KasaIntegration
from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, OutcomeKind
from drrouter.errors import DeviceError, DeviceRefusedError
from drrouter.ports import Found
from drrouter.sim.wire.kasa import FakeKlap, FakePlug, Fault, SmartAnswers, mac_of
from tests.adapters.kasa.kettle import Kettle

PlugIn = Callable[..., Awaitable[FakePlug]]
KlapIn = Callable[..., Awaitable[FakeKlap]]


@pytest.fixture
def integration(settings: KasaSettings, clock: SimulatedClock) -> KasaIntegration:
    return KasaIntegration(settings, clock)


async def test_every_plug_of_the_home_is_found_with_its_identity(
    plug_in: PlugIn, integration: KasaIntegration, port: int
) -> None:
    for number in range(20):
        await plug_in(number + 1, f"Plug {number + 1}")
    found = await integration.discover()
    assert len({plug.identity["alias"] for plug in found}) == 20
    identity = {
        "alias": "Plug 1",
        "mac": mac_of("127.77.0.1"),
        "model": "HS110(EU)",
        "series": "HS110",
        "host": "127.77.0.1",
    }
    assert Found("kasa", f"127.77.0.1:{port}", identity) in found


async def test_a_found_plug_can_be_set_up_and_switched(
    plug_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock
) -> None:
    fake = await plug_in(1)
    (found,) = await integration.discover()
    assert found.integration == integration.domain
    device = integration.setup(DeviceId("kettle"), found)
    order = Instruction("one", device.id, 1.0, "test", clock.now() + timedelta(minutes=1))
    assert (await device.apply(order)).kind is OutcomeKind.DONE
    assert fake.answers.on


async def test_a_plug_that_left_is_found_no_more_and_one_that_came_is(
    plug_in: PlugIn, integration: KasaIntegration
) -> None:
    left = await plug_in(1, "Left")
    await left.stop()
    await plug_in(2, "Came")
    assert [found.identity["alias"] for found in await integration.discover()] == ["Came"]


async def test_the_name_of_a_plug_is_cleaned(plug_in: PlugIn, integration: KasaIntegration) -> None:
    await plug_in(1, "\u202eEvil\x1b[2J\n <b>plug</b>" + "x" * 500)
    (found,) = await integration.discover()
    assert found.identity["alias"] == ("Evil[2J <b>plug</b>" + "x" * 500)[:64]


async def test_garbage_and_foreign_devices_are_left_out(
    plug_in: PlugIn, integration: KasaIntegration
) -> None:
    await plug_in(1, "Good")
    (await plug_in(2, "Bad")).fault = Fault.GARBAGE
    strip = await plug_in(3, "Strip")
    bulb = await plug_in(4, "Bulb")
    odd = await plug_in(5, "Odd")
    _twist(strip, {"children": []})
    _twist(bulb, {"mic_type": "IOT.SMARTBULB"})
    odd.answers.answer = lambda request: {"system": {"get_sysinfo": 7}}  # type: ignore[method-assign]
    camera = await plug_in(6, "Camera")
    camera.answers.answer = lambda request: {"result": {"device_type": "CAMERA"}}  # type: ignore[method-assign]
    list_ = await plug_in(7, "List")
    list_.answers.answer = lambda request: []  # type: ignore[method-assign, assignment, return-value]
    assert [found.identity["alias"] for found in await integration.discover()] == ["Good"]


async def test_garbage_to_the_newer_call_and_foreign_devices_are_left_out(
    klap_in: KlapIn, integration: KasaIntegration, clock: SimulatedClock
) -> None:
    firmware = SmartAnswers("Kettle", mac_of("127.77.1.1"), Kettle(clock.now, 1.0), clock.now)
    (await klap_in(1, firmware)).fault = Fault.GARBAGE
    (await klap_in(2, firmware)).fault = Fault.SILENT
    await klap_in(3, firmware, family="SMART.TAPOBULB")
    await klap_in(4, firmware, family="SMART.TAPOHUB")
    assert await integration.discover() == ()


async def test_a_flood_of_answers_is_cut_off(
    plug_in: PlugIn, integration: KasaIntegration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drrouter.adapters.devices.kasa.call.MOST_FOUND", 3)
    for number in range(1, 6):
        await plug_in(number)
    assert len(await integration.discover()) == 3


@pytest.mark.parametrize(
    ("scheme", "spoken"),
    [
        ({"encrypt_type": "TPAP", "lv": 2}, "TPAP.2"),
        ({"encrypt_type": "AES"}, "AES"),
        ({"encrypt_type": "KLAP", "is_support_https": True}, "KLAPS"),
        ({"encrypt_type": "\u202e" * 90}, "UNKNOWN"),
        ("none", "UNKNOWN"),
    ],
)
async def test_a_plug_that_speaks_what_we_do_not_says_which_switch_to_flip(
    klap_in: KlapIn, integration: KasaIntegration, clock: SimulatedClock, scheme: object, spoken: str
) -> None:
    fake = await klap_in(1, SmartAnswers("Kettle", mac_of("127.77.1.1"), Kettle(clock.now, 1.0), clock.now))
    honest = fake.announced()
    fake.announced = lambda: honest | {"mgt_encrypt_schm": scheme}  # type: ignore[method-assign]
    (found,) = await integration.discover()
    assert found.identity["model"] == "P110(EU)"
    device = integration.setup(DeviceId("kettle"), found)
    order = Instruction("one", device.id, 1.0, "test", clock.now() + timedelta(minutes=1))
    outcome = await device.apply(order)
    assert device.id == "kettle"
    assert outcome.kind is OutcomeKind.IMPOSSIBLE
    assert f"speaks only {spoken}," in outcome.sentence
    with pytest.raises(DeviceRefusedError, match="Third-Party Compatibility"):
        await anext(device.readings())


async def test_a_failure_of_the_library_is_translated(
    integration: KasaIntegration, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(**_: object) -> None:
        raise KasaException("no network")

    monkeypatch.setattr(Discover, "discover", fail)
    with pytest.raises(DeviceError, match="no network"):
        await integration.discover()


async def test_a_missing_library_costs_this_integration_only(
    integration: KasaIntegration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kasa", None)
    with pytest.raises(DeviceError, match="python-kasa"):
        await integration.discover()
    with pytest.raises(DeviceError, match="python-kasa"):
        integration.setup(DeviceId("kettle"), Found("kasa", "127.77.0.1"))


@pytest.mark.parametrize("address", ["", ":9999", "127.0.0.1:http"])
async def test_an_address_that_is_none_is_refused(integration: KasaIntegration, address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        integration.setup(DeviceId("kettle"), Found("kasa", address))


def test_a_misspelt_or_senseless_setting_is_refused() -> None:
    for wrong in ({"pol_s": 5}, {"poll_s": 0}, {"timeout_s": float("nan")}, {"broadcast": "everywhere"}):
        with pytest.raises(ValidationError):
            KasaSettings.model_validate(wrong)


def test_the_library_is_not_loaded_before_it_is_needed() -> None:
    program = "import sys, drrouter.adapters.devices.kasa.integration; sys.exit('kasa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def _twist(plug: FakePlug, changes: dict[str, Any]) -> None:
    honest = plug.answers.answer

    def twisted(request: dict[str, Any]) -> dict[str, Any]:
        answer = honest(request)
        answer["system"]["get_sysinfo"].update(changes)
        return answer

    plug.answers.answer = twisted  # type: ignore[method-assign]
