"""What would cost less, in the person's language; in the router's own words where this screen lacks some."""

from drrouter.adapters.client import Tip
from drrouter.domain.words import clean
from drrouter_ui.words import SiteTime, language, money, number, power, say, t

_MOST = 400
_AMOUNTS = frozenset({"cost", "paid", "price", "saving"})
_KNOWN = frozenset(
    {
        "advice.always_on",
        "advice.by_hand",
        "advice.hand_over",
        "advice.hand_over_load",
        "advice.later",
        "advice.peak",
    }
)


def tip_text(tip: Tip, currency: str, local: SiteTime) -> str:
    """The suggestion as a sentence."""
    code, values = tip.reason.code, tip.reason.values
    if language() == "en" or code not in _KNOWN:
        return clean(tip.text, _MOST)
    told = {name: _read(name, value, currency) for name, value in values.items()}
    told["power"] = power(_figure(values.get("watts")))
    told["highest"] = number(_figure(values.get("highest_kw")), 2)
    told["second"] = number(_figure(values.get("second_kw")), 2)
    change = clean(say(tip.reason.parts, str(values.get("change", "")), currency, local))
    return clean(t(code, **{**told, "change": change}), _MOST)


def _read(name: str, value: float | str, currency: str) -> str:
    if isinstance(value, str):
        return clean(value, 60)
    return money(value, currency) if name in _AMOUNTS else number(round(value, 1))


def _figure(value: float | str | None) -> float:
    return value if isinstance(value, float | int) else 0.0
