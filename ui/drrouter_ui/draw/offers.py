"""One line for each priced option, and what it costs to start now instead."""

from drrouter.domain.option import Option
from drrouter.domain.plan import DataRung
from drrouter.domain.words import clean
from drrouter_ui.words import SiteTime, money, say, t


def head() -> str:
    """The names of the columns of ``offer``."""
    names = [t(f"tui.offer.{name}") for name in ("starts", "ends", "costs", "saves")]
    return f"{'':13}{names[0]:>10}{names[1]:>11}{names[2]:>11}{names[3]:>11}{'CO2':>9}"


def offer(option: Option, local: SiteTime) -> str:
    """Kind, times, price and saving, in columns below ``head``."""
    values = (
        f"{t(f'tui.offer.kind.{option.kind.value}'):13}",
        f"{local.say(option.start):>10}",
        f"{local.say(option.end):>11}",
        f"{money(option.cost, option.currency):>11}",
        f"{money(option.saving, option.currency):>11}",
        f"{option.co2_g:.0f} g".rjust(9),
    )
    return "".join(values)


def because(option: Option, local: SiteTime) -> str:
    """Why this option is offered."""
    return clean(say([option.reason_said], option.reason, option.currency, local), 300)


def basis(option: Option, local: SiteTime) -> str:
    """What the prices rest on, and how long the offer holds."""
    made, until = local.say(option.plan_made_at), local.say(option.expires_at)
    return t("tui.offer.basis", made=made, basis=_prices(option), until=until)


def _prices(option: Option) -> str:
    """How fresh the prices are that it rests on; as the router says it where that is not known here."""
    rung = option.basis.rpartition(", ")[2]
    return t(f"tui.prices.{rung}") if rung in set(DataRung) else clean(option.basis, 60)
