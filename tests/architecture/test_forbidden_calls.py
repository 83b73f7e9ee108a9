"""Some calls undo a promise of the whole program, so they may stand nowhere, or in one room.

Which room may import which library is left to the contracts of import-linter, in pyproject.toml.
"""

import ast
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture.tree import place, python_files, syntax_of

CLOCK_ADAPTER = "drrouter/adapters/clock"
READINGS_OF_THE_CLOCK = (
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
)
TRUST = "drrouter/adapters/sp/openadr3/tls.py"
SWITCHES_OF_VERIFICATION = ("ssl", "verify", "verify_ssl", "check_hostname")
WAYS_ROUND_VERIFICATION = ("CERT_NONE", "_create_unverified_context")


def test_only_the_clock_adapter_asks_the_machine_for_the_time() -> None:
    everyone_else = [path for path in python_files() if not str(path).startswith(CLOCK_ADAPTER)]
    assert _places_where(_reads_the_clock, everyone_else) == []


def test_certificates_are_verified_unless_the_owner_writes_why_in_the_one_room_that_reads_it() -> None:
    places = _places_where(_avoids_verification, python_files("drrouter", "ui"))
    assert [str(path).partition(":")[0] for path in places] == [TRUST]


def test_no_test_sleeps() -> None:
    assert _places_where(_sleeps, python_files("tests")) == []


def test_nothing_private_is_taken_from_another_module() -> None:
    assert _places_where(_imports_something_private, python_files("drrouter", "ui")) == []


@pytest.mark.parametrize(
    ("code", "is_forbidden"),
    [
        ("datetime.now(UTC)", "clock"),
        ("from time import time", "clock"),
        ("started = time.monotonic()", None),
        ("session.get(url, ssl=False)", "verification"),
        ("context.check_hostname = False", "verification"),
        ("context.verify_mode = ssl.CERT_NONE", "verification"),
        ("session.get(url, ssl=context)", None),
        ("await asyncio.sleep(0.5)", "sleep"),
        ("time.sleep(delay)", "sleep"),
        ("await asyncio.sleep(0)", None),
        ("from drrouter.planner.solve import _deadline", "private"),
        ("from drrouter.planner import plan", None),
    ],
)
def test_these_tests_tell_a_forbidden_call_from_an_innocent_one(code: str, is_forbidden: str | None) -> None:
    kinds = {
        "clock": _reads_the_clock,
        "verification": _avoids_verification,
        "sleep": _sleeps,
        "private": _imports_something_private,
    }
    nodes = list(ast.walk(ast.parse(code)))
    found = {kind for kind, is_kind in kinds.items() if any(map(is_kind, nodes))}
    assert found == ({is_forbidden} if is_forbidden else set())


def _places_where(is_forbidden: Callable[[ast.AST], bool], paths: Iterable[Path]) -> list[str]:
    return [place(path, node) for path in paths for node in ast.walk(syntax_of(path)) if is_forbidden(node)]


def _reads_the_clock(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom) and node.module == "time":
        return any(alias.name in {"time", "time_ns"} for alias in node.names)
    return isinstance(node, ast.Attribute) and _is_one_of(node, READINGS_OF_THE_CLOCK)


def _avoids_verification(node: ast.AST) -> bool:
    match node:
        case ast.keyword(arg=switch, value=ast.Constant(value=False)):
            return switch in SWITCHES_OF_VERIFICATION
        case ast.Assign(targets=[target], value=ast.Constant(value=False)):
            return _is_one_of(target, SWITCHES_OF_VERIFICATION)
        case ast.Attribute() | ast.Name():
            return _is_one_of(node, WAYS_ROUND_VERIFICATION)
    return False


def _sleeps(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    delays = [*node.args, *(keyword.value for keyword in node.keywords)]
    waits = any(isinstance(delay, ast.Constant) and delay.value != 0 for delay in delays)
    return _is_one_of(node.func, ("time.sleep",)) or (_is_one_of(node.func, ("asyncio.sleep",)) and waits)


def _imports_something_private(node: ast.AST) -> bool:
    if not isinstance(node, ast.ImportFrom):
        return False
    is_ours = node.level > 0 or (node.module or "").startswith("drrouter")
    return is_ours and any(alias.name.startswith("_") and alias.name != "__version__" for alias in node.names)


def _is_one_of(node: ast.AST, dotted_names: tuple[str, ...]) -> bool:
    written = ast.unparse(node)
    return any(written == name or written.endswith(f".{name}") for name in dotted_names)
