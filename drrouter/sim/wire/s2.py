"""A fake heating rod that speaks S2: a resource manager of power envelope based control (PEBC).

    async with FakeRod("http://127.0.0.1:8003/s2/rod", token, clock=clock) as rod:
        await rod.selected.wait()       # the handshake is done and the control type selected
        rod.power_w()                   # 3000.0, until an envelope holds it

It is written by hand from the schema and shares nothing with the router's side but JSON.

Source: flexiblepower/s2-ws-json, 0.0.2-beta.
"""

import asyncio
import json
import uuid
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Self

from aiohttp import ClientSession, ClientWebSocketResponse

from drrouter.ports import Clock

VERSION = "0.0.2-beta"
LINE = "ELECTRIC.POWER.L1"
MEASURES_EVERY = timedelta(seconds=2)

Json = dict[str, Any]


class FakeRod:
    """One heating rod; an async context manager that connects and disconnects it.

    Attributes:
        selected: set once its control type was selected.
    """

    def __init__(
        self, url: str, token: str, *, clock: Clock, most_w: float = 3000.0, name: str = "Heating rod"
    ) -> None:
        """Nothing is connected yet."""
        self._url, self._token, self._clock = url, token, clock
        self._most_w, self._name = most_w, name
        self._envelope: list[tuple[datetime, float]] = []
        self._session: ClientSession | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self.selected = asyncio.Event()

    async def __aenter__(self) -> Self:
        """Connect."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        await self.stop()

    async def start(self) -> None:
        """Connect, and greet.

        Raises:
            ClientError, OSError: nobody listens, or the token is wrong.
        """
        await self.stop()
        self._session = ClientSession()
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            socket = await self._session.ws_connect(self._url, headers=headers)
        except BaseException:
            await self.stop()
            raise
        await _send(socket, "Handshake", role="RM", supported_protocol_versions=[VERSION])
        self._tasks = [
            asyncio.create_task(self._listen(socket), name="s2.fake.listen"),
            asyncio.create_task(self._measure(socket), name="s2.fake.measure"),
        ]

    async def stop(self) -> None:
        """Hang up; what it was told is forgotten."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks, self._envelope = [], []
        self.selected.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def power_w(self) -> float:
        """What it draws now: as much as its envelope lets it."""
        now = self._clock.now()
        return next((limit_w for until, limit_w in self._envelope if now < until), self._most_w)

    async def _listen(self, socket: ClientWebSocketResponse) -> None:
        """Answer everything that is said, until the connection ends."""
        async for frame in socket:
            message = json.loads(frame.data)
            if message["message_type"] == "ReceptionStatus":
                continue
            status = {"subject_message_id": message["message_id"], "status": "OK"}
            await socket.send_json({"message_type": "ReceptionStatus", **status})
            await self._follow(socket, message)

    async def _follow(self, socket: ClientWebSocketResponse, message: Json) -> None:
        """Do what a message asks for."""
        match message["message_type"]:
            case "HandshakeResponse":
                await _send(socket, "ResourceManagerDetails", **self._details())
            case "SelectControlType":
                await _send(socket, "PEBC.PowerConstraints", **self._constraints())
                self.selected.set()
            case "PEBC.Instruction":
                begin = datetime.fromisoformat(message["execution_time"])
                for step in message["power_envelopes"][0]["power_envelope_elements"]:
                    begin += timedelta(milliseconds=step["duration"])
                    self._envelope.append((begin, step["upper_limit"]))
                del self._envelope[: -len(message["power_envelopes"][0]["power_envelope_elements"])]
                for status in ("ACCEPTED", "STARTED"):
                    about = {"instruction_id": message["id"], "status_type": status}
                    await _send(socket, "InstructionStatusUpdate", **about, timestamp=self._now())

    async def _measure(self, socket: ClientWebSocketResponse) -> None:
        """Tell every two seconds what it draws."""
        await self.selected.wait()
        with suppress(ConnectionError):
            while True:
                values = [{"commodity_quantity": LINE, "value": self.power_w()}]
                await _send(socket, "PowerMeasurement", measurement_timestamp=self._now(), values=values)
                await self._clock.sleep_until(self._clock.now() + MEASURES_EVERY)

    def _now(self) -> str:
        return self._clock.now().isoformat()

    def _details(self) -> Json:
        return {
            "resource_id": str(uuid.uuid4()),
            "name": self._name,
            "manufacturer": "Fake Heaters",
            "roles": [{"role": "ENERGY_CONSUMER", "commodity": "ELECTRICITY"}],
            "instruction_processing_delay": 100,
            "available_control_types": ["POWER_ENVELOPE_BASED_CONTROL"],
            "provides_forecast": False,
            "provides_power_measurement_types": [LINE],
        }

    def _constraints(self) -> Json:
        limits = (("UPPER_LIMIT", self._most_w), ("LOWER_LIMIT", 0.0))
        return {
            "id": str(uuid.uuid4()),
            "valid_from": self._now(),
            "consequence_type": "DEFER",
            "allowed_limit_ranges": [
                {
                    "commodity_quantity": LINE,
                    "limit_type": kind,
                    "range_boundary": {"start_of_range": 0.0, "end_of_range": most_w},
                    "abnormal_condition_only": False,
                }
                for kind, most_w in limits
            ],
        }


async def _send(socket: ClientWebSocketResponse, message_type: str, **parts: object) -> None:
    await socket.send_json({"message_type": message_type, "message_id": str(uuid.uuid4()), **parts})
