"""What each kind of device measures and how it obeys: SunSpec inverter, battery and meter.

Power that leaves a device is positive in SunSpec and negative in drrouter.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from drrouter.adapters.devices.modbus.line import Conversation
from drrouter.adapters.devices.modbus.points import (
    INVERTERS,
    LEVELS,
    LIMIT,
    LIMIT_MODEL,
    METERS,
    RATINGS,
    STORAGE,
    STORAGE_MODEL,
    Point,
    Table,
    exponent_of,
    raw_of,
    values_of,
)
from drrouter.adapters.devices.modbus.sunspec import SunSpec
from drrouter.domain.instruction import FailSafe, Instruction
from drrouter.domain.measurement import Quantity
from drrouter.errors import DeviceRefusedError, DeviceSilentError, DeviceUnknownError

Values = dict[Quantity, float]

GIVES_AT_MOST_W = 1e6
"""No device of a home gives more; lets every negative power through to the device's own limits."""

LONGEST_REVERT_S = 0xFFFE
BOTH_DIRECTIONS = 0b11
"""StorCtl_Mod: charging and discharging are both told."""


class Kind(Protocol):
    """What a device is; every method is part of a conversation and raises what those raise."""

    @property
    def least_w(self) -> float:
        """The lowest power that may be asked of it, in W."""
        ...

    async def identity(self, talk: Conversation) -> dict[str, str]:
        """Who it is; raises DeviceUnknownError where it is another than before."""
        ...

    async def measured(self, talk: Conversation) -> Values:
        """What it measures now, in our units; NaN where it states no number."""
        ...

    async def obey(self, talk: Conversation, instruction: Instruction, now: datetime) -> None:
        """Carry it out and read back."""
        ...

    def forget(self) -> None:
        """Learn anew what it has; something went wrong."""
        ...


class _SunSpecKind:
    """What the three have in common."""

    least_w = -GIVES_AT_MOST_W

    def __init__(self, spec: SunSpec) -> None:
        self.spec = spec

    async def identity(self, talk: Conversation) -> dict[str, str]:
        """From the common model."""
        return await self.spec.identity(talk)

    def forget(self) -> None:
        """Walk the chain again."""
        self.spec.forget()


class Inverter(_SunSpecKind):
    """An inverter that can be held below what it could give."""

    async def measured(self, talk: Conversation) -> Values:
        """POWER_W and EXPORTED_WH, VOLTAGE_V, and SETPOINT_W where it can be limited."""
        stated = await self.spec.first(talk, INVERTERS)
        if not stated:
            raise DeviceUnknownError("it has no SunSpec model of an inverter")
        values = _measured(stated, {"power": (Quantity.POWER_W, -1), "given": (Quantity.EXPORTED_WH, 1)})
        limit = await self.spec.model(talk, LIMIT_MODEL)
        rating = await self.spec.first(talk, RATINGS)
        if limit is not None and "power" in rating:
            values[Quantity.SETPOINT_W] = 0.0 - _limit_w(values_of(LIMIT, limit), rating["power"])
        return values

    async def obey(self, talk: Conversation, instruction: Instruction, now: datetime) -> None:
        """Limit it to what the instruction says, with its own timer; enable the limit last, and read back."""
        if instruction.power_w > 0:
            raise DeviceUnknownError("an inverter gives and cannot use power")
        registers = await self.spec.model(talk, LIMIT_MODEL)
        rating_w = (await self.spec.first(talk, RATINGS)).get("power", math.nan)
        if registers is None or not rating_w > 0:
            raise DeviceUnknownError("its SunSpec models offer no limit (123) or no rating (120, 121)")
        share = min(-instruction.power_w / rating_w, 1.0)
        percent = _steps(100 * share, LIMIT["percent"], registers)
        told = {"percent": percent, "enabled": int(share < 1)}
        if raw_of(LIMIT["reverts_after_s"], registers) is not None:
            told = {"reverts_after_s": _reverts_after_s(instruction, now), **told}
        await _tell(self.spec, talk, LIMIT_MODEL, LIMIT, told)


