"""A resource manager of single frames, for what no library would send."""

import json
import uuid
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType

from tests.adapters.s2.conftest import START

Json = dict[str, Any]


class Raw:
    """Frames over an open WebSocket; what is read and not awaited is kept in ``seen``."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket
        self.seen: list[Json] = []

    async def text(self, text: str) -> Json:
        """Send any text; how it was received."""
        await self.socket.send_str(text)
        return await self.next("ReceptionStatus")

    async def say(self, message_type: str, **parts: object) -> Json:
        """Send a message; how it was received."""
        return await self.text(json.dumps({"message_type": message_type, "message_id": "raw-1", **parts}))

    async def next(self, message_type: str) -> Json:
        """The next message of that type."""
        while True:
            message: Json = json.loads(await self.socket.receive_str())
            self.seen.append(message)
            if message["message_type"] == message_type:
                return message

    async def receive(self, message_type: str, status: str = "OK", label: str = "") -> Json:
        """The next message of that type, answered."""
        message = await self.next(message_type)
        answer = {"subject_message_id": message["message_id"], "status": status}
        if label:
            answer["diagnostic_label"] = label
        await self.socket.send_json({"message_type": "ReceptionStatus", **answer})
        return message

    async def greet(self, *versions: str, role: str = "RM") -> Json:
        """Shake hands; how ours was received."""
        await self.receive("Handshake")
        said = {"supported_protocol_versions": list(versions)} if versions else {}
        return await self.say("Handshake", role=role, **said)

    async def begin(self, *control_types: str) -> Json:
        """Shake hands and say what can be controlled; what is selected."""
        assert (await self.greet("0.0.2-beta"))["status"] == "OK"
        await self.receive("HandshakeResponse")
        assert (await self.say("ResourceManagerDetails", **details(*control_types)))["status"] == "OK"
        return await self.receive("SelectControlType")

    async def end(self) -> int | None:
        """With which code the other side hangs up."""
        while True:
            frame = await self.socket.receive()
            if frame.type is WSMsgType.CLOSE:
                return int(frame.data)
            if frame.type is not WSMsgType.TEXT:
                return self.socket.close_code


def details(*control_types: str) -> Json:
    return {
        "resource_id": str(uuid.uuid4()),
        "name": "Boiler",
        "roles": [{"role": "ENERGY_CONSUMER", "commodity": "ELECTRICITY"}],
        "instruction_processing_delay": 100,
        "available_control_types": list(control_types),
        "provides_forecast": False,
        "provides_power_measurement_types": ["ELECTRIC.POWER.L1"],
    }


def limits(most_w: float = 3000, quantity: str = "ELECTRIC.POWER.L1", **more: object) -> Json:
    """The constraints of a device that takes power."""
    ranges = [
        {
            "commodity_quantity": quantity,
            "limit_type": kind,
            "range_boundary": {"start_of_range": 0, "end_of_range": high},
            "abnormal_condition_only": False,
        }
        for kind, high in (("UPPER_LIMIT", most_w), ("LOWER_LIMIT", 0))
    ]
    parts = {"id": "limits-1", "valid_from": START.isoformat(), "consequence_type": "DEFER"}
    return {**parts, "allowed_limit_ranges": ranges, **more}
