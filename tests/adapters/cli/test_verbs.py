"""Every verb against a real local API: what people read, what programs read, and how it ends."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from drrouter.adapters.api import Role
from drrouter.adapters.profile import Profile, profile_path, write_profile
from drrouter.adapters.strict_json import adapter_of
from drrouter.domain.device import DeviceState
from drrouter.domain.ids import DeviceId
from drrouter.domain.journal import JournalEntry
from drrouter.domain.option import Option
from drrouter.domain.plan import Plan
from drrouter.domain.wish import Commitment, CycleWish, LevelWish, OverrideMode
from drrouter.router.facade import OptionsRequest
from drrouter.router.provider_views import ProviderView
from drrouter.router.viewed import DeviceView, EventView, FoundView, StatusView, WhyView
from tests.adapters.api.conftest import Served
from tests.adapters.api.memory_router import CAR, ECO, FREEZER, NOON, WASHER, running
from tests.adapters.cli.conftest import Run

READING: list[tuple[list[str], Any]] = [
    (["status"], StatusView),
    (["plan"], Plan | None),
    (["why", "washer"], WhyView),
    (["devices"], tuple[DeviceView, ...]),
    (["events"], tuple[EventView, ...]),
    (["providers"], tuple[ProviderView, ...]),
    (["journal"], tuple[JournalEntry, ...]),
    (["discover"], tuple[FoundView, ...]),
    (["options", "washer"], tuple[Option, ...]),
]


@pytest.mark.parametrize(
    ("arguments", "kind"), READING, ids=lambda value: str(value[0]) if isinstance(value, list) else ""
)
async def test_a_reading_verb_gives_json_of_its_type_in_utc(
    run: Run, arguments: list[str], kind: Any
) -> None:
    said = await run(*arguments, "--json")
    assert said.code == 0
    assert adapter_of(kind).validate_json(said.out, strict=True) is not None
    assert "+02:00" not in said.out


@pytest.mark.parametrize("arguments", [arguments for arguments, _ in READING], ids=lambda value: value[0])
async def test_no_text_of_a_stranger_acts_in_the_terminal(run: Run, arguments: list[str]) -> None:
    said = await run(*arguments)
    assert said.code == 0
    assert said.out.strip()
    assert "\x1b" not in said.out
    assert "\u202e" not in said.out


async def test_status_shows_the_sites_time_and_ends_with_4_where_something_is_missing(
    served: Served, run: Run
) -> None:
    said = await run("status")
    assert "demo: All is well." in said.out
    assert "Mon 2026-06-01 14:00 (Europe/Amsterdam)" in said.out
    assert "0.250 EUR/kWh" in said.out
    served.router.degraded = True
    said = await run("status")
    assert said.code == 4
    assert "demo: The link to grid is down." in said.out
    assert (await run("status", "--json")).code == 4


async def test_the_plan_is_a_chart_with_reasons(served: Served, run: Run) -> None:
    said = await run("plan")
    assert "Plan of 14:00, optimal on live prices" in said.out
    assert "17:00 to 19:00. It waits for the cheapest two hours." in said.out
    served.router.the_plan = None
    assert "There is no plan yet" in (await run("plan")).out
    assert (await run("plan", "--json")).out == "null\n"
    assert (await run("why", "washer")).code == 0


async def test_why_tells_costs_and_what_would_change_it(run: Run) -> None:
    said = await run("why", "washer")
    for word in (
        "It waits for the cheapest two hours.",
        "0.50 EUR",
        "0.20 EUR",
        "ready by 20:00",
        "a later ready-by",
    ):
        assert word in said.out
    said = await run("why", "nobody")
    assert said.code == 1
    assert said.err == "No device is called 'nobody' here. Known devices: car, freezer, washer.\n"


async def test_devices_show_orders_wishes_and_what_runs(served: Served, run: Run) -> None:
    running(served.router)
    served.router.states[FREEZER] = DeviceState(level=-18.0)
    await served.router.override(WASHER, OverrideMode.ON, NOON + timedelta(hours=1))
    served.router.wishes[CAR] = LevelWish(CAR, 3e4, NOON + timedelta(hours=20))
    served.router.wishes[FREEZER] = CycleWish(FREEZER, ECO.id, NOON, NOON + timedelta(hours=4))
    lines = (await run("devices")).out.splitlines()
    washer, freezer, car = (
        next(line for line in lines if line.startswith(name)) for name in ("washer", "freezer", "car")
    )
    assert "990 W" in washer
    assert "on until 15:00" in washer
    assert "17:00" in washer
    assert "expected" in freezer
    assert "-18.0 C" in freezer
    assert "eco by 18:00" in freezer
    assert "30 kWh by Tue 10:00" in car


async def test_events_show_what_became_of_them(run: Run) -> None:
    said = " ".join((await run("events")).out.split())
    for words in ("started", "big_car", "impossible (it is", "away)"):
        assert words in said


async def test_an_option_is_asked_for_and_taken(served: Served, run: Run) -> None:
    said = await run("options", "washer", "--programme", "eco", "--earliest", "15:00", "--ready-by", "23:00")
    assert said.code == 0
    assert "hold-washer-cheapest" in said.out
    assert "drrouter accept TOKEN" in said.err
    said = await run("accept", "hold-washer-cheapest")
    assert said.out == "washer: eco starts at 17:00 and ends at 19:00.\n"
    again = await run("accept", "hold-washer-cheapest", "--json")
    assert adapter_of(Commitment).validate_json(again.out).device_id == WASHER
    said = await run("accept", "hold-nothing")
    assert (said.code, said.out) == (1, "")
    assert "No such offer is open" in said.err
    assert "No such offer is open" in (await run("accept", "-x_begins-with-a-dash", "--json")).err


async def test_an_option_that_no_longer_fits_brings_fresh_ones(served: Served, run: Run) -> None:
    await run("options", "washer")
    served.router.conflict = True
    said = await run("accept", "hold-washer-now")
    assert said.code == 1
    assert "It no longer fits below the limit." in said.err
    assert "hold-washer-latest" in said.out
    assert (await run("accept", "hold-washer-now", "--json")).out == ""
    await served.clock.advance(timedelta(minutes=3))
    assert "has run out" in (await run("accept", "hold-washer-now")).err


async def test_a_wish_that_cannot_be_met_ends_with_5(served: Served, run: Run) -> None:
    said = await run("options", "washer", "--ready-by", "14:30")
    assert said.code == 5
    assert "takes 2 h and cannot be ready by then" in said.err

    async def nothing(device_id: DeviceId, request: OptionsRequest) -> tuple[Option, ...]:
        return ()

    served.router.options = nothing  # type: ignore[method-assign] # a router that has nothing to offer
    said = await run("options", "washer")
    assert (said.code, said.err) == (5, "No start can keep what is asked. Allow a later time.\n")
    assert (await run("options", "washer", "--json")).out == "[]\n"


async def test_an_override_has_an_end_and_auto_takes_it_back(served: Served, run: Run) -> None:
    said = await run("override", "car", "off", "--for", "30m")
    assert (said.code, said.out, said.err) == (0, "", "car is off until 14:30.\n")
    assert served.router.overrides[CAR].until == NOON + timedelta(minutes=30)
    assert (await run("override", "car", "on", "--until", "22:00")).err == "car is on until 22:00.\n"
    assert (await run("override", "car", "on")).err == "car is on until 15:00.\n"
    assert (await run("override", "car", "auto")).err == "car follows the plan again.\n"
    assert served.router.overrides == {}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["override", "car", "off", "--for", "soon"], "is no length of time"),
        (["override", "car", "off", "--until", "soon"], "is no time"),
        (["override", "car", "off", "--for", "99d"], "it should lie between now"),
        (["options", "washer", "--ready-by", "whenever"], "is no time"),
        (["wish", "washer", "--programme", "turbo"], "there is none of that id. Known: eco."),
        (["journal", "--most", "0"], "--most"),
    ],
)
async def test_what_cannot_be_understood_is_usage(run: Run, arguments: list[str], sentence: str) -> None:
    said = await run(*arguments)
    assert said.code == 2
    assert sentence in " ".join(said.err.replace("│", " ").split())


async def test_a_wish_is_a_cycle_or_a_level_and_can_be_forgotten(served: Served, run: Run) -> None:
    said = await run("wish", "washer", "--programme", "eco", "--ready-by", "20:00", "--earliest", "15:00")
    assert said.err == "washer: eco by 20:00.\n"
    assert (await run("wish", "car", "--level", "30000")).err == "car: a level of 30 kWh by Tue 14:00.\n"
    assert set(served.router.wishes) == {WASHER, CAR}
    assert (await run("wish", "car", "--clear")).err == "Nothing is asked of car any more.\n"
    assert set(served.router.wishes) == {WASHER}


async def test_the_journal_is_read_downwards(served: Served, run: Run) -> None:
    await run("override", "car", "off")
    lines = (await run("journal", "car")).out.splitlines()
    assert "car is off." in lines[-1]
    assert len((await run("journal", "--most", "1")).out.splitlines()) == 3


async def test_the_note_and_files_and_options_lead_to_the_router(
    served: Served, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DRROUTER_URL")
    monkeypatch.delenv("DRROUTER_TOKEN")
    file = tmp_path / "token"
    _write(file, served.secrets[Role.GUEST])
    assert (await run("status", "--url", served.api.url, "--token-file", str(file))).code == 0
    write_profile(Profile(served.api.url, token_file=file), profile_path())
    assert (await run("status")).code == 0
    said = await run("override", "car", "off")
    assert (said.code, said.err) == (1, "The role guest may not do this; owner or resident may.\n")
    said = await run("status", "--token", "wrong")
    assert said.code == 1
    assert "Name the router's token with --token-file." in said.err


async def test_where_no_router_answers_it_ends_with_3(run: Run) -> None:
    said = await run("status", "--url", "http://127.0.0.1:1")
    assert (said.code, said.out) == (3, "")
    assert "No router answers at http://127.0.0.1:1. Start one with 'drrouter run HOME.toml'" in said.err
    assert (await run("status", "--url", "nonsense")).code == 3


def test_the_program_as_a_process_says_one_sentence_and_ends_with_3() -> None:
    command = [sys.executable, "-m", "drrouter", "devices", "--url", "http://127.0.0.1:1", "--token", "x"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr


def _write(path: Path, text: str) -> None:
    path.write_text(text + "\n")


async def test_the_first_screen_is_printed_and_the_screens_need_a_terminal(run: Run) -> None:
    said = await run("tui", "--once", "--plain")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("demo   Mon 01 Jun 14:00")
    assert said.out.isascii()
    said = await run("tui")
    assert (said.code, said.out) == (2, "")
    assert "drrouter tui --once" in said.err


async def test_the_screens_open_in_a_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[bool, str | None]] = []

    async def open_screens(client: object, *, plain: bool, language: str | None) -> None:
        asked.append((plain, language))

    monkeypatch.setattr("drrouter_ui.open_screens", open_screens)
    monkeypatch.setattr("drrouter.cli.screen_verbs._in_a_terminal", lambda: True)
    assert (await run("tui", "--plain", "--language", "de")).code == 0
    assert asked == [(True, "de")]
    assert "takes one of: en, de" in (await run("tui", "--language", "xx")).err
