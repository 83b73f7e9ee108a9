"""Writes the demo's files into a folder: both homes, the secrets and the offline profile.

vtn.toml                 the provider's server and who may ask it
simulated-home.toml      what stands behind the plugs
home.toml                what the router is told; the same kind of file as in a real home
offline.toml             what the provider wants its homes to do while they cannot reach it
"""

import secrets
from dataclasses import dataclass
from pathlib import Path
from string import Template

from drrouter.sim.demo.scenario import DATA, base_load_w

OPERATOR, HOME_CLIENT = "operator", "demo-home"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the two clients of the VTN prove themselves with; drawn anew for each demo."""

    operator: str
    home: str


def draw_secrets() -> Secrets:
    """Two new secrets."""
    return Secrets(secrets.token_urlsafe(24), secrets.token_urlsafe(24))


def write_vtn(folder: Path, given: Secrets) -> Path:
    """Write how the provider's server runs, and who may ask it: its operator and the home."""
    text = f"""port = 0
base_path = "/openadr3/3.1.0"

[[client]]
id = "{OPERATOR}"
role = "bl"
secret = "{given.operator}"

[[client]]
id = "{HOME_CLIENT}"
role = "ven"
secret = "{given.home}"
ven_name = "{HOME_CLIENT}"
targets = ["hvac"]
"""
    return _write_private(folder / "vtn.toml", text)


def write_simulated_home(folder: Path) -> Path:
    """Write what stands behind the plugs."""
    return _write(folder / "simulated-home.toml", "simulated_home.toml", {"base_load_w": _hours()})


def write_home(folder: Path, vtn_url: str, plug_port: int, api_port: int, given: Secrets) -> Path:
    """Write the home file and the secret beside it."""
    _write_private(folder / "provider-secret", given.home + "\n")
    _write(folder / "offline.toml", "offline.toml", {})
    words = {
        "vtn_url": vtn_url,
        "client_id": HOME_CLIENT,
        "plug_port": str(plug_port),
        "api_port": str(api_port),
        "base_load_w": _hours(),
    }
    return _write(folder / "home.toml", "home.toml", words)


def _hours() -> str:
    return "[" + ", ".join(f"{watts:.1f}" for watts in base_load_w()) + "]"


def _write(path: Path, template: str, words: dict[str, str]) -> Path:
    text = (DATA / template).read_text(encoding="utf-8")
    path.write_text(Template(text).substitute(words), encoding="utf-8")
    return path


def _write_private(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return path
