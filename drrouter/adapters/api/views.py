"""Answers that only the local API gives, made of the router's views."""

from dataclasses import dataclass

from drrouter.adapters.api.tokens import TokenView
from drrouter.domain.device import DeviceProfile
from drrouter.domain.plan import Plan
from drrouter.router.viewed import DeviceView, WhyView


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
