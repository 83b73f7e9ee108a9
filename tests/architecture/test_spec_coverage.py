"""The map from requirement to module to test, `docs/spec_coverage.md`, points at what exists.

A row reads: | id | what | modules | tests |, with paths from the top of the tree in backticks, and a test as
`tests/unit/test_events.py::test_a_short_event_interrupts_a_long_one`, or as its file alone.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.architecture.tree import ROOT, functions_of

COVERAGE_PAGE = ROOT / "docs" / "spec_coverage.md"
ROW = re.compile(r"^\| *(?P<id>[A-Z]\d+[a-z]?) *\|(?P<what>[^|]*)\|(?P<modules>[^|]*)\|(?P<tests>[^|]*)\|$")
PATH = re.compile(r"`([^`]+)`")


class Row(NamedTuple):
    """One requirement: what shows that it is met."""

    id: str
    modules: list[str]
    tests: list[str]


def _rows() -> list[Row]:
    found = filter(None, map(ROW.match, COVERAGE_PAGE.read_text(encoding="utf-8").splitlines()))
    return [Row(row["id"], PATH.findall(row["modules"]), PATH.findall(row["tests"])) for row in found]


def test_no_requirement_is_listed_twice() -> None:
    ids = [row.id for row in _rows()]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row.id)
def test_a_requirement_names_a_module_and_a_test_that_exist(row: Row) -> None:
    assert row.modules
    assert row.tests
    assert [module for module in row.modules if not (ROOT / module).exists()] == []
    assert [test for test in row.tests if not _test_exists(test)] == []


def _test_exists(test: str) -> bool:
    file, _, name = test.partition("::")
    if not (ROOT / file).exists():
        return False
    return not name or name in {function.name for function in functions_of(Path(file))}
