"""OCPP 2.0.1 and 2.1: what a charge point says becomes the station's state, what the router wants its calls.

2.1 differs in one thing here: a car may be told to give energy back (operation mode CentralSetpoint).

Source: OCPP 2.0.1 part 2, chapters C (authorisation), E (transactions), J (meter values), K (smart charging)
and N (events); OCPP 2.1 part 2, chapter Q (bidirectional charging).
"""

import itertools
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from drrouter.adapters.devices.gate import number
from drrouter.adapters.devices.ocpp.dialect import (
    MEASURANDS,
    check_settled,
    demand,
    learn_limits,
    limit_of,
    nothing,
    try_to,
)
from drrouter.adapters.devices.ocpp.limits import (
    LOOKED_AT_S,
    power_of,
    profile,
    schedule,
    written,
)
from drrouter.adapters.devices.ocpp.metering import instant_of
from drrouter.adapters.devices.ocpp.rpc import Json
from drrouter.adapters.devices.ocpp.station import Needs, Outlet, Station

EVSE_STATES = {"Occupied": True, "Available": False}
SMART, SAMPLED = {"name": "SmartChargingCtrlr"}, {"name": "SampledDataCtrlr"}


class Dialect2:
    """OCPP 2.0.1 or 2.1 for one charge point; implements Dialect."""

    def __init__(self, station: Station) -> None:
        """Write into this station."""
        self._station = station
        self._starts = itertools.count(1)

    @property
    def answers(self) -> Mapping[str, Callable[[Json], Json]]:
        """The actions that a charge point may call, and what answers each."""
        return {
            "Authorize": lambda call: {"idTokenInfo": self._token(call["idToken"])},
            "BootNotification": self._booted,
            "ClearedChargingLimit": nothing,
            "DataTransfer": lambda _: {"status": "UnknownVendorId"},
            "FirmwareStatusNotification": nothing,
            "Heartbeat": lambda _: {"currentTime": written(self._station.clock.now())},
            "LogStatusNotification": nothing,
            "MeterValues": self._measured,
            "NotifyChargingLimit": nothing,
            "NotifyEVChargingNeeds": self._needed,
            "NotifyEVChargingSchedule": lambda _: {"status": "Accepted"},
            "NotifyEvent": self._happened,
            "NotifyMonitoringReport": nothing,
            "NotifyReport": nothing,
            "ReportChargingProfiles": nothing,
            "SecurityEventNotification": nothing,
            "StatusNotification": self._status,
            "TransactionEvent": self._transacted,
        }

    async def prepare(self) -> None:
        """Learn its rate unit and line switch; ask for measurements, its name and its state."""
        wanted = [
            {"component": SMART, "variable": {"name": name}}
            for name in ("Available", "RateUnit", "Phases3to1")
        ]
        self._learn(await try_to(self._station, "GetVariables", {"getVariableData": wanted}))
        settings = {
            "TxUpdatedInterval": str(self._station.settings.sample_s),
            "TxUpdatedMeasurands": MEASURANDS,
        }
        told = [
            {"attributeValue": value, "component": SAMPLED, "variable": {"name": name}}
            for name, value in settings.items()
        ]
        await try_to(self._station, "SetVariables", {"setVariableData": told})
        if not self._station.identity:
            await try_to(self._station, "TriggerMessage", {"requestedMessage": "BootNotification"})
        for outlet in self._station.outlets.values():
            evse = {"id": outlet.number, "connectorId": 1}
            asked = {"requestedMessage": "StatusNotification", "evse": evse}
            await try_to(self._station, "TriggerMessage", asked)
        await learn_limits(self._station, self._allowed)

    async def limit(self, outlet: Outlet, power_w: float, until: datetime | None) -> float:
        """Set a profile, and look at the composite schedule where a charge is under way.

        Raises:
            UnsupportedError: it takes no profiles.
            DeviceError: it refuses, is silent, or acknowledges and does something else.
        """
        made, told_w = self._profile(outlet, power_w, until)
        await self._set(outlet, made)
        allowed = await self._allowed(outlet) if outlet.transaction is not None else None
        check_settled(told_w, allowed)
        return told_w

    async def cut_by_default(self, outlet: Outlet, cut: bool) -> None:
        """Set or clear a default profile of 0 on the lowest level.

        Raises:
            DeviceError: it refuses or is silent.
        """
        number_of_it, able = 10 * outlet.number + 1, self._station.abilities
        if not cut:
            await try_to(self._station, "ClearChargingProfile", {"chargingProfileId": number_of_it})
            return
        zero = {"startPeriod": 0, "limit": 0.0}
        plan = schedule(zero, able.unit, self._station.clock.now(), None, id=number_of_it)
        await self._set(outlet, profile(number_of_it, 0, "TxDefaultProfile", [plan], None, None))

    async def start(self, outlet: Outlet) -> None:
        """Begin a charge with the router's own token.

        Raises:
            DeviceError: it refuses or is silent.
        """
        token = {"idToken": self._station.settings.start_tag, "type": "Central"}
        asked = {"evseId": outlet.number, "remoteStartId": next(self._starts), "idToken": token}
        await demand(self._station, "RequestStartTransaction", asked)

    async def stop(self, outlet: Outlet) -> None:
        """End the charge under way.

        Raises:
            DeviceError: it refuses or is silent.
        """
        await demand(self._station, "RequestStopTransaction", {"transactionId": str(outlet.transaction)})

    def _profile(self, outlet: Outlet, power_w: float, until: datetime | None) -> tuple[Json, float]:
        """The profile that keeps to a power, and what it comes to, in W."""
        running, able = outlet.transaction is not None, self._station.abilities
        number_of_it = 10 * outlet.number + (3 if running else 2)
        unit, told_w = able.unit, power_w
        period: dict[str, Any] = {"startPeriod": 0, "operationMode": "CentralSetpoint", "setpoint": power_w}
        if power_w >= 0:
            told = limit_of(self._station, power_w)
            period, told_w = told.period, told.power_w
        else:
            unit = "W"
        plan = schedule(period, unit, self._station.clock.now(), until, id=number_of_it)
        purpose, level = "TxProfile" if running else "TxDefaultProfile", min(1, able.most_level)
        made = profile(number_of_it, level, purpose, [plan], until, outlet.transaction)
        return made if power_w >= 0 else made | {"chargingProfileKind": "Dynamic"}, told_w

    async def _set(self, outlet: Outlet, made: Json) -> None:
        await demand(self._station, "SetChargingProfile", {"evseId": outlet.number, "chargingProfile": made})

    async def _allowed(self, outlet: Outlet) -> float | None:
        """What the charge point says that it will allow, in W; None where it does not say."""
        unit = self._station.abilities.unit
        asked = {"evseId": outlet.number, "duration": LOOKED_AT_S, "chargingRateUnit": unit}
        plan = (await try_to(self._station, "GetCompositeSchedule", asked)).get("schedule")
        return power_of(plan, self._station.lines, self._station.settings.voltage_v) if plan else None

    def _learn(self, variables: Mapping[str, Any]) -> None:
        """Keep what it can do; what it does not say stays as it was."""
        able = self._station.abilities
        results = variables.get("getVariableResult") or ()
        said = {part["variable"]["name"]: str(part.get("attributeValue", "")) for part in results}
        able.limits = said.get("Available", "").lower() != "false"
        units = [unit.strip() for unit in said.get("RateUnit", "A").split(",")]
        able.unit = "W" if "W" in units and "A" not in units else "A"
        able.switches_lines = said.get("Phases3to1", "").lower() == "true"

    def _booted(self, call: Json) -> Json:
        who = call["chargingStation"]
        self._station.introduce(
            who["vendorName"], who["model"], who.get("serialNumber"), who.get("firmwareVersion")
        )
        now, interval = written(self._station.clock.now()), self._station.settings.heartbeat_s
        return {"status": "Accepted", "currentTime": now, "interval": interval}

    def _status(self, call: Json) -> Json:
        """Occupied by a car or not; a fault says nothing about the car."""
        if call["connectorStatus"] in EVSE_STATES:
            self._station.plug(call["evseId"], EVSE_STATES[call["connectorStatus"]])
        return {}

    def _happened(self, call: Json) -> Json:
        """The same as an event of the device model."""
        for event in call["eventData"]:
            is_state = event["variable"]["name"] == "AvailabilityState"
            evse = event["component"].get("evse")
            if is_state and evse and event.get("actualValue") in EVSE_STATES:
                self._station.plug(evse["id"], EVSE_STATES[event["actualValue"]])
        return {}

    def _measured(self, call: Json) -> Json:
        self._station.measure(call["evseId"], call["meterValue"])
        return {}

    def _transacted(self, call: Json) -> Json:
        """A charge begins, goes on or ends."""
        info = call["transactionInfo"]
        transaction, state = info["transactionId"], info.get("chargingState")
        evse = call["evse"]["id"] if "evse" in call else self._station.outlet_of(transaction)
        at = evse or min(self._station.outlets)
        self._station.measure(at, call.get("meterValue"))
        if call["eventType"] == "Ended":
            self._station.end(transaction)
        else:
            self._station.begin(at, transaction)
        if state == "Idle" or info.get("stoppedReason") == "EVDisconnected":
            self._station.plug(at, False)
        return {"idTokenInfo": self._token(call["idToken"])} if "idToken" in call else {}

    def _needed(self, call: Json) -> Json:
        """What the car wants is handed on; the plan that follows from it comes as a profile of its own."""
        needs = call["chargingNeeds"]
        parameters = needs.get("acChargingParameters") or needs.get("dcChargingParameters") or {}
        level = _stated(parameters.get("stateOfCharge"))
        energy = _stated(parameters.get("energyAmount"))
        outlet = self._station.outlets.get(call["evseId"])
        if outlet is None:
            return {"status": "Rejected"}
        outlet.level_percent = outlet.level_percent if level is None else level
        self._station.on_needs(outlet.number, Needs(instant_of(needs.get("departureTime")), energy, level))
        return {"status": "Processing"}

    def _token(self, token: Mapping[str, Any]) -> dict[str, str]:
        return {"status": "Accepted" if self._station.settings.permits(token["idToken"]) else "Invalid"}


def _stated(value: object) -> float | None:
    """A number, None where there is none."""
    stated = number(value)
    return stated if math.isfinite(stated) else None
