"""The tree of errors as drawn in the docstring is the tree of errors as written in classes."""

import inspect
import re

from drrouter import errors

DRAWN_CLASS = re.compile(r"^[\s│├└─]*(?P<name>[A-Z]\w*Error)(?:\s.*)?$")

ParentOf = dict[str, str | None]


def test_the_drawing_in_the_docstring_and_the_classes_are_equal() -> None:
    assert _drawn(errors.__doc__ or "") == _written()


def test_every_error_has_a_sentence_of_its_own() -> None:
    silent = [
        name for name, error in _error_classes().items() if "__doc__" not in vars(error) or not error.__doc__
    ]
    assert silent == []


def test_the_drawing_is_read_by_its_indentation() -> None:
    drawing = "RootError\n├── OneError   a remark\n│   └── TwoError\n└── ThreeError"
    assert _drawn(drawing) == {
        "RootError": None,
        "OneError": "RootError",
        "TwoError": "OneError",
        "ThreeError": "RootError",
    }


def _drawn(docstring: str) -> ParentOf:
    parents: ParentOf = {}
    branch: list[tuple[int, str]] = []  # from the root to the class last read, each with its column
    for drawn in filter(None, map(DRAWN_CLASS.match, docstring.splitlines())):
        name, column = drawn["name"], drawn.start("name")
        branch = [(at, ancestor) for at, ancestor in branch if at < column]
        parents[name] = branch[-1][1] if branch else None
        branch.append((column, name))
    return parents


def _written() -> ParentOf:
    classes = _error_classes()
    return {
        name: error.__bases__[0].__name__ if error.__bases__[0].__name__ in classes else None
        for name, error in classes.items()
    }


def _error_classes() -> dict[str, type[BaseException]]:
    return {
        name: member
        for name, member in inspect.getmembers(errors, inspect.isclass)
        if issubclass(member, BaseException) and member.__module__ == errors.__name__
    }
