"""Operation mode based control: a device that runs in one of its modes, such as a heat pump that is SG-Ready.

Source: S2 JSON schema 0.0.2-beta, OMBC.SystemDescription, OMBC.Status, OMBC.Instruction.
"""

from typing import ClassVar

from drrouter.adapters.devices.s2.modes import Mode, ModeControl, Span, System, in_order
from drrouter.adapters.devices.s2.schema import Json
from drrouter.objectmodel.foreign.s2_control import watts
from drrouter.objectmodel.foreign.s2_ombc import SENDER, Description
from drrouter.objectmodel.foreign.words import checked


class OperationModeControl(ModeControl):
    """Implements ``control.Control``."""

    description, status = "OMBC.SystemDescription", "OMBC.Status"
    timer_status, instruction = "OMBC.TimerStatus", "OMBC.Instruction"
    types: ClassVar[frozenset[str]] = frozenset({description, status, timer_status})
    counts: ClassVar[bool] = True

    def read(self, message: Json) -> System:
        """The modes of the device."""
        said = checked(Description, message, SENDER)
        modes = tuple(
            Mode(
                mode.id,
                mode.diagnostic_label or mode.id,
                (Span(*watts(mode.power_ranges)),),
                not mode.abnormal_condition_only,
            )
            for mode in said.operation_modes
        )
        return System(modes, in_order(modes, self._names, SENDER), said.transitions)
