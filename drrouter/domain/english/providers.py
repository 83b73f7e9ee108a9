"""How the home stands towards its providers, what holds of them, and who wins; see the package."""

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        # offline profiles
        "offline.begins": "offline profile of {provider} in force",
        "offline.ends": "offline profile of {provider} no longer in force",
        "offline.entered": "The offline profile of {provider}{name:aside} is in force: {0}.",
        "offline.has_ended": "it has ended",
        "offline.in_force": "Offline: the profile of {provider} is in force since {since:clock}, because "
        "{0}.",
        "offline.left": "The offline profile of {provider} is no longer in force after {lasted}: {0}.",
        "offline.link_back": "the link is back",
        "offline.link_lost": "the link to {provider} is lost since {at:clock}",
        "offline.new_prices": "new prices have come",
        "offline.no_profile": "{0:begun}; no offline profile of it holds, so prices and events that are "
        "known hold to their end.",
        "offline.price_out": "the newest price of {provider} ran out at {at:clock}",
        "offline.waits": "{0:begun}; its offline profile comes into force at {due:clock}.",
        # failsafes
        "failsafe.begins": "failsafe of {provider} in force",
        "failsafe.both": "at most {limit_w:.0f} W from the grid and at most {export_w:.0f} W into it",
        "failsafe.ends": "failsafe of {provider} no longer in force",
        "failsafe.entered": "The failsafe of {provider} is in force ({0}): nothing was heard of it for "
        "{lasted}.",
        "failsafe.export": "at most {limit_w:.0f} W into it",
        "failsafe.for": "{0} for {names}",
        "failsafe.fresh": "the provider is heard again and has sent a fresh limit",
        "failsafe.heard": "Failsafe of {provider} since {since:clock}: {0}, until {until:clock} or a fresh "
        "limit of it, though it is heard again.",
        "failsafe.import": "at most {limit_w:.0f} W from the grid",
        "failsafe.least_over": "the provider is heard again, its least time is over",
        "failsafe.left": "The failsafe of {provider} is no longer in force after {lasted}: {0}.",
        "failsafe.moves": "failsafe of {provider} ends at another time",
        "failsafe.over": "its time is over",
        "failsafe.program": "failsafe of {provider}",
        "failsafe.silent": "Failsafe of {provider} since {since:clock}: {0}, until it is heard again; "
        "nothing was heard of it since {heard:clock}.",
        "failsafe.until": "Failsafe of {provider} since {since:clock}: {0}, until {until:clock}; nothing "
        "was heard of it since {heard:clock}.",
        # how fresh it is
        "feed.ages": "{provider} ages since {since:clock}: {0}; it is stale at {stale:clock}.",
        "feed.failsafe": "What {provider} set for its silence is in force since {since:clock}: {0}.",
        "feed.fresh": "{provider} is fresh: {0}.",
        "feed.heard": "heard at {at:clock}",
        "feed.not_heard": "not heard since the start",
        "feed.price_out": "its newest price ran out, it was {0}",
        "feed.stale": "{provider} is stale since {since:clock}: {0}.",
        # what it orders
        "now.alert": "alert: {0:clause}",
        "now.alert_of": "alert: {text:text}",
        "now.for": "{0} for {names} until {until:clock}",
        "now.is": "{0} until {until:clock}",
        "now.power": "{0} {value_kw:g} kW",
        "now.price": "{0} {price:g} {currency}/kWh",
        "now.value": "{0} {value:g}{unit}",
        "type.control_level_offset": "control level offset",
        "type.dispatch_setpoint": "dispatch setpoint",
        "type.dispatch_setpoint_relative": "dispatch setpoint relative",
        "type.export_capacity_limit": "export capacity limit",
        "type.export_price": "export price",
        "type.ghg": "ghg",
        "type.import_capacity_limit": "import capacity limit",
        "type.price": "price",
        "type.simple": "simple",
        # who holds before whom
        "conflict.alert": "{provider}'s emergency alert",
        "conflict.change": "{provider}'s change of {power_kw:g} kW",
        "conflict.charge": "{provider}'s set-point of charge {charge:g}",
        "conflict.co2": "CO2",
        "conflict.export_price": "price of export",
        "conflict.feed_in": "{provider}'s feed-in limit of {power_kw:g} kW",
        "conflict.first": "{first}'s {0} holds before {second}'s: the home file names it first, and the "
        "other fills what it leaves.",
        "conflict.higher": "{0} holds before {1}: the higher level holds.",
        "conflict.limit": "{provider}'s limit of {power_kw:g} kW",
        "conflict.lower": "{0} holds before {1}: a power before a change of it before a charge, then the "
        "lower.",
        "conflict.over_alert": "{0} holds before {1}: an emergency alert stands above a set-point.",
        "conflict.over_limit": "{0} holds before {1}: a network limit stands above a set-point.",
        "conflict.over_shed": "{0} holds before {1}: a load shed stands above a set-point.",
        "conflict.price": "price",
        "conflict.setpoint": "{provider}'s set-point of {power_kw:g} kW",
        "conflict.shed": "{provider}'s load shed of level {level:.0f}",
        "conflict.tighter": "{0} holds before {1}: the tighter limit holds.",
        "conflict.when": "{0} From {since:clock} to {until:clock}.",
    }
)
