"""Plugs that must be logged in to and answer in part, oddly, or only to who asks them by their address."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.kasa.integration import KasaIntegration, build
from drrouter.adapters.devices.kasa.reach import Account
from drrouter.adapters.devices.kasa.settings import KasaSettings
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceError
from drrouter.ports import Device, Executor, Found, Surroundings
from drrouter.sim.wire.kasa import Answers, FakeKlap, SmartAnswers, mac_of
from tests.adapters.kasa.asking import ACCOUNT, read, tell
from tests.adapters.kasa.kettle import Kettle

KlapIn = Callable[..., Awaitable[FakeKlap]]
KETTLE = DeviceId("kettle")
MAC = mac_of("127.77.1.1")
NESTED: Any = json.loads("[" * 900 + "]" * 900)
"""Deeper than any answer, and than some parsers go."""


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


@pytest.mark.parametrize(
    ("broken", "power_w"),
    [
        ({"get_emeter_data"}, 2000.0),
        ({"get_emeter_data", "get_energy_usage"}, 2000.0),
        ({"get_emeter_data", "get_energy_usage", "get_current_power"}, None),
    ],
)
@pytest.mark.parametrize("code", [-1001, -1002, -424242])
async def test_a_meter_command_that_fails_costs_its_own_value_alone(
    klap_kettle_in: PlugIn,
    integration: KasaIntegration,
    clock: SimulatedClock,
    broken: set[str],
    power_w: float | None,
    code: int,
) -> None:
    fake = await klap_kettle_in()
    fake.firmware.switch(True)  # type: ignore[attr-defined]
    device = await _set_up(integration)
    _break(fake, broken, {"error_code": code})
    for _ in range(2):
        seen = await read(device, clock)
        assert seen[Quantity.SWITCH].value == 1.0
        assert (seen[Quantity.POWER_W].value if Quantity.POWER_W in seen else None) == power_w


async def test_a_plug_without_a_meter_is_not_asked_for_one_twice(
    klap_in: KlapIn, integration: KasaIntegration, clock: SimulatedClock
) -> None:
    firmware = SmartAnswers("Lamp", MAC, Kettle(clock.now, 5.0), clock.now, model="P100", has_meter=False)
    fake = await klap_in(1, firmware, account=ACCOUNT)
    device = await _set_up(integration)
    readings = device.readings()
    assert {reading.quantity for reading in await anext(readings)} == {Quantity.SWITCH}
    asked = fake.requests
    task = asyncio.ensure_future(anext(readings))
    await clock.advance(timedelta(seconds=10))
    await task
    assert fake.requests == asked + 1
    await readings.aclose()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "twisted",
    [
        {},
        [],
        "on",
        {"error_code": 0},
        {"error_code": 0, "result": []},
        {"error_code": 0, "result": {"responses": 5}},
        {"error_code": "five"},
        {"error_code": 0, "result": NESTED},
        {"error_code": 0, "result": {"device_on": "perhaps", "mac": MAC}},
    ],
    ids=lambda value: str(value)[:40],
)
async def test_an_answer_of_the_wrong_shape_does_not_pass(
    klap_kettle_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock, twisted: Any
) -> None:
    fake = await klap_kettle_in()
    device = await _set_up(integration)
    await read(device, clock)
    fake.firmware.answer = lambda request: twisted  # type: ignore[method-assign]
    assert (await tell(device, clock, 2000.0)).kind is not OutcomeKind.DONE
    try:
        seen = await read(device, clock)
    except DeviceError:
        return
    assert Quantity.SWITCH not in seen


async def test_a_plug_that_takes_no_bundles_is_asked_one_by_one(
    klap_kettle_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock
) -> None:
    fake = await klap_kettle_in()
    honest = fake.firmware.answer

    def single(request: dict[str, Any]) -> dict[str, Any]:
        bundled = request["method"] == "multipleRequest"
        return {"error_code": -1003} if bundled else dict(honest(request))

    fake.firmware.answer = single  # type: ignore[method-assign]
    device = await _set_up(integration)
    assert (await read(device, clock))[Quantity.POWER_W].value == 0.0


async def test_the_name_is_asked_for_now_and_then_and_a_silent_plug_keeps_it(
    klap_kettle_in: PlugIn, integration: KasaIntegration, clock: SimulatedClock
) -> None:
    fake = await klap_kettle_in()
    await integration.discover()
    asked = fake.requests
    await integration.discover()
    assert fake.requests == asked
    cast(SmartAnswers, fake.firmware).alias = "Samovar"
    await clock.advance(timedelta(minutes=5))
    (found,) = await integration.discover()
    assert found.identity["alias"] == "Samovar"
    fake.firmware.answer = lambda request: {"error_code": -1001}  # type: ignore[method-assign]
    await clock.advance(timedelta(minutes=5))
    (found,) = await integration.discover()
    assert found.identity["alias"] == "Samovar"


async def test_a_listed_host_is_asked_by_itself(
    klap_kettle_in: PlugIn, settings: KasaSettings, clock: SimulatedClock
) -> None:
    await klap_kettle_in()
    silent = {"host": "127.77.1.99"}
    elsewhere = settings.model_validate(
        settings.model_dump() | {"broadcast": "127.77.9.9", "device": [{"host": "127.77.1.1"}, silent]}
    )
    integration = KasaIntegration(elsewhere, clock, Account(*ACCOUNT))
    assert [found.identity["alias"] for found in await integration.discover()] == ["Kettle"]


@pytest.mark.parametrize(("kind", "speaks"), [("tapo", "tapo"), ("kasa 2", "kasa")])
async def test_a_listed_host_whose_protocol_is_named_needs_no_call(
    klap_kettle_in: PlugIn, settings: KasaSettings, clock: SimulatedClock, kind: str, speaks: str
) -> None:
    fake = await klap_kettle_in(kind)
    host = {"host": "127.77.1.1", "port": fake.port, "speaks": speaks}
    elsewhere = settings.model_validate(
        settings.model_dump() | {"broadcast": "127.77.9.9", "device": [host, host | {"host": "127.77.1.99"}]}
    )
    integration = KasaIntegration(elsewhere, clock, Account(*ACCOUNT))
    (found,) = await integration.discover()
    assert found.identity["alias"] == "Kettle"
    device = integration.setup(KETTLE, found)
    assert (await tell(device, clock, 2000.0)).kind is OutcomeKind.DONE
    await fake.stop()
    assert await integration.discover() == ()


async def test_the_password_is_read_from_its_file_and_never_shown(
    klap_kettle_in: PlugIn, settings: KasaSettings, clock: SimulatedClock
) -> None:
    await klap_kettle_in()
    told = settings.model_copy(update={"username": ACCOUNT[0], "password_file": "tapo.txt"})
    secrets = {"tapo.txt": ACCOUNT[1]}
    surroundings = Surroundings(clock, cast(Executor, None), Path(), secrets.__getitem__)
    device = await _set_up(build(told, surroundings))
    assert (await tell(device, clock, 2000.0)).kind is OutcomeKind.DONE
    assert ACCOUNT[1] not in repr(Account(*ACCOUNT)) + repr(told)


async def test_a_found_thing_of_a_strange_protocol_is_not_driven(
    integration: KasaIntegration, clock: SimulatedClock
) -> None:
    device = integration.setup(KETTLE, Found("kasa", "127.77.1.1:80", {"protocol": "SMART.TPAP"}))
    assert (await tell(device, clock, 1.0)).kind is OutcomeKind.IMPOSSIBLE


def _break(fake: FakeKlap, broken: set[str], instead: dict[str, Any]) -> None:
    honest = fake.firmware._methods  # type: ignore[attr-defined]

    def methods() -> dict[str, Any]:
        return {**honest(), **{name: lambda _: instead for name in broken}}

    fake.firmware._methods = methods  # type: ignore[attr-defined]
