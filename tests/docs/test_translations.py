"""The page about translations shows the tables that the rooms of translation begin with."""

import importlib
import pkgutil
import re
import textwrap
from pathlib import Path

import pytest

from drrouter.objectmodel import foreign

PAGE = Path(__file__).parents[2] / "docs" / "translations.md"
SHARED = {"phases", "s2_control", "s2_frbc_read", "words"}
ROOMS = sorted(room.name for room in pkgutil.iter_modules(foreign.__path__) if room.name not in SHARED)


@pytest.mark.parametrize("name", ROOMS)
def test_the_page_shows_what_each_translation_keeps_and_loses(name: str) -> None:
    doc = importlib.import_module(f"drrouter.objectmodel.foreign.{name}").__doc__ or ""
    tables = re.findall(r"(?m)^(?: {4}.*\n|\n(?= {4}))+", doc.partition("Source:")[0])
    assert tables
    page = PAGE.read_text()
    assert f"## `{name}`" in page
    for table in tables:
        assert textwrap.dedent(table).strip("\n") in page
