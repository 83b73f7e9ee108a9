"""The reasons of planner and router in the person's language: a template by code, each value in its form.

English is what the router itself says.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from drrouter.domain.plan import Reason
from drrouter.domain.words import clean
from drrouter_ui.words.catalogue import reason_templates
from drrouter_ui.words.values import SiteTime, money, number, power

_FIELD = re.compile(r"\{(\w+)(?::([^}]*))?\}")
_DECIMALS = re.compile(r"\.(\d)f")


def say(reasons: Iterable[Reason | None], told: str, currency: str, local: SiteTime) -> str:
    """The reasons as sentences; ``told``, the router's own words, where one of them is not known here."""
    templates, known = reason_templates(), [reason for reason in reasons if reason is not None]
    if not templates or not known or not all(_is_known(reason, templates) for reason in known):
        return told
    return " ".join(_sentence(reason, templates, currency, local) for reason in known)


def _is_known(reason: Reason, templates: dict[str, str]) -> bool:
    return reason.code in templates and all(_is_known(part, templates) for part in reason.parts)


def _sentence(reason: Reason, templates: dict[str, str], currency: str, local: SiteTime) -> str:
    parts = [_sentence(part, templates, currency, local) for part in reason.parts]

    def field(found: re.Match[str]) -> str:
        if found[1] == "parts":
            return (found[2] or ", ").join(parts)
        if found[1].isdecimal():
            part = "".join(parts[int(found[1]) : int(found[1]) + 1]) or "?"
            return _shaped(part, found[2] or "")
        value = reason.values.get(found[1])
        return "?" if value is None else _read(value, found[2] or "", currency, local)

    return _FIELD.sub(field, templates[reason.code])


def _shaped(part: str, form: str) -> str:
    """A part as its sentence begins with it, or without its full stop."""
    if form == "begun":
        return part[:1].upper() + part[1:]
    return part.removesuffix(".") if form == "clause" else part


def _read(value: float | str, form: str, currency: str, local: SiteTime) -> str:
    """A value in the form that its field names."""
    if form == "aside":
        return f" ({clean(str(value), 60)})" if value else ""
    if isinstance(value, str):
        return _instant(value, local) if form == "clock" else clean(value, 400 if form == "text" else 100)
    decimals = _DECIMALS.fullmatch(form)
    match form:
        case "watts":
            return power(value)
        case "kwh":
            return f"{number(value, 2)} kWh"
        case "money":
            return money(value, currency)
        case _:
            return number(value, int(decimals[1]) if decimals else None)


def _instant(text: str, local: SiteTime) -> str:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return clean(text, 40)
    return local.say(instant) if instant.tzinfo else clean(text, 40)
