"""Texts, numbers, money and times in the person's language, as the panel says them too.

    speak("de")
    t("nav.today")            # Heute
    money(0.214, "EUR")       # 0,21 EUR

``en.json`` and its neighbours are the catalogue that panel and terminal share; ``terminal/`` holds what only
a terminal says, so that browsers need not load it; ``reasons/`` has the sentences of planner and router, and
its own ``terminal/`` those of the journal, which the panel does not show.
"""

from drrouter_ui.words.catalogue import (
    LANGUAGE_NAMES,
    LANGUAGES,
    language,
    preferred,
    sendable,
    speak,
    t,
    text_of,
)
from drrouter_ui.words.reasoned import say
from drrouter_ui.words.values import (
    SiteTime,
    date_of,
    level,
    money,
    month,
    number,
    power,
    price,
    span,
    weekday,
)

__all__ = [
    "LANGUAGES",
    "LANGUAGE_NAMES",
    "SiteTime",
    "date_of",
    "language",
    "level",
    "money",
    "month",
    "number",
    "power",
    "preferred",
    "price",
    "say",
    "sendable",
    "span",
    "speak",
    "t",
    "text_of",
    "weekday",
]
