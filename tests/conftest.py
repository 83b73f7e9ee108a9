"""What holds for every test: it leaves nothing open, and with REQUIRE_ALL=1 it is not skipped.

On a developer's machine a test may be skipped where a tool is missing. In continuous integration nothing
may be missing, and a skip would hide that something was not tested.
"""

import os
from collections.abc import Generator, Iterator

import pytest

from tests.left_open import WATCH


@pytest.fixture(scope="session", autouse=True)
def _no_note_of_a_real_router(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A router that a test starts leaves its note in a folder of the tests, not in the developer's.

    And the command line speaks English, whatever the developer speaks.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.setenv("LC_ALL", "C.UTF-8")
        yield


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    WATCH.test = item.nodeid


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Generator[None, None, None]:
    yield
    if found := WATCH.found():
        pytest.fail("\n".join(found), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_skipped(report)
    return report


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    expected_to_fail = hasattr(report, "wasxfail")
    if os.environ.get("REQUIRE_ALL") == "1" and report.skipped and not expected_to_fail:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL=1 allows no skipped test: {reason}"
