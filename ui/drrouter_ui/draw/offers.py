"""One line for each priced option, and what it costs to start now instead."""

from drrouter.domain.option import Option
from drrouter.domain.words import LocalTime, clean, money

HEAD = f"{'':10}{'starts':>10}{'ends':>11}{'costs':>11}{'saves':>11}{'CO2':>9}"


def offer(option: Option, local: LocalTime) -> str:
    """Kind, times, price and saving, in columns below ``HEAD``."""
    values = (
        f"{option.kind.value:10}",
        f"{local.say(option.start):>10}",
        f"{local.say(option.end):>11}",
        f"{money(option.cost, option.currency):>11}",
        f"{money(option.saving, option.currency):>11}",
        f"{option.co2_g:.0f} g".rjust(9),
    )
    return "".join(values)


def because(option: Option) -> str:
    """Why this option is offered."""
    return clean(option.reason, 300)


def basis(option: Option, local: LocalTime) -> str:
    """What the prices rest on, and how long the offer holds."""
    made, until = local.say(option.plan_made_at), local.say(option.expires_at)
    return f"Priced by the plan of {made} ({clean(option.basis, 60)}); the offer holds until {until}."
