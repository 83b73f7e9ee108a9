"""Resource managers of s2-python, independent of ours, over a WebSocket of aiohttp."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientWebSocketResponse, WSMsgType
from s2python.common import (
    Commodity,
    CommodityQuantity,
    ControlType,
    Duration,
    InstructionStatus,
    InstructionStatusUpdate,
    ReceptionStatus,
    Role,
    RoleType,
)
from s2python.connection.asset_details import AssetDetails
from s2python.connection.async_ import S2AsyncConnection
from s2python.connection.async_.control_type.class_based import ResourceManagerHandler
from s2python.connection.async_.medium.s2_medium import MediumClosedConnectionError, S2AsyncMediumConnection
from s2python.message import S2MessageWithID

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONTROL_TYPES = {
    "PEBC": ControlType.POWER_ENVELOPE_BASED_CONTROL,
    "PPBC": ControlType.POWER_PROFILE_BASED_CONTROL,
    "OMBC": ControlType.OPERATION_MODE_BASED_CONTROL,
    "FRBC": ControlType.FILL_RATE_BASED_CONTROL,
    "DDBC": ControlType.DEMAND_DRIVEN_BASED_CONTROL,
    "NONE": ControlType.NOT_CONTROLABLE,
}


class Medium(S2AsyncMediumConnection):
    """s2-python's messages over an open WebSocket of aiohttp; remembers what went each way."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self.sent: list[str] = []
        self.heard: list[str] = []

    async def is_connected(self) -> bool:
        return not self._socket.closed

    async def messages(self) -> AsyncGenerator[str, None]:
        async for frame in self._socket:
            if frame.type is WSMsgType.TEXT:
                self.heard.append(frame.data)
                yield frame.data

    async def send(self, message: str) -> None:
        self.sent.append(message)
        try:
            await self._socket.send_str(message)
        except ConnectionError as error:
            raise MediumClosedConnectionError("closed") from error


class Kind:
    """One control type of a resource manager: what it tells when it is selected, and how it takes orders.

    Attributes:
        given: every instruction that came, in order.
        answers: the statuses that follow on an instruction, each told at once.
        selected: set while it is.
        handled: set while no instruction is being followed.
    """

    def __init__(self, name: str, instruction: type[Any], *tells: S2MessageWithID) -> None:
        self._name, self._instruction = name, instruction
        self.tells: list[S2MessageWithID] = list(tells)
        self.given: list[Any] = []
        self.answers: list[InstructionStatus] = [InstructionStatus.ACCEPTED, InstructionStatus.STARTED]
        self.follows: Callable[[Any], list[S2MessageWithID]] = lambda instruction: []
        self.selected = asyncio.Event()
        self.handled = asyncio.Event()

    def get_protocol_control_type(self) -> ControlType:
        return CONTROL_TYPES[self._name]

    def set_asset_details(self, asset_details: AssetDetails) -> None:
        pass

    def register_handlers(self, connection: S2AsyncConnection) -> None:
        connection.register_handler(self._instruction, self.handle_instruction)

    async def activate(self, connection: S2AsyncConnection) -> None:
        for message in self.tells:
            await connection.send_msg_and_await_reception_status(message)
        self.selected.set()

    async def deactivate(self, connection: S2AsyncConnection) -> None:
        self.selected.clear()

    async def handle_instruction(self, connection: S2AsyncConnection, message: Any, send_okay: Any) -> None:
        self.handled.clear()
        self.given.append(message)
        await send_okay()
        for status in self.answers:
            await connection.send_msg_and_await_reception_status(update_of(bare(message.id), status))
        for following in self.follows(message):
            await connection.send_msg_and_await_reception_status(following)
        self.handled.set()


class Manager:
    """A resource manager with its control types, once it runs.

    Attributes:
        kinds: by their short names.
    """

    def __init__(self, socket: ClientWebSocketResponse, kinds: dict[str, Kind], **details: Any) -> None:
        self._socket, self.kinds = socket, kinds
        self.medium = Medium(socket)
        self.connection = S2AsyncConnection(self.medium)
        said = {
            "resource_id": uuid.uuid4(),
            "provides_forecast": False,
            "provides_power_measurements": [CommodityQuantity.ELECTRIC_POWER_L1],
            "instruction_processing_delay": Duration(root=100),
            "roles": [Role(role=RoleType.ENERGY_CONSUMER, commodity=Commodity.ELECTRICITY)],
            "name": "Boiler",
            "manufacturer": "Acme",
        } | details
        self._handler = ResourceManagerHandler(list(kinds.values()), AssetDetails(**said))  # type: ignore[arg-type]
        self._handler.register_handlers(self.connection)
        self._running = asyncio.create_task(self.connection.run())

    async def tell(self, message: S2MessageWithID) -> str:
        """Send a message; how it was received."""
        status: ReceptionStatus = await self.connection.send_msg_and_await_reception_status(
            message, raise_on_error=False
        )
        return str(status.status.value)

    async def leave(self) -> None:
        """Hang up."""
        await self.connection.stop()
        await self._socket.close()
        await asyncio.gather(self._running, return_exceptions=True)


def bare(name: Any) -> uuid.UUID:
    """An id without the shell that some of s2-python's classes put around it."""
    return uuid.UUID(str(getattr(name, "root", name)))


def update_of(instruction_id: uuid.UUID, status: InstructionStatus) -> InstructionStatusUpdate:
    return InstructionStatusUpdate(
        message_id=uuid.uuid4(),
        instruction_id=instruction_id,
        status_type=status,
        timestamp=NOW,
    )
