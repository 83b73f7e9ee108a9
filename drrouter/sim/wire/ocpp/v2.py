"""The words of a charge point that speaks OCPP 2.0.1 or 2.1."""

import importlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from drrouter.sim.wire.ocpp.firmware import ITSELF, MODEL, SERIAL, SOFTWARE, VENDOR, Firmware, Outlet
from drrouter.sim.wire.ocpp.socket import FaultySocket

EVSE = {"id": 1, "connector_id": 1}


class Firmware2(Firmware):
    """OCPP 2.0.1 or 2.1; of the latter, energy back from the car beside."""

    def __init__(
        self, name: str, version: str, socket: FaultySocket, outlet: Outlet, now: Callable[[], datetime]
    ) -> None:
        """Speak over an open socket."""
        room = importlib.import_module(f"ocpp.v{version.replace('.', '')}")
        self._call, self._result = room.call, room.call_result
        super().__init__(room.ChargePoint(name, socket), version, outlet, now)

    def _heard(self) -> Mapping[str, Callable[..., Any]]:
        return {
            "ClearChargingProfile": self._cleared,
            "GetCompositeSchedule": self._composed,
            "GetVariables": self._variables,
            "RequestStartTransaction": self._started,
            "RequestStopTransaction": self._stopped,
            "SetChargingProfile": self._limited,
            "SetVariables": self._set,
            "TriggerMessage": self._triggered,
        }

    async def boot(self) -> None:
        """Say who we are."""
        who = {"vendor_name": VENDOR, "model": MODEL, "serial_number": SERIAL, "firmware_version": SOFTWARE}
        await self.library.call(self._call.BootNotification(charging_station=who, reason="PowerUp"))

    async def state(self) -> None:
        """Say whether a car is there: 2.1 by an event of the device model, 2.0.1 by a status."""
        status = "Occupied" if self.outlet.plugged else "Available"
        if self.version == "2.1":
            event = {
                "event_id": self._next(),
                "timestamp": self.stamp(),
                "trigger": "Delta",
                "actual_value": status,
                "event_notification_type": "HardWiredNotification",
                "component": {"name": "Connector", "evse": EVSE},
                "variable": {"name": "AvailabilityState"},
            }
            said = self._call.NotifyEvent(generated_at=self.stamp(), seq_no=0, event_data=[event])
        else:
            said = self._call.StatusNotification(
                timestamp=self.stamp(), connector_status=status, evse_id=1, connector_id=1
            )
        await self.library.call(said)

    async def begin(self) -> None:
        """Begin a charge, which we give its name."""
        await self._begun({"id_token": ITSELF, "type": "Central"}, "CablePluggedIn")

    async def _begun(self, token: Mapping[str, str], why: str) -> None:
        self.outlet.starts += 1
        self.outlet.transaction = f"charge-{self.outlet.starts}"
        answer = await self._transact("Started", why, "Charging", id_token=token)
        if answer.id_token_info["status"] != "Accepted":
            await self.finish()
        self.outlet.settle(self.now())
        if self.outlet.transaction is not None:
            await self.measure()

    async def finish(self) -> None:
        """End the charge under way."""
        transaction = self.outlet.transaction
        self.outlet.transaction = None
        self.outlet.profiles.end_charge()
        info = {"transaction_id": transaction, "stopped_reason": "Local"}
        await self._event("Ended", "StopAuthorized", info)

    async def measure(self) -> None:
        """Say what is measured, as numbers."""
        values = [
            {"timestamp": self.stamp(), "sampled_value": [self._sampled(*part) for part in self.measured()]}
        ]
        await self._transact("Updated", "MeterValuePeriodic", "Charging", meter_value=values)

    async def beat(self) -> None:
        """Give a sign of life."""
        await self.library.call(self._call.Heartbeat())

    async def need(self, energy_wh: float, departure: datetime) -> None:
        """Say what the car wants."""
        amounts = {
            "energy_amount": int(energy_wh),
            "ev_min_current": 6,
            "ev_max_current": 16,
            "ev_max_voltage": 400,
        }
        needs = {
            "requested_energy_transfer": "AC_three_phase",
            "departure_time": departure.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "ac_charging_parameters": amounts,
        }
        await self.library.call(self._call.NotifyEVChargingNeeds(evse_id=1, charging_needs=needs))

    def _sampled(self, measurand: str, line: str | None, unit: str, value: float) -> dict[str, Any]:
        """One value; energy in kWh, as some makers write it."""
        multiplier = 3 if unit == "Wh" else 0
        part = {
            "value": round(value / 10**multiplier, 4),
            "measurand": measurand,
            "unit_of_measure": {"unit": unit, "multiplier": multiplier},
        }
        return part | ({"phase": line} if line else {})

    async def _transact(self, kind: str, why: str, state: str, **more: Any) -> Any:
        info = {"transaction_id": self.outlet.transaction, "charging_state": state}
        return await self._event(kind, why, info, **more)

    async def _event(self, kind: str, why: str, info: Mapping[str, Any], **more: Any) -> Any:
        said = self._call.TransactionEvent(
            event_type=kind,
            timestamp=self.stamp(),
            trigger_reason=why,
            seq_no=self._next(),
            transaction_info=info,
            evse={"id": 1} if kind == "Started" else None,
            **more,
        )
        return await self.library.call(said)

    def _next(self) -> int:
        self.outlet.sequence += 1
        return self.outlet.sequence

    def _variables(self, get_variable_data: list[dict[str, Any]]) -> Any:
        known = {"RateUnit": self.outlet.unit, "Phases3to1": "false"}
        results = []
        for asked in get_variable_data:
            value = known.get(asked["variable"]["name"])
            status = "UnknownVariable" if value is None else "Accepted"
            said = {
                "attribute_status": status,
                "component": asked["component"],
                "variable": asked["variable"],
            }
            results.append(said | ({} if value is None else {"attribute_value": value}))
        return self._result.GetVariables(get_variable_result=results)

    def _set(self, set_variable_data: list[dict[str, Any]]) -> Any:
        results = []
        for told in set_variable_data:
            if told["variable"]["name"] == "TxUpdatedInterval":
                self.outlet.measure_every(int(told["attribute_value"]))
            said = {
                "attribute_status": "Accepted",
                "component": told["component"],
                "variable": told["variable"],
            }
            results.append(said)
        return self._result.SetVariables(set_variable_result=results)

    def _triggered(self, requested_message: str, evse: object = None) -> Any:
        words = {"BootNotification": self.boot, "StatusNotification": self.state}.get(requested_message)
        if words is None:
            return self._result.TriggerMessage(status="NotImplemented")
        self.soon(words)
        return self._result.TriggerMessage(status="Accepted")

    def _started(self, id_token: dict[str, str], remote_start_id: int, evse_id: int = 1) -> Any:
        ready = self.outlet.plugged and self.outlet.transaction is None
        if ready:
            self.soon(lambda: self._begun(id_token, "RemoteStart"))
        return self._result.RequestStartTransaction(status="Accepted" if ready else "Rejected")

    def _stopped(self, transaction_id: str) -> Any:
        running = self.outlet.transaction == transaction_id
        if running:
            self.soon(self._ended)
        return self._result.RequestStopTransaction(status="Accepted" if running else "Rejected")

    async def _ended(self) -> None:
        await self.finish()
        self.outlet.settle(self.now())

    def _limited(self, evse_id: int, charging_profile: Mapping[str, Any]) -> Any:
        return self._result.SetChargingProfile(status=self.take(charging_profile))

    def _cleared(self, charging_profile_id: int) -> Any:
        return self._result.ClearChargingProfile(status=self.drop(charging_profile_id))

    def _composed(self, evse_id: int, duration: int, charging_rate_unit: str = "A") -> Any:
        if self.outlet.transaction is None:
            return self._result.GetCompositeSchedule(status="Rejected")
        plan = {"evse_id": 1, "duration": duration, "schedule_start": self.stamp()} | self.composite()
        return self._result.GetCompositeSchedule(status="Accepted", schedule=plan)
