"""Reads the project's own files, as paths, text and syntax, for the tests of its architecture."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def project_files() -> tuple[Path, ...]:
    """Return every file that is, or is about to be, under version control, from the top of the tree."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return tuple(sorted({Path(line) for line in listed if (ROOT / line).is_file()}))


def python_files(*tops: str) -> tuple[Path, ...]:
    """Return the Python modules, of the named top folders only if any is named."""
    modules = (path for path in project_files() if path.suffix == ".py")
    return tuple(path for path in modules if not tops or path.parts[0] in tops)


@cache
def text_of(path: Path) -> str:
    """Return a file's text, or nothing if it is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def syntax_of(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(text_of(path), filename=str(path))


def functions_of(path: Path) -> Iterator[FunctionNode]:
    """Yield every function of a module, methods and inner functions too."""
    for node in ast.walk(syntax_of(path)):
        if isinstance(node, FunctionNode):
            yield node


def place(path: Path, node: ast.AST) -> str:
    """Return where a piece of syntax stands, as editors and terminals link it."""
    return f"{path}:{getattr(node, 'lineno', 1)}"
