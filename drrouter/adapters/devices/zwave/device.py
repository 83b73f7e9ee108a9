"""One switch, dimmer or meter of the Z-Wave network as a device of the router."""

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

from drrouter.adapters.devices.gate import IDLE_W, Bounds, judged, number
from drrouter.adapters.devices.obedience import Obedience
from drrouter.adapters.devices.zwave.answers import FULL_LEVEL, in_our_unit, is_under_way, level_of, shown
from drrouter.adapters.devices.zwave.link import Link
from drrouter.adapters.devices.zwave.nodes import ASLEEP, DEAD, Network, Node
from drrouter.adapters.devices.zwave.settings import ZwaveSettings
from drrouter.adapters.devices.zwave.values import BINARY_SWITCH, MULTILEVEL_SWITCH, ValueId
from drrouter.domain.ids import DeviceId
from drrouter.domain.instruction import Instruction, Outcome
from drrouter.domain.measurement import Quantity, Reading
from drrouter.errors import DeviceError, DeviceRefusedError, DeviceSilentError, DeviceUnknownError
from drrouter.ports import Clock, Found

SETTLE_S = 1.0
"""How long a device that has obeyed may go on saying otherwise, in seconds of real time."""


class ZwaveDevice:
    """Drives one endpoint of a node; implements the Device port."""

    def __init__(
        self,
        device_id: DeviceId,
        found: Found,
        network: Network,
        link: Link,
        settings: ZwaveSettings,
        clock: Clock,
    ) -> None:
        """Remember who; nothing is sent yet.

        Raises:
            ValueError: the address is none of a node.
        """
        node, _, endpoint = found.address.partition("/")
        if not node.isdecimal() or (endpoint and not endpoint.isdecimal()):
            raise ValueError(f"{device_id}: {found.address!r} is no Z-Wave node; write its number, or 12/2")
        self._id, self._node_id, self._endpoint = device_id, int(node), int(endpoint or 0)
        self._identity = found.identity.get("id", "")
        self._full_w = settings.full_power_w(self._identity)
        self._network, self._link, self._settings, self._clock = network, link, settings, clock
        self._obedience = Obedience(device_id, "Z-Wave", clock)

    @property
    def id(self) -> DeviceId:
        """Its name in the home file."""
        return self._id

    async def readings(self) -> AsyncIterator[Sequence[Reading]]:
        """What it pushes, as it comes; asked at first, and whenever it said nothing for a while.

        Raises:
            DeviceSilentError: the server is not connected, or the node is dead or silent.
            DeviceUnknownError: the node is gone from the network, or the network is another one.
        """
        session, seen, due = 0, 0, self._clock.now()
        while True:
            try:
                node = self._node()
                told = node.news.count
                if session != self._network.sessions:
                    session, seen = self._network.sessions, self._network.newest
                    due = self._clock.now() + (
                        self._patience(node) if node.status == ASLEEP else timedelta(0)
                    )
                news = self._news(node, seen)
                if not news and self._clock.now() >= due:
                    news = await self._asked(node)
            except DeviceError as error:
                raise type(error)(f"{self._id} (Z-Wave): {error}") from error
            if news:
                seen, due = self._network.newest, self._clock.now() + self._patience(node)
                yield self._readings(node, news)
            else:
                await node.news.since_or_until(told, self._clock, due)

    async def apply(self, instruction: Instruction) -> Outcome:
        """Switch on above 0 W, else off; set the level of a regulated dimmer; read back."""
        return await self._obedience.carry_out(instruction, self._set)

    def _node(self) -> Node:
        """Its node, where it can be reached.

        Raises:
            DeviceSilentError: no server, or the node is dead.
            DeviceUnknownError: no such node, or another network.
        """
        if not self._network.home_id:
            raise self._link.lost
        if self._identity and not self._identity.startswith(f"{self._network.home_id:08x}-"):
            raise DeviceUnknownError("the server has another Z-Wave network now; discover again")
        node = self._network.nodes.get(self._node_id)
        if node is None:
            raise DeviceUnknownError(f"node {self._node_id} is not in the network any more")
        if node.status == DEAD:
            raise DeviceSilentError(f"node {self._node_id} is dead; it does not answer the controller")
        return node

    def _patience(self, node: Node) -> timedelta:
        """How long it may say nothing."""
        is_asleep = node.status == ASLEEP
        return timedelta(seconds=self._settings.silent_after_s if is_asleep else self._settings.poll_s)

    def _news(self, node: Node, seen: int) -> set[Quantity]:
        """What changed since that piece of news."""
        watched = (node.values[value_id] for value_id in node.watched(self._endpoint))
        return {value.quantity for value in watched if value.number > seen and value.quantity}

    async def _asked(self, node: Node) -> set[Quantity]:
        """Ask the device itself for all that is read of it; once more where a command overtook the answer.

        Raises:
            DeviceSilentError: it answers nothing.
        """
        if node.status == ASLEEP:
            raise DeviceSilentError(f"node {node.id} sleeps, and has said nothing for longer than it may")
        while True:
            async with self._obedience.commanding:
                commands = self._obedience.commands
            with self._clock.working():
                answered = await self._polled(node)
            if commands == self._obedience.commands:
                return answered

    async def _polled(self, node: Node) -> set[Quantity]:
        """One round of questions; a value that cannot be had is left out where another can.

        Raises:
            DeviceSilentError: none can.
        """
        answered: set[Quantity] = set()
        trouble: DeviceError = DeviceSilentError(f"node {node.id} states no value")
        for value_id in node.watched(self._endpoint):
            try:
                raw = await self._poll(node, value_id)
            except DeviceRefusedError as error:
                trouble = error
                continue
            if raw is not None and (quantity := node.values[value_id].quantity):
                answered.add(quantity)
        if not answered:
            raise trouble
        return answered

    async def _poll(self, node: Node, value_id: ValueId) -> Any:
        """Ask the device for one value."""
        result = await self._link.ask("node.poll_value", nodeId=node.id, valueId=value_id.as_message)
        return self._network.told(node, value_id, result.get("value"))

    def _readings(self, node: Node, quantities: set[Quantity]) -> Sequence[Reading]:
        """What is known of these quantities now; values that count together are added up."""
        at = self._clock.now()
        values: dict[Quantity, float] = {}
        for value in (node.values[value_id] for value_id in node.watched(self._endpoint)):
            quantity = value.quantity
            if quantity in quantities and quantity and value.raw is not None:
                values[quantity] = values.get(quantity, 0.0) + in_our_unit(value)
        readings = [
            judged(self._id, quantity, told, at, self._bounds(node, quantity))
            for quantity, told in values.items()
        ]
        if self._full_w is not None and Quantity.SWITCH in values:
            setpoint_w = number(self._current(node)) / FULL_LEVEL * self._full_w
            readings.append(judged(self._id, Quantity.SETPOINT_W, setpoint_w, at))
        return readings

    def _current(self, node: Node) -> Any:
        """The state of its switch as it was told last."""
        target = node.target_of(self._endpoint)
        known = target and node.values.get(replace(target, name="currentValue"))
        return known.raw if known else None

    def _bounds(self, node: Node, quantity: Quantity) -> Bounds | None:
        """What can be: next to nothing flows through an open relay."""
        is_off = node.target_of(self._endpoint) is not None and level_of(self._current(node)) == 0
        return IDLE_W if quantity is Quantity.POWER_W and is_off else None

    async def _set(self, instruction: Instruction) -> None:
        """Set the target, and make sure that the device says the same."""
        node = self._node()
        target = node.target_of(self._endpoint)
        if target is None:
            raise DeviceUnknownError("it only measures")
        if node.status == ASLEEP:
            raise DeviceSilentError("it sleeps, and would obey at some later time")
        wanted = self._wanted(target, instruction.power_w)
        options = (
            {"options": {"transitionDuration": "0s"}} if target.command_class == MULTILEVEL_SWITCH else {}
        )
        result = await self._link.ask(
            "node.set_value", nodeId=node.id, valueId=target.as_message, value=wanted, **options
        )
        lasts = is_under_way(result)
        current = replace(target, name="currentValue")
        if self._is_there(await self._poll(node, current), wanted):
            return
        within_s = self._settings.timeout_s if lasts else SETTLE_S
        if not await self._reached(node, current, wanted, within_s):
            stays = shown(self._current(node))
            raise DeviceRefusedError(f"it acknowledged to go to {shown(wanted)}, but stays at {stays}")

    def _wanted(self, target: ValueId, power_w: float) -> bool | int:
        """What to set it to; a regulated dimmer never draws more than it was told."""
        if target.command_class == BINARY_SWITCH:
            return power_w > 0
        if self._full_w is None:
            return FULL_LEVEL if power_w > 0 else 0
        return min(math.floor(FULL_LEVEL * power_w / self._full_w + 1e-9), FULL_LEVEL)

    async def _reached(self, node: Node, current: ValueId, wanted: bool | int, within_s: float) -> bool:
        """Wait for the device to say that it is there; asked once more at the end."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                told = node.news.count
                while not self._is_there(self._current(node), wanted):
                    await node.news.since(told)
                    told = node.news.count
        return self._is_there(await self._poll(node, current), wanted)

    def _is_there(self, raw: object, wanted: bool | int) -> bool:
        """Whether a state is as good as the one wanted: on is on, and a regulated level is met to a step."""
        level, goal = level_of(raw), level_of(wanted)
        return (level > 0) == (goal > 0) and (level == goal if goal == 0 else self._is_near(level, goal))

    def _is_near(self, level: float, goal: float) -> bool:
        """Whether a level above 0 is near enough to the one wanted."""
        return self._full_w is None or abs(level - goal) <= 1
