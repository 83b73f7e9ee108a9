"""White goods with Appliance Control (0x001B): machines are started, freezers held or cooled ahead.

    machine (has power profiles)            freezer, refrigerator (has none)
    above 0 W   start, if a person          mode 0, or 0 W       overload pause
                allowed it; else refused    mode 1, or above     resume, end super-freezing
    0 W         pause, if it runs           mode 2               super-freezing

A cycle is never stopped: that would cost the household its washing.
Source: ZCL 8, 15.2 (EN 50523).
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from zigpy.zcl import Cluster

from drrouter.adapters.devices.zigbee.asking import asked, command
from drrouter.domain.instruction import Instruction
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceRefusedError, DeviceSilentError

APPLIANCE = 0x001B

EXECUTE, SIGNAL_STATE, RESUME, OVERLOAD_PAUSE = 0x00, 0x01, 0x03, 0x04
STATE_NOTIFICATION = 0x01

START, PAUSE, START_SUPERFREEZING, STOP_SUPERFREEZING = 0x01, 0x03, 0x04, 0x05

OFF, PROGRAMMED, WAITING, RUNNING, PAUSED, RINSE_HOLD = 0x01, 0x03, 0x04, 0x05, 0x06, 0x0B
SUPERFREEZING, SUPERCOOLING = 0x0D, 0x0E

REMOTE_AND_ENERGY, REMOTE = 0x01, 0x0F
"""Remote enable flags that let us start it; 0x00 and 0x07 do not. The upper half byte is another matter."""

HELD, NORMAL, COLDER = 0, 1, 2
"""The modes of a freezer; its object model lists them in this order."""

News = Callable[[Mapping[Quantity, float]], None]


class Appliance:
    """One white good; implements the Actor port of this integration."""

    def __init__(self, cluster: Cluster, timeout_s: float, *, cools: bool) -> None:
        """``cools``: it keeps something cold by itself, and knows no programmes."""
        self._cluster, self._timeout_s, self._cools = cluster, timeout_s, cools
        self._stirred = asyncio.Event()

    async def watch(self, news: News) -> Callable[[], None]:
        """Its state, whenever it says that it changed.

        Raises:
            DeviceSilentError: it does not answer.
        """
        ear = _Ear(lambda state: news(self._meaning(state)), self._stirred)
        self._cluster.add_listener(ear)
        try:
            with suppress(DeviceRefusedError):
                await asked(self._cluster.bind(), self._timeout_s)  # type: ignore[no-untyped-call]
        except DeviceSilentError:
            self._cluster.remove_listener(ear)
            raise
        return lambda: self._cluster.remove_listener(ear)

    async def ask(self) -> Mapping[Quantity, float]:
        """Whether it runs, and whether a person allows to start it; of a freezer, its mode."""
        return self._meaning(await self._state())

    async def act(self, instruction: Instruction) -> None:
        """Start, pause, hold or cool ahead, and see that it does.

        Raises:
            DeviceSilentError, DeviceRefusedError: it was not done.
        """
        if not self._cools:
            await (self._start() if instruction.power_w > 0 else self._pause())
            return
        mode = instruction.mode
        if mode is None:
            mode = NORMAL if instruction.power_w > 0 else HELD
        await self._cool(mode)

    async def _start(self) -> None:
        """Begin the programme that a person chose, or go on with it."""
        seen = self._meaning(await self._state())
        if seen[Quantity.SWITCH]:
            return
        if not seen[Quantity.ARMED]:
            raise DeviceRefusedError("it waits for you to load it, choose a programme and press Remote Start")
        await self._give(EXECUTE, START)
        await self._until(Quantity.SWITCH, 1.0, "start")

    async def _pause(self) -> None:
        """Stand still, where it runs."""
        if self._meaning(await self._state())[Quantity.SWITCH]:
            await self._give(EXECUTE, PAUSE)
            await self._until(Quantity.SWITCH, 0.0, "pause")

    async def _cool(self, mode: int) -> None:
        """Take the steps from its present mode to that one."""
        seen = self._meaning(await self._state())[Quantity.MODE]
        if seen == mode:
            return
        if seen == HELD:
            await self._give(RESUME)
        elif seen == COLDER:
            await self._give(EXECUTE, STOP_SUPERFREEZING)
        if mode == HELD:
            await self._give(OVERLOAD_PAUSE)
        elif mode == COLDER:
            await self._give(EXECUTE, START_SUPERFREEZING)
        await self._until(Quantity.MODE, float(mode), "change its mode")

    async def _give(self, number: int, *arguments: int) -> None:
        await command(self._cluster, number, *arguments, timeout_s=self._timeout_s)

    async def _until(self, quantity: Quantity, wanted: float, what: str) -> None:
        """See that it is so; a machine may take a moment, and says when it is ready.

        Raises:
            DeviceRefusedError: it is not so.
        """
        self._stirred.clear()
        if self._meaning(await self._state()).get(quantity) == wanted:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timeout_s):
                await self._stirred.wait()
        if self._meaning(await self._state()).get(quantity) != wanted:
            raise DeviceRefusedError(f"it acknowledged to {what}, but did not")

    async def _state(self) -> tuple[int, int]:
        """Its status and its remote enable flags."""
        answer = await command(self._cluster, SIGNAL_STATE, timeout_s=self._timeout_s)
        state = _state_of(answer)
        if state is None:
            raise DeviceSilentError("its answer has no meaning")
        return state

    def _meaning(self, state: tuple[int, int]) -> dict[Quantity, float]:
        """What a status means to the router."""
        status, flags = state
        if self._cools:
            held = status in (OFF, PAUSED)
            mode = HELD if held else COLDER if status in (SUPERFREEZING, SUPERCOOLING) else NORMAL
            return {Quantity.SWITCH: float(not held), Quantity.MODE: float(mode)}
        allowed = flags & 0x0F in (REMOTE_AND_ENERGY, REMOTE)
        armed = allowed and status in (PROGRAMMED, WAITING, PAUSED)
        return {Quantity.SWITCH: float(status in (RUNNING, RINSE_HOLD)), Quantity.ARMED: float(armed)}


class _Ear:
    """Hears what the appliance says by itself; the library calls it by the name of its event."""

    def __init__(self, tell: Callable[[tuple[int, int]], None], stirred: asyncio.Event) -> None:
        self._tell, self._stirred = tell, stirred

    def cluster_command(self, _: int, number: int, content: Any) -> None:
        state = _state_of(content) if number == STATE_NOTIFICATION else None
        if state is not None:
            self._tell(state)
            self._stirred.set()


def _state_of(content: Any) -> tuple[int, int] | None:
    """Status and flags of a response or notification; None where it is something else."""
    try:
        return int(content.appliance_status), int(content.remote_enable_flags)
    except (AttributeError, TypeError):
        return None
