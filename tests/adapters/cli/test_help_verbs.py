"""The doctor says what is wrong and what to do, and the bundle is written where it does no harm."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.adapters.api.conftest import Served
from tests.adapters.cli.conftest import Run


async def test_the_doctor_tells_what_is_wrong_and_all_on_demand(served: Served, run: Run) -> None:
    said = await run("doctor")
    assert "things are well. See them with --all." in said.out
    whole = await run("doctor", "--all")
    assert "The solver is HiGHS." in whole.out
    assert "The solver is HiGHS." not in said.out
    assert '"check": "solver"' in (await run("doctor", "--json")).out


async def test_the_doctors_exit_code_is_its_worst_level(
    served: Served, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = served.router.doctor()
    for level, code in (("ok", 0), ("note", 0), ("warning", 4), ("fault", 1)):
        monkeypatch.setattr(
            served.router,
            "doctor",
            lambda level=level: (replace(found[0], level=type(found[0].level)(level)),),
        )
        assert (await run("doctor")).code == code


async def test_a_bundle_is_written_once_and_never_over_another_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bundle.zip"
    said = await run("bundle", str(file))
    assert (said.code, file.read_bytes()[:2]) == (0, b"PK")
    assert "Look into it before you give it away." in said.err
    said = await run("bundle", str(file))
    assert (said.code, "exists already" in said.err) == (1, True)
    said = await run("bundle", str(tmp_path / "no" / "bundle.zip"))
    assert (said.code, "cannot be written: No such file or directory" in said.err) == (1, True)
