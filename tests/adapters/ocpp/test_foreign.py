"""Foreign charge points of OCPP 1.6, whose frames are written by hand."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from drrouter.adapters.clock import SimulatedClock
from drrouter.adapters.devices.ocpp.settings import OcppSettings
from drrouter.domain.instruction import FailSafe, OutcomeKind
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceSilentError
from tests.adapters.devices.reading import read
from tests.adapters.ocpp.conftest import Open, device_of, settings, tell, until
from tests.adapters.ocpp.foreign import (
    ACCEPTED,
    BASE_PROFILE,
    LIMIT_PROFILE,
    NOW,
    SLOW_LIMIT,
    answers_of_16,
    drive,
    status_of_16,
)


async def test_a_foreign_charge_point_of_16_boots_and_is_prepared(
    listen: Open, foreign: Callable[..., Any]
) -> None:
    point = await foreign(await listen(), "ocpp1.6", answers_of_16())
    boot = {"chargePointVendor": "Foreign", "chargePointModel": "One", "firmwareVersion": "0.9"}
    welcome = {"status": "Accepted", "currentTime": NOW, "interval": 60}
    assert await point.say("BootNotification", boot) == welcome
    await point.obey(lambda: point.calls[-1:] and point.calls[-1][0] == "GetCompositeSchedule")
    assert [name for name, _ in point.calls] == [
        "GetConfiguration",
        "ChangeConfiguration",
        "ChangeConfiguration",
        "ChangeConfiguration",
        "TriggerMessage",
        "GetCompositeSchedule",
    ]
    assert await point.say("Authorize", {"idTag": "CARD"}) == {"idTagInfo": {"status": "Accepted"}}
    for action, payload in {
        "DataTransfer": {"vendorId": "Foreign"},
        "FirmwareStatusNotification": {"status": "Idle"},
        "DiagnosticsStatusNotification": {"status": "Idle"},
    }.items():
        await point.say(action, payload)


async def test_a_foreign_charge_point_of_16_states_what_its_car_does(
    listen: Open, foreign: Callable[..., Any]
) -> None:
    central = await listen()
    point = await foreign(central, "ocpp1.6", answers_of_16())
    device = device_of(central)
    await point.say("StatusNotification", status_of_16("Available", number=0))
    await point.say("StatusNotification", status_of_16("Preparing"))
    assert (await read(device))[Quantity.PLUGGED].value == 1.0
    start = {"connectorId": 1, "idTag": "CARD", "meterStart": 1000, "timestamp": NOW}
    begun = await point.say("StartTransaction", start)
    assert await point.say("StartTransaction", start) == begun
    sampled = [
        {"value": "2.5", "unit": "kWh"},
        {"value": "3600", "measurand": "Power.Active.Import", "phase": "L1-N", "unit": "W"},
        {"value": "3.4", "measurand": "Power.Active.Import", "phase": "L2-N", "unit": "kW"},
        {"value": "16", "measurand": "Current.Import", "phase": "L1", "unit": "A"},
    ]
    values = [{"timestamp": NOW, "sampledValue": sampled}]
    called = {"connectorId": 1, "transactionId": begun["transactionId"], "meterValue": values}
    assert await point.say("MeterValues", called) == {}
    seen = await until(device, lambda known: Quantity.POWER_L1_W in known)
    assert seen[Quantity.ENERGY_WH].value == 2500.0
    assert seen[Quantity.POWER_W].value == 7000.0
    assert seen[Quantity.POWER_L2_W].value == 3400.0
    await point.say("StatusNotification", status_of_16("Faulted", fault="GroundFailure"))
    assert (await read(device))[Quantity.PLUGGED].value == 1.0
    await point.say("StatusNotification", status_of_16("Available"))
    assert (await read(device))[Quantity.PLUGGED].value == 0.0


async def test_a_foreign_charge_point_of_16_gets_profiles_as_the_specification_writes_them(
    listen: Open, foreign: Callable[..., Any], clock: SimulatedClock
) -> None:
    central = await listen()
    point = await foreign(central, "ocpp1.6", answers_of_16())
    device = device_of(central)
    start = {"connectorId": 1, "idTag": "CARD", "meterStart": 1000, "timestamp": NOW}
    number = (await point.say("StartTransaction", start))["transactionId"]
    await point.obey(lambda: point.calls[-1:] and point.calls[-1][0] == "GetCompositeSchedule")
    outcome = await drive(point, tell(device, clock, 7000.0, fail_safe=FailSafe.CUT_POWER))
    assert outcome.kind is OutcomeKind.DONE
    profiles = [call["csChargingProfiles"] for name, call in point.calls if name == "SetChargingProfile"]
    assert profiles == [BASE_PROFILE, LIMIT_PROFILE | {"transactionId": number}]
    stop = {"meterStop": 3000, "timestamp": NOW, "transactionId": number, "idTag": "CARD"}
    assert await point.say("StopTransaction", stop) == {"idTagInfo": {"status": "Accepted"}}
    assert (await read(device))[Quantity.SETPOINT_W].value == 0.0


async def test_an_idle_charge_point_that_misses_its_heartbeats_is_silent(
    listen: Open, foreign: Callable[..., Any], clock: SimulatedClock
) -> None:
    central = await listen(settings(heartbeat_s=60))
    point = await foreign(central, "ocpp1.6", answers_of_16())
    device = device_of(central)
    await point.say("Heartbeat", {})
    await point.obey(lambda: point.calls[-1:] and point.calls[-1][0] == "GetCompositeSchedule")
    await read(device)
    await clock.advance(timedelta(seconds=200))
    with pytest.raises(DeviceSilentError, match="no word from it for 200 s"):
        await read(device)
    await point.say("Heartbeat", {})
    await read(device)


async def test_a_card_that_is_not_listed_may_not_charge(listen: Open, foreign: Callable[..., Any]) -> None:
    told: OcppSettings = settings(free_vend=False, id_tags=["MINE"])
    central = await listen(told)
    point = await foreign(central, "ocpp1.6", {})
    assert await point.say("Authorize", {"idTag": "MINE"}) == {"idTagInfo": {"status": "Accepted"}}
    assert await point.say("Authorize", {"idTag": "drrouter"}) == {"idTagInfo": {"status": "Accepted"}}
    assert await point.say("Authorize", {"idTag": "YOURS"}) == {"idTagInfo": {"status": "Invalid"}}
    start = {"connectorId": 1, "idTag": "YOURS", "meterStart": 0, "timestamp": NOW}
    assert (await point.say("StartTransaction", start))["idTagInfo"] == {"status": "Invalid"}
    assert Quantity.POWER_L1_W not in await read(device_of(central))


async def test_a_restarted_router_learns_what_the_charge_point_was_told(
    listen: Open, foreign: Callable[..., Any]
) -> None:
    central = await listen()
    point = await foreign(central, "ocpp1.6", {"GetCompositeSchedule": SLOW_LIMIT})
    await point.say("Heartbeat", {})
    await point.obey(lambda: point.calls[-1:] and point.calls[-1][0] == "GetCompositeSchedule")
    assert ("TriggerMessage", {"requestedMessage": "BootNotification"}) in point.calls
    seen = await until(device_of(central), lambda known: Quantity.SETPOINT_W in known)
    assert seen[Quantity.SETPOINT_W].value == pytest.approx(10.1 * 230 * 3)
    assert Quantity.PLUGGED not in seen


async def test_a_charge_point_that_says_it_has_no_smart_charging_states_no_setpoint(
    listen: Open, foreign: Callable[..., Any], clock: SimulatedClock
) -> None:
    central = await listen()
    features = {"key": "SupportedFeatureProfiles", "readonly": True, "value": "Core,RemoteTrigger"}
    answers = {"GetConfiguration": {"configurationKey": [features]}, "RemoteStartTransaction": ACCEPTED}
    point = await foreign(central, "ocpp1.6", answers)
    device = device_of(central)
    await point.say("StatusNotification", status_of_16("Preparing"))
    await point.obey(lambda: point.calls[-1:] and point.calls[-1][0] == "GetCompositeSchedule")
    seen = await until(device, lambda known: Quantity.SWITCH in known)
    assert seen[Quantity.SWITCH].value == 0.0
    assert Quantity.SETPOINT_W not in seen
    assert (await drive(point, tell(device, clock, 7000.0))).kind is OutcomeKind.DONE
    assert point.told("RemoteStartTransaction") == {"connectorId": 1, "idTag": "drrouter"}
    assert "SetChargingProfile" not in [name for name, _ in point.calls]


async def test_a_clock_that_is_ahead_does_not_silence_what_follows(
    listen: Open, foreign: Callable[..., Any], clock: SimulatedClock
) -> None:
    central = await listen()
    point = await foreign(central, "ocpp1.6", {})
    for at, watts in {"2036-01-01T00:00:00Z": "4000", NOW: "3000"}.items():
        call = {"connectorId": 1, "transactionId": 8, "meterValue": _power(at, watts)}
        await point.say("MeterValues", call)
        seen = await read(device_of(central))
        assert (seen[Quantity.POWER_W].value, seen[Quantity.POWER_W].at) == (float(watts), clock.now())


async def test_a_queue_of_old_messages_does_not_pass_for_the_present(
    listen: Open, foreign: Callable[..., Any], clock: SimulatedClock
) -> None:
    central = await listen()
    point = await foreign(central, "ocpp1.6", {})
    device = device_of(central)
    begun = {"connectorId": 1, "transactionId": 8, "meterValue": _power(NOW, "4000")}
    await point.say("MeterValues", begun)
    await clock.advance(timedelta(hours=1))
    old = {"connectorId": 1, "transactionId": 8, "meterValue": _power("2026-03-01T12:10:00Z", "9000")}
    await point.say("MeterValues", old)
    await point.say("StopTransaction", {"meterStop": 1, "timestamp": NOW, "transactionId": 7})
    new = {"connectorId": 1, "transactionId": 8, "meterValue": _power("2026-03-01T13:00:00Z", "3000")}
    await point.say("MeterValues", new)
    seen = await read(device)
    assert seen[Quantity.POWER_W].value == 3000.0


def _power(at: str, watts: str) -> list[Any]:
    return [{"timestamp": at, "sampledValue": [{"value": watts, "measurand": "Power.Active.Import"}]}]


async def test_half_a_character_in_a_text_costs_nothing(listen: Open, foreign: Callable[..., Any]) -> None:
    point = await foreign(await listen(), "ocpp1.6", {})
    start = {"connectorId": 1, "idTag": "\ud800", "meterStart": 0, "timestamp": "\ud800"}
    assert (await point.say("StartTransaction", start))["idTagInfo"]["status"] == "Accepted"
    boot = {"chargePointVendor": "\udfff", "chargePointModel": "\ud800"}
    assert (await point.say("BootNotification", boot))["status"] == "Accepted"


async def test_a_charge_that_may_be_under_way_is_not_taken_for_none(
    listen: Open, foreign: Callable[..., Any]
) -> None:
    central = await listen()
    point = await foreign(central, "ocpp1.6", answers_of_16())
    device = device_of(central)
    await point.say("StatusNotification", status_of_16("Charging"))
    assert Quantity.POWER_W not in await read(device)
    await point.say("StatusNotification", status_of_16("Preparing"))
    seen = await read(device)
    assert seen[Quantity.POWER_W].value == 0.0
    assert seen[Quantity.PLUGGED].value == 1.0
