"""The first home file of a router that has none: what this machine knows of its home, and nothing else."""

import os
from collections.abc import Mapping
from pathlib import Path

from drrouter.adapters.profile import profile_path
from drrouter.config.setup import own_tariff
from drrouter.config.setup.places import countries, currency_of, zone_of_machine
from drrouter.config.setup.writing import Beside, replace

_TEXT = """# The home, as drrouter knows it. The panel and `drrouter setup` write here, and so may you.
# Comments stay. Check it with: drrouter check {name}
schema = "drrouter.home/1"

[site]
name = "Our home"
time_zone = "{zone}"
currency = "{currency}"

[tariff]
file = "{tariff}"
"""


def default_home_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the home file lies, where nobody says otherwise: beside the note of a running router."""
    return profile_path(environ).with_name("home.toml")


def make_home(path: Path, environ: Mapping[str, str] = os.environ) -> None:
    """Write a home without providers and devices, to be set up.

    Raises:
        DocumentError: it cannot be written.
    """
    zone = zone_of_machine(environ)
    currency = currency_of(countries().get(zone, "")) or "EUR"
    site = {"time_zone": zone, "currency": currency}
    price = own_tariff.text_of(site, {"price_per_kwh": own_tariff.USUAL}, str(path))
    with Beside(path.parent, {own_tariff.NAME: price}):
        replace(path, _TEXT.format(name=path.name, zone=zone, currency=currency, tariff=own_tariff.NAME))
