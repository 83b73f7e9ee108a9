"""Why a device does what it does now: what holds it, what safety asks, its plan, its own ways."""

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        # whose word it is
        "by.appliance": "the appliance",
        "by.clock": "the clock",
        "by.guest": "the guest",
        "by.named": "{0} {name}",
        "by.owner": "the owner",
        "by.resident": "the resident",
        "by.vacation": "the vacation",
        # what stands above the plan
        "held.cut": "its cycle would be cut: {0}",
        "held.emergency": "grid emergency",
        "held.feed_in": "feed-in limit of {limit_w:.0f} W",
        "held.feed_in_of": "feed-in limit of {limit_w:.0f} W ({0})",
        "held.limit": "limit of {limit_w:.0f} W",
        "held.limit_of": "limit of {limit_w:.0f} W ({0})",
        "held.line_fuse": "fuse of {line}",
        "held.main_fuse": "main fuse",
        "held.off_by": "switched off by {0}",
        "held.on_by": "switched on by {0}",
        "held.peak": "{0} of {provider}: peak window {1} until {until:clock}",
        "held.reaches": "{0} of {provider}: its cycle would reach into the peak window {1} "
        "from {since:clock}",
        "held.shed": "load shed level {level:.0f}",
        "peak.flex_alert": "flex alert",
        "peak.profile": "offline profile",
        "peak.scarce": "of scarce power",
        # what a provider asks of it
        "asked.by": "{provider} asks for {0}",
        "asked.energy": "a charge of {charge:g} Wh",
        "asked.full": "stores that are full: an outage is possible",
        "asked.more": "{power_w:.0f} W more",
        "asked.percent": "a charge of {charge:g} percent",
        "asked.power": "{power_w:.0f} W",
        # what safety asks
        "safe.cools": "it was near its bound and cools down first",
        "safe.draws": "it draws {power_w:.0f} W, so a cycle may have begun",
        "safe.longest_off": "it was off for {minutes:.0f} minutes, its longest time",
        "safe.near_bound": "{level:.1f} {unit} is near its bound of {bound:.1f}",
        "safe.switched_on": "somebody switched it on, and a cycle may begin",
        "safe.unknown": "its temperature is not known yet",
        "safe.warms": "it was near its bound and warms up first",
        # its plan and its own ways
        "device.as_it_likes": "runs as it likes",
        "device.cycle_runs": "its cycle is running",
        "device.free": "left to itself: nobody asked for a level",
        "device.has_asked": "has what was asked for",
        "device.has_planned": "has what the plan wants for now",
        "device.mode_stays": "stays in its mode its shortest time",
        "device.no_car": "no car is here",
        "device.no_plan": "left to itself until there is a plan",
        "device.nothing_asked": "nothing is asked of it",
        "device.only_read": "it is only read",
        "device.own_buttons": "starts at its own buttons only",
        "device.plan_curtails": "the plan curtails it",
        "device.plan_gives": "the plan wants it to give now",
        "device.plan_holds": "the plan holds it back",
        "device.plan_mode": "the plan wants it {mode}",
        "device.plan_rests": "the plan lets it rest",
        "device.plan_runs": "the plan wants it to run now",
        "device.rests": "rests at least {minutes:.0f} minutes",
        "device.shortest_run": "runs its shortest time",
        "device.start_has_come": "its planned start has come",
        "device.sun": "gives what the sun gives",
        "device.waits_for_button": "waits for you to press Remote Start on it",
        "device.waits_until": "waits for its start at {at:clock}",
    }
)
