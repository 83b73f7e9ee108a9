"""Each word of the glossary has one class that exists, and the words stand in order."""

import importlib
import re
from pathlib import Path

import pytest

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
ROW = re.compile(
    r"^\| (?P<word>[a-z -]+) \| (?P<meaning>[^|]+) \| `(?P<name>[\w.]+)` \| (?P<source>[^|]+) \|$"
)

ROWS = [row for row in map(ROW.match, GLOSSARY.read_text(encoding="utf-8").splitlines()) if row]


def test_every_row_of_the_table_is_read() -> None:
    table = [line for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    assert len(ROWS) == len(table) - 2


def test_the_words_stand_in_order_and_once() -> None:
    words = [row["word"] for row in ROWS if row["word"] != "word"]
    assert words == sorted(set(words))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["word"])
def test_a_word_names_what_exists(row: re.Match[str]) -> None:
    module, _, name = row["name"].rpartition(".")
    assert hasattr(importlib.import_module(module), name)
    assert row["source"].strip()
