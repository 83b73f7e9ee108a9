"""What the router tells a device, and what became of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drrouter.domain.ids import DeviceId


class FailSafe(StrEnum):
    """What the device shall do when the instruction expires and nobody renewed it."""

    KEEP = "keep"
    RESTORE_POWER = "restore_power"
    CUT_POWER = "cut_power"


@dataclass(frozen=True, slots=True)
class Instruction:
    """Use this power, in W; a mere switch is on above 0 W. Idempotent by id.

    Attributes:
        power_w: a battery gives back below 0 W; to an inverter it is a limit (-3000: give 3000 W at most).
        mode: the number of the mode of a device that knows modes (SG-Ready); None for every other device.
    """

    id: str
    device_id: DeviceId
    power_w: float
    reason: str
    expires_at: datetime
    fail_safe: FailSafe = FailSafe.RESTORE_POWER
    mode: int | None = None


class OutcomeKind(StrEnum):
    """What became of an instruction (Integration contract)."""

    DONE = "done"
    REFUSED = "refused"
    IMPOSSIBLE = "impossible"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an instruction, read back from the device, with a sentence where it failed."""

    kind: OutcomeKind
    sentence: str = ""
