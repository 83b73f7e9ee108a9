"""A tariff of one price, made for a home that has no shipped one; it lies beside the home file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from drrouter.domain.said import said
from drrouter.errors import DocumentError
from drrouter.objectmodel import read_file
from drrouter.tariff import TariffDocument, read_tariff

NAME = "drrouter-tariff.toml"
"""Its file; nobody else writes one of this name."""

USUAL = 0.30
"""A price that a new home begins with, per kWh in its currency."""

_TEXT = """# SPDX-License-Identifier: CC0-1.0
# Written by drrouter: the setup changes it again. For a tariff of your own, name another file in [tariff].
schema = "drrouter.tariff/1"
id = "own.price"
version = 1
name = "Our price"
currency = "{currency}"
time_zone = "{zone}"

[[component]]
id = "energy"
kind = "energy"
base = "{base}"
price_per_kwh = {price!r}
"""

_FEED_IN = """
[[component]]
id = "feed_in"
kind = "feed_in"
price_per_kwh = {price!r}
"""


def text_of(site: Mapping[str, Any], keys: Mapping[str, Any], where: str) -> str:
    """The whole file.

    Args:
        site: the table of the home file; its currency and time zone hold.
        keys: ``price_per_kwh``, and where wanted ``feed_in_per_kwh`` and ``follows_provider``.
        where: the home file, for the sentence.

    Raises:
        DocumentError: there is no price, or it makes no tariff.
    """
    price, feed_in = keys.get("price_per_kwh"), keys.get("feed_in_per_kwh")
    if not isinstance(price, int | float):
        problem, remedy = said("refused.no_price"), said("refused.give_price")
        raise DocumentError(where, "tariff.price_per_kwh", problem, remedy)
    text = _TEXT.format(
        currency=site.get("currency", "EUR"),
        zone=site.get("time_zone", "UTC"),
        base="provider" if keys.get("follows_provider") else "fixed",
        price=float(price),
    )
    if feed_in is not None:
        text += _FEED_IN.format(price=float(feed_in))
    read_tariff(text.encode(), NAME)
    return text


def read_own(folder: Path) -> TariffDocument:
    """The tariff as it is kept.

    Raises:
        DocumentError: it cannot be read.
    """
    return read_tariff(read_file(folder / NAME), NAME)


def keys_of(tariff: TariffDocument) -> dict[str, Any]:
    """What a person has said of it."""
    prices = {part.kind: part.price_per_kwh for part in tariff.component}
    return {
        "price_per_kwh": prices.get("energy"),
        "feed_in_per_kwh": prices.get("feed_in"),
        "follows_provider": tariff.follows_provider,
    }
