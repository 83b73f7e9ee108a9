"""OCPP 1.6J: what a charge point says becomes the station's state, what the router wants becomes its calls.

Source: OCPP 1.6 edition 2, chapters 4 (from the charge point), 5 (to it) and 6 (both as fields).
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

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
from drrouter.adapters.devices.ocpp.rpc import Json
from drrouter.adapters.devices.ocpp.station import Outlet, Station

WITH_A_CAR = frozenset({"Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing"})
WITHOUT = frozenset({"Available", "Reserved", "Unavailable"})
AT_REST = frozenset({"Preparing", "Finishing"})
FEWER_MEASURANDS = "Energy.Active.Import.Register,Power.Active.Import"
FEATURES = "SupportedFeatureProfiles"
RATE_UNITS = "ChargingScheduleAllowedChargingRateUnit"
MOST_LEVEL = "ChargeProfileMaxStackLevel"
SWITCHES_LINES = "ConnectorSwitch3to1PhaseSupported"


class Dialect16:
    """OCPP 1.6J for one charge point; implements Dialect."""

    def __init__(self, station: Station) -> None:
        """Write into this station."""
        self._station = station

    @property
    def answers(self) -> Mapping[str, Callable[[Json], Json]]:
        """The actions that a charge point may call, and what answers each."""
        return {
            "Authorize": lambda call: {"idTagInfo": self._tag(call["idTag"])},
            "BootNotification": self._booted,
            "DataTransfer": lambda _: {"status": "UnknownVendorId"},
            "DiagnosticsStatusNotification": nothing,
            "FirmwareStatusNotification": nothing,
            "Heartbeat": lambda _: {"currentTime": written(self._station.clock.now())},
            "LogStatusNotification": nothing,
            "MeterValues": self._measured,
            "SecurityEventNotification": nothing,
            "SignedFirmwareStatusNotification": nothing,
            "StartTransaction": self._started,
            "StatusNotification": self._status,
            "StopTransaction": self._stopped,
        }

    async def prepare(self) -> None:
        """Learn its rate unit, stack levels and line switch; ask for measurements, its name and its state."""
        keys = [FEATURES, RATE_UNITS, MOST_LEVEL, SWITCHES_LINES]
        self._learn(await try_to(self._station, "GetConfiguration", {"key": keys}))
        asked = {"key": "MeterValuesSampledData", "value": MEASURANDS}
        if (await try_to(self._station, "ChangeConfiguration", asked)).get("status") == "Rejected":
            asked["value"] = FEWER_MEASURANDS
            await try_to(self._station, "ChangeConfiguration", asked)
        interval = {"key": "MeterValueSampleInterval", "value": str(self._station.settings.sample_s)}
        await try_to(self._station, "ChangeConfiguration", interval)
        if not self._station.identity:
            await try_to(self._station, "TriggerMessage", {"requestedMessage": "BootNotification"})
        await try_to(self._station, "TriggerMessage", {"requestedMessage": "StatusNotification"})
        await learn_limits(self._station, self._allowed)

    async def limit(self, outlet: Outlet, power_w: float, until: datetime | None) -> float:
        """Set a profile, and look at the composite schedule where a charge is under way.

        Raises:
            UnsupportedError: it takes no profiles.
            DeviceError: it refuses, is silent, or acknowledges and does something else.
        """
        told, now = limit_of(self._station, power_w), self._station.clock.now()
        running = outlet.transaction is not None
        made = profile(
            10 * outlet.number + (3 if running else 2),
            min(1, self._station.abilities.most_level),
            "TxProfile" if running else "TxDefaultProfile",
            schedule(told.period, told.unit, now, until),
            until,
            outlet.transaction,
        )
        await self._set(outlet, made)
        allowed = await self._allowed(outlet) if running else None
        check_settled(told.power_w, allowed)
        return told.power_w

    async def cut_by_default(self, outlet: Outlet, cut: bool) -> None:
        """Set or clear a default profile of 0 on the lowest level.

        Raises:
            DeviceError: it refuses or is silent.
        """
        number = 10 * outlet.number + 1
        if not cut:
            await try_to(self._station, "ClearChargingProfile", {"id": number})
            return
        told, now = limit_of(self._station, 0.0), self._station.clock.now()
        zero = schedule(told.period, told.unit, now, None)
        await self._set(outlet, profile(number, 0, "TxDefaultProfile", zero, None, None))

    async def start(self, outlet: Outlet) -> None:
        """Begin a charge with the router's own card.

        Raises:
            DeviceError: it refuses or is silent.
        """
        asked = {"connectorId": outlet.number, "idTag": self._station.settings.start_tag}
        await demand(self._station, "RemoteStartTransaction", asked)

    async def stop(self, outlet: Outlet) -> None:
        """End the charge under way.

        Raises:
            DeviceError: it refuses or is silent.
        """
        await demand(self._station, "RemoteStopTransaction", {"transactionId": outlet.transaction})

    async def _set(self, outlet: Outlet, made: Json) -> None:
        """Install a profile, whose number 1.6 calls by another name."""
        renamed = {"chargingProfileId" if key == "id" else key: value for key, value in made.items()}
        asked = {"connectorId": outlet.number, "csChargingProfiles": renamed}
        await demand(self._station, "SetChargingProfile", asked)

    async def _allowed(self, outlet: Outlet) -> float | None:
        """What the charge point says that it will allow, in W; None where it does not say."""
        unit = self._station.abilities.unit
        asked = {"connectorId": outlet.number, "duration": LOOKED_AT_S, "chargingRateUnit": unit}
        plan = (await try_to(self._station, "GetCompositeSchedule", asked)).get("chargingSchedule")
        return power_of(plan, self._station.lines, self._station.settings.voltage_v) if plan else None

    def _learn(self, configuration: Mapping[str, Any]) -> None:
        """Keep what it can do; what it does not say stays as it was."""
        able = self._station.abilities
        entries = configuration.get("configurationKey") or ()
        said = {entry["key"]: str(entry.get("value", "")) for entry in entries}
        able.limits = "SmartCharging" in said.get(FEATURES, "SmartCharging")
        units = said.get(RATE_UNITS, "Current")
        able.unit = "W" if "Power" in units and "Current" not in units else "A"
        able.switches_lines = said.get(SWITCHES_LINES, "").lower() == "true"
        level = said.get(MOST_LEVEL, "")
        able.most_level = int(level) if level.isdecimal() and len(level) < 4 else able.most_level

    def _booted(self, call: Json) -> Json:
        serial = call.get("chargePointSerialNumber", call.get("chargeBoxSerialNumber"))
        self._station.introduce(
            call["chargePointVendor"], call["chargePointModel"], serial, call.get("firmwareVersion")
        )
        now, interval = written(self._station.clock.now()), self._station.settings.heartbeat_s
        return {"status": "Accepted", "currentTime": now, "interval": interval}

    def _status(self, call: Json) -> Json:
        """A fault says nothing about the car."""
        if call["status"] in WITH_A_CAR | WITHOUT:
            self._station.plug(call["connectorId"], call["status"] in WITH_A_CAR)
        outlet = self._station.outlets.get(call["connectorId"])
        if outlet and outlet.transaction is None and call["status"] in AT_REST:
            outlet.rest()
        return {}

    def _measured(self, call: Json) -> Json:
        """Meter values also tell of a charge that began before we did."""
        if (transaction := call.get("transactionId")) is not None:
            self._station.begin(call["connectorId"], transaction)
        self._station.measure(call["connectorId"], call["meterValue"])
        return {}

    def _started(self, call: Json) -> Json:
        """A charge began; its number is made from it, so that a call that comes twice begins it once."""
        info = self._tag(call["idTag"])
        seed = f"{self._station.id} {call['connectorId']} {call['timestamp']} {call['meterStart']}"
        number = int.from_bytes(hashlib.sha256(seed.encode(errors="replace")).digest()[:4]) & 0x7FFF_FFFF or 1
        if info["status"] == "Accepted":
            self._station.begin(call["connectorId"], number)
        return {"transactionId": number, "idTagInfo": info}

    def _stopped(self, call: Json) -> Json:
        self._station.end(call["transactionId"])
        return {"idTagInfo": self._tag(call["idTag"])} if "idTag" in call else {}

    def _tag(self, tag: str) -> dict[str, str]:
        return {"status": "Accepted" if self._station.settings.permits(tag) else "Invalid"}
