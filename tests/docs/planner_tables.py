"""Writes the table of constraint families in ``docs/planner.md`` from the docstrings of their rooms.

python -m tests.docs.planner_tables

A room's function tells its inequality as an indented block, below its first sentence, and its source behind
``Source:``. Functions without a block have no row. The tests of a room are those that its name leads to.
"""

import ast
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "planner.md"
ROOMS = ROOT / "drrouter" / "planner" / "constraints"
BEGIN, END = "<!-- families: made by python -m tests.docs.planner_tables -->", "<!-- families end -->"

_HEAD = "| family | what holds | inequality | source | tests |\n|---|---|---|---|---|"
_ALL = "tests/properties/test_planner.py"
_BY_ROOM = {
    "balance": ("tests/unit/planner/test_ladder.py", "tests/unit/planner/test_verify.py"),
    "cycle": (
        "tests/unit/planner/test_tasks.py",
        "tests/unit/planner/test_ladder.py",
        "tests/unit/planner/test_relations.py",
        "tests/unit/planner/test_pools.py",
    ),
    "own_use": ("tests/unit/planner/test_battery.py",),
    "steps": ("tests/unit/planner/test_tasks.py", "tests/unit/planner/test_ladder.py"),
    "demand": ("tests/unit/planner/test_tasks.py", "tests/unit/planner/test_ladder.py"),
    "exclusive": ("tests/unit/planner/test_relations.py",),
    "limits": ("tests/unit/planner/test_site.py", "tests/unit/planner/test_ladder.py"),
    "modes": ("tests/unit/planner/test_modes.py", "tests/unit/planner/test_modes_rules.py"),
    "precedence": ("tests/unit/planner/test_relations.py",),
    "capacity": ("tests/unit/planner/test_terms.py", "tests/unit/planner/test_tariff_plans.py"),
    "peaks": ("tests/unit/planner/test_terms.py", "tests/unit/planner/test_tariff_plans.py"),
    "tiers": ("tests/unit/planner/test_terms.py", "tests/unit/planner/test_tariff_plans.py"),
    "storage": ("tests/unit/planner/test_tasks.py", "tests/unit/planner/test_ladder.py"),
}
"""Where a room's tests stand under another name than ``test_<room>.py``."""


@dataclass(frozen=True)
class Row:
    """One inequality of one family."""

    family: str
    what: str
    inequality: str
    source: str
    tests: tuple[str, ...]

    def __str__(self) -> str:
        """The row in Markdown."""
        lines = [f"`{line}`" for line in self.inequality.splitlines() if line.strip()]
        tests = ", ".join(f"`{Path(test).name}`" for test in self.tests)
        cells = (f"`{self.family}`", self.what, "<br>".join(lines), self.source or "ours", tests)
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def rows() -> Iterator[Row]:
    """Every inequality, room by room, in the order in which they stand there."""
    for path in sorted(ROOMS.glob("*.py")):
        functions = (
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
        )
        for function in sorted(functions, key=lambda node: node.lineno):
            if row := _row(path.stem, ast.get_docstring(function) or ""):
                yield row


def _row(family: str, docstring: str) -> Row | None:
    what, _, body = docstring.partition("\n\n")
    block = re.search(r"^((?:    .*\n?|\n)+)", body, re.MULTILINE)
    if not body or block is None or not block.group(1).strip():
        return None
    source = re.search(r"^Source: (.*?)(?:\n\n|\Z)", body, re.MULTILINE | re.DOTALL)
    return Row(
        family=family,
        what=" ".join(what.split()).rstrip(":"),
        inequality=_spaced(textwrap.dedent(block.group(1))),
        source=" ".join(source.group(1).split()).rstrip(".") if source else "",
        tests=(*tests_of(family), _ALL),
    )


def _spaced(block: str) -> str:
    """Wide gaps, which set inequalities of one line apart, become semicolons; remarks stand nearer."""
    near = re.sub(r"(?<=\S) {3,}(?=\()", " ", block.strip("\n"))
    return re.sub(r"(?<=\S) {3,}(?=\S)", "; ", near)


def tests_of(family: str) -> tuple[str, ...]:
    """The unit tests of a room, as far as there are any."""
    own = f"tests/unit/planner/test_{family}.py"
    known = _BY_ROOM.get(family, ())
    return (own, *known) if (ROOT / own).exists() else known


def table() -> str:
    """The table between its marks."""
    return "\n".join((BEGIN, _HEAD, *map(str, rows()), END))


def renewed(page: str) -> str:
    """The page with a fresh table."""
    before, _, rest = page.partition(BEGIN)
    return before + table() + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
