"""The priced answer to "which options are available now?" (TR 102 935, 5.3.1)."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from drrouter.domain.ids import DeviceId, HoldToken, ProgrammeId
from drrouter.domain.reason import Reason
from drrouter.domain.said import carry


class OptionKind(StrEnum):
    """What an option is best at."""

    NOW = "now"
    CHEAPEST = "cheapest"
    GREENEST = "greenest"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Option:
    """One possible start of one programme, priced.

    Attributes:
        cost: in the plan's currency.
        saving: against starting now, in the same currency; negative where now is cheaper.
        basis: what the price rests on (solve rung and data rung of the plan).
        plan_made_at: the age of the answer.
    """

    kind: OptionKind
    device_id: DeviceId
    programme_id: ProgrammeId
    start: datetime
    end: datetime
    cost: float
    currency: str
    co2_g: float
    saving: float
    reason: str
    token: HoldToken
    expires_at: datetime
    basis: str
    plan_made_at: datetime
    option_schema: int = 1
    reason_said: Reason | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """The sentence carries its reason."""
        carry(self, "reason")
