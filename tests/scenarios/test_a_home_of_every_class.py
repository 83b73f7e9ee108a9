"""A home with a device of every class, each by its shipped model, lives a day with the true router."""

from datetime import date, timedelta
from pathlib import Path

from drrouter.config import load_home
from drrouter.domain.device import DeviceClass
from drrouter.objectmodel import load_catalogue
from drrouter.sim.simulate.prices import prices_for
from drrouter.sim.simulate.report import draw_up
from drrouter.sim.simulate.simulation import Plot, play, span_of

CATALOGUE = load_catalogue()
DAY = date(2026, 3, 1)

HOME = """
schema = "drrouter.home/1"

[site]
name = "One of each"
time_zone = "Europe/Amsterdam"

[tariff]
id = "generic.nl_dynamic"
"""

DEVICE = """
[[device]]
id = "{id}"
name = "{name}"
model = "{model}"
integration = "kasa"
match = {{ alias = "{id}" }}
"""


def one_of_each(folder: Path) -> Path:
    """For each class the first generic model, else the first of all."""
    home = folder / "home.toml"
    entries = []
    for device_class in DeviceClass:
        models = [key for key, one in CATALOGUE.items() if one.identity.device_class is device_class]
        model = min(models, key=lambda key: (not key.startswith("generic."), key))
        entries.append(DEVICE.format(id=device_class.value, name=device_class.value, model=model))
    home.write_text(HOME + "".join(entries), encoding="utf-8")
    return home


def test_a_home_with_a_device_of_every_class_lives_a_day_and_breaks_no_rule(tmp_path: Path) -> None:
    home = load_home(one_of_each(tmp_path), environ={})
    assert {profile.device_class for profile in home.profiles} == set(DeviceClass)
    plot = Plot(
        home=home,
        day=DAY,
        days=1,
        seed=1,
        prices=prices_for(span_of(home, DAY, 1), None, 1, home.zone),
        replan=timedelta(hours=6),
        poll=timedelta(minutes=5),
    )
    ledger = draw_up(play(plot))
    assert ledger.findings == []
    assert ledger.import_kwh > 10
