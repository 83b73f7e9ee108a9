"""A charge point that owes nothing to the library: frames written by hand from the OCPP-J specification."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import ClientWebSocketResponse

NOW = "2026-03-01T12:00:00Z"
Answers = dict[str, Any]


class Foreign:
    """Speaks when it is told to, and answers calls from a table of payloads or CALLERROR codes."""

    def __init__(self, socket: ClientWebSocketResponse, answers: Answers) -> None:
        self._socket, self._answers = socket, answers
        self._number = 0
        self.calls: list[tuple[str, Any]] = []

    async def say(self, action: str, payload: Any) -> Any:
        """Call the central system, answering what it asks meanwhile."""
        self._number += 1
        await self._socket.send_str(json.dumps([2, str(self._number), action, payload]))
        while True:
            frame = json.loads(await self._socket.receive_str())
            if frame[0] != 2:
                assert frame[:2] == [3, str(self._number)]
                return frame[2]
            await self._answer(frame)

    async def obey(self, done: Callable[[], bool]) -> None:
        """Answer what it asks until that is enough."""
        while not done():
            await self._answer(json.loads(await self._socket.receive_str()))

    async def _answer(self, frame: list[Any]) -> None:
        _, name, action, payload = frame
        self.calls.append((action, payload))
        answer = self._answers.get(action, "NotImplemented")
        reply = [4, name, answer, "", {}] if isinstance(answer, str) else [3, name, answer]
        await self._socket.send_str(json.dumps(reply))

    def told(self, action: str) -> Any:
        return [payload for name, payload in self.calls if name == action][-1]


async def drive(foreign: Foreign, act: Any) -> Any:
    """Let the router act while the charge point answers."""
    acting = asyncio.ensure_future(act)
    answering = asyncio.ensure_future(foreign.obey(lambda: False))
    try:
        return await acting
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)


ACCEPTED = {"status": "Accepted"}
SLOW_LIMIT = {
    "status": "Accepted",
    "connectorId": 1,
    "scheduleStart": NOW,
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.1, "numberPhases": 3}],
    },
}


BASE_PROFILE = {
    "chargingProfileId": 11,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {
        "startSchedule": "2026-03-01T11:59:00Z",
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 0.0, "numberPhases": 3}],
    },
}
LIMIT_PROFILE = {
    "chargingProfileId": 13,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Absolute",
    "validTo": "2026-03-01T12:05:00Z",
    "chargingSchedule": {
        "startSchedule": "2026-03-01T11:59:00Z",
        "duration": 360,
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10.1, "numberPhases": 3}],
    },
}
LEVEL_0 = {"key": "ChargeProfileMaxStackLevel", "readonly": True, "value": "0"}


def answers_of_16() -> Answers:
    return {
        "GetConfiguration": {"configurationKey": [LEVEL_0]},
        "ChangeConfiguration": {"status": "Rejected"},
        "TriggerMessage": ACCEPTED,
        "SetChargingProfile": ACCEPTED,
        "ClearChargingProfile": {"status": "Unknown"},
        "GetCompositeSchedule": SLOW_LIMIT,
    }


def status_of_16(status: str, number: int = 1, fault: str = "NoError") -> Any:
    return {"connectorId": number, "errorCode": fault, "status": status}
