"""The home at a glance: its state, alerts, and what its owner said of the whole of it; see the package."""

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        # the state
        "status.blind": "Looking for {domain} devices fails: {why:text}",
        "status.disk": "{behind:.0f} changes wait for the disk.",
        "status.first_plan": "The first plan is being made.",
        "status.gone": "{names} cannot be reached.",
        "status.no_solver": "The solver makes no plans at present; simpler ones are used.",
        "status.part_failed": "A part of the router, {name}, failed and was started again ({why:text}).",
        "status.press": "Press Remote Start on: {names}.",
        "status.unreached": "{name} cannot be reached",
        "status.well": "All is well; nothing waits to start.",
        "status.well_next": "All is well; next, {name} starts at {at:clock}.",
        # alerts that bring no words of their own
        "alert.air_quality": "Air quality.",
        "alert.black_start": "Black start.",
        "alert.fire": "Fire.",
        "alert.flex_alert": "Flex alert.",
        "alert.freezing": "Freezing.",
        "alert.grid_emergency": "Grid emergency.",
        "alert.other": "Other.",
        "alert.possible_outage": "Possible outage.",
        "alert.tsunami": "Tsunami.",
        "alert.wind": "Wind.",
        # the owner's word
        "word.all_orders": "every provider's orders",
        "word.away": "Nobody is at home from {start:clock} to {end:clock}, says {0}.",
        "word.back": "The vacation is over, says {0}.",
        "word.begins": "The vacation begins.",
        "word.begins_sinking": "The vacation begins; {names} may sink to the lower bound until "
        "{until:clock}.",
        "word.hands_off": "The router takes its hands off every device until it is told to steer again, "
        "says {0}.",
        "word.hands_off_until": "The router takes its hands off every device until {until:clock}, says {0}.",
        "word.home": "The home",
        "word.nobody_home": "Nobody is at home until {end:clock}.",
        "word.opt_in": "{0} takes part in {1} again, says {2}.",
        "word.opt_out": "{0} takes no part in {1} until {until:clock}, says {2}.",
        "word.orders_of": "the orders of {provider}",
        "word.steers": "The router steers again, says {0}.",
        "word.steers_nothing": "The router steers nothing until it is told to.",
        "word.steers_nothing_until": "The router steers nothing until {until:clock}.",
    }
)
