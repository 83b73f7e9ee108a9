"""A participant of the bus: an actuator channel that switches a load, meters it, and may set its power."""

from collections.abc import Callable
from typing import Protocol

from xknx.dpt import DPTActiveEnergy, DPTArray, DPTBinary, DPTPower

Payload = DPTArray | DPTBinary


class Load(Protocol):
    """What hangs on the actuator."""

    def set_supply(self, on: bool) -> None:
        """The actuator gives power from now on, or cuts it."""
        ...

    def power_w(self) -> float:
        """What it draws now, in W."""
        ...

    def energy_wh(self) -> float:
        """What it has drawn, in Wh."""
        ...


class Actuator:
    """One channel with its group objects; answers reads, obeys writes, and tells when its state changes.

    Attributes:
        stuck: whether its relay hangs; it then takes commands and does nothing.
        mute: whether it lost its connection to the bus.
        garbled: whether it answers with bytes of another type.
    """

    def __init__(
        self,
        load: Load,
        *,
        switch: str = "",
        state: str = "",
        power: str = "",
        energy: str = "",
        setpoint: str = "",
        on_setpoint: Callable[[float], None] = lambda power_w: None,
    ) -> None:
        """Begin switched off.

        Args:
            on_setpoint: told of the power that it is set to, in W.
        """
        self._load, self._on, self._setpoint_w = load, False, 0.0
        self._switch, self._state, self._power = switch, state, power
        self._energy, self._setpoint, self._on_setpoint = energy, setpoint, on_setpoint
        self.stuck = self.mute = self.garbled = False

    @property
    def on(self) -> bool:
        """Whether it gives power."""
        return self._on

    def written(self, address: str, payload: Payload) -> list[tuple[str, Payload]]:
        """Obey a telegram; what it tells the bus in consequence."""
        if self.mute or self.stuck:
            return []
        if address == self._switch and isinstance(payload, DPTBinary):
            return self.press(bool(payload.value))
        if address == self._setpoint and isinstance(payload, DPTArray):
            self._setpoint_w = DPTPower.from_knx(payload)
            self._on_setpoint(self._setpoint_w)
        return []

    def press(self, on: bool) -> list[tuple[str, Payload]]:
        """Switch, as the button on the actuator does too."""
        if on == self._on:
            return []
        self._on = on
        self._load.set_supply(on)
        return self.told()

    def told(self) -> list[tuple[str, Payload]]:
        """What it tells by itself: its state and its power."""
        said = [(address, self.read(address)) for address in (self._state, self._power) if address]
        return [(address, payload) for address, payload in said if payload is not None]

    def read(self, address: str) -> Payload | None:
        """The value of one of its objects, None where it has none of that address."""
        if self.mute or not address:
            return None
        known: dict[str, Callable[[], Payload]] = {
            self._switch: lambda: DPTBinary(int(self._on)),
            self._state: lambda: DPTBinary(int(self._on)),
            self._power: lambda: DPTPower.to_knx(self._load.power_w()),
            self._energy: lambda: DPTActiveEnergy.to_knx(round(self._load.energy_wh())),
            self._setpoint: lambda: DPTPower.to_knx(self._setpoint_w),
        }
        if address not in known:
            return None
        return DPTArray((1, 2, 3)) if self.garbled else known[address]()
