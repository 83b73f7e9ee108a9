"""The examples of the planner's page run, in order, and print what the page says."""

import re
from pathlib import Path

import pytest

from tests.docs.planner_tables import ROOT, renewed, rows

PAGE = (Path(__file__).parents[2] / "docs" / "planner.md").read_text(encoding="utf-8")
PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
TEXT = re.compile(r"^```text\n(.*?)^```", re.DOTALL | re.MULTILINE)


def test_the_examples_run_and_print_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, object] = {}
    for number, code in enumerate(PYTHON.findall(PAGE)):
        exec(compile(code, f"docs/planner.md, example {number}", "exec"), names)
    printed = capsys.readouterr().out
    for said in TEXT.findall(PAGE):
        assert said.strip() in printed


def test_the_table_of_families_is_fresh() -> None:
    assert renewed(PAGE) == PAGE, "write it anew: python -m tests.docs.planner_tables"


def test_every_family_tells_its_inequality_and_has_tests() -> None:
    told = list(rows())
    assert {row.family for row in told} >= {"balance", "cycle", "demand", "limits", "storage"}
    assert all((ROOT / test).exists() for row in told for test in row.tests)


def test_the_page_stays_short() -> None:
    assert len(PAGE.splitlines()) <= 400
