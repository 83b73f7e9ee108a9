"""Foreign charge points of OCPP 2.0.1, whose frames are written by hand."""

from collections.abc import Callable
from typing import Any

from drrouter.adapters.clock import SimulatedClock
from drrouter.domain.instruction import OutcomeKind
from drrouter.domain.measurement import Quantity
from tests.adapters.devices.reading import read
from tests.adapters.ocpp.conftest import Open, device_of, tell, until
from tests.adapters.ocpp.foreign import (
    ACCEPTED,
    NOW,
    Answers,
    drive,
)

TOKEN = {"idToken": "AA", "type": "ISO14443"}


def answers_of_201() -> Answers:
    smart = {"attributeStatus": "Accepted", "component": {"name": "SmartChargingCtrlr"}}
    variables = [
        smart | {"attributeValue": value, "variable": {"name": name}}
        for name, value in {"RateUnit": "W", "Phases3to1": "true"}.items()
    ]
    return {
        "GetVariables": {"getVariableResult": variables},
        "SetVariables": "NotSupported",
        "TriggerMessage": ACCEPTED,
        "SetChargingProfile": ACCEPTED,
        "ClearChargingProfile": ACCEPTED,
        "GetCompositeSchedule": {"status": "Rejected"},
    }


def event_of_201(kind: str, why: str, info: Any, **more: Any) -> Any:
    said = {"eventType": kind, "timestamp": NOW, "triggerReason": why, "seqNo": 0}
    return said | {"transactionInfo": {"transactionId": "T1"} | info} | more


STARTED = event_of_201(
    "Started", "CablePluggedIn", {"chargingState": "EVConnected"}, evse={"id": 1}, idToken=TOKEN
)


async def test_a_foreign_charge_point_of_201_boots_and_says_who_it_is(
    listen: Open, foreign: Callable[..., Any]
) -> None:
    central = await listen()
    point = await foreign(central, "ocpp2.0.1", answers_of_201())
    who = {"model": "Two", "vendorName": "Foreign", "serialNumber": "77"}
    boot = {"reason": "PowerUp", "chargingStation": who}
    assert (await point.say("BootNotification", boot))["status"] == "Accepted"
    await point.obey(lambda: point.calls[-1:] and point.calls[-1][0] == "GetCompositeSchedule")
    [found] = await central.discover()
    assert found.identity == {
        "manufacturer": "Foreign",
        "model": "Two",
        "serial": "77",
        "id": "CP1",
        "protocol": "ocpp2.0.1",
        "connector": "1",
    }
    assert await point.say("Authorize", {"idToken": TOKEN}) == {"idTokenInfo": {"status": "Accepted"}}
    period = {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 1}]}
    schedule = {"timeBase": NOW, "evseId": 1, "chargingSchedule": {"id": 1} | period}
    assert await point.say("NotifyEVChargingSchedule", schedule) == {"status": "Accepted"}
    assert await point.say("DataTransfer", {"vendorId": "Foreign"}) == {"status": "UnknownVendorId"}


async def test_a_foreign_charge_point_of_201_states_what_its_car_does(
    listen: Open, foreign: Callable[..., Any]
) -> None:
    central = await listen()
    point = await foreign(central, "ocpp2.0.1", answers_of_201())
    device = device_of(central)
    assert await point.say("TransactionEvent", STARTED) == {"idTokenInfo": {"status": "Accepted"}}
    sampled = [
        {"value": 1.5, "unitOfMeasure": {"unit": "kWh"}},
        {"value": 2.0, "measurand": "Power.Active.Import", "unitOfMeasure": {"unit": "W", "multiplier": 3}},
        {"value": 61, "measurand": "SoC", "location": "EV", "unitOfMeasure": {"unit": "Percent"}},
        {"value": 7, "measurand": "Power.Active.Import", "location": "Inlet"},
    ]
    values = [{"timestamp": NOW, "sampledValue": sampled}]
    updated = event_of_201("Updated", "MeterValuePeriodic", {"chargingState": "Charging"}, meterValue=values)
    assert await point.say("TransactionEvent", updated) == {}
    seen = await until(device, lambda known: Quantity.LEVEL_PERCENT in known)
    assert seen[Quantity.POWER_W].value == 2000.0
    assert seen[Quantity.ENERGY_WH].value == 1500.0
    assert seen[Quantity.LEVEL_PERCENT].value == 61.0
    kwh = [{"timestamp": NOW, "sampledValue": [{"value": 1.6, "unitOfMeasure": {"unit": "kWh"}}]}]
    await point.say("MeterValues", {"evseId": 1, "meterValue": kwh})
    assert (await read(device))[Quantity.ENERGY_WH].value == 1600.0
    ended = event_of_201("Ended", "EVDeparted", {"stoppedReason": "EVDisconnected"})
    await point.say("TransactionEvent", ended)
    seen = await read(device)
    assert seen[Quantity.PLUGGED].value == 0.0
    assert seen[Quantity.POWER_W].value == 0.0


async def test_a_foreign_charge_point_of_201_that_can_charges_on_one_line_before_it_pauses(
    listen: Open, foreign: Callable[..., Any], clock: SimulatedClock
) -> None:
    central = await listen()
    point = await foreign(central, "ocpp2.0.1", answers_of_201())
    await point.say("TransactionEvent", STARTED)
    await point.obey(lambda: point.calls[-1:] and point.calls[-1][0] == "GetCompositeSchedule")
    outcome = await drive(point, tell(device_of(central), clock, 2000.5))
    assert outcome.kind is OutcomeKind.DONE
    told = point.told("SetChargingProfile")["chargingProfile"]
    assert told["transactionId"] == "T1"
    assert told["chargingSchedule"][0]["chargingSchedulePeriod"] == [
        {"startPeriod": 0, "limit": 2000.0, "numberPhases": 1}
    ]


async def test_a_car_that_charges_with_direct_current_states_its_level(
    listen: Open, foreign: Callable[..., Any]
) -> None:
    central = await listen()
    point = await foreign(central, "ocpp2.0.1", answers_of_201())
    await point.say("TransactionEvent", STARTED)
    needs = {"evseId": 9, "chargingNeeds": {"requestedEnergyTransfer": "DC"}}
    assert await point.say("NotifyEVChargingNeeds", needs) == {"status": "Rejected"}
    dc = {"evMaxCurrent": 100, "evMaxVoltage": 400, "stateOfCharge": 62, "energyAmount": 9000}
    needs = {"evseId": 1, "chargingNeeds": {"requestedEnergyTransfer": "DC", "dcChargingParameters": dc}}
    assert await point.say("NotifyEVChargingNeeds", needs) == {"status": "Processing"}
    assert (await read(device_of(central)))[Quantity.LEVEL_PERCENT].value == 62.0
