"""One session of a resource manager, from handshake to the selected control type; drrouter is its CEM.

    resource manager                          CEM
    Handshake(RM, versions)       <->         Handshake(CEM, versions)
                                  <-          HandshakeResponse(version)
    ResourceManagerDetails        ->
                                  <-          SelectControlType
    descriptions, statuses        ->
    PowerMeasurement              ->

A control type is selected only where it is offered and the home file lets it be used. One whose description
is none of ours gives way to the next; where none is left, NOT_CONTROLABLE is selected if it is offered, and
else NO_SELECTION.

Source: flexiblepower/s2-ws-json, 0.0.2-beta; S2 documentation, "Communication".
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from drrouter.adapters.devices.names import cleaned
from drrouter.adapters.devices.s2.control import Control
from drrouter.adapters.devices.s2.ddbc import DemandControl
from drrouter.adapters.devices.s2.frbc import FillRateControl
from drrouter.adapters.devices.s2.link import Link
from drrouter.adapters.devices.s2.ombc import OperationModeControl
from drrouter.adapters.devices.s2.pebc import EnvelopeControl
from drrouter.adapters.devices.s2.ppbc import ProfileControl
from drrouter.adapters.devices.s2.resource import Resource
from drrouter.adapters.devices.s2.schema import VERSION, Json
from drrouter.adapters.devices.s2.settings import ResourcePart
from drrouter.errors import DeviceError, DeviceRefusedError, MessageError

NOT_CONTROLLED, NOTHING = "NOT_CONTROLABLE", "NO_SELECTION"
LONG_NAMES = {
    "pebc": "POWER_ENVELOPE_BASED_CONTROL",
    "ppbc": "POWER_PROFILE_BASED_CONTROL",
    "ombc": "OPERATION_MODE_BASED_CONTROL",
    "frbc": "FILL_RATE_BASED_CONTROL",
    "ddbc": "DEMAND_DRIVEN_BASED_CONTROL",
}
CONTROLS: Mapping[str, Callable[[ResourcePart], Control]] = {
    LONG_NAMES["pebc"]: lambda _: EnvelopeControl(),
    LONG_NAMES["ombc"]: lambda part: OperationModeControl(part.modes),
    LONG_NAMES["frbc"]: lambda _: FillRateControl(),
    LONG_NAMES["ddbc"]: lambda _: DemandControl(),
    LONG_NAMES["ppbc"]: lambda _: ProfileControl(),
}
"""What makes each control type that the router speaks."""

DESCRIPTIONS = frozenset(
    {
        "PEBC.PowerConstraints",
        "PPBC.PowerProfileDefinition",
        "OMBC.SystemDescription",
        "FRBC.SystemDescription",
        "DDBC.SystemDescription",
    }
)
"""Without one that can be used, a control type cannot be."""

_log = logging.getLogger(__name__)


Ask = Callable[[Resource], Awaitable[None]]


class Session:
    """The talk with one resource manager over one connection."""

    def __init__(self, resource: Resource, socket: Any, ask: Ask) -> None:
        """Take over an open socket; nothing is said yet. ``ask`` lets a cycle that is offered be promised."""
        self._resource, self._ask = resource, ask
        self.link = Link(socket, resource.part.id, self._hear, resource.settings.timeout_s)
        self._versions: tuple[str, ...] = ()
        self._greeted, self._changed = asyncio.Event(), asyncio.Event()
        self._selected, self._unusable = "", set[str]()
        self._handlers: Mapping[str, Callable[[Json], None]] = {
            "ResourceManagerDetails": self._introduced,
            "PowerMeasurement": resource.measure,
            "PowerForecast": lambda _: None,
            "InstructionStatusUpdate": lambda update: resource.orders.hear(update),
            "RevokeObject": self._revoked,
            "SessionRequest": self._asked,
        }

    async def attend(self) -> None:
        """Talk until the connection ends."""
        async with asyncio.TaskGroup() as tasks:
            led = [tasks.create_task(self._course()), tasks.create_task(self._asking())]
            await self.link.listen()
            for task in led:
                task.cancel()

    async def _asking(self) -> None:
        """Ask for every cycle that is offered."""
        while True:
            await self._resource.asks.wait()
            if self._resource.patience is not None:
                await asyncio.sleep(self._resource.patience.wait_s())
            self._resource.asks.clear()
            with self._resource.clock.working():
                await self._ask(self._resource)

    async def _course(self) -> None:
        """Lead the resource manager from step to step; hang up on one that does not follow."""
        try:
            with self._resource.clock.working():
                await self._shake_hands()
            while True:
                await self._changed.wait()
                self._changed.clear()
                with self._resource.clock.working():
                    await self._select()
        except DeviceError as error:
            _log.info("S2: %s: %s", self._resource.part.id, error)
            await self.link.close("the handshake came to nothing")

    async def _shake_hands(self) -> None:
        """Agree on the version of S2.

        Raises:
            DeviceError: there is none in common, or it falls silent.
        """
        link, timeout_s = self.link, self._resource.settings.timeout_s
        await link.tell("Handshake", role="CEM", supported_protocol_versions=[VERSION])
        try:
            async with asyncio.timeout(timeout_s):
                await self._greeted.wait()
        except TimeoutError as error:
            raise DeviceRefusedError(f"no Handshake came within {timeout_s:g} s") from error
        if VERSION not in self._versions:
            await link.tell(
                "SessionRequest", request="TERMINATE", diagnostic_label=f"only {VERSION} is spoken"
            )
            spoken = ", ".join(cleaned(one) for one in self._versions[:5]) or "none"
            raise DeviceRefusedError(f"it speaks S2 {spoken}, and not {VERSION}")
        await link.tell("HandshakeResponse", selected_protocol_version=VERSION)

    async def _select(self) -> None:
        """Select the best control type that is offered, unless it is selected already."""
        resource = self._resource
        while (best := best_of(resource.offered, resource.part, self._unusable)) != self._selected:
            make = CONTROLS.get(best)
            resource.control = make(resource.part) if make else None
            self._selected = best
            _log.info("S2: %s is controlled by %s", resource.part.id, best)
            try:
                await self.link.tell("SelectControlType", control_type=best)
            except DeviceRefusedError as error:
                _log.info("S2: %s: %s", resource.part.id, error)
                self._drop(best)
                if make is None:
                    break
        resource.news.tell()

    def _drop(self, control_type: str) -> None:
        """Do without a control type."""
        self._unusable.add(control_type)
        self._resource.control = None

    def _hear(self, message_type: str, message: Json) -> None:
        """Take one message.

        Raises:
            MessageError: it contradicts what was said before.
        """
        if self._resource.link is not self.link:
            raise MessageError("S2", message_type, "a newer connection has taken over")
        if message_type == "Handshake":
            self._handshaken(message)
        elif not self._greeted.is_set():
            raise MessageError("S2", message_type, "a Handshake comes first")
        elif (handler := self._handlers.get(message_type)) is not None:
            handler(message)
        else:
            self._described(message_type, message)
        self._resource.news.tell()

    def _handshaken(self, message: Json) -> None:
        """It greets."""
        if message["role"] != "RM":
            raise MessageError("S2", "role", "the CEM is here; connect as RM")
        self._versions = tuple(message.get("supported_protocol_versions", ()))
        self._greeted.set()

    def _introduced(self, message: Json) -> None:
        """It says what its device is and how it can be controlled; what was unusable may be usable now."""
        self._resource.introduce(message)
        self._unusable.clear()
        self._changed.set()

    def _described(self, message_type: str, message: Json) -> None:
        """A description or a status of the selected control type."""
        control = self._resource.control
        if control is None or message_type not in control.types:
            raise MessageError("S2", message_type, "its control type is not selected")
        now = self._resource.clock.now()
        try:
            control.hear(message_type, message, now)
        except MessageError:
            if message_type in DESCRIPTIONS and not any(control.steered(now)):
                self._drop(self._selected)
                self._changed.set()
            raise
        if message_type in DESCRIPTIONS:
            self._resource.asks.set()

    def _revoked(self, message: Json) -> None:
        """It takes a description back."""
        control = self._resource.control
        if control is None or not control.revoke(message["object_type"], message["object_id"]):
            raise MessageError("RevokeObject", "object_id", "there is no such object")

    def _asked(self, message: Json) -> None:
        """It wants to end the session, or to begin it anew: either way it is hung up on."""
        _log.info("S2: %s asks to %s", self._resource.part.id, message["request"].lower())
        self.link.end_soon()


def best_of(offered: tuple[str, ...], part: ResourcePart, unusable: set[str]) -> str:
    """The control type to select of those that are offered."""
    wanted = [LONG_NAMES[name] for name in part.control]
    usable = (one for one in wanted if one in offered and one in CONTROLS and one not in unusable)
    otherwise = NOT_CONTROLLED if NOT_CONTROLLED in offered and NOT_CONTROLLED not in unusable else NOTHING
    return next(usable, otherwise)
