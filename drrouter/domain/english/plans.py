"""What the journal says of plans, and why one is made anew; see the package."""

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "plan.made": "Plan by {0} on {1} data because: {2}",
        "plan.mended": "Plan mended on {0} data because: {1}",
        "plan.stays": "Plan kept on {0} data because: {1}",
        "plan.saves": "It saves {saved:money}.",
        "plan.too_little": "A new one would save {saved:money}, too little to leave it.",
        "plan.optimal": "optimal",
        "plan.incumbent": "incumbent",
        "plan.greedy": "greedy",
        "plan.device_default": "device_default",
        "plan.live": "live",
        "plan.last_published": "last_published",
        "plan.offline_profile": "offline_profile",
        "plan.best_practice": "best_practice",
        # why a plan is made
        "because.asked": "asked",
        "because.start": "start",
        "because.time": "time has passed",
        "because.heard": "a provider is heard again",
        "because.event": "event {name}",
        "because.more": "more of event {name} is known",
        "because.cancelled": "cancelled event {name}",
        "because.link_up": "link to {provider} up",
        "because.link_down": "link to {provider} down",
        "because.profile": "offline profile of {provider}",
        "because.left": "{provider} was left",
        # what else is noted
        "note.no_room": "There is no more room at {branch}: the oldest is let go, {path} first.",
        "note.new_store": "The store is new: the former one was damaged and lies beside it as {file}.",
    }
)
