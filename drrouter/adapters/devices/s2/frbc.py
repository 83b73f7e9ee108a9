"""Fill rate based control: a storage with one actuator, such as a battery, a tank or a freezer.

Its level is read where its unit is one that we know; the power of a mode may differ by level.

Source: S2 JSON schema 0.0.2-beta, FRBC.SystemDescription, FRBC.StorageStatus, FRBC.ActuatorStatus,
FRBC.Instruction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from drrouter.adapters.devices.s2.control import Steered
from drrouter.adapters.devices.s2.modes import Mode, ModeControl, Span, System, in_order
from drrouter.adapters.devices.s2.schema import Json
from drrouter.domain.measurement import Quantity
from drrouter.errors import MessageError
from drrouter.objectmodel.foreign.s2_control import watts
from drrouter.objectmodel.foreign.s2_frbc import Description, OperationMode
from drrouter.objectmodel.foreign.s2_frbc_read import SENDER, level_unit
from drrouter.objectmodel.foreign.words import checked

STORAGE = "FRBC.StorageStatus"
UNPLANNED = frozenset({"FRBC.LeakageBehaviour", "FRBC.UsageForecast", "FRBC.FillLevelTargetProfile"})
"""Received and not planned by: the plan is made from the object model."""

_QUANTITIES = {
    "celsius": Quantity.TEMPERATURE_C,
    "watt_hours": Quantity.LEVEL_WH,
    "percent": Quantity.LEVEL_PERCENT,
}


class FillRateControl(ModeControl):
    """Implements ``control.Control``."""

    description, status = "FRBC.SystemDescription", "FRBC.ActuatorStatus"
    timer_status, instruction = "FRBC.TimerStatus", "FRBC.Instruction"
    types: ClassVar[frozenset[str]] = frozenset({description, status, timer_status, STORAGE}) | UNPLANNED
    mode_key: ClassVar[str] = "operation_mode"

    def __init__(self, names: Sequence[str] = ()) -> None:
        """Nothing is described yet."""
        super().__init__(names)
        self._level: float | None = None
        self._unit: tuple[str, float] | None = None

    def read(self, message: Json) -> System:
        """The modes of its only actuator."""
        said = checked(Description, message, SENDER)
        if len(said.actuators) > 1:
            raise MessageError(SENDER, "actuators", "a storage of several actuators is none of ours")
        [actuator] = said.actuators
        modes = tuple(map(_mode, actuator.operation_modes))
        system = System(modes, in_order(modes, (), SENDER), actuator.transitions, actuator.id)
        self._unit = level_unit(said.storage.fill_level_label)
        return system

    def noted(self, message_type: str, message: Json) -> None:
        """Take its level."""
        if message_type == STORAGE:
            self._level = float(message["present_fill_level"])

    def level(self) -> float | None:
        """The fill level as it counts it."""
        return self._level

    def steered(self, now: datetime) -> Steered:
        """By what it is steered, and its level."""
        yield from super().steered(now)
        if self._level is not None and self._unit is not None:
            unit, factor = self._unit
            yield _QUANTITIES[unit], self._level * factor


def _mode(mode: OperationMode) -> Mode:
    """A mode with the power that it has at each level."""
    spans = tuple(
        Span(
            *watts(one.power_ranges),
            *sorted((one.fill_level_range.start_of_range, one.fill_level_range.end_of_range)),
        )
        for one in mode.elements
    )
    return Mode(mode.id, mode.diagnostic_label or mode.id, spans, not mode.abnormal_condition_only)
