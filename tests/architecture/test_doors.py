"""A newcomer finds the room by its name and reads one sentence at the door.

That public functions, classes and methods carry docstrings is left to the linter, whose rules D1 say so.
"""

import ast
from pathlib import Path

from tests.architecture.tree import python_files, syntax_of, text_of

NAMES_THAT_SAY_NOTHING = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
LINES_WITHOUT_A_DOOR = 15


def test_every_module_starts_with_a_sentence_that_says_what_it_does() -> None:
    assert [str(path) for path in python_files() if not _starts_with_a_sentence(path)] == []


def test_no_module_or_folder_has_a_name_that_says_nothing() -> None:
    named = ((path, {*path.parts[:-1], path.stem}) for path in python_files())
    assert [str(path) for path, names in named if names & NAMES_THAT_SAY_NOTHING] == []


def _starts_with_a_sentence(path: Path) -> bool:
    if len(text_of(path).splitlines()) <= LINES_WITHOUT_A_DOOR:
        return True
    docstring = ast.get_docstring(syntax_of(path)) or ""
    first_paragraph = docstring.split("\n\n")[0].strip()
    return first_paragraph.endswith((".", "?", "!", ":"))
