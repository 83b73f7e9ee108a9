"""The examples of the planner's page run, in order, and print what the page says."""

import re
from pathlib import Path

import pytest

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


def test_the_page_stays_short() -> None:
    assert len(PAGE.splitlines()) <= 200
