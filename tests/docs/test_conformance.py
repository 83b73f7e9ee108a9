"""The page of what our VEN does names tests that exist, and each of them says the number of its point."""

import ast
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.architecture.tree import ROOT, functions_of

PAGE = ROOT / "docs" / "conformance.md"
ROW = re.compile(r"^\| (?P<number>\d+) \|(?P<point>[^|]+)\|(?P<source>[^|]+)\|(?P<tests>[^|]+)\|$")
NUMBERS = re.compile(r"(\d+(?:, \d+)*)[:.]")


class Row(NamedTuple):
    """One obligation and the tests that show it."""

    number: int
    tests: list[str]


def rows() -> list[Row]:
    found = filter(None, map(ROW.match, PAGE.read_text(encoding="utf-8").splitlines()))
    return [Row(int(row["number"]), re.findall(r"`([^`]+)`", row["tests"])) for row in found]


def numbers_of(test: str) -> dict[str, set[int]]:
    """The numbers that the tests of a file, or one of them, begin their docstrings with."""
    file, _, name = test.partition("::")
    said = {}
    for function in functions_of(Path(file)):
        if function.name.startswith("test_") and name in ("", function.name):
            match = NUMBERS.match(ast.get_docstring(function) or "")
            said[function.name] = {int(number) for number in match[1].split(", ")} if match else set()
    return said


def owed() -> set[int]:
    """The numbers that the page says are not shown."""
    _, _, rest = PAGE.read_text(encoding="utf-8").partition("## What is not shown\n")
    return {int(number) for number in re.findall(r"^(\d+),", rest.partition("\n## ")[0], re.MULTILINE)}


def test_every_row_is_read_and_no_number_stands_twice() -> None:
    numbers = [row.number for row in rows()]
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d", line)]
    assert len(numbers) == len(lines) == len(set(numbers))
    assert {*range(1, 44)} - {*numbers} == owed()


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row.number))
def test_the_tests_of_a_point_exist_and_say_its_number(row: Row) -> None:
    assert row.tests
    for test in row.tests:
        said = numbers_of(test)
        assert any(row.number in numbers for numbers in said.values()), test
