"""What the command line says, in the person's language, and times as people write them.

    begin(["status", "--language", "de"], environment)
    t("status.price")         # Preis jetzt

The texts stand in ``en.json`` and its neighbours, those of ``--help`` in ``help/``, where English is what
the verbs themselves say. Values, and the router's sentences, are said as the screens say them.
"""

from drrouter.cli.words.catalogue import LANGUAGES, begin, choose, is_asked, named, t, texts
from drrouter.cli.words.times import LocalTime, know, parse_span, tell
from drrouter_ui import date_of, language, level, money, month, number, power, sendable, weekday

__all__ = [
    "LANGUAGES",
    "LocalTime",
    "begin",
    "choose",
    "date_of",
    "is_asked",
    "know",
    "language",
    "level",
    "money",
    "month",
    "named",
    "number",
    "parse_span",
    "power",
    "sendable",
    "t",
    "tell",
    "texts",
    "weekday",
]
