"""The page about simulation names every fault point and every rule, and options that exist."""

import re
from pathlib import Path

from drrouter.sim.simulate import closing, referee
from drrouter.sim.simulate.faults import MEANING

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "simulation.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "cli.md").read_text(encoding="utf-8")


def test_every_fault_point_is_listed_with_its_meaning() -> None:
    for fault, meaning in MEANING.items():
        assert f"| `{fault.value}` | {meaning} |" in PAGE


def test_every_rule_is_listed() -> None:
    code = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in (closing, referee))
    found = re.findall(r'yield "(\w+)"', code) + re.findall(r'Finding\(\s*[\w.]+,\s*"(\w+)"', code)
    assert set(found) == set(re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.MULTILINE))


def test_its_options_exist() -> None:
    named = set(re.findall(r"[ `](--[a-z]+)", PAGE))
    assert {"--faults", "--seed", "--prices"} <= named
    assert all(f"| `{option}" in REFERENCE for option in named)
