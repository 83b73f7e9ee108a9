"""Limits with their scope, and the band of power that a device may use."""

from dataclasses import dataclass, field
from enum import StrEnum

from drrouter.domain.flexibility import Line
from drrouter.domain.ids import DeviceId, EventId, ProviderId
from drrouter.domain.interval import Interval
from drrouter.domain.plan import Reason
from drrouter.domain.said import carry


class Scope(StrEnum):
    """What a limit binds (DESIGN, "Precedence": limits keep their scope)."""

    SITE = "site"
    GROUP = "group"
    DEVICE = "device"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``max_w`` of import, in W, over the interval.

    Attributes:
        members: the devices bound, for group and device scope; empty for the site.
        guaranteed_w: power that the limit never undercuts.
        program: the programme that it comes from, shown to the owner.
        line: the conductor bound, for line scope: its fuse. Interpretation: then ``members`` say nothing, for
            a fuse carries whatever flows on its line. A line limit without a line binds its members.
    """

    interval: Interval
    max_w: float
    scope: Scope = Scope.SITE
    members: tuple[DeviceId, ...] = ()
    guaranteed_w: float = 0.0
    provider: ProviderId | None = None
    event_id: EventId | None = None
    program: str = ""
    line: Line | None = None

    @property
    def effective_w(self) -> float:
        """The limit, never below the guaranteed minimum."""
        return max(self.max_w, self.guaranteed_w)


@dataclass(frozen=True, slots=True)
class Band:
    """What a device may use now: ``min_w <= power <= max_w``, and because of what.

    Raises:
        ValueError: ``min_w > max_w``; whoever builds a band lets safety win first.
    """

    min_w: float
    max_w: float
    because: str = ""
    because_said: Reason | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Refuse an empty band."""
        carry(self, "because")
        if self.min_w > self.max_w:
            raise ValueError(f"band is empty: {self.min_w} W .. {self.max_w} W")

    def clip(self, power_w: float) -> float:
        """The nearest power inside the band, in W."""
        return min(max(power_w, self.min_w), self.max_w)
