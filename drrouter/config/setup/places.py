"""Which country a time zone belongs to, and what is paid with there; as far as the machine knows.

Source: the file zone.tab of the time zone database, which is in the public domain.
"""

import os
import zoneinfo
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_TABLES = ("zone.tab", "zone1970.tab")
_LONGEST = 200_000

_EURO = (
    "AT",
    "BE",
    "CY",
    "DE",
    "EE",
    "ES",
    "FI",
    "FR",
    "GR",
    "HR",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PT",
    "SI",
    "SK",
)
_OTHERS = {
    "AU": "AUD",
    "BR": "BRL",
    "CA": "CAD",
    "CH": "CHF",
    "CN": "CNY",
    "CZ": "CZK",
    "DK": "DKK",
    "GB": "GBP",
    "HU": "HUF",
    "IN": "INR",
    "IS": "ISK",
    "JP": "JPY",
    "KR": "KRW",
    "LI": "CHF",
    "MX": "MXN",
    "NO": "NOK",
    "NZ": "NZD",
    "PL": "PLN",
    "RO": "RON",
    "SE": "SEK",
    "TR": "TRY",
    "UA": "UAH",
    "US": "USD",
    "ZA": "ZAR",
}
_CURRENCIES = {**dict.fromkeys(_EURO, "EUR"), **_OTHERS}


def currency_of(country: str) -> str:
    """What is paid with in a country (ISO 3166); "" where it is not known."""
    return _CURRENCIES.get(country, "")


@cache
def countries() -> dict[str, str]:
    """The country of each time zone; empty where the machine has no such table."""
    found: dict[str, str] = {}
    for row in _table().splitlines():
        if row and not row.startswith("#"):
            codes, _, zone, *_ = [*row.split("\t"), "", ""]
            found.setdefault(zone, codes.split(",")[0])
    return found


def zones() -> tuple[str, ...]:
    """Every time zone that a person may live in, by name."""
    return tuple(sorted(name for name in zoneinfo.available_timezones() if "/" in name and _is_place(name)))


def zone_of_machine(environ: Mapping[str, str] = os.environ) -> str:
    """The machine's own time zone, UTC where it does not say."""
    named = environ.get("TZ", "").lstrip(":")
    linked = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    return next((name for name in (named, linked) if name in zoneinfo.available_timezones()), "UTC")


def _is_place(name: str) -> bool:
    return not name.startswith(("Etc/", "SystemV/", "posix/", "right/", "US/"))


def _table() -> str:
    for folder in zoneinfo.TZPATH:
        for name in _TABLES:
            file = Path(folder) / name
            if file.is_file():
                return file.read_text(encoding="utf-8", errors="replace")[:_LONGEST]
    return ""