class Battery(_SunSpecKind):
    """A battery behind an inverter of its own, or the battery of a hybrid inverter.

    Interpretation: InWRte = p and OutWRte = -p leave one power only, in the reading of the makers that have
    both (a negative rate is the least of the other direction), and both are shares of WChaMax.
    """

    async def measured(self, talk: Conversation) -> Values:
        """POWER_W, VOLTAGE_V, LEVEL_PERCENT and SETPOINT_W; its power stands for that while it steers itself.

        Interpretation: a battery that steers itself was told nothing, and what it does is then nearest to
        what it obeys; the router sees that it does not do as told, and tells it again.
        """
        values = _measured(await self.spec.first(talk, INVERTERS), {"power": (Quantity.POWER_W, -1)})
        for model, table in LEVELS.items():
            level = await self.spec.first(talk, {model: table})
            if "percent" in level:
                values[Quantity.LEVEL_PERCENT] = level["percent"]
                break
        registers = await self.spec.model(talk, STORAGE_MODEL)
        if registers is None:
            return values
        told_w = _told_w(values_of(STORAGE, registers))
        if told_w is not None or Quantity.POWER_W in values:
            values[Quantity.SETPOINT_W] = values[Quantity.POWER_W] if told_w is None else told_w
        return values

    async def obey(self, talk: Conversation, instruction: Instruction, now: datetime) -> None:
        """Leave it one power only, with its own timer; take over last, and read back."""
        registers = await self.spec.model(talk, STORAGE_MODEL)
        reference_w = values_of(STORAGE, registers).get("reference_w", math.nan) if registers else math.nan
        if registers is None or not reference_w > 0:
            raise DeviceUnknownError("it has no SunSpec model of a storage (124), or states no WChaMax there")
        share = max(-1.0, min(instruction.power_w / reference_w, 1.0))
        rate = int(math.copysign(_steps(abs(100 * share), STORAGE["charge_percent"], registers), share))
        told = {"charge_percent": rate, "discharge_percent": -rate, "mode": BOTH_DIRECTIONS}
        if raw_of(STORAGE["reverts_after_s"], registers) is not None:
            told = {"reverts_after_s": _reverts_after_s(instruction, now), **told}
        await _tell(self.spec, talk, STORAGE_MODEL, STORAGE, told)


class Meter(_SunSpecKind):
    """A meter, usually at the home's connection."""

    def __init__(self, spec: SunSpec, *, turned: bool = False) -> None:
        """``turned``: what leaves the home is positive there."""
        super().__init__(spec)
        self._turned = turned

    async def measured(self, talk: Conversation) -> Values:
        """Power in all and by line, energy taken and given, voltage of L1."""
        sign = -1 if self._turned else 1
        taken, given = (Quantity.ENERGY_WH, Quantity.EXPORTED_WH)[::sign]
        quantities = {
            "power": (Quantity.POWER_W, sign),
            "power_l1": (Quantity.POWER_L1_W, sign),
            "power_l2": (Quantity.POWER_L2_W, sign),
            "power_l3": (Quantity.POWER_L3_W, sign),
            "taken": (taken, 1),
            "given": (given, 1),
        }
        stated = await self.spec.first(talk, METERS)
        if not stated:
            raise DeviceUnknownError("it has no SunSpec model of a meter")
        return _measured(stated, quantities)

    async def obey(self, talk: Conversation, instruction: Instruction, now: datetime) -> None:
        """Never: a meter only measures."""
        raise DeviceUnknownError("a meter only measures")


def _measured(stated: Mapping[str, float], quantities: Mapping[str, tuple[Quantity, int]]) -> Values:
    """The values that a device states, by our quantities and in our directions."""
    wanted = {**quantities, "voltage": (Quantity.VOLTAGE_V, 1)}
    return {
        quantity: sign * stated[name] + 0.0 for name, (quantity, sign) in wanted.items() if name in stated
    }


def _limit_w(limit: Mapping[str, float], rating_w: float) -> float:
    """What an inverter may give at most, in W."""
    if not limit.get("enabled"):
        return rating_w
    return rating_w * limit.get("percent", math.nan) / 100


def _told_w(storage: Mapping[str, float]) -> float | None:
    """The power that a battery was told, in W; None while it steers itself within what it was told."""
    charge = storage.get("charge_percent", math.nan)
    if storage.get("mode") != BOTH_DIRECTIONS or charge != -storage.get("discharge_percent", math.nan):
        return None
    return storage.get("reference_w", math.nan) * charge / 100


def _steps(percent: float, point: Point, registers: list[int]) -> int:
    """A percentage in the steps of a point, downwards: a limit is a limit.

    Raises:
        DeviceSilentError: the device states no scale that can be.
    """
    exponent = exponent_of(point, registers)
    if exponent is None:
        raise DeviceSilentError("it states no scale factor for what it shall be told")
    steps = math.floor(percent / 10.0**exponent + 1e-6)
    return min(steps, 0x7FFF)


def _reverts_after_s(instruction: Instruction, now: datetime) -> int:
    """The device's own time-out, in s: as long as the instruction holds; 0 for no time-out at all."""
    if instruction.fail_safe is not FailSafe.RESTORE_POWER:
        return 0
    left_s = math.ceil((instruction.expires_at - now).total_seconds())
    return max(1, min(left_s, LONGEST_REVERT_S))


async def _tell(spec: SunSpec, talk: Conversation, model: int, table: Table, told: dict[str, int]) -> None:
    """Write these points in order and make sure that they stand.

    Raises:
        DeviceRefusedError: the device acknowledged and did not do it.
    """
    for name, value in told.items():
        try:
            await spec.write(talk, model, table[name].offset, value)
        except DeviceRefusedError:
            if name != "reverts_after_s":  # a device without a timer is told all the same
                raise
    registers = await spec.model(talk, model) or []
    for name, value in told.items():
        if name != "reverts_after_s" and raw_of(table[name], registers) != value & 0xFFFF:
            raise DeviceRefusedError("it acknowledged what it was told and did not take it over")
