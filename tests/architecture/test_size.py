"""A module is one idea and a function is one step; both fit a reader's head."""

from tests.architecture.tree import functions_of, place, python_files, text_of

MODULE_LINES = 400
FUNCTION_LINES = 50


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {str(path): len(text_of(path).splitlines()) for path in python_files()}
    assert {path: lines for path, lines in lengths.items() if lines > MODULE_LINES} == {}


def test_no_function_is_longer_than_50_lines() -> None:
    lengths = {
        f"{place(path, function)} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for path in python_files()
        for function in functions_of(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > FUNCTION_LINES} == {}
