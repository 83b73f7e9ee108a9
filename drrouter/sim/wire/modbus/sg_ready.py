"""A fake relay board before a heat pump that is SG-Ready: two relays, and a register that tells the power."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pymodbus.constants import ExcCodes
from pymodbus.simulator import DataType, SimData, SimDevice

if TYPE_CHECKING:
    from drrouter.sim.wire.modbus.server import FakeModbus

RELAYS = 16
MODES = ("blocked", "normal", "recommended", "forced")


class FakeSgReady:
    """A board whose first relay blocks and whose second boosts.

    Attributes:
        relays: which of them are closed.
    """

    def __init__(self, number: int, power_w: Callable[[str], float], *, power_register: int = 10) -> None:
        """``power_w`` tells what the heat pump draws in each of the four modes, in W; one step is 10 W."""
        self.number, self._power_w, self._power_register = number, power_w, power_register
        self.relays = [False] * RELAYS

    @property
    def mode(self) -> str:
        """What the contacts tell the heat pump."""
        return MODES[{(True, False): 0, (False, False): 1, (False, True): 2, (True, True): 3}[self._contacts]]

    @property
    def _contacts(self) -> tuple[bool, bool]:
        return self.relays[0], self.relays[1]

    def sim_device(self, gateway: "FakeModbus") -> SimDevice:
        """Its relays and registers for pymodbus."""

        async def action(
            function: int, start: int, address: int, count: int, current: list[int],
            new: list[int] | list[bool] | None,
        ) -> ExcCodes | None:  # fmt: skip
            if function in (3, 4):
                current[:] = [round(self._power_w(self.mode) / 10)]
            if refusal := gateway.touched(function, self.relays[address : address + len(new or ())], new):
                return refusal
            if function in (5, 15) and new is not None:
                self.relays[address : address + len(new)] = [bool(relay) for relay in new]
            return None

        register = SimData(self._power_register, values=[0], datatype=DataType.REGISTERS)
        coils = SimData(0, values=list(self.relays), datatype=DataType.BITS)
        inputs = SimData(0, values=[False] * RELAYS, datatype=DataType.BITS)
        return SimDevice(self.number, simdata=([coils], [inputs], [register], [register]), action=action)
