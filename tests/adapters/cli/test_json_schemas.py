"""What each verb prints with ``--json`` against a true router, judged by the schema that it states."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.main import get_command

from drrouter.adapters.api import Role
from drrouter.adapters.strict_json import parse
from drrouter.cli import main
from drrouter.cli.program import app
from drrouter.cli.schemas import answers, schema_of
from drrouter.planner import Planner, greedy
from drrouter.sim.demo.ledger import DemoLedger
from drrouter.sim.full.run import Census
from tests.adapters.cli.real_home import RealHome, real_home
from tests.adapters.sp.test_feeds import awattar, feed

EXAMPLE = Path(__file__).parents[3] / "packaging" / "example-home.toml"

AT_A_ROUTER = {
    "status": (["status"],),
    "plan": (["plan"],),
    "why": (["why", "washer"], ["why", "car"]),
    "devices": (["devices"],),
    "events": (["events"],),
    "providers": (["providers"],),
    "journal": (["journal"],),
    "history": tuple(["history", "--span", span] for span in ("day", "week", "month", "year")),
    "advice": (["advice"],),
    "discover": (["discover"],),
    "options": (["options", "washer"],),
    "what-if": (["what-if", "washer", "--ready-by", "tomorrow 12:00"],),
    "doctor": (["doctor"],),
    "claim": (["claim"], ["claim", "--renew"]),
    "link": (["link", "--role", "guest"],),
    "setup": (["setup"],),
    "data list": (["data", "list"],),
    "people list": (["people", "list"],),
}
"""What is asked of the running router, by verb."""

BY_THEMSELVES = {
    "accept",
    "check",
    "demo",
    "simulate",
    "data get",
    "data put",
    "data watch",
    "tariff list",
    "tariff show",
    "tariff cost",
    "tariff replay",
}
"""Verbs that need more than a line; each has a test of its own below."""


def with_json(command: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every verb that takes ``--json``."""
    if any("--json" in option.opts for option in command.params):
        yield " ".join(path)
    for name, below in getattr(command, "commands", {}).items():
        yield from with_json(below, (*path, name))


