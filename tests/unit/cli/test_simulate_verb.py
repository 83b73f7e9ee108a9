"""``drrouter simulate``: what it prints, how it ends, and what it says of wrong options."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drrouter.cli import main
from drrouter.planner import Planner, greedy
from drrouter.sim.simulate import simulation
from drrouter.sim.simulate.referee import Finding
from drrouter.sim.simulate.simulation import Played, Plot, play

HOME = Path(__file__).parents[3] / "packaging" / "example-home.toml"

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans of the lowest rung: these tests are about words."""
    monkeypatch.setattr(Planner, "plan", lambda _, problem: greedy(problem))


def test_a_day_is_shown_beside_the_same_day_without_a_router(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", str(HOME), "--replan", "12h"]) == 0
    out, err = capsys.readouterr()
    assert "with the router" in out
    assert "real day-ahead prices of the Netherlands" in out
    assert "broken rules    0" in out
    assert err == ""


def test_json_is_all_there_is_on_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["simulate", str(HOME), "--from", "2026-06-01", "--replan", "12h", "--poll", "5m", "--json"])
        == 0
    )
    result = json.loads(capsys.readouterr().out)
    assert result["prices"] == "SYNTHETIC, not real: invented from seed 1"
    assert result["replay"].endswith(
        "--from 2026-06-01 --days 1 --seed 1 --faults none --replan 720m --poll 5m"
    )


def test_a_broken_rule_is_said_with_the_command_that_plays_it_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Finding(datetime(2023, 7, 29, 12, tzinfo=UTC), "freezer", "freezer is too warm")

    def broken(plot: Plot, progress: Callable[[float], None]) -> Played:
        return replace(play(plot, progress), findings=(found,))

    monkeypatch.setattr(simulation, "play", broken)
    assert (
        main(["simulate", str(HOME), "--replan", "12h", "--seed", "7", "--faults", "store,solver.dies"]) == 1
    )
    err = capsys.readouterr().err
    assert "2023-07-29 12:00:00 UTC, freezer: freezer is too warm\n" in err
    assert f"Play it again with: drrouter simulate {HOME} --from 2023-07-29 --days 1 --seed 7" in err
    assert "--faults solver.dies,store.fails" in err


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--from", "yesterday"], 2, "is no day. Write it like 2026-06-01."),
        (["--days", "0"], 2, "--days"),
        (["--replan", "often"], 2, "is no length of time"),
        (["--faults", "gremlins"], 1, "--faults: gremlins: is no fault point. Known: all, none,"),
        (["--prices", "none.csv"], 1, "none.csv: cannot be read"),
    ],
)
def test_a_wrong_option_is_named(
    options: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", str(HOME), *options]) == code
    assert words in " ".join(capsys.readouterr().err.replace("│", " ").split())
