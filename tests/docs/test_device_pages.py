"""The home file that each integration's page shows is one that loads."""

import re
from pathlib import Path

import pytest

from drrouter.config import load_home

PAGES = sorted((Path(__file__).parents[2] / "docs" / "devices").glob("*.md"))
HOME = """schema = "drrouter.home/1"

[site]
name = "Home"
time_zone = "Europe/Amsterdam"

[tariff]
id = "generic.nl_dynamic"

"""
EXAMPLE = re.compile(r"```toml\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_first_example_of_a_page_loads_as_part_of_a_home(page: Path, tmp_path: Path) -> None:
    for text in EXAMPLE.findall(page.read_text(encoding="utf-8"))[:1]:
        home = tmp_path / "home.toml"
        home.write_text(HOME + text, encoding="utf-8")
        assert page.stem in load_home(home).integrations
