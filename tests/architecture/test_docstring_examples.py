"""Every example in a docstring runs."""

import doctest
import importlib
from pathlib import Path

import pytest

from tests.architecture.tree import python_files, text_of


def _modules_with_examples() -> list[Path]:
    return [path for path in python_files("drrouter", "ui") if ">>> " in text_of(path)]


@pytest.mark.parametrize("path", _modules_with_examples(), ids=str)
def test_the_examples_in_a_module_run(path: Path) -> None:
    parts = path.with_suffix("").parts[path.parts[0] == "ui" :]
    module = importlib.import_module(".".join(parts).removesuffix(".__init__"))
    outcome = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert outcome.attempted > 0
    assert outcome.failed == 0
