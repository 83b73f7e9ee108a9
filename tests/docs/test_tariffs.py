"""The page about tariffs: its files are read, its commands run, and it names every key, format and rule."""

import json
import re
import shlex
from pathlib import Path

import pytest

from drrouter.cli import main
from drrouter.config import load_home
from drrouter.tariff.charges import Capacity, Peak, Standing, Step, Tier, TierBlock
from drrouter.tariff.document import Component, Source, TariffDocument, Zone
from drrouter.tariff.feeds import FORMATS
from drrouter.tariff.holidays import holiday_rule
from drrouter.tariff.parts import Part
from tests.unit.config.homes import SITE
from tests.unit.tariff.feeds.test_urdb import plan
from tests.unit.tariff.test_bills import DATA

PAGE = (Path(__file__).parents[2] / "docs" / "tariffs.md").read_text(encoding="utf-8")
MINE, FEED = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
COMMANDS = re.findall(r"^    drrouter (.*)$", PAGE, flags=re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_do_what_they_say(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(MINE, encoding="utf-8")
    Path("meter.csv").write_bytes(DATA.read_bytes())
    Path("rate.json").write_text(json.dumps(plan()), encoding="utf-8")
    assert main(shlex.split(command)) == 0, capsys.readouterr().err
    assert capsys.readouterr().out


def test_its_feed_belongs_into_a_home_file(tmp_path: Path) -> None:
    home = tmp_path / "home.toml"
    home.write_text(f"{SITE}\n{FEED}", encoding="utf-8")
    (feed,) = load_home(home, environ=None).feeds
    assert (feed.id, feed.format) == ("market", "awattar")


@pytest.mark.parametrize(
    "part", [TariffDocument, Source, Component, Zone, Peak, Step, Tier, TierBlock, Capacity, Standing]
)
def test_it_names_every_key(part: type[Part]) -> None:
    for name, field in part.model_fields.items():
        assert f"`{field.alias or name}`" in PAGE, f"{part.__name__} has {name}"


def test_it_names_every_format_of_a_feed() -> None:
    assert [name for name in FORMATS if f"| `{name}` |" not in PAGE] == []


def test_its_rules_of_holidays_are_rules() -> None:
    rules = re.findall(
        r"^\| (`.*?) \|", PAGE.partition("| holiday rule |")[2].partition("Bills are")[0], re.MULTILINE
    )
    named = [rule for cell in rules for rule in re.findall(r"`(.*?)`", cell)]
    assert len(named) >= 6
    assert [holiday_rule(rule) for rule in named] == named
