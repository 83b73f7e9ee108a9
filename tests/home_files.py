"""Home files for benches and scenarios: as many devices as wanted, nobody else on the network."""

from pathlib import Path

HOME = """
schema = "drrouter.home/1"
[site]
name = "A home on the bench"
time_zone = "Europe/Amsterdam"
[tariff]
id = "generic.nl_day_night"
[router]
solver_budget_s = {budget_s}
[api]
port = 0
[kasa]
broadcast = "127.255.255.255"
port = {port}
discovery_s = 0.1
every_s = 3600
"""

DEVICE = """
[[device]]
id = "{model}_{number}"
name = "{model} {number}"
model = "generic.{model}"
integration = "kasa"
match = {{ alias = "{model} {number}" }}
"""


def write_home(folder: Path, port: int, models: tuple[str, ...], budget_s: float = 1.0) -> Path:
    """A home file with one device for each model named."""
    devices = [DEVICE.format(model=model, number=number) for number, model in enumerate(models, 1)]
    file = folder / "home.toml"
    file.write_text(HOME.format(budget_s=budget_s, port=port) + "".join(devices), encoding="utf-8")
    return file
