"""The history and the advice in a terminal, as JSON and as a table for a spreadsheet."""

import json
from datetime import date
from pathlib import Path

import pytest

from drrouter.router.history.advice import AdviceView
from drrouter.router.history.sheet import sheet_of
from drrouter.router.history.spans import Span
from tests.adapters.api.conftest import Served
from tests.adapters.api.memory_history import a_history
from tests.adapters.cli.conftest import Run


@pytest.mark.parametrize("span", list(Span))
async def test_the_history_is_shown_with_how_the_saving_is_reckoned(run: Run, span: Span) -> None:
    said = await run("history", "--span", span.value, "--date", "2026-11-27")
    assert said.code == 0
    assert "beside the devices" in said.out
    assert "The saving compares what was measured" in said.out
    assert "\x1b" not in said.out


async def test_the_history_is_told_to_programs(run: Run) -> None:
    said = json.loads((await run("history", "--span", "month", "--date", "2026-11-27", "--json")).out)
    assert (said["first"], said["home"]["saving"]) == ("2026-11-01", 0.05)


async def test_the_table_is_written_once_and_never_over_another_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "day.csv"
    asked = ("history", "--date", "2026-11-27", "--csv")
    assert (await run(*asked, str(file))).code == 0
    assert file.read_bytes().decode() == sheet_of(a_history(Span.DAY, date(2026, 11, 27)))
    said = await run(*asked, str(file))
    assert (said.code, "exists already" in said.err) == (1, True)
    said = await run(*asked, str(tmp_path / "no" / "day.csv"))
    assert (said.code, "cannot be written" in said.err) == (1, True)


async def test_advice_is_told_with_what_it_saves(run: Run) -> None:
    said = await run("advice")
    assert "10.00 EUR a month" in said.out
    assert "210 W are always on" in said.out
    assert json.loads((await run("advice", "--json")).out)["days"] == 9


async def test_advice_is_told_in_the_language_and_so_is_that_there_is_none(
    served: Served, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "10,00 EUR im Monat" in (await run("advice", "--language", "de")).out
    assert "are always on" not in (await run("advice", "--language", "de")).out

    async def nothing() -> AdviceView:
        return AdviceView(28, "EUR", sentence="Nothing that was measured could be had for less.")

    monkeypatch.setattr(served.router, "advice", nothing)
    assert "noticeably less" in (await run("advice")).out
