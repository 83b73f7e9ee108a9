"""With REQUIRE_ALL=1 a skipped test fails, so that continuous integration cannot pass by leaving out."""

import textwrap
from pathlib import Path

import pytest

OUR_CONFTEST = Path(__file__).parents[1] / "conftest.py"

SKIPPED_IN_EACH_WAY = {
    "by a mark": "@pytest.mark.skip(reason='no tool')\ndef test_it(): ...",
    "while running": "def test_it():\n    pytest.skip('no tool')",
    "with its module": "pytest.importorskip('no_such_module', reason='no tool')\ndef test_it(): ...",
}


@pytest.mark.parametrize("code", SKIPPED_IN_EACH_WAY.values(), ids=SKIPPED_IN_EACH_WAY)
def test_a_skipped_test_fails_where_all_are_required(code: str, project: pytest.Pytester) -> None:
    project.makepyfile(f"import pytest\n{code}")
    assert project.runpytest("-p", "no:cacheprovider").ret != pytest.ExitCode.OK


def test_a_test_that_is_expected_to_fail_still_may(project: pytest.Pytester) -> None:
    project.makepyfile(
        textwrap.dedent("""
            import pytest
            @pytest.mark.xfail
            def test_it(): assert False
        """)
    )
    project.runpytest().assert_outcomes(xfailed=1)


def test_a_developer_may_skip(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUIRE_ALL")
    project.makepyfile(f"import pytest\n{SKIPPED_IN_EACH_WAY['by a mark']}")
    project.runpytest().assert_outcomes(skipped=1)


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A small project of its own that has our conftest and requires all tests."""
    monkeypatch.setenv("REQUIRE_ALL", "1")
    pytester.makeconftest(OUR_CONFTEST.read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function")
    return pytester
