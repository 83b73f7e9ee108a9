"""The words of a charge point that speaks OCPP 1.6J."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ocpp.v16 import ChargePoint, call, call_result

from drrouter.sim.wire.ocpp.firmware import ITSELF, MODEL, SERIAL, SOFTWARE, VENDOR, Firmware, Outlet
from drrouter.sim.wire.ocpp.socket import FaultySocket


class Firmware16(Firmware):
    """OCPP 1.6J."""

    def __init__(
        self, name: str, version: str, socket: FaultySocket, outlet: Outlet, now: Callable[[], datetime]
    ) -> None:
        """Speak over an open socket."""
        super().__init__(ChargePoint(name, socket), version, outlet, now)

    def _heard(self) -> Mapping[str, Callable[..., Any]]:
        return {
            "ChangeConfiguration": self._configure,
            "ClearChargingProfile": self._cleared,
            "GetCompositeSchedule": self._composed,
            "GetConfiguration": self._configuration,
            "RemoteStartTransaction": self._started,
            "RemoteStopTransaction": self._stopped,
            "SetChargingProfile": self._limited,
            "TriggerMessage": self._triggered,
        }

    async def boot(self) -> None:
        """Say who we are."""
        who = call.BootNotification(
            charge_point_vendor=VENDOR,
            charge_point_model=MODEL,
            charge_point_serial_number=SERIAL,
            firmware_version=SOFTWARE,
        )
        await self.library.call(who)

    async def state(self) -> None:
        """Say whether a car is there, and whether it charges."""
        status = "Available"
        if self.outlet.plugged:
            status = "Preparing" if self.outlet.transaction is None else "Charging"
        said = call.StatusNotification(connector_id=1, error_code="NoError", status=status)
        await self.library.call(said)

    async def begin(self) -> None:
        """Begin a charge, which the central system gives its number."""
        await self._begun(ITSELF)

    async def _begun(self, tag: str) -> None:
        count = int(self.outlet.car.energy_wh())
        said = call.StartTransaction(connector_id=1, id_tag=tag, meter_start=count, timestamp=self.stamp())
        answer = await self.library.call(said)
        if answer.id_tag_info["status"] == "Accepted":
            self.outlet.transaction = answer.transaction_id
            self.outlet.settle(self.now())
            await self.state()
            await self.measure()

    async def finish(self) -> None:
        """End the charge under way."""
        count, transaction = int(self.outlet.car.energy_wh()), self.outlet.transaction
        self.outlet.transaction = None
        self.outlet.profiles.end_charge()
        said = call.StopTransaction(meter_stop=count, timestamp=self.stamp(), transaction_id=transaction)
        await self.library.call(said)

    async def measure(self) -> None:
        """Say what is measured, as texts."""
        sampled = []
        for measurand, line, unit, value in self.measured():
            part = {"value": str(value), "measurand": measurand, "unit": unit}
            sampled.append(part | ({"phase": line} if line else {}))
        values = [{"timestamp": self.stamp(), "sampled_value": sampled}]
        said = call.MeterValues(connector_id=1, meter_value=values, transaction_id=self.outlet.transaction)
        await self.library.call(said)

    async def beat(self) -> None:
        """Give a sign of life."""
        await self.library.call(call.Heartbeat())

    async def need(self, energy_wh: float, departure: datetime) -> None:
        """Say nothing: 1.6 has no words for it."""

    def _configuration(self, key: list[str] | None = None) -> Any:
        unit = "Power" if self.outlet.unit == "W" else "Current"
        values = {
            "ChargingScheduleAllowedChargingRateUnit": unit,
            "ChargeProfileMaxStackLevel": "8",
            "ConnectorSwitch3to1PhaseSupported": "false",
        }
        known = [
            {"key": name, "readonly": True, "value": values[name]} for name in key or () if name in values
        ]
        unknown = [name for name in key or () if name not in values]
        return call_result.GetConfiguration(configuration_key=known, unknown_key=unknown)

    def _configure(self, key: str, value: str) -> Any:
        if key == "MeterValueSampleInterval":
            self.outlet.measure_every(int(value))
        return call_result.ChangeConfiguration(status="Accepted")

    def _triggered(self, requested_message: str, connector_id: int | None = None) -> Any:
        words = {"BootNotification": self.boot, "StatusNotification": self.state}.get(requested_message)
        if words is None:
            return call_result.TriggerMessage(status="NotImplemented")
        self.soon(words)
        return call_result.TriggerMessage(status="Accepted")

    def _started(self, id_tag: str, connector_id: int = 1, charging_profile: object = None) -> Any:
        ready = self.outlet.plugged and self.outlet.transaction is None
        if ready:
            self.soon(lambda: self._begun(id_tag))
        return call_result.RemoteStartTransaction(status="Accepted" if ready else "Rejected")

    def _stopped(self, transaction_id: int) -> Any:
        running = self.outlet.transaction == transaction_id
        if running:
            self.soon(self._ended)
        return call_result.RemoteStopTransaction(status="Accepted" if running else "Rejected")

    async def _ended(self) -> None:
        await self.finish()
        self.outlet.settle(self.now())
        await self.state()

    def _limited(self, connector_id: int, cs_charging_profiles: Mapping[str, Any]) -> Any:
        return call_result.SetChargingProfile(status=self.take(cs_charging_profiles))

    def _cleared(self, id: int) -> Any:
        return call_result.ClearChargingProfile(status=self.drop(id))

    def _composed(self, connector_id: int, duration: int, charging_rate_unit: str = "A") -> Any:
        if self.outlet.transaction is None:
            return call_result.GetCompositeSchedule(status="Rejected")
        plan = {"duration": duration} | self.composite()
        return call_result.GetCompositeSchedule(
            status="Accepted", connector_id=connector_id, schedule_start=self.stamp(), charging_schedule=plan
        )
