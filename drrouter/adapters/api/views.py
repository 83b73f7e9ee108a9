"""Answers that only the local API gives, made of the router's views."""

from dataclasses import dataclass

from drrouter.adapters.api.tokens import TokenView
from drrouter.domain.device import DeviceProfile
from drrouter.domain.ids import DeviceId
from drrouter.domain.plan import Explanation, Plan, ScheduledCycle
from drrouter.router.facade import DeviceView


@dataclass(frozen=True, slots=True)
class WhyView:
    """Why a device runs when it runs.

    Attributes:
        because: why it does what it does now.
        cycle: what is planned next; None where nothing is.
        explanation: of the plan, in words and numbers; None before the first plan.
    """

    device_id: DeviceId
    name: str
    because: str
    cycle: ScheduledCycle | None = None
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A new token with its secret, which is shown this once."""

    token: TokenView
    secret: str


def why_view(device: DeviceView, plan: Plan | None) -> WhyView:
    """Put together what the device and the plan say."""
    profile: DeviceProfile = device.profile
    explanation = plan.explanation_of(profile.id) if plan else None
    return WhyView(profile.id, profile.name, device.because, device.next_cycle, explanation)