def strict(schema: Any) -> Any:
    """The schema, with no room for a key that it does not state."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if "properties" in schema else {}
    return closed | {key: strict(value) for key, value in schema.items()}


def judge(verb: str, text: str) -> Any:
    """The JSON, which is as stated, to the last key."""
    schema = schema_of(verb)
    Draft202012Validator.check_schema(schema)
    said = parse(text.encode(), verb, most_bytes=10_000_000)
    Draft202012Validator(strict(schema)).validate(said)
    return said


@pytest.fixture
async def real(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[RealHome]:
    async with real_home(tmp_path, capsys, monkeypatch) as made:
        yield made


def test_every_verb_with_json_states_a_schema_and_is_tried_here() -> None:
    verbs = set(with_json(get_command(app)))
    assert verbs == set(answers())
    assert verbs == set(AT_A_ROUTER) | BY_THEMSELVES


@pytest.mark.parametrize("verb", AT_A_ROUTER)
async def test_a_verb_prints_what_its_schema_states(real: RealHome, verb: str) -> None:
    for arguments in AT_A_ROUTER[verb]:
        said = await real.run(*arguments, "--json")
        assert said.err == ""
        judge(verb, said.out)


async def test_a_promise_is_printed_as_stated(real: RealHome) -> None:
    offered = judge("options", (await real.run("options", "washer", "--json")).out)
    made = judge("accept", (await real.run("accept", offered[0]["token"], "--json")).out)
    assert made["device_id"] == "washer"
    judge("status", (await real.run("status", "--json")).out)
    judge("journal", (await real.run("journal", "--json")).out)


async def test_people_are_printed_as_stated(real: RealHome) -> None:
    await real.entrance.people.add("Anna", Role.OWNER, "a long enough password")
    (person,) = judge("people list", (await real.run("people", "list", "--json")).out)
    assert person["name"] == "Anna"


async def test_leaves_are_printed_as_stated(real: RealHome, tmp_path: Path) -> None:
    text, data = tmp_path / "note.json", tmp_path / "logo.bin"
    text.write_text("{}")
    data.write_bytes(b"\xff\x00")
    first = judge("data put", (await real.run("data", "put", "home/note", str(text), "--json")).out)
    judge("data put", (await real.run("data", "put", "home/logo", str(data), "--json")).out)
    assert judge("data get", (await real.run("data", "get", "home/note", "--json")).out)["text"] == "{}"
    assert "base64" in judge("data get", (await real.run("data", "get", "home/logo", "--json")).out)
    assert len(judge("data list", (await real.run("data", "list", "--json")).out)["leaves"]) == 2
    after = str(first["sequence"] - 1)
    told = await real.run("data", "watch", "--after", after, "--most", "2", "--json")
    assert len([judge("data watch", line) for line in told.out.splitlines()]) == 2


def test_checks_are_printed_as_stated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faulty = tmp_path / "home.toml"
    faulty.write_text('schema = "drrouter.home/1"\n[nonsense]\n')
    assert main(["check", str(EXAMPLE), str(faulty), "--json"]) == 1
    good, bad = judge("check", capsys.readouterr().out)
    assert (good["ok"], bad["ok"]) == (True, False)


def test_tariffs_are_printed_as_stated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    meter = tmp_path / "meter.csv"
    meter.write_text("start,kwh\n" + "".join(f"2025-01-15T{hour:02}:00:00Z,1.5\n" for hour in range(24)))
    for verb, arguments in (
        ("tariff list", ["tariff", "list"]),
        ("tariff show", ["tariff", "show", "ontario.tou_2024", "--day", "2025-01-15"]),
        ("tariff show", ["tariff", "show", "netherlands.dynamic_2024"]),
        ("tariff cost", ["tariff", "cost", "ontario.tou_2024", str(meter)]),
    ):
        assert main([*arguments, "--json"]) == 0
        assert judge(verb, capsys.readouterr().out)


async def test_documents_of_a_feed_are_printed_as_stated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with feed(lambda _: awattar(80, 90), keep_in=tmp_path / "feeds" / "market") as market:
        await market.look()
    assert main(["tariff", "replay", str(tmp_path / "feeds" / "market"), "--json"]) == 0
    assert judge("tariff replay", capsys.readouterr().out)["price_per_kwh"]


@pytest.mark.timeout(120)
def test_a_simulation_is_printed_as_stated(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Planner, "plan", lambda _, problem: greedy(problem))
    assert main(["simulate", str(EXAMPLE), "--replan", "12h", "--poll", "10m", "--json"]) == 0
    assert judge("simulate", capsys.readouterr().out)["finished"]


def test_both_demos_print_what_is_stated() -> None:
    by_type: dict[str, Any] = {"float": 1.5, "int": 1, "bool": True, "str": "EUR"}
    values: dict[str, Any] = {
        one.name: by_type.get(getattr(one.type, "__name__", ""), {"optimal": 1}) for one in fields(DemoLedger)
    }
    judge("demo", json.dumps(DemoLedger(**values).as_json()))
    judge("demo", json.dumps(Census((), ("washer",), ("car",), (), 1.0).as_json()))


def test_a_schema_is_printed_and_verbs_without_one_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "tariff", "show"]) == 0
    stated = json.loads(capsys.readouterr().out)
    assert stated == schema_of("tariff show")
    assert stated["title"] == "drrouter tariff show --json"
    assert main(["schema"]) == 0
    assert capsys.readouterr().out.splitlines() == sorted(answers())
    assert main(["schema", "statsu"]) == 2
    assert "Did you mean 'status'" in " ".join(capsys.readouterr().err.replace("│", " ").split())
