"""Demand driven based control: a load with one actuator that can be held off.

Source: S2 JSON schema 0.0.2-beta, DDBC.SystemDescription, DDBC.ActuatorStatus, DDBC.Instruction.
"""

from typing import ClassVar

from drrouter.adapters.devices.s2.modes import Mode, ModeControl, Span, System, in_order
from drrouter.adapters.devices.s2.schema import Json
from drrouter.errors import MessageError
from drrouter.objectmodel.foreign.s2_control import watts
from drrouter.objectmodel.foreign.s2_ddbc import SENDER, Description
from drrouter.objectmodel.foreign.words import checked

FORECAST = "DDBC.AverageDemandRateForecast"


class DemandControl(ModeControl):
    """Implements ``control.Control``; a forecast of its demand is received and not planned by."""

    description, status = "DDBC.SystemDescription", "DDBC.ActuatorStatus"
    timer_status, instruction = "DDBC.TimerStatus", "DDBC.Instruction"
    types: ClassVar[frozenset[str]] = frozenset({description, status, timer_status, FORECAST})

    def read(self, message: Json) -> System:
        """The modes of its only actuator."""
        said = checked(Description, message, SENDER)
        if len(said.actuators) > 1:
            raise MessageError(SENDER, "actuators", "a system of several actuators is none of ours")
        [actuator] = said.actuators
        modes = tuple(
            Mode(
                mode.id,
                mode.diagnostic_label or mode.id,
                (Span(*watts(mode.power_ranges)),),
                not mode.abnormal_condition_only,
            )
            for mode in actuator.operation_modes
        )
        return System(modes, in_order(modes, (), SENDER), actuator.transitions, actuator.id)
